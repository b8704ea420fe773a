//! A canary on the real proxy, under traffic: a good bundle reaches every node, one that answers errors or is slow is taken
//! back from the only node that had it, and without traffic nothing goes on.

use sentinel_kit::{Traffic, Upstream, until};
use serde_json::{Value, json};

use crate::fleet::{Fleet, PROJECT, effective};

/// Starts a canary: one node of three, then the others.
async fn canary(fleet: &Fleet, bundle: &str, deadline_s: u32) -> String {
    let body = json!({
        "bundle_id": bundle,
        "target_selector": {"type": "all"},
        "strategy": "canary",
        "canary_analysis_config": {"steps": [30, 100], "min_requests": 200, "bake_seconds": 5},
        "progress_deadline_seconds": deadline_s,
    });
    let made = fleet.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
    made["rollout"]["id"].as_str().unwrap().to_owned()
}

/// How many proxies have answered with this body.
fn reached(traffic: &Traffic, body: &str) -> usize {
    traffic.answers().iter().filter(|proxy| proxy.with_body(body) > 0).count()
}

/// It went back, because it was worse in this respect, and only one node ever had it.
async fn taken_back(fleet: &Fleet, traffic: &Traffic, rollout: &str, body: &str, why: &str, good: &str) {
    let ended = fleet.rollout_is(rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.starts_with("the canary is worse") && reason.contains(why), "{reason}");
    let results = &ended["canary_analysis_results"];
    assert_eq!(results["verdict"], "worse", "{results}");
    assert!(results["canary"]["requests"].as_u64() > Some(0) && !points(results).is_empty(), "{results}");
    for node in fleet.nodes().await.unwrap() {
        assert_eq!(effective(&node), Some(good), "{node}");
    }
    assert_eq!(reached(traffic, body), 1, "only the canary ever served it");
}

fn points(results: &Value) -> Vec<Value> {
    results["course"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_is_compared_with_the_other_nodes_and_taken_back_when_it_is_worse() {
    let fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let broken = Upstream::start("broken", 500).await;
    let slow = Upstream::slow("slow", 300).await;
    fleet.with_first_bundle(&one).await;

    // Without traffic there is nothing to compare, and that is no pass.
    let quiet = fleet.bundle("1.1.0", &two).await.unwrap();
    let rollout = canary(&fleet, &quiet, 12).await;
    let ended = fleet.rollout_is(&rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.contains("the canary waits for traffic"), "{reason}");
    assert_eq!(ended["rollout"]["current_step"], 0, "{ended}");

    // A good one, compared and then everywhere, without a failed request.
    let traffic = Traffic::start(&fleet.addresses());
    let good = fleet.bundle("2.0.0", &two).await.unwrap();
    let rollout = canary(&fleet, &good, 90).await;
    let done = fleet.rollout_is(&rollout, "completed").await;
    let results = &done["canary_analysis_results"];
    assert_eq!(
        (results["verdict"].as_str(), results["step_index"].as_u64()),
        (Some("fair"), Some(0)),
        "{results}"
    );
    let enough = |group: &str| results[group]["requests"].as_u64().unwrap() >= 200;
    assert!(enough("canary") && enough("control") && results["slow_above_ms"].is_number(), "{results}");
    fleet.all_effective(&good).await;
    until("each proxy answers with the new version", 10, || async {
        let answers = traffic.answers();
        answers.iter().all(|proxy| proxy.last == Some((200, "two".into()))).then_some(())
    })
    .await;
    traffic.assert_flawless();

    // One that answers errors.
    traffic.reset();
    let bad = fleet.bundle("3.0.0", &broken).await.unwrap();
    let rollout = canary(&fleet, &bad, 90).await;
    taken_back(&fleet, &traffic, &rollout, "broken", "of its answers are errors", &good).await;

    // One that is slow, and answers well.
    traffic.reset();
    let lame = fleet.bundle("4.0.0", &slow).await.unwrap();
    let rollout = canary(&fleet, &lame, 90).await;
    taken_back(&fleet, &traffic, &rollout, "slow", "take longer than", &good).await;
    traffic.assert_flawless();
}
