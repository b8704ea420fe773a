#![allow(clippy::unwrap_used)]

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::node::{Fact, NodeStatus};
use sentinel_model::rollout::{Gates, RolloutState, StepState};
use sentinel_model::{Generation, Time};

use crate::fixture::{BEFORE, NEW, OLD, START, Scene, id};

fn two() -> Scene {
    Scene::running(&["edge-1", "edge-2"])
}

#[test]
fn a_pending_step_starts() {
    let mut scene = two();
    scene.step.state = StepState::Pending;
    assert_eq!(scene.decide(), Some(Transition::StartStep));
}

#[test]
fn a_revoked_bundle_fails_the_step_wherever_it_is() {
    for state in
        [StepState::Pending, StepState::Running { since: START }, StepState::Verifying { since: START }]
    {
        let mut scene = Scene::verifying(&["edge-1"]);
        scene.step.state = state;
        scene.bundle_revoked = true;
        assert_eq!(scene.failure(), format!("bundle {NEW} was revoked"));
    }
}

#[test]
fn nothing_is_decided_for_a_rollout_that_is_paused_or_at_its_end() {
    let by = || "ada".to_owned();
    for state in [
        RolloutState::Paused { by: by() },
        RolloutState::Completed,
        RolloutState::Failed { reason: by() },
        RolloutState::Cancelled { by: by(), reason: String::new() },
        RolloutState::RolledBack { reason: by(), exceptions: vec![] },
    ] {
        let mut scene = Scene::verifying(&["edge-1"]);
        scene.rollout.state = state;
        assert_eq!(scene.decide(), None);
    }
}

#[test]
fn a_step_waits_quietly_for_its_nodes_and_then_says_for_whom() {
    let mut scene = two();
    scene.prove("edge-1");
    assert_eq!(scene.decide(), None);
    scene.pass_s(21, &[]);
    assert_eq!(scene.held(), ("waits for 1 node to prove the bundle: edge-2".into(), false));
}

#[test]
fn a_step_is_verified_when_every_node_has_proven_the_bundle() {
    let mut scene = two();
    scene.prove("edge-1");
    scene.prove("edge-2");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
}

#[test]
fn an_older_generation_of_the_same_bundle_proves_nothing() {
    let mut scene = Scene::running(&["edge-1"]);
    let now = scene.now;
    scene.node("edge-1").effective = Some(Fact { bundle_id: NEW, generation: BEFORE, at: now });
    assert_eq!(scene.decide(), None);
}

#[test]
fn more_failures_than_tolerated_fail_the_step_at_once_in_the_proxys_own_words() {
    let mut scene = two();
    scene.fail("edge-2", "unknown directive 'listenn'");
    let reason = "1 node failed, at most 0 may: edge-2 failed at test: unknown directive 'listenn'";
    assert_eq!(scene.failure(), reason);
}

#[test]
fn a_tolerated_failure_lets_the_step_go_on_with_the_rest() {
    let mut scene = two();
    scene.rollout.spec.max_unavailable = 1;
    scene.fail("edge-2", "no");
    assert_eq!(scene.decide(), None, "edge-1 is on its way");
    scene.prove("edge-1");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
}

#[test]
fn a_step_in_which_every_node_failed_fails_however_many_are_tolerated() {
    let mut scene = two();
    scene.rollout.spec.max_unavailable = 9;
    scene.fail("edge-1", "no");
    scene.fail("edge-2", "no");
    assert!(scene.failure().starts_with("every node of the step failed: edge-1"));
}

#[test]
fn offline_nodes_hold_the_step_until_its_deadline() {
    let mut scene = two();
    scene.prove("edge-1");
    scene.offline("edge-2");
    let reason = "nodes are unavailable, at most 0 of a step may be: edge-2 (offline)";
    assert_eq!(scene.held(), (reason.into(), false));
    scene.pass_s(590, &[]);
    assert!(matches!(scene.decide(), Some(Transition::Hold { .. })), "exactly the deadline");
    scene.pass_s(1, &[]);
    let reason =
        "the step's deadline has passed after 601 s, 1 node has not proven the bundle: edge-2 (offline)";
    assert_eq!(scene.failure(), reason);
}

#[test]
fn a_node_that_was_never_heard_of_is_unavailable() {
    let mut scene = two();
    scene.prove("edge-1");
    scene.node("edge-2").status = NodeStatus::Unknown;
    assert!(scene.held().0.contains("edge-2 (unknown)"));
}

