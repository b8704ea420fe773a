//! The leader dies in the middle of a rollout.

use std::collections::BTreeMap;

use sentinel_kit::{Traffic, Upstream, until};

use crate::fleet::{Fleet, PROJECT, effective};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_goes_on_under_a_new_leader_without_skipping_or_repeating_a_step() {
    let mut fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    fleet.with_first_bundle(&one).await;
    let traffic = Traffic::start(&fleet.addresses());
    let bundle = fleet.bundle("2.0.0", &two).await.unwrap();
    let rollout = fleet.roll_out(&bundle).await.unwrap();

    until("the first step is done", 60, || async {
        let found = fleet.rollout(&rollout).await.ok()?;
        (found["rollout"]["current_step"].as_u64()? >= 1).then_some(())
    })
    .await;
    let online_since: Vec<_> =
        fleet.nodes().await.unwrap().iter().map(|node| node["status_since"].clone()).collect();
    let leader = fleet.cluster.leader(&fleet.api).await;
    fleet.cluster.kill9(leader);
    let survivor = (leader + 1) % 3;
    fleet.api = fleet.api.at(&fleet.cluster.url(survivor));

    fleet.rollout_is(&rollout, "completed").await;
    fleet.all_effective(&bundle).await;
    traffic.assert_flawless();

    // Each step began once and ended once, in order, as the audit log has it.
    let path = format!("/api/v1/projects/{PROJECT}/audit?limit=200");
    let audit = fleet.api.get(&path).await.unwrap();
    let mut steps: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in audit["entries"].as_array().unwrap().iter().rev() {
        let action = entry["action"].as_str().unwrap();
        if entry["resource_id"] == rollout.as_str() && action.starts_with("rollout.step_") {
            let step = entry["changes"]["step"].as_str().unwrap_or_default().to_owned();
            steps.entry(action.to_owned()).or_default().push(step);
        }
    }
    assert_eq!(steps["rollout.step_started"], ["1", "2", "3"], "{steps:?}");
    assert_eq!(steps["rollout.step_verifying"], ["1", "2", "3"], "{steps:?}");
    for (node, since) in fleet.nodes().await.unwrap().iter().zip(online_since) {
        assert_eq!(node["status"], "online", "{node}");
        assert_eq!(node["status_since"], since, "never called offline in between: {node}");
        assert_eq!(effective(node), Some(bundle.as_str()));
        assert_eq!(node["desired"]["generation"], 2, "one generation for each bundle: {node}");
    }

    // The dead member comes back and has everything.
    fleet.cluster.launch(leader);
    fleet.cluster.ready(leader).await;
    let old = fleet.api.at(&fleet.cluster.url(leader));
    let found = old.get(&format!("/api/v1/projects/{PROJECT}/rollouts/{rollout}")).await.unwrap();
    assert_eq!(found["rollout"]["state"], "completed");
}
