//! Words for where a rollout is.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;

const BUNDLE: &str = "0198c5b2-7d3e-7a41-9f60-000000000001";
const EARLIER: &str = "0198c5b2-7d3e-7a41-9f60-000000000002";

/// A node in a state, with the generation it was given and the one it has proven.
fn node(state: &str, given: Option<u64>, effective: Option<u64>, failed: Option<u64>) -> Value {
    let failure = failed.map(|generation| {
        json!({"bundle_id": BUNDLE, "version": "2.0.0", "generation": generation, "stage": "activate", "message": "no",
               "at": "2027-01-31T00:00:00Z"})
    });
    json!({"node_id": BUNDLE, "name": "edge", "step": 0, "state": state, "previous_bundle_id": EARLIER,
           "previous_version": "1.0.0", "generation": given, "effective_generation": effective,
           "effective_bundle_id": null, "status": "online", "healthy": true, "converged": true, "failure": failure,
           "traffic": null})
}

/// A node on which the bundle is active, with what it ran before.
pub fn completed(name: &str, previous: Option<&str>) -> Value {
    let mut node = node("completed", Some(2), Some(2), None);
    node["name"] = json!(name);
    node["previous_version"] = json!(previous);
    node
}

/// A rollout in a state, with these nodes.
pub fn detail(state: &str, nodes: &[Value]) -> RolloutDetail {
    serde_json::from_value(json!({
        "rollout": {
            "id": BUNDLE, "project_id": BUNDLE, "bundle_id": BUNDLE, "bundle_version": "2.0.0",
            "target_selector": {"type": "all"}, "strategy": "rolling", "batch_size": 1, "batch_percentage": null,
            "max_unavailable": 0, "progress_deadline_seconds": 600, "health_gates": {}, "auto_rollback": true,
            "state": state, "by": null, "steps": 1, "nodes": nodes.len(), "current_step": 0, "hold": null,
            "error": null, "created_by": "ada", "revision": 1, "started_at": "2027-01-31T00:00:00Z",
            "completed_at": null, "inserted_at": "2027-01-31T00:00:00Z", "updated_at": "2027-01-31T00:00:00Z"
        },
        "steps": [], "nodes": nodes, "progress": {"total": 0, "pending": 0, "active": 0, "restored": 0, "failed": 0}
    }))
    .unwrap()
}

#[test]
fn forward_it_counts_who_runs_the_bundle_and_backward_who_is_back() {
    let active = node("completed", Some(2), Some(2), None);
    let moving = node("assigned", Some(2), Some(1), None);
    let failed = node("assigned", Some(2), Some(1), Some(2));
    let pending = node("pending", None, Some(1), None);
    let back = node("restoring", Some(3), Some(3), None);
    let returning = node("restoring", Some(3), Some(2), Some(2));
    let stuck = node("restoring", Some(3), Some(2), Some(3));
    let nothing = node("nothing_to_restore", None, Some(2), None);
    for (state, nodes, expected) in [
        (
            "running",
            vec![&active, &moving, &pending, &failed],
            "1 of 4 nodes active, 1 on the way, 1 failed, 1 pending",
        ),
        ("completed", vec![&active, &active], "2 of 2 nodes active"),
        ("cancelled", vec![&active, &pending], "1 of 2 nodes active, 1 untouched"),
        (
            "rolling_back",
            vec![&back, &returning, &active, &pending],
            "1 of 4 nodes back, 1 still on the new bundle, 1 on the way back, 1 untouched",
        ),
        ("rolled_back", vec![&back, &back], "2 of 2 nodes back on what they ran before"),
        (
            "rolled_back",
            vec![&stuck, &nothing],
            "0 of 2 nodes back on what they ran before, 1 failed to go back, 1 with nothing to go back to",
        ),
    ] {
        let nodes: Vec<Value> = nodes.into_iter().cloned().collect();
        assert_eq!(counts(&detail(state, &nodes)), expected);
    }
}

#[test]
fn a_node_that_is_back_is_not_restoring_for_ever() {
    let rolled_back = detail(
        "rolled_back",
        &[node("restoring", Some(3), Some(3), None), node("nothing_to_restore", None, Some(2), None)],
    );
    let words: Vec<_> =
        rolled_back.nodes.iter().map(|member| super::node(&rolled_back.rollout, member)).collect();
    assert_eq!(words, ["back", "earlier bundle revoked"]);
    assert_eq!(arrived(&rolled_back), 1);
}

#[test]
fn a_way_back_on_which_nodes_were_lost_is_called_so() {
    let mut rollout = detail("rolled_back", &[]).rollout;
    assert_eq!(state(&rollout), "rolled back");
    let error = json!({"reason": "asked for", "exceptions": ["edge: its earlier bundle was revoked"]});
    rollout.error = serde_json::from_value(error).unwrap();
    assert_eq!(state(&rollout), "rolled back in part");
}

#[test]
fn a_step_that_somebody_cancelled_has_not_failed() {
    let cancelled = detail("cancelled", &[]).rollout;
    let step_in = |state: &str| -> RolloutStep {
        serde_json::from_value(json!({"step_index": 0, "node_ids": [], "state": state, "ran_ms": 0,
            "running_since": null, "started_at": null, "completed_at": null, "error": null}))
        .unwrap()
    };
    assert_eq!(step(&cancelled, &step_in("failed")), "cancelled");
    assert_eq!(step(&cancelled, &step_in("pending")), "not begun");
    assert_eq!(step(&detail("failed", &[]).rollout, &step_in("failed")), "failed");
    assert_eq!(step(&detail("running", &[]).rollout, &step_in("pending")), "pending");
}
