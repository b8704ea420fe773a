//! What the scheduler decides on the way back.

use sentinel_machine::Rejection;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::commands::rollout_advance::{EXCEPTIONS_MAX, Transition};
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_model::node::{AssignmentCause, NodeStatus};
use sentinel_model::rollout::{RolloutNodeState, RolloutState};
use sentinel_model::{Generation, NodeId};

use crate::ids::*;
use crate::samples::{self, rollout};
use crate::stage::Stage;

/// The first step is complete; the second failed.
fn back() -> Stage {
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.fail(3);
    stage.decide(Transition::FailStep { reason: "edge-3 failed".into(), step: None });
    stage
}

fn restore(stage: &mut Stage, nodes: &[u8]) {
    stage.decide(Transition::RestoreNodes { node_ids: nodes.iter().map(|number| edge(*number)).collect() });
}

#[test]
fn a_wave_gives_exactly_its_nodes_their_earlier_bundle() {
    let mut stage = back();
    restore(&mut stage, &[3, 4]);
    for number in [3, 4] {
        let node = stage.node(number);
        let assignment = node.assignment.unwrap();
        assert_eq!((assignment.bundle_id, assignment.generation), (OLD, Generation(3)));
        assert_eq!((assignment.cause, node.failure), (AssignmentCause::Rollback(ROLLOUT), None));
        assert_eq!(stage.member(number).state, RolloutNodeState::Restoring { generation: Generation(3) });
    }
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW, "another wave's");
    assert_eq!(stage.member(1).state, RolloutNodeState::Completed { generation: Generation(2) });
}

#[test]
fn restoring_a_node_twice_or_a_node_that_is_not_ours_changes_nothing() {
    let mut stage = back();
    restore(&mut stage, &[3]);
    let generation = stage.node(3).generation;
    restore(&mut stage, &[3]);
    assert_eq!(stage.node(3).generation, generation);
    stage.decide(Transition::RestoreNodes { node_ids: vec![STRANGER, NodeId(NOBODY)] });
    assert!(stage.get::<sentinel_model::node::Node>(STRANGER.as_bytes()).unwrap().assignment.is_none());
}

#[test]
fn deleted_nodes_are_passed_over_on_the_way_back() {
    let mut stage = back();
    stage.done(NodeDelete { node_id: edge(3) });
    restore(&mut stage, &[3, 4]);
    assert_eq!(stage.member(3).state, RolloutNodeState::Assigned { generation: Generation(2) });
    assert_eq!(stage.member(4).state, RolloutNodeState::Restoring { generation: Generation(3) });
}

#[test]
fn an_earlier_bundle_that_was_revoked_is_not_given_again() {
    let mut stage = back();
    stage.done(BundleRevoke { bundle_id: OLD });
    restore(&mut stage, &[1, 3]);
    for number in [1, 3] {
        assert_eq!(stage.member(number).state, RolloutNodeState::NothingToRestore);
        assert_eq!(stage.member(number).previous, Some(OLD));
    }
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW, "it runs that, and has nothing else");
    assert_eq!(stage.node(3).assignment, None, "it does not run that, and shall not try again");
}

#[test]
fn of_two_earlier_bundles_the_one_that_may_be_handed_out_is_given() {
    let mut stage = Stage::furnished();
    stage.done(samples::bundle(BETWEEN, SHOP, "1.5"));
    stage.done(samples::assign(BETWEEN, &[1, 2]));
    stage.done(rollout());
    stage.decide(Transition::StartStep);
    stage.decide(Transition::FailStep { reason: "no".into(), step: None });
    restore(&mut stage, &[1]);
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, BETWEEN, "what it was assigned");
    stage.done(BundleRevoke { bundle_id: BETWEEN });
    restore(&mut stage, &[2]);
    assert_eq!(stage.node(2).assignment.unwrap().bundle_id, OLD, "what it ran");
    assert_eq!(stage.member(2).previous, Some(BETWEEN));
}

#[test]
fn a_node_without_an_earlier_bundle_keeps_what_it_has_proven() {
    let mut stage = Stage::furnished();
    for number in [5, 6] {
        stage.done(samples::node(number));
        stage.report(edge(number), NodeFact::Status(NodeStatus::Online));
    }
    stage.done(RolloutCreate { steps: vec![vec![edge(5), edge(6)]], ..rollout() });
    stage.decide(Transition::StartStep);
    stage.prove(5);
    stage.fail(6);
    stage.decide(Transition::FailStep { reason: "edge-6 failed".into(), step: None });
    restore(&mut stage, &[5, 6]);
    assert_eq!(stage.member(5).state, RolloutNodeState::NothingToRestore);
    assert_eq!(stage.node(5).assignment.unwrap().bundle_id, NEW);
    assert_eq!((stage.node(6).assignment, stage.node(6).failure), (None, None));
}

#[test]
fn the_end_frees_every_node_and_keeps_the_exceptions() {
    let mut stage = back();
    restore(&mut stage, &[1, 2, 3, 4]);
    let exceptions = vec!["edge-1 is offline".to_owned(), "y".repeat(2_000)];
    stage.decide(Transition::FinishRollback { exceptions });
    let done = stage.rollout();
    let RolloutState::RolledBack { reason, exceptions } = done.state else { panic!() };
    assert_eq!((reason.as_str(), exceptions[0].as_str()), ("edge-3 failed", "edge-1 is offline"));
    assert_eq!(exceptions[1].len(), 1_000);
    assert_eq!(done.ended_at, Some(stage.now));
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
    assert!(stage.audit().last().unwrap().changes["detail"].len() <= 1_000);
}

#[test]
fn exceptions_are_bounded() {
    let stage = back();
    let many = |count| Transition::FinishRollback { exceptions: vec!["x".into(); count] };
    stage.refuses_fields([("exceptions", stage.advance(many(EXCEPTIONS_MAX + 1)).into())]);
    stage.clone().done(stage.advance(many(EXCEPTIONS_MAX)));
}

#[test]
fn a_cancelled_way_back_leaves_nothing_half_moved() {
    let mut stage = back();
    restore(&mut stage, &[3]);
    stage.done(sentinel_machine::commands::rollout_cancel::RolloutCancel {
        rollout_id: ROLLOUT,
        by: "ada".into(),
    });
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW, "proven");
    assert_eq!(stage.node(3).generation, Generation(3), "on its way back already");
    assert_eq!(stage.node(4).assignment.unwrap().bundle_id, OLD, "given, never proven");
    let late = stage.advance(Transition::RestoreNodes { node_ids: vec![edge(1)] });
    let message = "Rollout cannot be advanced in current state (cancelled)";
    stage.refuses([(late.into(), Rejection::WrongState(message.into()))]);
}
