//! What the scheduler decides, going forward.

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::{Command, Rejection};
use sentinel_model::node::{AssignmentCause, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Hold, RolloutNodeState, RolloutSpec, RolloutState, StepState, Target};
use sentinel_model::{Generation, Time};

use crate::ids::*;
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

fn wrong(message: impl Into<String>) -> Rejection {
    Rejection::WrongState(message.into())
}

fn every_transition() -> [Transition; 7] {
    [
        Transition::StartStep,
        Transition::VerifyStep,
        Transition::CompleteStep,
        Transition::Hold { reason: Some("waits".into()), broken: false },
        Transition::FailStep { reason: "no".into(), step: None },
        Transition::RestoreNodes { node_ids: vec![edge(1)] },
        Transition::FinishRollback { exceptions: vec![] },
    ]
}

#[test]
fn a_decision_on_another_revision_is_refused_whatever_it_is() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    for transition in every_transition() {
        for revision in [1, 3] {
            let advance = RolloutAdvance { rollout_id: ROLLOUT, revision, transition: transition.clone() };
            stage.refuses([(advance.into(), Rejection::Stale { decided_on: revision, current: 2 })]);
        }
    }
}

#[test]
fn a_decision_that_does_not_fit_the_state_of_the_rollout_is_refused() {
    let mut paused = Stage::rolling();
    paused.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    let mut back = Stage::rolling();
    back.decide(Transition::FailStep { reason: "no".into(), step: None });
    let mut done = Stage::rolling();
    done.complete_step(&[1, 2]);
    done.complete_step(&[3, 4]);
    for (stage, fits) in [(Stage::rolling(), 0..5), (back, 5..7), (paused, 0..0), (done, 0..0)] {
        let state = stage.rollout().state.as_str();
        for (place, transition) in every_transition().into_iter().enumerate() {
            if !fits.contains(&place) {
                let message = format!("Rollout cannot be advanced in current state ({state})");
                stage.refuses([(stage.advance(transition).into(), wrong(message))]);
            }
        }
    }
}

#[test]
fn a_decision_that_does_not_fit_the_state_of_the_step_is_refused() {
    let pending = Stage::rolling();
    let mut running = Stage::rolling();
    running.decide(Transition::StartStep);
    let mut verifying = Stage::rolling();
    verifying.verify_step(&[1, 2]);
    let case = |stage: &Stage, transition, message: &str| {
        stage.refuses([(stage.advance(transition).into(), wrong(message))]);
    };
    case(&pending, Transition::VerifyStep, "step 0 is not running");
    case(&pending, Transition::CompleteStep, "step 0 is not being verified");
    case(&running, Transition::StartStep, "step 0 has begun already");
    case(&running, Transition::CompleteStep, "step 0 is not being verified");
    case(&verifying, Transition::StartStep, "step 0 has begun already");
    case(&verifying, Transition::VerifyStep, "step 0 is not running");
}

#[test]
fn starting_a_step_gives_its_nodes_the_bundle_and_records_what_they_ran() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    for number in [1, 2] {
        let assignment = stage.node(number).assignment.unwrap();
        assert_eq!((assignment.bundle_id, assignment.generation), (NEW, Generation(2)));
        assert_eq!(assignment.cause, AssignmentCause::Rollout(ROLLOUT));
        let member = stage.member(number);
        assert_eq!(member.previous, Some(OLD));
        assert_eq!(member.state, RolloutNodeState::Assigned { generation: Generation(2) });
    }
    assert_eq!(stage.node(3).generation, Generation(1));
    assert_eq!(stage.member(3).state, RolloutNodeState::Pending);
    assert_eq!(stage.step(0).state, StepState::Running { since: stage.now });
    assert_eq!(stage.step(0).started_at, Some(stage.now));
    assert_eq!(stage.events.iter().filter(|event| event.kind == "node.assigned").count(), 2);
}

/// Bundle 1.5, which the whole shop runs by now but for the nodes named: those were assigned it and never proved it.
fn behind(nodes: &[u8]) -> Stage {
    let mut stage = Stage::furnished();
    stage.done(samples::bundle(BETWEEN, SHOP, "1.5"));
    stage.done(samples::assign(BETWEEN, &[1, 2, 3, 4]));
    for number in (1..=4).filter(|number| !nodes.contains(number)) {
        stage.prove(number);
    }
    stage
}

