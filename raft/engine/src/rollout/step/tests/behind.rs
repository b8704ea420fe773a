//! Completed steps, while a later one is under way.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::Time;
use sentinel_model::node::{Fact, NodeStatus};
use sentinel_model::rollout::{RolloutNodeState, StepState};

use crate::fixture::{self, BEFORE, GIVEN, OLD, START, Scene, id};

const STATES: [StepState; 3] =
    [StepState::Pending, StepState::Running { since: START }, StepState::Verifying { since: START }];

/// Steps of one node each: two are complete, and the third, of edge-3, is in this state. Where it has begun, its node has
/// proven the bundle.
fn third(state: StepState) -> Scene {
    let mut scene = Scene::verifying(&["edge-1", "edge-2"]);
    for (index, name) in ["edge-1", "edge-2"].into_iter().enumerate() {
        scene.member(name).step = index as u32;
        scene.member(name).state = RolloutNodeState::Completed { generation: GIVEN };
    }
    scene.given("edge-3", 2);
    match state {
        StepState::Pending => scene.member("edge-3").state = RolloutNodeState::Pending,
        _ => scene.prove("edge-3"),
    }
    scene.rollout.current_step = 2;
    scene.step.index = 2;
    scene.step.state = state;
    scene
}

/// What is decided when nothing is wrong.
fn onward(state: &StepState) -> Transition {
    match state {
        StepState::Pending => Transition::StartStep,
        StepState::Running { .. } => Transition::VerifyStep,
        _ => Transition::CompleteStep,
    }
}

#[test]
fn they_do_not_hold_up_the_rollout_while_they_are_well() {
    for state in STATES {
        assert_eq!(third(state.clone()).decide(), Some(onward(&state)));
    }
}

#[test]
fn a_failure_in_any_of_them_fails_the_rollout_wherever_it_is() {
    for state in STATES {
        for name in ["edge-1", "edge-2"] {
            let mut scene = third(state.clone());
            scene.fail(name, "out of memory");
            let reason = format!("1 node failed, at most 0 may: {name} failed at test: out of memory");
            assert_eq!(scene.failure(), reason, "{state:?}");
        }
    }
}

#[test]
fn a_node_that_went_back_fails_the_rollout_wherever_it_is() {
    for state in STATES {
        let mut scene = third(state);
        scene.node("edge-1").effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at: Time(10) });
        assert!(scene.failure().ends_with("edge-1 went back to what it ran before"));
    }
}

#[test]
fn a_broken_gate_holds_the_rollout_wherever_it_is_and_fails_it_when_it_stays_broken() {
    for state in STATES {
        let mut scene = third(state.clone());
        scene.heartbeat("edge-1", false);
        assert_eq!(scene.held(), ("heartbeat says unhealthy: edge-1".into(), true), "{state:?}");
        scene.hold("heartbeat says unhealthy: edge-1", true, scene.now);
        scene.pass_s(14, &["edge-1", "edge-2"]);
        assert_eq!(scene.decide(), None, "{state:?}");
        scene.pass_s(1, &["edge-1", "edge-2"]);
        assert_eq!(scene.failure(), "heartbeat says unhealthy: edge-1", "{state:?}");
    }
}

#[test]
fn a_gate_that_recovers_lets_the_rollout_go_on() {
    for state in STATES {
        let mut scene = third(state.clone());
        scene.hold("heartbeat says unhealthy: edge-1", true, scene.now);
        assert_eq!(scene.decide(), Some(onward(&state)));
    }
}

#[test]
fn traffic_that_turns_bad_late_breaks_the_gate_too() {
    for state in STATES {
        let mut scene = third(state);
        scene.rollout.spec.gates.max_error_percent = Some(5.0);
        let heard: &[&str] =
            if scene.samples.len() == 3 { &["edge-1", "edge-2", "edge-3"] } else { &["edge-1", "edge-2"] };
        for name in heard {
            scene.traffic(name);
        }
        scene.traffic("edge-1").errors = 120;
        let reason = "error rate above the limit: edge-1 12.0 % (limit 5 %)";
        assert_eq!(scene.held(), (reason.into(), true));
    }
}

#[test]
fn a_broken_gate_does_not_outlive_the_deadline_of_the_step_that_it_holds() {
    let mut scene = third(StepState::Running { since: START });
    scene.rollout.spec.gates.fail_after_s = 3_600;
    scene.heartbeat("edge-1", false);
    scene.hold("heartbeat says unhealthy: edge-1", true, scene.now);
    scene.pass_s(591, &["edge-1", "edge-2", "edge-3"]);
    let reason = "the step's deadline has passed after 601 s: heartbeat says unhealthy: edge-1";
    assert_eq!(scene.failure(), reason);
}

#[test]
fn a_node_that_is_offline_for_a_moment_holds_up_what_would_reach_further_and_nothing_else() {
    for state in STATES {
        let mut scene = third(state.clone());
        scene.offline("edge-1");
        if matches!(state, StepState::Running { .. }) {
            assert_eq!(scene.decide(), Some(Transition::VerifyStep), "nothing more is given the bundle");
            continue;
        }
        let reason = "nodes are unavailable, at most 0 of a step may be: edge-1 (offline)";
        assert_eq!(scene.held(), (reason.into(), false), "{state:?}");
        scene.hold(reason, false, scene.now);
        scene.pass_s(60, &["edge-2", "edge-3"][..scene.samples.len() - 1]);
        assert_eq!(scene.decide(), None, "{state:?}");
        scene.node("edge-1").status = NodeStatus::Online;
        scene.heartbeat("edge-1", true);
        assert_eq!(scene.decide(), Some(onward(&state)));
    }
}