#[test]
fn tolerated_offline_nodes_do_not_hold_the_step() {
    let mut scene = two();
    scene.rollout.spec.max_unavailable = 1;
    scene.prove("edge-1");
    scene.offline("edge-2");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
}

#[test]
fn a_step_of_which_every_node_is_offline_proves_nothing() {
    let mut scene = two();
    scene.rollout.spec.max_unavailable = 2;
    scene.offline("edge-1");
    scene.offline("edge-2");
    let reason = "no node of the step is left that runs the bundle: edge-1 (offline), edge-2 (offline)";
    assert_eq!(scene.held(), (reason.into(), false));
    scene.pass_s(600, &[]);
    assert!(scene.failure().contains("2 nodes have not proven the bundle"));
}

#[test]
fn the_deadline_names_who_has_not_proven_the_bundle() {
    let mut scene = two();
    scene.prove("edge-1");
    scene.pass_s(591, &[]);
    let reason = "the step's deadline has passed after 601 s, 1 node has not proven the bundle: edge-2";
    assert_eq!(scene.failure(), reason);
}

#[test]
fn time_before_a_pause_counts_and_the_pause_does_not() {
    let mut scene = two();
    scene.step.ran_ms = 595_000;
    scene.step.state = StepState::Running { since: scene.now };
    scene.pass_s(5, &[]);
    assert!(matches!(scene.decide(), Some(Transition::Hold { .. })));
    scene.pass_s(1, &[]);
    assert!(scene.failure().contains("after 601 s"));
}

#[test]
fn a_proof_at_the_last_moment_wins_over_the_deadline() {
    let mut scene = two();
    scene.pass_s(9_000, &[]);
    scene.prove("edge-1");
    scene.prove("edge-2");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
    scene.step.state = StepState::Verifying { since: START };
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}

#[test]
fn a_deadline_that_passed_while_nobody_led_waits_until_nodes_could_be_heard() {
    let mut scene = two();
    scene.pass_s(9_000, &[]);
    scene.leader_since = scene.now;
    assert!(matches!(scene.decide(), Some(Transition::Hold { .. })));
    scene.pass_s(30, &[]);
    assert!(scene.failure().contains("deadline"));
}

#[test]
fn deleted_nodes_are_ignored() {
    let mut scene = two();
    scene.prove("edge-1");
    scene.delete("edge-2");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
}

#[test]
fn a_first_step_without_any_node_left_has_proven_nothing() {
    for mut scene in [Scene::running(&["edge-1"]), Scene::verifying(&["edge-1"])] {
        scene.delete("edge-1");
        assert!(scene.failure().contains("nothing has proven the bundle"));
    }
}

#[test]
fn a_later_step_without_any_node_left_has_proven_nothing_either() {
    for mut scene in [Scene::running(&["edge-1"]), Scene::verifying(&["edge-1"])] {
        scene.rollout.current_step = 1;
        scene.step.index = 1;
        scene.member("edge-1").step = 1;
        scene.delete("edge-1");
        let reason = "every node of step 2 was deleted: nothing has proven the bundle there";
        assert_eq!(scene.failure(), reason);
    }
}

#[test]
fn nodes_of_other_steps_are_not_looked_at() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.given("edge-2", 1);
    scene.fail("edge-2", "no");
    scene.prove("edge-1");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
}

#[test]
fn a_hold_ends_when_its_cause_is_gone() {
    let mut scene = two();
    scene.hold("nodes are unavailable, at most 0 of a step may be: edge-2 (offline)", false, START);
    assert_eq!(scene.decide(), Some(Transition::Hold { reason: None, broken: false }));
}

#[test]
fn a_step_completes_when_every_gate_passes() {
    assert_eq!(Scene::verifying(&["edge-1", "edge-2"]).decide(), Some(Transition::CompleteStep));
}

#[test]
fn an_undecided_gate_holds_the_step_and_fails_it_at_the_deadline() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.samples.clear();
    assert_eq!(scene.held(), ("no fresh heartbeat: edge-1".into(), false));
    scene.pass_s(591, &[]);
    assert_eq!(scene.failure(), "the step's deadline has passed after 601 s: no fresh heartbeat: edge-1");
}

#[test]
fn a_broken_gate_fails_the_step_only_when_it_stays_broken() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.heartbeat("edge-1", false);
    assert_eq!(scene.held(), ("heartbeat says unhealthy: edge-1".into(), true));
    scene.hold("heartbeat says unhealthy: edge-1", true, scene.now);
    assert_eq!(scene.decide(), None);
    scene.now = scene.now.plus_ms(14_999);
    assert_eq!(scene.decide(), None);
    scene.now = scene.now.plus_ms(1);
    assert_eq!(scene.failure(), "heartbeat says unhealthy: edge-1");
}

