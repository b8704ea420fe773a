//! Rollouts: made, paused, resumed, cancelled, taken back.

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::{NODES_MAX, RolloutCreate};
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection, Reply};
use sentinel_model::node::{AssignmentCause, NodeStatus};
use sentinel_model::rollout::{Batch, RolloutNodeState, RolloutSpec, RolloutState, StepState};
use sentinel_model::{BundleId, Generation, NodeId, ProjectId, RolloutId, Time};

use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

fn by() -> String {
    "ada@example.com".into()
}

fn pause() -> Command {
    RolloutPause { rollout_id: ROLLOUT, by: by() }.into()
}

fn resume() -> Command {
    RolloutResume { rollout_id: ROLLOUT, by: by() }.into()
}

fn cancel() -> Command {
    RolloutCancel { rollout_id: ROLLOUT, by: by() }.into()
}

fn rollback() -> Command {
    RolloutRollback { rollout_id: ROLLOUT, by: by(), reason: String::new() }.into()
}

/// A rollout in each state of its life.
fn in_every_state() -> Vec<(&'static str, Stage)> {
    let reached = |name, act: fn(&mut Stage)| {
        let mut stage = Stage::rolling();
        act(&mut stage);
        assert_eq!(stage.rollout().state.as_str(), name);
        (name, stage)
    };
    vec![
        reached("running", |_| {}),
        reached("paused", |stage| {
            stage.done(pause());
        }),
        reached("rolling_back", |stage| {
            stage.decide(Transition::FailStep { reason: "no".into(), step: None })
        }),
        reached("completed", |stage| {
            stage.complete_step(&[1, 2]);
            stage.complete_step(&[3, 4]);
        }),
        ("failed", failed()),
        reached("cancelled", |stage| {
            stage.done(cancel());
        }),
        reached("rolled_back", |stage| {
            stage.done(rollback());
            stage.decide(Transition::FinishRollback { exceptions: vec![] });
        }),
    ]
}

/// The first step failed, and nothing was taken back.
fn failed() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..spec() }, ..rollout() });
    stage.decide(Transition::StartStep);
    stage.prove(1);
    stage.fail(2);
    stage.decide(Transition::FailStep { reason: "edge-2 failed".into(), step: None });
    stage
}

#[test]
fn a_rollout_owns_its_nodes_from_its_first_moment_and_moves_none() {
    let stage = Stage::rolling();
    let made = stage.rollout();
    assert_eq!((made.state, made.steps, made.nodes, made.current_step), (RolloutState::Running, 2, 4, 0));
    assert_eq!(made.revision, 1);
    for number in 1..=4 {
        assert_eq!(stage.node(number).owner, Some(ROLLOUT));
        assert_eq!(stage.node(number).generation, Generation(1));
        let member = stage.member(number);
        assert_eq!((member.step, member.state), (u32::from(number > 2), RolloutNodeState::Pending));
    }
    assert_eq!(stage.step(1).node_ids, [edge(3), edge(4)]);
}

#[test]
fn a_rollout_is_refused_as_a_whole() {
    let mut stage = Stage::furnished();
    let steps = |steps: Vec<Vec<NodeId>>| RolloutCreate { steps, ..rollout() };
    stage.refuses_fields([
        (
            "batch_size",
            RolloutCreate { spec: RolloutSpec { batch: Batch::Size(0), ..spec() }, ..rollout() }.into(),
        ),
        ("target_selector", steps(vec![]).into()),
        ("target_selector", steps(vec![vec![edge(1)], vec![]]).into()),
        ("target_selector", steps(vec![vec![edge(1); NODES_MAX + 1]]).into()),
        ("target_selector", steps(vec![vec![edge(1)], vec![edge(1)]]).into()),
    ]);
    let bundle = |bundle_id| RolloutCreate { spec: RolloutSpec { bundle_id, ..spec() }, ..rollout() };
    let not_found = Rejection::not_found;
    stage.refuses([
        (RolloutCreate { project_id: ProjectId(NOBODY), ..rollout() }.into(), not_found("Project")),
        (bundle(BundleId(NOBODY)).into(), not_found("Bundle")),
        (bundle(FOREIGN).into(), not_found("Bundle")),
        (steps(vec![vec![NodeId(NOBODY)]]).into(), not_found("Node")),
        (steps(vec![vec![edge(1), STRANGER]]).into(), not_found("Node")),
    ]);
    stage.done(BundleRevoke { bundle_id: OLD });
    let revoked = "Bundle must be compiled before rollout; this one is revoked";
    stage.refuses([(bundle(OLD).into(), Rejection::WrongState(revoked.into()))]);
    stage.done(RolloutCreate { steps: vec![vec![edge(2)]], ..rollout() });
    let owned =
        format!("node 'edge-2' belongs to the rollout {ROLLOUT}; wait for it to end, or cancel it first");
    let second = || RolloutCreate { rollout_id: SECOND, ..rollout() };
    stage.refuses([
        (second().into(), Rejection::WrongState(owned)),
        (steps(vec![vec![edge(1)]]).into(), Rejection::taken("id", "this rollout exists already")),
    ]);
    stage.done(RolloutCreate { steps: vec![vec![edge(1)]], ..second() });
}

