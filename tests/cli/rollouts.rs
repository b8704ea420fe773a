//! Rollouts from the command line, with nodes that say what real ones would.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::bundles::SOURCE;
use crate::cli::User;

/// Nodes that take whatever they are given, until they are dropped.
pub struct Nodes(Arc<AtomicBool>);

impl Nodes {
    /// Enrols nodes with these names and the label `rack=7`.
    pub fn start(url: &str, token: &str, names: &[&str]) -> Self {
        let running = Arc::new(AtomicBool::new(true));
        for name in names {
            let (base, token, name) = (format!("{url}/api/v1"), token.to_owned(), (*name).to_owned());
            let running = Arc::clone(&running);
            tokio::spawn(async move {
                let http = reqwest::Client::new();
                let enrol = json!({"enrolment_token": token, "name": name, "labels": {"rack": "7"}});
                let made = http
                    .post(format!("{base}/projects/shop/nodes/register"))
                    .json(&enrol)
                    .send()
                    .await
                    .unwrap();
                let made: Value = made.json().await.unwrap();
                let (id, key) = (made["node_id"].as_str().unwrap(), made["node_key"].as_str().unwrap());
                let node = format!("{base}/nodes/{id}");
                let (mut bundle, mut generation) = (Value::Null, json!(0));
                while running.load(Ordering::Relaxed) {
                    let latest = format!("{node}/bundles/latest?generation={generation}&wait=1");
                    let latest = http.get(latest).header("X-Zentinel-Node-Key", key).send().await.unwrap();
                    let latest: Value = latest.json().await.unwrap();
                    if latest["bundle_id"].is_string() {
                        (bundle, generation) = (latest["bundle_id"].clone(), latest["generation"].clone());
                    }
                    let mut beat = json!({"health": {"status": "healthy"}});
                    if bundle.is_string() {
                        for (field, value) in [("active_bundle_id", &bundle), ("staged_bundle_id", &bundle)] {
                            beat[field] = value.clone();
                        }
                        for field in ["accepted_generation", "effective_generation"] {
                            beat[field] = generation.clone();
                        }
                    }
                    let sent = http.post(format!("{node}/heartbeat")).header("X-Zentinel-Node-Key", key);
                    sent.json(&beat).send().await.unwrap();
                }
            });
        }
        Self(running)
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// A user with the project `shop`, two bundles in it, and nodes of these names that are online.
pub async fn shop(names: &[&'static str]) -> (User, Nodes) {
    let user = User::admin().await;
    with_bundles(&user);
    let token = run(&user, &["token", "create", "rack-7", "-o", "json"]).json();
    let nodes = Nodes::start(&user.cluster.url(0), token["token"].as_str().unwrap(), names);
    sentinel_kit::until("the nodes are online", 30, || async {
        let stats = run(&user, &["node", "stats", "-o", "json"]).json();
        (stats["by_status"]["online"] == names.len()).then_some(())
    })
    .await;
    (user, nodes)
}

/// The project `shop` with the bundles 1.0.0 and 1.1.0.
pub fn with_bundles(user: &User) {
    run(user, &["project", "create", "Shop", "--slug", "shop"]).ok();
    let file = user.file("edge.kdl", SOURCE);
    for version in ["1.0.0", "1.1.0"] {
        run(user, &["bundle", "create", &file, "--version", version]).ok();
    }
}

/// Runs what blocks where it may.
pub fn run(user: &User, line: &[&str]) -> crate::cli::Ran {
    tokio::task::block_in_place(|| user.run(line))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_is_planned_started_watched_and_taken_back() {
    let (user, nodes) = shop(&["edge-1", "edge-2"]).await;

    let plan = run(&user, &["rollout", "plan", "--bundle", "1.0.0", "--label", "rack=7"]).ok();
    assert!(plan.contains("edge-1") && plan.contains("edge-2"), "{plan}");
    let played = run(&user, &["rollout", "rehearse", "--bundle", "1.0.0"]).ok();
    assert!(played.lines().last().is_some_and(|line| line.starts_with("completed after")), "{played}");
    let bad = ["rollout", "rehearse", "--bundle", "1.0.0", "--bad", "fails"];
    let bad = run(&user, &bad);
    assert!(bad.code == 1 && bad.out.contains("does not activate on this node"), "{bad:?}");
    let watched = run(&user, &["rollout", "create", "--bundle", "1.0.0", "--watch"]);
    assert!(watched.err.starts_with("rollout 0"), "what to pause or take back: {watched:?}");
    let watched = watched.ok();
    assert!(watched.lines().last().is_some_and(|line| line.contains("completed")), "{watched}");
    let shown = run(&user, &["node", "show", "edge-1"]).ok();
    assert!(shown.contains("1.0.0 (generation 1"), "{shown}");
    let shown = run(&user, &["rollout", "show"]).ok();
    assert!(shown.contains("2 of 2 nodes active") && shown.contains("latency are not judged"), "{shown}");
    let first = run(&user, &["rollout", "list", "-o", "json"]).json();
    let first = first["rollouts"][0]["id"].as_str().unwrap();
    let refused = run(&user, &["rollout", "rollback", first]).failed(4);
    assert!(refused.contains("(completed)") && refused.contains("ran nothing before"), "{refused}");

    let create = ["rollout", "create", "--bundle", "1.1.0", "--observe", "5m", "-o", "json"];
    let second = run(&user, &create).json();
    let id = second["rollout"]["id"].as_str().unwrap();
    assert!(run(&user, &["rollout", "pause", id]).ok().contains("paused"));
    run(&user, &["rollout", "pause", id]).failed(4);
    assert!(run(&user, &["rollout", "resume", id]).ok().contains("running"));
    run(&user, &["rollout", "rollback", id, "--reason", "a test"]).ok();
    let ended = run(&user, &["rollout", "watch", id, "-o", "json"]);
    assert_eq!(ended.code, 1, "taken back is not completed: {ended:?}");
    let last: Value = serde_json::from_str(ended.out.lines().last().unwrap()).unwrap();
    assert_eq!(last["rollout"]["state"], "rolled_back");
    let shown = run(&user, &["rollout", "show", id]).ok();
    assert!(shown.contains("rolled back") && !shown.contains("restoring"), "{shown}");
    assert!(shown.contains("of 2 nodes back on what they ran before"), "{shown}");
    let refused = run(&user, &["rollout", "rollback", id]).failed(4);
    assert!(refused.contains("it is rolled back already"), "{refused}");
    let audit = run(&user, &["audit", "list", "--action", "rollout.rollback_started", "-o", "json"]).json();
    assert_eq!(audit["entries"][0]["changes"]["reason"], "a test");

    run(&user, &["rollout", "create", "--bundle", "1.1.0", "--strategy", "all_at_once", "--watch"]).ok();
    let third = run(&user, &["rollout", "list", "-o", "json"]).json();
    let refused =
        run(&user, &["rollout", "rollback", third["rollouts"][0]["id"].as_str().unwrap()]).failed(4);
    let instead = "sentinel-cp rollout create --bundle 1.0.0 --project shop\n";
    assert!(refused.contains("it is completed") && refused.ends_with(instead), "{refused}");
    run(&user, &["rollout", "create", "--bundle", "1.0.0", "--node", "edge-1", "--watch"]).ok();
    let fourth = run(&user, &["rollout", "create", "--bundle", "1.0.0", "--observe", "5m"]);
    assert!(fourth.err.contains("left out: edge-1 (runs this bundle already)"), "{fourth:?}");
    let fourth = run(&user, &["rollout", "list", "-o", "json"]).json();
    let cancelled = run(&user, &["rollout", "cancel", fourth["rollouts"][0]["id"].as_str().unwrap()]);
    assert!(
        cancelled.err.contains("of 1 nodes active") && cancelled.err.contains("--bundle 1.1.0"),
        "{cancelled:?}"
    );
    let revoked = run(&user, &["bundle", "revoke", "1.0.0", "--yes"]).ok();
    assert!(revoked.contains("of 2 nodes run it or shall run it"), "{revoked}");
    drop(nodes);
}

#[tokio::test(flavor = "multi_thread")]
async fn watching_something_that_is_not_there_ends_at_once() {
    let user = User::admin().await;
    run(&user, &["project", "create", "Shop", "--slug", "shop"]).ok();
    let id = "00000000-0000-4000-8000-000000000000";
    assert!(run(&user, &["rollout", "watch", id]).failed(3).contains("not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_are_offline_are_named_before_a_rollout_waits_for_them() {
    let user = User::admin_of(1, &["--heartbeat-interval", "1s", "--offline-after", "3s"]).await;
    run(&user, &["project", "create", "Shop", "--slug", "shop"]).ok();
    let file = user.file("edge.kdl", SOURCE);
    run(&user, &["bundle", "create", &file, "--version", "1.0.0"]).ok();
    let token = run(&user, &["token", "create", "rack-7", "-o", "json"]).json();
    let nodes = Nodes::start(&user.cluster.url(0), token["token"].as_str().unwrap(), &["edge-1"]);
    let is = async |status: &str| {
        sentinel_kit::until(&format!("the node is {status}"), 30, || async {
            let stats = run(&user, &["node", "stats", "-o", "json"]).json();
            (stats["by_status"][status] == 1).then_some(())
        })
        .await;
    };
    is("online").await;
    drop(nodes);
    is("offline").await;
    let plan = run(&user, &["rollout", "plan", "--bundle", "1.0.0"]).ok();
    assert!(
        plan.contains("offline: edge-1; step 1: ") && plan.contains("waits for them until its deadline"),
        "{plan}"
    );
    let create = ["rollout", "create", "--bundle", "1.0.0", "--max-unavailable", "1"];
    let started = run(&user, &create);
    assert!(
        started.err.contains("note: offline: edge-1;")
            && started.err.contains("whatever --max-unavailable says"),
        "{started:?}"
    );
    started.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_by_hand_waits_before_each_step_and_says_what_the_gates_say_of_each_node() {
    let (user, nodes) = shop(&["edge-1", "edge-2"]).await;
    let create = ["rollout", "create", "--bundle", "1.0.0", "--by-hand", "-o", "json"];
    let made = run(&user, &create).json();
    assert_eq!(made["rollout"]["auto_advance"], false);
    let id = made["rollout"]["id"].as_str().unwrap();
    let show = || run(&user, &["rollout", "show", id, "-o", "json"]).json();
    sentinel_kit::until("the second step waits for a person", 30, || async {
        (show()["rollout"]["hold"]["for_person"] == true).then_some(())
    })
    .await;
    let waits = show();
    assert_eq!(waits["rollout"]["current_step"], 1);
    let gates = waits["nodes"][0]["gates"].as_array().unwrap();
    let said: Vec<_> = gates.iter().map(|gate| (gate["gate"].as_str(), gate["verdict"].as_str())).collect();
    assert_eq!(said, [(Some("observed"), Some("pass")), (Some("heartbeat"), Some("pass"))]);
    assert!(waits["nodes"][1]["gates"].is_null(), "it has nothing yet that could be judged: {waits}");
    let table = run(&user, &["rollout", "show", id]).ok();
    assert!(table.contains("step 2 of 2 may begin, and waits for a person to say so"), "{table}");
    let why = run(&user, &["rollout", "why", "edge-2"]).ok();
    assert!(why.contains("let the step begin: `rollout advance`"), "{why}");

    let refused = run(&user, &["rollout", "advance", id, "--step", "1"]).failed(4);
    assert!(refused.contains("step 1 does not wait: step 2 does"), "{refused}");
    let told = run(&user, &["rollout", "advance", id]).ok();
    assert!(told.contains("step 2 of 2 may begin"), "{told}");
    run(&user, &["rollout", "watch", id]).ok();
    let audit = run(&user, &["audit", "list", "--action", "rollout.step_released", "-o", "json"]).json();
    assert_eq!(audit["entries"][0]["changes"]["step"], "2");
    drop(nodes);
}