#[test]
fn a_node_that_stays_offline_fails_the_rollout_at_the_deadline_unless_it_is_tolerated() {
    let mut scene = third(StepState::Verifying { since: START });
    scene.offline("edge-1");
    scene.pass_s(591, &["edge-2", "edge-3"]);
    let reason = "the step's deadline has passed after 601 s: nodes are unavailable, at most 0 of a step may be: edge-1 (offline)";
    assert_eq!(scene.failure(), reason);
    scene.rollout.spec.max_unavailable = 1;
    assert_eq!(scene.decide(), Some(Transition::CompleteStep), "others have proven the bundle since");
}

#[test]
fn a_tolerated_node_that_comes_back_late_is_on_its_way_and_did_not_go_back() {
    let mut scene = third(StepState::Running { since: START });
    scene.rollout.spec.max_unavailable = 1;
    scene.member("edge-1").state = RolloutNodeState::Assigned { generation: GIVEN };
    let at = scene.now;
    scene.node("edge-1").effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at });
    scene.rollout.spec.max_unavailable = 0;
    assert_eq!(scene.decide(), Some(Transition::VerifyStep), "no failure");
}

#[test]
fn missing_evidence_there_holds_up_the_next_step_but_not_the_proofs_of_this_one() {
    for state in STATES {
        let mut scene = third(state.clone());
        scene.samples.remove(&crate::fixture::id("edge-1"));
        match state {
            StepState::Running { .. } => assert_eq!(scene.decide(), Some(Transition::VerifyStep)),
            _ => assert_eq!(scene.held(), ("no fresh heartbeat: edge-1".into(), false)),
        }
    }
}

#[test]
fn deleted_nodes_there_are_ignored() {
    for state in STATES {
        let mut scene = third(state.clone());
        scene.delete("edge-1");
        assert_eq!(scene.decide(), Some(onward(&state)));
    }
}

/// Defect: causes that take turns begin the clock of a step anew each time, and it never ends; a check that fails now and then is such a one.
#[test]
fn a_step_that_is_held_by_causes_in_turns_fails_at_its_deadline() {
    for checked in [false, true] {
        let mut scene = third(StepState::Pending);
        if checked {
            scene.rollout.spec.checks = vec![fixture::check()];
        }
        scene.pass_s(u64::from(scene.rollout.spec.step_deadline_s) + 1, &["edge-1", "edge-2"]);
        scene.samples.get_mut(&id("edge-1")).unwrap().healthy = false;
        scene.hold("a check has failed: checkout", false, scene.now);
        let told = scene.decide();
        assert!(matches!(told, Some(Transition::Hold { broken: true, .. })), "{told:?}");
        scene.rollout.hold.as_mut().unwrap().waits_since = Some(START);
        assert!(
            scene.failure().starts_with("the step's deadline has passed"),
            "{checked}: {}",
            scene.failure()
        );
    }
}

#[test]
fn a_step_waits_for_its_person_as_long_as_that_takes_and_is_judged_meanwhile() {
    let mut scene = third(StepState::Pending);
    scene.rollout.steps = 3;
    (scene.rollout.spec.by_hand, scene.rollout.released) = (true, 1);
    let reason = "step 3 of 3 may begin, and waits for a person to say so".to_owned();
    assert_eq!(scene.decide(), Some(Transition::AwaitPerson { reason: reason.clone() }));
    scene.hold(&reason, false, scene.now);
    if let Some(hold) = &mut scene.rollout.hold {
        hold.for_person = true;
    }
    // A week is no deadline, and nothing is told again.
    scene.pass_s(604_800, &["edge-1", "edge-2"]);
    assert_eq!(scene.decide(), None);
    let mut failed = scene.clone();
    failed.fail("edge-1", "out of memory");
    assert!(failed.failure().starts_with("1 node failed"));
    // The step that has failed is the one whose node did; the one that never began has not.
    assert!(matches!(failed.decide(), Some(Transition::FailStep { step: Some(0), .. })));
    let mut sick = scene.clone();
    sick.heartbeat("edge-2", false);
    let broken =
        Some(Transition::Hold { reason: Some("heartbeat says unhealthy: edge-2".into()), broken: true });
    assert_eq!(sick.decide(), broken);
    sick.hold("heartbeat says unhealthy: edge-2", true, sick.now);
    sick.pass_s(15, &["edge-1"]);
    sick.heartbeat("edge-2", false);
    assert!(matches!(sick.decide(), Some(Transition::FailStep { step: Some(1), .. })));
    scene.rollout.released = 2;
    assert_eq!(scene.decide(), Some(Transition::StartStep));
}

#[test]
fn the_first_step_waits_for_nobody() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.step.state = StepState::Pending;
    scene.rollout.spec.by_hand = true;
    assert_eq!(scene.decide(), Some(Transition::StartStep));
}