#[test]
fn a_gate_that_recovers_completes_the_step() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.hold("heartbeat says unhealthy: edge-1", true, START);
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}

#[test]
fn a_broken_gate_that_becomes_undecided_starts_anew() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.hold("heartbeat says unhealthy: edge-1", true, Time(0));
    scene.samples.clear();
    assert_eq!(scene.held(), ("no fresh heartbeat: edge-1".into(), false));
}

#[test]
fn an_old_undecided_hold_does_not_count_as_broken_time() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.hold("no fresh heartbeat: edge-1", false, Time(0));
    scene.heartbeat("edge-1", false);
    assert_eq!(scene.held(), ("heartbeat says unhealthy: edge-1".into(), true));
}

#[test]
fn one_bad_node_holds_the_whole_step() {
    let mut scene = Scene::verifying(&["edge-1", "edge-2", "edge-3"]);
    scene.rollout.spec.max_unavailable = 2;
    scene.heartbeat("edge-2", false);
    assert_eq!(scene.held(), ("heartbeat says unhealthy: edge-2".into(), true));
}

#[test]
fn a_node_that_goes_back_during_verification_counts_as_failed() {
    let mut scene = Scene::verifying(&["edge-1", "edge-2"]);
    let at = scene.now.plus_ms(1);
    scene.node("edge-2").effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at });
    let reason = "1 node failed, at most 0 may: edge-2 went back to what it ran before";
    assert_eq!(scene.failure(), reason);
    scene.rollout.spec.max_unavailable = 1;
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}

#[test]
fn a_node_that_fails_after_its_proof_counts_as_failed() {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.fail("edge-1", "upstream gone");
    assert!(scene.failure().ends_with("edge-1 failed at test: upstream gone"));
}

#[test]
fn a_node_that_goes_offline_after_its_proof_holds_the_step_unless_tolerated() {
    let mut scene = Scene::verifying(&["edge-1", "edge-2"]);
    scene.rollout.spec.gates = Gates { heartbeat: false, ..Gates::default() };
    scene.offline("edge-2");
    assert!(scene.held().0.starts_with("nodes are unavailable"));
    scene.rollout.spec.max_unavailable = 1;
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}

#[test]
fn a_tolerated_node_that_comes_back_may_still_be_on_its_way() {
    let mut scene = Scene::verifying(&["edge-1", "edge-2"]);
    scene.rollout.spec.max_unavailable = 1;
    scene.node("edge-2").effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at: Time(10) });
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
    scene.rollout.spec.max_unavailable = 0;
    assert!(scene.held().0.starts_with("nodes are unavailable"));
}

#[test]
fn a_reassigned_node_counts_as_failed_instead_of_hanging() {
    let mut scene = two();
    scene.node("edge-1").assignment.as_mut().unwrap().generation = Generation(9);
    assert!(scene.failure().contains("edge-1 was assigned something else"));
}

#[test]
fn a_reason_stays_short_however_many_nodes_it_speaks_of() {
    let names: Vec<String> = (0..300).map(|number| format!("{}{number}", "n".repeat(90))).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut scene = Scene::running(&names);
    for name in &names {
        scene.fail(name, &"x".repeat(2_000));
    }
    assert!(scene.failure().chars().count() <= 500);
    assert_eq!(scene.nodes.len(), names.len());
    assert!(scene.nodes.contains_key(&id(names[0])));
}

/// The first step is complete; the second has not begun.
fn between() -> Scene {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.rollout.current_step = 1;
    scene.step.index = 1;
    scene.step.state = StepState::Pending;
    scene
}

#[test]
fn the_next_step_starts_while_the_gates_of_the_one_before_hold() {
    assert_eq!(between().decide(), Some(Transition::StartStep));
}

#[test]
fn the_next_step_does_not_start_on_old_evidence() {
    let mut scene = between();
    scene.pass_s(3_600, &[]);
    assert_eq!(scene.held(), ("no fresh heartbeat: edge-1 for 3600 s".into(), false));
    scene.hold("no fresh heartbeat: edge-1 for 3600 s", false, scene.now);
    scene.pass_s(600, &[]);
    assert!(matches!(scene.decide(), Some(Transition::Hold { .. })), "exactly the deadline");
    scene.pass_s(1, &[]);
    assert!(scene.failure().starts_with("the step's deadline has passed after 601 s: no fresh heartbeat"));
}

