//! What operators set of nodes: labels, weight, pin.

use std::collections::BTreeMap;

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::tables::{self, Table};
use sentinel_machine::{Rejection, Reply};
use sentinel_model::node::Node;
use sentinel_model::rollout::{RolloutNodeState, RolloutSpec, RolloutState};
use sentinel_model::{BundleId, NodeId};

use crate::ids::*;
use crate::samples::{self, assign, pin, rollout, spec, update, weigh};
use crate::stage::Stage;

fn wrong(text: impl Into<String>) -> Rejection {
    Rejection::WrongState(text.into())
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_change_says_in_one_entry_what_was_and_what_is() {
    let mut stage = Stage::furnished();
    let (before, moved) = (stage.node(1), labels(&[("slot", "green"), ("zone", "us")]));
    let change =
        NodeUpdate { labels: Some(moved.clone()), weight: Some(50), pin: Some(Pin::To(OLD)), ..update(1) };
    assert_eq!(stage.done(change), Reply::Done);
    let node = stage.node(1);
    let after = Node { labels: moved, weight: 50, weight_revision: 1, pinned_bundle_id: Some(OLD), ..before };
    assert_eq!(node, after, "and nothing else changes: it runs what it ran");
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.resource_id), ("node.updated", edge(1).to_string()));
    let changes: Vec<(&str, &str)> =
        entry.changes.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    assert_eq!(
        changes,
        [
            ("changed", "labels, weight, pin"),
            ("labels", "slot=green, zone=us"),
            ("labels_before", "zone=eu"),
            ("name", "edge-1"),
            ("pinned_bundle_id", OLD.to_string().as_str()),
            ("pinned_version", "1.0"),
            ("pinned_version_before", "none"),
            ("weight", "50"),
            ("weight_before", "100"),
        ]
    );
}

#[test]
fn what_is_not_named_stays_and_the_same_weight_again_is_no_newer_one() {
    let mut stage = Stage::furnished();
    stage.done(NodeUpdate { labels: Some(labels(&[])), weight: Some(0), ..update(1) });
    stage.done(pin(1, Pin::To(OLD)));
    stage.done(weigh(1, 0));
    let node = stage.node(1);
    assert_eq!((node.weight, node.weight_revision, node.pinned_bundle_id), (0, 1, Some(OLD)));
    assert!(node.labels.is_empty());
    stage.done(weigh(1, 100));
    stage.done(pin(1, Pin::Clear));
    let node = stage.node(1);
    assert_eq!((node.weight, node.weight_revision, node.pinned_bundle_id), (100, 2, None));
}

#[test]
fn values_that_cannot_be_are_refused_by_field() {
    let stage = Stage::furnished();
    stage.refuses_fields([
        ("weight", weigh(1, 101).into()),
        ("labels.", NodeUpdate { labels: Some(labels(&[("", "x")])), ..update(1) }.into()),
        ("node", update(1).into()),
    ]);
    let nobody = NodeUpdate { node_id: NodeId(NOBODY), ..weigh(1, 1) };
    stage.refuses([(nobody.into(), Rejection::not_found("Node"))]);
}

#[test]
fn a_node_is_pinned_to_a_bundle_of_its_project_that_may_be_handed_out() {
    let mut stage = Stage::furnished();
    stage.done(pin(2, Pin::To(NEW)));
    stage.done(BundleRevoke { bundle_id: NEW });
    stage.refuses([
        (pin(1, Pin::To(FOREIGN)).into(), Rejection::not_found("Bundle")),
        (pin(1, Pin::To(BundleId(NOBODY))).into(), Rejection::not_found("Bundle")),
        (pin(1, Pin::To(NEW)).into(), wrong("Bundle has been revoked")),
    ]);
    assert_eq!(stage.node(2).pinned_bundle_id, Some(NEW), "a revocation unpins nobody");
    stage.done(pin(2, Pin::To(NEW)));
}

#[test]
fn pins_are_skipped_by_rollouts_and_not_by_direct_assign_there_refused_here() {
    let mut stage = Stage::furnished();
    stage.done(pin(3, Pin::To(OLD)));
    let words = || {
        wrong(
            "node 'edge-3' is pinned to bundle '1.0': that one is the only one that it may be given, unless you unpin it first",
        )
    };
    stage.refuses([(assign(NEW, &[1, 3]).into(), words()), (rollout().into(), words())]);
    stage.done(assign(OLD, &[3]));
    let steps = vec![vec![edge(3)]];
    stage.done(RolloutCreate { spec: RolloutSpec { bundle_id: OLD, ..spec() }, steps, ..rollout() });
    stage.decide(Transition::StartStep);
    assert_eq!(stage.node(3).assignment.unwrap().bundle_id, OLD, "its own bundle may be rolled out to it");
}

#[test]
fn a_node_that_a_rollout_moves_is_not_pinned_meanwhile_and_may_be_unpinned_and_weighed() {
    let mut stage = Stage::furnished();
    stage.done(pin(1, Pin::To(NEW)));
    stage.done(rollout());
    let owned =
        format!("node 'edge-2' belongs to the rollout {ROLLOUT}; wait for it to end, or cancel it first");
    stage.refuses([(pin(2, Pin::To(OLD)).into(), wrong(owned))]);
    stage.done(weigh(2, 10));
    stage.done(pin(1, Pin::Clear));
}

#[test]
fn a_late_joiner_that_was_pinned_is_not_given_the_next_baseline() {
    let mut stage = Stage::furnished();
    stage.done(rollout());
    for number in [5, 6] {
        stage.done(samples::node(number));
    }
    stage.done(pin(5, Pin::To(OLD)));
    stage.done(pin(6, Pin::To(NEW)));
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(stage.node(5).assignment, None);
    assert_eq!(stage.node(6).assignment.unwrap().bundle_id, NEW);
}

#[test]
fn the_way_back_of_a_failed_rollout_does_not_move_what_was_pinned_since() {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..spec() }, ..rollout() });
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.decide(Transition::FailStep { reason: "edge-3 failed".into(), step: None });
    stage.done(pin(1, Pin::To(NEW)));
    stage.done(pin(2, Pin::To(OLD)));
    stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: String::new() });
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW);
    assert_eq!(stage.member(1).state, RolloutNodeState::NothingToRestore);
    assert_eq!(stage.node(2).assignment.unwrap().bundle_id, OLD);
    assert!(matches!(stage.rollout().state, RolloutState::RollingBack { .. }));
}

#[test]
fn a_row_of_before_there_were_settings_reads_and_is_written_as_it_was() {
    let mut stage = Stage::furnished();
    let bytes = |stage: &Stage| tables::encode(Table::Nodes, &stage.node(1)).unwrap();
    let names = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        ["weight", "weight_revision", "pinned_bundle_id"].map(|name| text.contains(name))
    };
    let old = bytes(&stage);
    assert_eq!(names(&old), [false; 3]);
    let read: Node = tables::decode(Table::Nodes, &old).unwrap();
    assert_eq!((read.weight, read.weight_revision, read.pinned_bundle_id), (100, 0, None));
    stage.done(NodeUpdate { weight: Some(1), pin: Some(Pin::To(OLD)), ..update(1) });
    assert_eq!(names(&bytes(&stage)), [true; 3]);
    assert_eq!(tables::decode::<Node>(Table::Nodes, &bytes(&stage)).unwrap(), stage.node(1));
}