#[test]
fn the_earlier_bundle_is_the_assigned_one_unless_the_node_has_failed_it() {
    let mut stage = behind(&[1, 2]);
    stage.fail(2);
    stage.done(samples::node(5));
    stage.done(samples::assign(OLD, &[5]));
    stage.done(RolloutCreate { steps: vec![vec![edge(1), edge(2), edge(5)]], ..rollout() });
    stage.decide(Transition::StartStep);
    let earlier = |number: u8| (stage.member(number).previous, stage.member(number).fallback);
    assert_eq!(earlier(1), (Some(BETWEEN), Some(OLD)), "late, and the fleet runs 1.5");
    assert_eq!(earlier(2), (Some(OLD), Some(BETWEEN)), "tried 1.5, and runs what it ran before");
    assert_eq!(earlier(5), (Some(OLD), None), "assigned, nothing proven");
}

#[test]
fn a_node_that_was_late_goes_back_to_what_the_fleet_runs() {
    let mut stage = behind(&[2]);
    stage.done(rollout());
    stage.decide(Transition::StartStep);
    stage.fail(1);
    stage.decide(Transition::FailStep { reason: "edge-1 failed".into(), step: None });
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
    for number in [1, 2] {
        assert_eq!(stage.node(number).assignment.unwrap().bundle_id, BETWEEN, "edge-{number}");
    }
}

#[test]
fn a_node_cannot_have_another_tenants_bundle_given_to_it_by_claiming_to_run_it() {
    let mut stage = behind(&[1]);
    stage.fail(1);
    stage.report(edge(1), NodeFact::Effective { bundle_id: FOREIGN, generation: Generation(1) });
    assert_eq!(stage.node(1).effective.unwrap().bundle_id, FOREIGN);
    stage.done(samples::node(5));
    stage.report(edge(5), NodeFact::Effective { bundle_id: FOREIGN, generation: Generation(0) });
    stage.done(RolloutCreate { steps: vec![vec![edge(1), edge(5)]], ..rollout() });
    stage.decide(Transition::StartStep);
    assert_eq!(stage.member(1).previous, Some(BETWEEN), "what it was assigned");
    assert_eq!(stage.member(5).previous, None);
}

#[test]
fn a_revoked_bundle_is_not_handed_out_even_if_the_scheduler_did_not_know() {
    let mut stage = Stage::rolling();
    stage.verify_step(&[1, 2]);
    let mut before_start = Stage::rolling();
    for (stage, transition) in
        [(&mut stage, Transition::CompleteStep), (&mut before_start, Transition::StartStep)]
    {
        let decision = stage.advance(transition);
        stage.done(BundleRevoke { bundle_id: NEW });
        stage.refuses([(decision.into(), wrong("bundle '2.0' has been revoked"))]);
    }
}

#[test]
fn a_step_is_not_verified_before_its_nodes_have_proven_the_bundle() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.prove(1);
    let refused = wrong("only 1 of 2 nodes of step 0 run the bundle");
    stage.refuses([(stage.advance(Transition::VerifyStep).into(), refused.clone())]);
    stage.prove(2);
    for change in [
        |stage: &mut Stage| stage.fail(2),
        |stage: &mut Stage| {
            stage.report(edge(2), NodeFact::Status(NodeStatus::Offline));
        },
        |stage: &mut Stage| {
            stage.fail(2);
            stage.report(edge(2), NodeFact::Effective { bundle_id: OLD, generation: Generation(1) });
        },
    ] {
        let mut stage = stage.clone();
        change(&mut stage);
        stage.refuses([(stage.advance(Transition::VerifyStep).into(), refused.clone())]);
    }
    stage.decide(Transition::VerifyStep);
}

#[test]
fn a_step_is_not_completed_nor_left_behind_when_its_nodes_went_back_meanwhile() {
    let mut stage = Stage::rolling();
    stage.verify_step(&[1, 2]);
    let mut between = stage.clone();
    between.decide(Transition::CompleteStep);
    let refused = wrong("only 1 of 2 nodes of step 0 run the bundle");
    for (stage, transition) in [(&mut stage, Transition::CompleteStep), (&mut between, Transition::StartStep)]
    {
        stage.fail(2);
        stage.refuses([(stage.advance(transition).into(), refused.clone())]);
    }
}

