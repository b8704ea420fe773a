//! What a rollout has come to on its nodes, kept when it ends.

use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_model::rollout::{NodeOutcome, RolloutSpec};

use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

fn outcome(stage: &Stage, number: u8) -> NodeOutcome {
    stage.member(number).outcome.unwrap()
}

/// Defect: what was shown of a rollout that had ended followed what its nodes ran later.
#[test]
fn what_a_rollout_came_to_stays_whatever_its_nodes_run_later_and_when_they_are_deleted() {
    let mut stage = Stage::rolling().raised();
    stage.complete_step(&[1, 2]);
    assert_eq!(stage.member(1).outcome, None, "it goes on");
    stage.complete_step(&[3, 4]);
    let then: Vec<NodeOutcome> = (1..=4).map(|number| outcome(&stage, number)).collect();
    for (number, outcome) in (1u8..).zip(&then) {
        assert_eq!((outcome.name.as_str(), outcome.proven), (format!("edge-{number}").as_str(), true));
        assert_eq!(outcome.effective.map(|fact| fact.bundle_id), Some(NEW));
    }
    stage.done(samples::assign(OLD, &[1, 2]));
    stage.prove(1);
    stage.fail(2);
    stage.done(NodeDelete { node_id: edge(3) });
    let now: Vec<NodeOutcome> = (1..=4).map(|number| outcome(&stage, number)).collect();
    assert_eq!(now, then);
}

#[test]
fn what_was_on_its_way_when_the_rollout_ended_is_added_when_it_arrives_and_nothing_else_is() {
    let mut stage = Stage::rolling().raised();
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert!(outcome(&stage, 1).proven && !outcome(&stage, 3).proven && !outcome(&stage, 4).proven);
    stage.prove(3);
    assert!(outcome(&stage, 3).proven);
    assert_eq!(outcome(&stage, 3).effective.map(|fact| fact.bundle_id), Some(OLD));
    // The other one was given something else before it was back.
    stage.done(samples::assign(NEW, &[3, 4]));
    stage.prove(3);
    stage.prove(4);
    assert!(!outcome(&stage, 4).proven);
    assert_eq!(outcome(&stage, 3).effective.map(|fact| fact.bundle_id), Some(OLD));
}

#[test]
fn a_failed_rollout_that_is_taken_back_has_come_to_what_it_is_then() {
    let mut stage = Stage::furnished().raised();
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..spec() }, ..rollout() });
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.fail(3);
    stage.decide(Transition::FailStep { reason: "edge-3 failed".into(), step: None });
    assert_eq!(outcome(&stage, 1).effective.map(|fact| fact.bundle_id), Some(NEW));
    stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: String::new() });
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
    stage.prove(1);
    stage.prove(2);
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert_eq!(outcome(&stage, 1).effective.map(|fact| fact.bundle_id), Some(OLD));
}

#[test]
fn a_rollout_that_never_began_has_come_to_nothing() {
    let mut stage = Stage::furnished().raised();
    stage.done(RolloutCreate { scheduled_at: Some(stage.now.plus_ms(1_000)), ..rollout() });
    stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert_eq!(stage.member(1).outcome, None);
}
