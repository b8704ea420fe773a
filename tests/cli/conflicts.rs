//! Rollouts that want the same nodes, spread over failure domains, and why a node runs what it runs, from the command line.

use serde_json::{Value, json};

use crate::cli::User;
use crate::rollouts::{run, with_bundles};

/// A project with two bundles and four nodes in two zones, of which nobody has heard since they enrolled.
async fn fleet() -> User {
    let user = User::admin().await;
    with_bundles(&user);
    let token = run(&user, &["token", "create", "rack", "-o", "json"]).json();
    for (name, zone) in [("edge-1", "fra"), ("edge-2", "fra"), ("edge-3", "ams"), ("edge-4", "ams")] {
        let enrol = json!({"enrolment_token": token["token"], "name": name, "labels": {"zone": zone}});
        let register = format!("{}/api/v1/projects/shop/nodes/register", user.cluster.url(0));
        let registered = reqwest::Client::new().post(register).json(&enrol).send().await.unwrap();
        assert_eq!(registered.status(), 201);
    }
    user
}

fn create(user: &User, version: &str, options: &[&str]) -> Value {
    let line = [&["rollout", "create", "--bundle", version, "-o", "json"], options].concat();
    run(user, &line).json()["rollout"].clone()
}

fn shown(user: &User, id: &str) -> Value {
    run(user, &["rollout", "show", id, "-o", "json"]).json()["rollout"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_queues_behind_another_and_one_that_supersedes_takes_its_nodes() {
    let user = fleet().await;
    let first = create(&user, "1.0.0", &[]);
    let first = first["id"].as_str().unwrap();
    let refused = run(&user, &["rollout", "create", "--bundle", "1.1.0"]).failed(4);
    assert!(refused.contains("belong to another rollout"), "{refused}");
    let plan = run(&user, &["rollout", "plan", "--bundle", "1.1.0", "--on-conflict", "queue"]).ok();
    let in_the_way = format!("4 of these nodes: the rollout {first} of 1.0.0 (running), which is waited for");
    assert!(plan.contains(&in_the_way), "{plan}");
    let second = create(&user, "1.1.0", &["--on-conflict", "queue"]);
    assert_eq!((second["state"].as_str(), second["waits_for"].as_str()), (Some("pending"), Some(first)));
    let second = second["id"].as_str().unwrap();
    let why = run(&user, &["rollout", "why", "edge-4", "--generation", "3"]).ok();
    assert!(why.contains("generation 3 was never given to it"), "{why}");
    assert!(why.contains(&format!("the rollout {first} of 1.0.0 owns it")), "{why}");
    assert!(why.contains(&format!("the rollout {second} of 1.1.0 would move it")), "{why}");

    run(&user, &["rollout", "cancel", first]).ok();
    sentinel_kit::until("the queued rollout begins by itself", 30, || async {
        (shown(&user, second)["state"] == "running").then_some(())
    })
    .await;
    let plan = run(&user, &["rollout", "plan", "--bundle", "1.0.0", "--on-conflict", "supersede"]).ok();
    assert!(plan.contains("(running), which is cancelled, with all of its nodes"), "{plan}");
    let third = create(&user, "1.0.0", &["--on-conflict", "supersede"]);
    assert_eq!(third["state"], "running");
    let over = shown(&user, second);
    assert_eq!((over["state"].as_str(), &over["superseded_by"]), (Some("cancelled"), &third["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_what_each_step_takes_of_each_failure_domain() {
    let user = fleet().await;
    let spread = ["--batch-size", "4", "--failure-domain", "zone"];
    let plan = run(&user, &[&["rollout", "plan", "--bundle", "1.0.0"], &spread[..]].concat()).ok();
    assert!(plan.contains("step 1: 1 of 2 in zone ams, 1 of 2 in zone fra"), "{plan}");
    assert!(plan.contains("step 2: 1 of 2 in zone ams, 1 of 2 in zone fra"), "{plan}");
    let made = create(&user, "1.0.0", &[&spread[..], &["--rollback-threshold", "30"]].concat());
    assert_eq!((&made["failure_domain"], &made["rollback_threshold"]), (&json!("zone"), &json!(30)));
    let shown = run(&user, &["rollout", "show"]).ok();
    assert!(shown.contains("In zone ams") && shown.contains("0 of 2 nodes active"), "{shown}");
    let typo = run(&user, &["rollout", "plan", "--bundle", "1.0.0", "--failure-domain", "zoen"]);
    assert!(typo.code != 0 && typo.err.contains("none of its nodes has the label 'zoen'"), "{typo:?}");
    let once =
        ["rollout", "plan", "--bundle", "1.0.0", "--strategy", "all_at_once", "--failure-domain", "zone"];
    let refused = run(&user, &once);
    assert!(refused.code != 0 && refused.err.contains("needs more than one step"), "{refused:?}");
}