#[test]
fn tolerated_nodes_do_not_stop_a_step_but_one_must_be_left() {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: RolloutSpec { max_unavailable: 2, ..spec() }, ..rollout() });
    stage.decide(Transition::StartStep);
    stage.fail(1);
    let refused = wrong("only 0 of 2 nodes of step 0 run the bundle");
    stage.refuses([(stage.advance(Transition::VerifyStep).into(), refused)]);
    stage.prove(2);
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    assert_eq!(stage.member(1).state, RolloutNodeState::Assigned { generation: Generation(2) });
    assert_eq!(stage.member(2).state, RolloutNodeState::Completed { generation: Generation(2) });
}

#[test]
fn deleted_nodes_are_passed_over() {
    let mut stage = Stage::rolling();
    stage.done(NodeDelete { node_id: edge(1) });
    stage.decide(Transition::StartStep);
    assert_eq!(stage.member(1).state, RolloutNodeState::Pending);
    stage.prove(2);
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    assert_eq!(stage.rollout().current_step, 1);
    // It has passed: who is deleted afterwards takes nothing back.
    stage.done(NodeDelete { node_id: edge(2) });
    stage.complete_step(&[3, 4]);
}

/// Defect: the end of a step named the one that follows.
#[test]
fn audit_entries_name_the_step_that_they_are_about_as_people_count() {
    let mut stage = Stage::rolling().raised();
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    let said: Vec<(String, String)> = stage
        .audit()
        .into_iter()
        .filter(|entry| entry.resource_type == "rollout" && entry.action != "rollout.created")
        .map(|entry| (entry.action, entry.changes["step"].clone()))
        .collect();
    let said: Vec<(&str, &str)> =
        said.iter().map(|(action, step)| (action.as_str(), step.as_str())).collect();
    assert_eq!(
        said,
        [
            ("rollout.step_started", "1"),
            ("rollout.step_verifying", "1"),
            ("rollout.step_completed", "1"),
            ("rollout.step_started", "2"),
            ("rollout.step_verifying", "2"),
            ("rollout.completed", "2"),
        ]
    );
}

#[test]
fn a_step_whose_nodes_were_all_deleted_does_not_pass_and_completes_nothing() {
    let gone = |stage: &mut Stage| {
        stage.done(NodeDelete { node_id: edge(3) });
        stage.done(NodeDelete { node_id: edge(4) });
    };
    let refused = wrong("no node of step 2 is left that has proven the bundle");
    let mut stage = Stage::rolling().raised();
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    let mut observed = stage.clone();
    gone(&mut stage);
    stage.refuses([(stage.advance(Transition::VerifyStep).into(), refused.clone())]);
    observed.prove(3);
    observed.prove(4);
    observed.decide(Transition::VerifyStep);
    gone(&mut observed);
    observed.refuses([(observed.advance(Transition::CompleteStep).into(), refused)]);
    observed.decide(Transition::FailStep { reason: "nobody is left".into(), step: None });
    assert_eq!(observed.get::<Project>(SHOP.as_bytes()).unwrap().baseline, None);
}

#[test]
fn the_clock_of_a_step_runs_on_from_running_to_verifying() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    let since = stage.now;
    stage.now = stage.now.plus_ms(5_000);
    stage.prove(1);
    stage.prove(2);
    stage.decide(Transition::VerifyStep);
    assert_eq!(stage.step(0).state, StepState::Verifying { since });
    stage.now = stage.now.plus_ms(2_000);
    stage.decide(Transition::CompleteStep);
    assert_eq!((stage.step(0).ran_ms, stage.step(0).ended_at), (7_000, Some(stage.now)));
}

#[test]
fn completing_the_last_step_completes_the_rollout_frees_its_nodes_and_sets_the_baseline() {
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    let midway = stage.rollout();
    assert_eq!((midway.state, midway.current_step), (RolloutState::Running, 1));
    stage.complete_step(&[3, 4]);
    let done = stage.rollout();
    assert_eq!((done.state, done.current_step, done.ended_at), (RolloutState::Completed, 1, Some(stage.now)));
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline, Some(NEW));
    let actions: Vec<String> = stage.audit().into_iter().map(|entry| entry.action).collect();
    assert_eq!(actions.last().unwrap(), "rollout.completed");
}