#[test]
fn nothing_is_done_to_a_rollout_that_is_not_there() {
    let missing = RolloutId(NOBODY);
    let mut advance = Stage::rolling().advance(Transition::StartStep);
    advance.rollout_id = missing;
    let not_found = || Rejection::not_found("Rollout");
    Stage::rolling().refuses([
        (RolloutPause { rollout_id: missing, by: by() }.into(), not_found()),
        (RolloutResume { rollout_id: missing, by: by() }.into(), not_found()),
        (RolloutCancel { rollout_id: missing, by: by() }.into(), not_found()),
        (RolloutRollback { rollout_id: missing, by: by(), reason: String::new() }.into(), not_found()),
        (advance.into(), not_found()),
    ]);
}

#[test]
fn each_state_allows_what_it_should_and_refuses_the_rest() {
    for (state, stage) in in_every_state() {
        let refused = |verb: &str| {
            Rejection::WrongState(format!("Rollout cannot be {verb} in current state ({state})"))
        };
        for (command, verb, allowed) in [
            (pause(), "paused", &["running"][..]),
            (resume(), "resumed", &["paused"]),
            (cancel(), "cancelled", &["running", "paused", "rolling_back"]),
            (rollback(), "rolled back", &["running", "paused", "failed"]),
        ] {
            let mut stage = stage.clone();
            if allowed.contains(&state) {
                stage.done(command);
            } else {
                assert_eq!(stage.refused(command), refused(verb));
            }
        }
    }
}

#[test]
fn a_pause_stops_the_clock_of_the_step_and_a_resumption_starts_it_again() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    let start = stage.now;
    stage.now = start.plus_ms(7_000);
    stage.decide(Transition::Hold { reason: Some("waits".into()), broken: false });
    stage.done(pause());
    assert_eq!((stage.step(0).ran_ms, stage.rollout().hold), (7_000, None));
    assert_eq!(stage.rollout().state, RolloutState::Paused { by: by() });
    stage.now = start.plus_ms(1_000_000);
    stage.done(resume());
    assert_eq!(stage.step(0).state, StepState::Running { since: stage.now });
    stage.now = stage.now.plus_ms(3_000);
    stage.done(pause());
    assert_eq!(stage.step(0).ran_ms, 10_000);
}

#[test]
fn a_pause_before_the_first_step_and_one_during_verification_resume_where_they_were() {
    let mut stage = Stage::rolling();
    stage.done(pause());
    stage.done(resume());
    assert_eq!(stage.step(0).state, StepState::Pending);
    stage.verify_step(&[1, 2]);
    stage.done(pause());
    stage.now = stage.now.plus_ms(50_000);
    stage.done(resume());
    assert_eq!(stage.step(0).state, StepState::Verifying { since: stage.now });
}

#[test]
fn cancelling_takes_back_what_is_not_proven_and_frees_every_node() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.prove(1);
    assert_eq!(stage.done(cancel()), Reply::Count(1));
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW, "proven nodes keep it");
    let back = stage.node(2).assignment.unwrap();
    assert_eq!((back.bundle_id, back.generation), (OLD, Generation(3)));
    assert_eq!(back.cause, AssignmentCause::Rollback(ROLLOUT));
    assert_eq!(stage.member(2).state, RolloutNodeState::Restoring { generation: Generation(3) });
    assert_eq!(stage.node(3).generation, Generation(1), "untouched");
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
    let cancelled = stage.rollout();
    assert_eq!(cancelled.state, RolloutState::Cancelled { by: by(), reason: String::new() });
    assert_eq!(cancelled.ended_at, Some(stage.now));
    let reason = format!("cancelled by {}", by());
    assert_eq!(stage.step(0).state, StepState::Failed { reason });
    assert_eq!(stage.step(1).state, StepState::Pending);
}

#[test]
fn cancelling_during_a_pause_does_not_count_the_pause() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.now = stage.now.plus_ms(4_000);
    stage.done(pause());
    stage.now = stage.now.plus_ms(100_000);
    stage.done(cancel());
    assert_eq!(stage.step(0).ran_ms, 4_000);
}

