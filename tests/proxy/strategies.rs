//! Every strategy on three real proxies under traffic, against every kind of bad bundle: one that answers errors, one that is slow, one
//! that does not activate. Whatever is taken back is taken back on every node that had it, also in a freeze.

use jiff::{Timestamp, ToSpan};
use sentinel_kit::{Traffic, Upstream, until};
use serde_json::{Value, json};

use crate::fleet::{Fleet, PROJECT, effective, impossible_config};

/// Starts a rollout to all nodes, with gates on errors and latency.
async fn roll_out(fleet: &Fleet, strategy: &str, bundle: &str, observe_s: u32) -> String {
    let body = json!({
        "bundle_id": bundle,
        "target_selector": {"type": "all"},
        "strategy": strategy,
        "progress_deadline_seconds": 90,
        "auto_rollback": true,
        "health_gates": {
            "heartbeat_healthy": true, "max_error_rate": 5.0, "max_latency_ms": 150.0,
            "min_requests": 20, "observe_seconds": observe_s, "fail_after_seconds": 1,
        },
    });
    let made = fleet.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
    made["rollout"]["id"].as_str().unwrap().to_owned()
}

/// A bundle that no node can activate: it wants an address that somebody else holds.
async fn impossible(fleet: &Fleet, version: &str, upstream: &Upstream, held: &str) -> String {
    let body = json!({"version": version, "config_source": impossible_config(&upstream.address(), held)});
    let made = fleet.api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await.unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// The rollout went back for this reason, and every node runs `good` again.
async fn taken_back(fleet: &Fleet, rollout: &str, good: &str, why: &str) -> Value {
    let ended = fleet.rollout_is(rollout, "rolled_back").await;
    let reason = ended["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.contains(why), "{reason}");
    for node in fleet.nodes().await.unwrap() {
        assert_eq!(effective(&node), Some(good), "{node}");
    }
    ended
}

/// How many proxies have answered with this body.
fn reached(traffic: &Traffic, body: &str) -> usize {
    traffic.answers().iter().filter(|proxy| proxy.with_body(body) > 0).count()
}

async fn all_answer(traffic: &Traffic, body: &str) {
    traffic.reset();
    until("each proxy answers with what it ran before", 10, || async {
        traffic.answers().iter().all(|proxy| proxy.with_body(body) > 20).then_some(())
    })
    .await;
    traffic.assert_flawless();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rolling_and_all_at_once_reach_every_node_and_are_taken_back_from_every_node() {
    let fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let (broken, slow) = (Upstream::start("broken", 500).await, Upstream::slow("slow", 300).await);
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let held = held.local_addr().unwrap().to_string();
    let mut good = fleet.with_first_bundle(&one).await;
    let traffic = Traffic::start(&fleet.addresses());

    for (strategy, had_it, upstream, body) in [("rolling", 1, &two, "two"), ("all_at_once", 3, &one, "one")] {
        let version = |number: u32| format!("{number}.0.0-{}", strategy.replace('_', "-"));
        good = fleet.bundle(&version(1), upstream).await.unwrap();
        let rollout = roll_out(&fleet, strategy, &good, 2).await;
        fleet.rollout_is(&rollout, "completed").await;
        fleet.all_effective(&good).await;
        all_answer(&traffic, body).await;

        let bad = fleet.bundle(&version(2), &broken).await.unwrap();
        let rollout = roll_out(&fleet, strategy, &bad, 2).await;
        taken_back(&fleet, &rollout, &good, "error rate").await;
        assert_eq!(reached(&traffic, "broken"), had_it, "{strategy}");
        all_answer(&traffic, body).await;

        let lame = fleet.bundle(&version(3), &slow).await.unwrap();
        let rollout = roll_out(&fleet, strategy, &lame, 2).await;
        taken_back(&fleet, &rollout, &good, "latency").await;
        assert_eq!(reached(&traffic, "slow"), had_it, "{strategy}");
        traffic.assert_flawless();
        all_answer(&traffic, body).await;

        let never = impossible(&fleet, &version(4), upstream, &held).await;
        let rollout = roll_out(&fleet, strategy, &never, 2).await;
        taken_back(&fleet, &rollout, &good, &format!("cannot have {held}")).await;
        traffic.assert_flawless();
    }

    // All have switched, then a freeze begins, then the gate fails: the way back asks no calendar.
    let bad = fleet.bundle("9.0.0", &broken).await.unwrap();
    let rollout = roll_out(&fleet, "all_at_once", &bad, 30).await;
    until("every node has switched", 30, || async {
        let switched = fleet.nodes().await.ok()?.iter().all(|node| effective(node) == Some(bad.as_str()));
        switched.then_some(())
    })
    .await;
    let until_then = (Timestamp::now() + 1.hour()).to_string();
    let window = json!({"name": "nothing moves", "until": until_then});
    let freezes = format!("/api/v1/projects/{PROJECT}/freeze-windows");
    fleet.api.post(&freezes, &window).await.unwrap();
    taken_back(&fleet, &rollout, &good, "error rate").await;
    assert_eq!(fleet.api.get(&freezes).await.unwrap()["freeze_windows"][0]["active"], true);
    all_answer(&traffic, "one").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_that_does_not_activate_is_taken_back_from_the_only_node_that_was_given_it() {
    let fleet = Fleet::start().await;
    let one = Upstream::start("one", 200).await;
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let held = held.local_addr().unwrap().to_string();
    let good = fleet.with_first_bundle(&one).await;
    let traffic = Traffic::start(&fleet.addresses());
    let never = impossible(&fleet, "2.0.0", &one, &held).await;
    let rollout = roll_out(&fleet, "canary", &never, 2).await;
    let ended = taken_back(&fleet, &rollout, &good, &format!("cannot have {held}")).await;
    assert_eq!(ended["rollout"]["current_step"], 0, "{ended}");
    traffic.assert_flawless();
}