#[test]
fn a_rollout_to_some_nodes_sets_no_baseline() {
    let mut stage = Stage::furnished();
    let target = Target::Nodes((1..=4).map(edge).collect());
    stage.done(RolloutCreate { spec: RolloutSpec { target, ..spec() }, ..rollout() });
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline, None);
}

#[test]
fn a_hold_keeps_its_beginning_while_its_kind_stays() {
    let mut stage = Stage::rolling();
    let hold = |reason: &str, broken| Transition::Hold { reason: Some(reason.into()), broken };
    let expect = |stage: &Stage, reason: &str, broken, since| {
        assert_eq!(
            stage.rollout().hold,
            Some(Hold {
                reason: reason.into(),
                broken,
                frozen: false,
                for_person: false,
                since,
                waits_since: None
            })
        );
    };
    stage.now = Time(2_000_000);
    stage.decide(hold("a", false));
    expect(&stage, "a", false, Time(2_000_000));
    stage.now = Time(2_001_000);
    stage.decide(hold("b", false));
    expect(&stage, "b", false, Time(2_000_000));
    stage.decide(hold("c", true));
    expect(&stage, "c", true, Time(2_001_000));
    stage.now = Time(2_002_000);
    stage.decide(Transition::Hold { reason: None, broken: false });
    assert_eq!(stage.rollout().hold, None);
    stage.decide(hold("c", true));
    expect(&stage, "c", true, Time(2_002_000));
    stage.decide(Transition::StartStep);
    assert_eq!(stage.rollout().hold, None);
}

#[test]
fn a_failed_step_begins_the_way_back_when_that_is_wanted() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.decide(Transition::FailStep { reason: "x".repeat(5_000), step: None });
    let RolloutState::RollingBack { reason, since } = stage.rollout().state else { panic!() };
    assert_eq!((reason.len(), since), (1_000, stage.now), "a reason is bounded");
    assert_eq!(stage.step(0).state, StepState::Failed { reason });
    assert_eq!(stage.node(1).owner, Some(ROLLOUT));
}

#[test]
fn a_failed_step_ends_the_rollout_when_no_way_back_is_wanted_and_nothing_moves_afterwards() {
    let mut stage = Stage::furnished();
    let spec = RolloutSpec { auto_rollback: false, max_unavailable: 1, ..spec() };
    stage.done(Command::from(RolloutCreate { spec, ..rollout() }));
    stage.decide(Transition::StartStep);
    stage.prove(1);
    stage.report(edge(2), NodeFact::Status(NodeStatus::Offline));
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    stage.decide(Transition::StartStep);
    stage.prove(3);
    stage.decide(Transition::FailStep { reason: "no".into(), step: None });
    assert_eq!(stage.rollout().state, RolloutState::Failed { reason: "no".into() });
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
    for number in [1, 3] {
        assert_eq!(stage.node(number).assignment.unwrap().bundle_id, NEW, "proven, and nobody took it back");
    }
    for number in [2, 4] {
        let assignment = stage.node(number).assignment.unwrap();
        assert_eq!((assignment.bundle_id, assignment.cause), (OLD, AssignmentCause::Rollback(ROLLOUT)));
        assert_eq!(stage.member(number).state, RolloutNodeState::Restoring { generation: Generation(3) });
    }
}

/// Defect: a step that has not begun, held by two causes in turns, starts its clock anew with each of them and never ends.
#[test]
fn a_hold_says_since_when_something_or_other_holds_the_rollout() {
    let mut stage = Stage::rolling();
    for level in 1..4 {
        stage.done(samples::raise(level, level + 1, &[1]));
    }
    stage.complete_step(&[1, 2]);
    let began = stage.now;
    for turn in 0..3 {
        stage.decide(Transition::Hold { reason: Some("broken".into()), broken: true });
        stage.now = stage.now.plus_ms(5_000);
        stage.decide(Transition::Hold { reason: Some("waits".into()), broken: false });
        let hold = stage.rollout().hold.unwrap();
        assert_eq!((hold.since, hold.waits_since), (stage.now, Some(began)), "turn {turn}");
        stage.now = stage.now.plus_ms(5_000);
    }
    stage.decide(Transition::Frozen { reason: "frozen".into() });
    assert_eq!(stage.rollout().hold.unwrap().waits_since, None, "nobody waits for a gate in a freeze");
    stage.decide(Transition::Hold { reason: Some("broken".into()), broken: true });
    assert_eq!(stage.rollout().hold.unwrap().waits_since, None);
}