#[test]
fn cancelling_reaches_nodes_that_an_earlier_step_tolerated() {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: RolloutSpec { max_unavailable: 1, ..spec() }, ..rollout() });
    stage.decide(Transition::StartStep);
    stage.prove(1);
    stage.report(edge(2), NodeFact::Status(NodeStatus::Offline));
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    assert_eq!(stage.member(1).state, RolloutNodeState::Completed { generation: Generation(2) });
    assert_eq!(stage.member(2).state, RolloutNodeState::Assigned { generation: Generation(2) });
    assert_eq!(stage.done(cancel()), Reply::Count(1));
    assert_eq!(stage.node(2).assignment.unwrap().bundle_id, OLD);
}

#[test]
fn cancelling_withdraws_what_a_node_without_an_earlier_bundle_has_not_proven() {
    let mut stage = Stage::furnished();
    stage.done(samples::node(5));
    stage.done(samples::node(6));
    for number in [5, 6] {
        stage.report(edge(number), NodeFact::Status(NodeStatus::Online));
    }
    stage.done(RolloutCreate { steps: vec![vec![edge(5), edge(6)]], ..rollout() });
    stage.decide(Transition::StartStep);
    stage.prove(5);
    assert_eq!(stage.done(cancel()), Reply::Count(0));
    assert_eq!(stage.node(5).assignment.unwrap().bundle_id, NEW);
    assert_eq!((stage.node(6).assignment, stage.node(6).generation), (None, Generation(1)));
    let told = stage.events.iter().find(|event| event.kind == "node.unassigned").unwrap();
    assert_eq!(told.resource_id, edge(6).to_string());
    stage.done(samples::assign(OLD, &[6]));
    assert_eq!(stage.node(6).generation, Generation(2), "a generation is never used twice");
}

#[test]
fn a_rollback_says_who_asked_when_no_reason_is_given() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.now = stage.now.plus_ms(4_000);
    let reason = "x".repeat(1_001);
    let long = RolloutRollback { rollout_id: ROLLOUT, by: by(), reason };
    stage.refuses_fields([("reason", long.into())]);
    stage.done(rollback());
    let reason = format!("asked for by {}", by());
    let state = RolloutState::RollingBack { reason: reason.clone(), since: stage.now };
    assert_eq!(stage.rollout().state, state);
    assert_eq!((stage.step(0).state, stage.step(0).ran_ms), (StepState::Failed { reason }, 4_000));
    assert_eq!(stage.node(1).owner, Some(ROLLOUT), "until the way back is done");
}

#[test]
fn a_failed_rollout_takes_back_the_nodes_that_still_have_what_it_gave_them() {
    let mut stage = Stage::furnished();
    let spec = RolloutSpec { auto_rollback: false, ..spec() };
    stage.done(RolloutCreate { spec, steps: vec![(1..=4).map(edge).collect()], ..rollout() });
    stage.decide(Transition::StartStep);
    stage.prove(1);
    stage.prove(2);
    stage.fail(3);
    stage.decide(Transition::FailStep { reason: "edge-3 failed".into(), step: None });
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
    stage.done(samples::assign(OLD, &[1]));
    stage.done(rollback());
    let owners: Vec<_> = (1..=4).map(|number| stage.node(number).owner).collect();
    let why = "the first has left for good, the last two were taken back with the failure";
    assert_eq!(owners, [None, Some(ROLLOUT), None, None], "{why}");
    assert_eq!(stage.rollout().ended_at, None);
    stage.decide(Transition::RestoreNodes { node_ids: (1..=4).map(edge).collect() });
    assert_eq!(stage.node(1).assignment.unwrap().cause, AssignmentCause::Direct);
    assert_eq!(stage.node(2).assignment.unwrap().cause, AssignmentCause::Rollback(ROLLOUT));
    assert_eq!(stage.node(3).generation, Generation(3), "given once");
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert_eq!(stage.node(2).owner, None);
}

#[test]
fn a_failed_rollout_does_not_take_back_nodes_that_another_one_has_by_now() {
    let mut stage = failed();
    stage.done(RolloutCreate { rollout_id: SECOND, ..rollout() });
    let owned = format!("node 'edge-1' belongs to the rollout {SECOND} by now; cancel that first");
    stage.refuses([(rollback(), Rejection::WrongState(owned))]);
    stage.done(RolloutCancel { rollout_id: SECOND, by: by() });
    stage.done(rollback());
}

#[test]
fn every_change_of_a_rollout_counts_its_revision_up_by_one() {
    let mut stage = Stage::rolling();
    for expected in 2.. {
        let command = match expected {
            2 => pause(),
            3 => resume(),
            4 => stage.advance(Transition::StartStep).into(),
            5 => rollback(),
            6 => cancel(),
            _ => break,
        };
        stage.now = Time(stage.now.0 + 1);
        stage.done(command);
        assert_eq!((stage.rollout().revision, stage.rollout().updated_at), (expected, stage.now));
    }
}