#[test]
fn the_next_step_does_not_start_when_the_one_before_turned_bad() {
    let mut scene = between();
    scene.heartbeat("edge-1", false);
    assert_eq!(scene.held(), ("heartbeat says unhealthy: edge-1".into(), true));
    scene.hold("heartbeat says unhealthy: edge-1", true, scene.now);
    scene.pass_s(15, &["edge-1"]);
    assert_eq!(scene.failure(), "heartbeat says unhealthy: edge-1");
    scene.fail("edge-1", "upstream gone");
    assert!(scene.failure().starts_with("1 node failed, at most 0 may: edge-1"));
}

#[test]
fn the_next_step_starts_when_the_nodes_of_the_one_before_are_deleted() {
    let mut scene = between();
    scene.delete("edge-1");
    assert_eq!(scene.decide(), Some(Transition::StartStep));
}

mod behind;
mod traffic;

#[test]
fn so_many_failures_in_all_steps_together_stop_it_though_each_step_may_lose_them() {
    let mut scene = Scene::running(&["edge-1", "edge-2", "edge-3", "edge-4"]);
    scene.rollout.nodes = 20;
    scene.rollout.spec.max_unavailable = 3;
    scene.rollout.spec.rollback_threshold = Some(10);
    scene.fail("edge-1", "no");
    assert_eq!(
        scene.decide(),
        None,
        "5 % of the rollout's nodes, though a quarter of those that have the bundle"
    );
    scene.fail("edge-2", "no");
    let failed = "edge-1 failed at test: no, edge-2 failed at test: no";
    let reason = format!("2 of 20 nodes failed, which is 10.0 % and the threshold is 10 %: {failed}");
    assert_eq!(scene.failure(), reason);
}

#[test]
fn failures_of_steps_behind_count_towards_the_threshold_and_silence_does_not() {
    let mut scene = Scene::running(&["edge-1", "edge-2"]);
    scene.rollout.nodes = 4;
    scene.rollout.spec.max_unavailable = 2;
    scene.rollout.spec.rollback_threshold = Some(50);
    scene.node("edge-1").status = NodeStatus::Offline;
    scene.fail("edge-2", "no");
    scene.given("edge-0", 1);
    scene.rollout.current_step = 1;
    scene.step.index = 1;
    assert_eq!(scene.decide(), None);
    scene.fail("edge-0", "no");
    assert!(scene.failure().starts_with("2 of 4 nodes failed, which is 50.0 %"));
}

/// Two zones of two nodes, all of one step.
fn zones() -> Scene {
    let mut scene = Scene::running(&["a-1", "a-2", "b-1", "b-2"]);
    scene.rollout.spec.failure_domain = Some("zone".into());
    scene.rollout.spec.max_unavailable = 1;
    for name in ["a-1", "a-2", "b-1", "b-2"] {
        scene.node(name).labels.insert("zone".into(), name[..1].to_owned());
    }
    scene
}

#[test]
fn each_failure_domain_may_lose_so_many_and_none_may_lose_more() {
    let mut scene = zones();
    for name in ["a-1", "b-1"] {
        scene.fail(name, "no");
    }
    for name in ["a-2", "b-2"] {
        scene.prove(name);
    }
    assert_eq!(scene.decide(), Some(Transition::VerifyStep), "one in each zone");
    let mut scene = zones();
    for name in ["a-1", "a-2"] {
        scene.fail(name, "no");
    }
    assert!(scene.failure().starts_with("2 nodes failed in zone a, at most 1 may: "));
}

#[test]
fn a_failure_domain_counts_over_all_steps() {
    let mut scene = Scene::running(&["a-1", "b-1"]);
    scene.rollout.spec.failure_domain = Some("zone".into());
    scene.rollout.spec.max_unavailable = 1;
    scene.rollout.current_step = 1;
    scene.step.index = 1;
    scene.given("a-2", 1);
    scene.given("b-2", 1);
    for name in ["a-1", "b-1", "a-2", "b-2"] {
        scene.node(name).labels.insert("zone".into(), name[..1].to_owned());
        scene.prove(name);
    }
    scene.fail("a-1", "no");
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
    scene.node("a-2").status = NodeStatus::Offline;
    assert_eq!(
        scene.held().0,
        "nodes of zone a are unavailable, at most 1 may be: a-1 failed at test: no, a-2 (offline)"
    );
    scene.rollout.spec.failure_domain = None;
    assert_eq!(scene.decide(), Some(Transition::VerifyStep), "each step may lose one, as ever");
}
