//! Defects that rollouts of other systems are known for, each as a regression test of ours.

use std::collections::BTreeSet;

use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::{Order, Scan, Table, query, tables};
use sentinel_model::BundleId;
use sentinel_model::audit::AuditEntry;
use sentinel_model::project::Project;
use sentinel_model::rollout::{
    Batch, Gates, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, StepState,
};

use crate::agent::{OnBack, OnNew};
use crate::operator::Incident;
use crate::scenario::{Scenario, spec, traffic_gates};
use crate::world::{NEW, OLD, PROJECT, ROLLOUT, World, node_id};

fn failing(on_new: OnNew, gates: Gates) -> RolloutState {
    let mut scenario = Scenario::uniform(3, on_new);
    scenario.spec.gates = gates;
    let mut world = scenario.begin();
    world.run(200).state
}

fn desired(world: &World, number: u8) -> Option<BundleId> {
    world.node(node_id(number))?.assignment.map(|assignment| assignment.bundle_id)
}

fn running(world: &World) -> Vec<Option<BundleId>> {
    world.agents.values().map(|agent| agent.running()).collect()
}

#[test]
fn missing_metrics_never_pass() {
    let state = failing(OnNew::NoTraffic, traffic_gates());
    let RolloutState::RolledBack { reason, exceptions } = state else { panic!("{state:?}") };
    assert!(reason.contains("no traffic is measured: edge-1"), "{reason}");
    assert_eq!(exceptions, Vec::<String>::new());
}

#[test]
fn data_from_before_the_switch_never_counts() {
    let state = failing(OnNew::OldTraffic, traffic_gates());
    let RolloutState::RolledBack { reason, .. } = state else { panic!("{state:?}") };
    assert!(reason.contains("traffic was measured before the switch: edge-1"), "{reason}");
}

#[test]
fn a_metric_that_is_no_number_never_passes() {
    let state = failing(OnNew::NotANumber, traffic_gates());
    assert!(matches!(state, RolloutState::RolledBack { .. }), "{state:?}");
}

#[test]
fn no_traffic_at_all_does_not_stall_for_ever() {
    let mut gates = traffic_gates();
    gates.min_requests = u32::MAX;
    let state = failing(OnNew::Good(1), gates);
    let RolloutState::RolledBack { reason, .. } = state else { panic!("{state:?}") };
    assert!(reason.contains("deadline") && reason.contains("too few requests"), "{reason}");
}

#[test]
fn a_failing_gate_stops_the_rollout_at_its_first_step() {
    for (on_new, words) in [
        (OnNew::Unhealthy, "heartbeat says unhealthy: edge-1"),
        (OnNew::Errors, "error rate above the limit: edge-1 50.0 %"),
        (OnNew::SlowAnswers, "99th percentile of latency above the limit: edge-1 2500.0 ms"),
    ] {
        let mut scenario = Scenario::uniform(3, on_new);
        scenario.spec.gates = traffic_gates();
        let mut world = scenario.begin();
        let RolloutState::RolledBack { reason, .. } = world.run(200).state else { panic!("{on_new:?}") };
        assert!(reason.contains(words), "{reason}");
        assert_eq!(running(&world), [Some(OLD); 3]);
        assert!((2..=3).all(|number| world.node(node_id(number)).unwrap().generation.0 == 1), "untouched");
    }
}

#[test]
fn time_spent_paused_does_not_count_against_the_deadline() {
    let mut world = Scenario::uniform(1, OnNew::Good(8)).begin();
    world.tick();
    world.incident(Incident::Pause);
    for _ in 0..1_000 {
        world.agents.get_mut(&node_id(1)).unwrap().silent = true;
        world.now = world.now.plus_ms(60_000);
    }
    world.agents.get_mut(&node_id(1)).unwrap().silent = false;
    world.incident(Incident::Resume);
    assert_eq!(world.run(60).state, RolloutState::Completed);
}

#[test]
fn pausing_again_and_again_does_not_win_time_either() {
    let mut world = Scenario::uniform(1, OnNew::Never).begin();
    let mut ticks = 0;
    while !world.rollout().state.is_final()
        && !matches!(world.rollout().state, RolloutState::RollingBack { .. })
    {
        world.tick();
        ticks += 1;
        world.incident(Incident::Pause);
        world.now = world.now.plus_ms(3_600_000);
        world.incident(Incident::Resume);
        assert!(ticks < 20, "the deadline of a minute is {ticks} ticks of five seconds old");
    }
    assert!(ticks >= 12);
}

/// Nodes that are deleted before their turn are nothing against the bundle: the rollout goes on without them.
#[test]
fn a_step_whose_nodes_are_deleted_before_its_turn_takes_nothing_back() {
    let mut world = Scenario::uniform(3, OnNew::Good(1)).begin();
    reach(&mut world, 1);
    world.incident(Incident::DeleteStep(2));
    assert_eq!(world.run(60).state, RolloutState::Completed);
    let states: Vec<StepState> = world.steps().into_iter().map(|step| step.state).collect();
    assert_eq!(states, [StepState::Completed, StepState::Completed, StepState::Completed]);
}

/// Defect: with all nodes of a later step deleted while it is observed, that step and all later ones complete.
#[test]
fn a_rollout_whose_later_nodes_are_deleted_is_taken_back_and_becomes_no_baseline() {
    for observed in [false, true] {
        let mut scenario = Scenario::uniform(3, OnNew::Good(1));
        scenario.spec.gates.observe_s = 20;
        let mut world = scenario.begin();
        reach(&mut world, 1);
        while observed && !matches!(world.steps()[1].state, StepState::Verifying { .. }) {
            world.tick();
        }
        world.incident(Incident::DeleteStep(1));
        world.incident(Incident::DeleteStep(2));
        let state = world.run(60).state;
        let RolloutState::RolledBack { reason, .. } = state else { panic!("{state:?}") };
        assert_eq!(reason, "every node of step 2 was deleted: nothing has proven the bundle there");
        let project: Project = tables::load(&world.tables, PROJECT.as_bytes()).unwrap().unwrap();
        assert_eq!((project.baseline, desired(&world, 1)), (None, Some(OLD)));
    }
}

#[test]
fn cancelling_takes_back_what_nobody_has_proven_and_nothing_moves_afterwards() {
    let mut scenario = Scenario::uniform(4, OnNew::Good(1));
    scenario.spec.batch = Batch::Size(2);
    scenario.nodes[3].0 = OnNew::Good(9);
    let mut world = scenario.begin();
    while world.rollout().current_step == 0 {
        world.tick();
    }
    for _ in 0..4 {
        world.tick();
    }
    world.incident(Incident::Cancel);
    for _ in 0..40 {
        world.tick();
    }
    let expected = [Some(NEW), Some(NEW), Some(NEW), Some(OLD)];
    assert_eq!((1..=4).map(|number| desired(&world, number)).collect::<Vec<_>>(), expected);
    assert_eq!(running(&world), expected, "proven nodes keep the bundle, the other one went back");
}

#[test]
fn cancelling_withdraws_the_bundle_from_a_node_that_had_none_before() {
    let mut scenario = Scenario::uniform(1, OnNew::Silent);
    scenario.nodes[0].2 = false;
    let mut world = scenario.begin();
    world.tick();
    world.tick();
    assert_eq!(desired(&world, 1), Some(NEW));
    world.incident(Incident::Cancel);
    assert_eq!(desired(&world, 1), None);
}

#[test]
fn cancelling_takes_the_bundle_back_from_an_offline_node_that_an_earlier_step_tolerated() {
    let mut scenario = Scenario::uniform(3, OnNew::Good(1));
    scenario.spec.batch = Batch::Size(2);
    scenario.spec.max_unavailable = 1;
    scenario.nodes[0].0 = OnNew::Silent;
    let mut world = scenario.begin();
    while world.rollout().current_step == 0 {
        world.tick();
    }
    assert_eq!(desired(&world, 1), Some(NEW));
    world.incident(Incident::Cancel);
    assert_eq!(desired(&world, 1), Some(OLD));
    world.agents.get_mut(&node_id(1)).unwrap().on_new = OnNew::Good(0);
    world.incident(Incident::Return(1));
    for _ in 0..10 {
        world.tick();
    }
    assert_eq!(world.node(node_id(1)).unwrap().effective.unwrap().bundle_id, OLD);
}

#[test]
fn the_way_back_restores_each_nodes_own_earlier_bundle_in_completed_steps_too() {
    let mut scenario = Scenario::uniform(4, OnNew::Good(1));
    scenario.nodes[3].0 = OnNew::Fails;
    let mut world = scenario.begin();
    let state = world.run(300).state;
    let RolloutState::RolledBack { reason, exceptions } = state else { panic!("{state:?}") };
    assert!(reason.contains("edge-4 failed at test: the proxy refuses it"), "{reason}");
    assert_eq!(exceptions, Vec::<String>::new());
    assert_eq!(running(&world), [Some(OLD); 4]);
}

#[test]
fn the_way_back_finds_the_earlier_bundle_when_every_node_runs_the_new_one_already() {
    let mut scenario = Scenario::uniform(2, OnNew::Unhealthy);
    scenario.spec.batch = Batch::Percent(100);
    let mut world = scenario.begin();
    let state = world.run(300).state;
    assert!(matches!(state, RolloutState::RolledBack { .. }), "{state:?}");
    assert_eq!(running(&world), [Some(OLD); 2]);
}

#[test]
fn a_node_without_an_earlier_bundle_is_a_named_exception() {
    let mut scenario = Scenario::uniform(2, OnNew::Good(1));
    scenario.nodes[0].2 = false;
    scenario.nodes[1].0 = OnNew::Fails;
    let mut world = scenario.begin();
    let RolloutState::RolledBack { exceptions, .. } = world.run(300).state else { panic!() };
    assert_eq!(exceptions, ["edge-1 had no earlier bundle"]);
}

#[test]
fn an_earlier_bundle_that_was_revoked_is_not_handed_out_again() {
    let mut scenario = Scenario::uniform(2, OnNew::Good(1));
    scenario.nodes[1].0 = OnNew::Fails;
    let mut world = scenario.begin();
    world.incident(Incident::RevokeOld);
    let RolloutState::RolledBack { exceptions, .. } = world.run(300).state else { panic!() };
    let expected = ["edge-2: its earlier bundle was revoked", "edge-1: its earlier bundle was revoked"];
    assert_eq!(exceptions, expected);
    assert_eq!(desired(&world, 2), None, "what failed is not tried again");
}

#[test]
fn a_failed_rollout_without_automatic_rollback_can_be_taken_back_by_hand() {
    let mut scenario = Scenario::uniform(3, OnNew::Good(1));
    scenario.spec.auto_rollback = false;
    scenario.nodes[2].0 = OnNew::Fails;
    let mut world = scenario.begin();
    assert!(matches!(world.run(200).state, RolloutState::Failed { .. }));
    assert_eq!(running(&world), [Some(NEW), Some(NEW), Some(OLD)]);
    world.incident(Incident::Rollback);
    assert!(matches!(world.run(200).state, RolloutState::RolledBack { .. }));
    assert_eq!(running(&world), [Some(OLD); 3]);
}

#[test]
fn the_way_back_is_not_held_up_by_a_node_that_hangs() {
    let mut scenario = Scenario::uniform(3, OnNew::Good(1));
    scenario.nodes[0].1 = OnBack::Never;
    scenario.nodes[1].1 = OnBack::Silent;
    scenario.nodes[2] = (OnNew::Fails, OnBack::Fails, true);
    let mut world = scenario.begin();
    let RolloutState::RolledBack { exceptions, .. } = world.run(300).state else { panic!() };
    assert_eq!(
        exceptions,
        [
            "edge-3 failed at test: the proxy refuses it",
            "edge-2 is offline; it goes back when it returns",
            "edge-1 has not proven its earlier bundle within 65 s",
        ]
    );
}

#[test]
fn a_bundle_that_is_revoked_midway_is_taken_back() {
    let mut world = Scenario::uniform(3, OnNew::Good(1)).begin();
    while world.rollout().current_step == 0 {
        world.tick();
    }
    world.incident(Incident::RevokeNew);
    let RolloutState::RolledBack { reason, .. } = world.run(200).state else { panic!() };
    assert_eq!(reason, format!("bundle {NEW} was revoked"));
    assert_eq!(running(&world), [Some(OLD); 3]);
}

#[test]
fn offline_nodes_within_the_tolerance_do_not_stop_a_rollout_and_adopt_the_bundle_later() {
    let mut scenario = Scenario::uniform(4, OnNew::Good(1));
    scenario.spec = RolloutSpec { batch: Batch::Size(2), max_unavailable: 1, ..spec() };
    scenario.nodes[1].0 = OnNew::Silent;
    let mut world = scenario.begin();
    assert_eq!(world.run(100).state, RolloutState::Completed);
    world.agents.get_mut(&node_id(2)).unwrap().on_new = OnNew::Good(1);
    world.incident(Incident::Return(2));
    for _ in 0..5 {
        world.tick();
    }
    assert_eq!(running(&world), [Some(NEW); 4]);
}

#[test]
fn a_late_joiner_gets_the_last_completed_bundle_and_not_the_one_under_way() {
    let mut world = Scenario::uniform(3, OnNew::Good(1)).begin();
    world.tick();
    world.incident(Incident::Join(1));
    assert_eq!(desired(&world, 101), None);
    assert_eq!(world.run(100).state, RolloutState::Completed);
    assert_eq!(desired(&world, 101), Some(NEW), "and then the one that completed, like everybody");
    world.incident(Incident::Join(2));
    assert_eq!(desired(&world, 102), Some(NEW));
}

#[test]
fn a_pin_holds_against_rollouts_and_against_direct_assignments_as_well() {
    let scenario = Scenario { pinned: vec![2], ..Scenario::uniform(3, OnNew::Good(1)) };
    let mut world = scenario.begin();
    assert_eq!(world.run(200).state, RolloutState::Completed);
    assert_eq!(running(&world), [Some(NEW), Some(OLD), Some(NEW)]);
    let assign = |bundle_id| BundleAssign { bundle_id, node_ids: vec![node_id(2)] };
    let refused = world.propose(assign(NEW)).unwrap_err().to_string();
    assert!(refused.contains("is pinned to bundle"), "{refused}");
    assert_eq!(desired(&world, 2), Some(OLD));
    world.must(assign(OLD));
}

#[test]
fn a_pause_between_two_steps_ends_with_a_fresh_look_at_the_gates() {
    let mut world = Scenario::uniform(2, OnNew::Good(1)).begin();
    while world.rollout().current_step == 0 {
        match world.decide(&world.tables) {
            Some(decision) => world.must(decision),
            None => world.listen(),
        }
    }
    world.incident(Incident::Pause);
    world.agents.get_mut(&node_id(1)).unwrap().on_new = OnNew::Unhealthy;
    for _ in 0..3 {
        world.tick();
    }
    world.incident(Incident::Resume);
    let state = world.run(200).state;
    assert!(matches!(state, RolloutState::RolledBack { .. }), "{state:?}");
}

/// Runs until the rollout is at this step.
fn reach(world: &mut World, step: u32) {
    for _ in 0..100 {
        if world.rollout().current_step == step {
            return;
        }
        world.tick();
    }
    panic!("step {step} is never reached: {:?}", world.rollout());
}

#[test]
fn the_first_nodes_are_watched_as_long_as_the_rollout_goes_on() {
    for (on_new, words) in [
        (OnNew::Unhealthy, "heartbeat says unhealthy: edge-1"),
        (OnNew::Errors, "error rate above the limit: edge-1 50.0 %"),
        (OnNew::Breaks(0), "edge-1 failed at prove: it does not answer any more"),
        (
            OnNew::GoesBack(0),
            "heartbeat is not about the new bundle: edge-1 reports generation 1 instead of 2",
        ),
    ] {
        let mut scenario = Scenario::uniform(6, OnNew::Good(1));
        scenario.spec.gates = traffic_gates();
        let mut world = scenario.begin();
        reach(&mut world, 3);
        world.agents.get_mut(&node_id(1)).unwrap().on_new = on_new;
        let RolloutState::RolledBack { reason, .. } = world.run(200).state else { panic!("{on_new:?}") };
        assert!(reason.contains(words), "{reason}");
        assert_eq!(running(&world), [Some(OLD); 6]);
    }
}

#[test]
fn a_leak_that_shows_after_a_while_stops_the_rollout_before_it_is_everywhere() {
    let mut scenario = Scenario::uniform(8, OnNew::Good(1));
    scenario.nodes[0].0 = OnNew::Sickens(8);
    let mut world = scenario.begin();
    let state = world.run(200).state;
    assert!(matches!(state, RolloutState::RolledBack { .. }), "{state:?}");
    assert_eq!(world.node(node_id(8)).unwrap().generation.0, 1, "untouched");
}

#[test]
fn a_node_of_a_completed_step_that_is_offline_for_a_moment_takes_nothing_back() {
    let mut world = Scenario::uniform(6, OnNew::Good(1)).begin();
    reach(&mut world, 2);
    world.incident(Incident::Hush(1));
    for _ in 0..8 {
        world.tick();
    }
    let waiting = world.rollout();
    assert_eq!(waiting.state, RolloutState::Running);
    assert_eq!(world.node(node_id(5)).unwrap().generation.0, 1, "nobody more is given the bundle meanwhile");
    let hold = waiting.hold.unwrap();
    assert!(hold.reason.contains("edge-1") && !hold.broken, "{hold:?}");
    world.incident(Incident::Return(1));
    assert_eq!(world.run(100).state, RolloutState::Completed);
}

/// Defect: the share of failed nodes at which a rollout is taken back is asked for, kept, and never read.
#[test]
fn the_share_of_failed_nodes_that_takes_a_rollout_back_is_read() {
    let mut scenario = Scenario::uniform(6, OnNew::Good(1));
    scenario.spec = RolloutSpec { batch: Batch::Size(3), max_unavailable: 1, ..spec() };
    scenario.nodes[0].0 = OnNew::Fails;
    assert_eq!(scenario.begin().run(200).state, RolloutState::Completed, "one of three is tolerated");
    scenario.spec.rollback_threshold = Some(15);
    let state = scenario.begin().run(200).state;
    let RolloutState::RolledBack { reason, .. } = state else { panic!("{state:?}") };
    assert!(reason.contains("the threshold is 15 %"), "{reason}");
}

/// Defect: nodes that were tolerated, and never got the bundle, are listed as having completed it.
#[test]
fn a_tolerated_node_is_not_counted_among_those_that_have_completed() {
    let mut scenario = Scenario::uniform(3, OnNew::Good(1));
    scenario.spec = RolloutSpec { batch: Batch::Size(3), max_unavailable: 1, ..spec() };
    scenario.nodes[1].0 = OnNew::Fails;
    let mut world = scenario.begin();
    assert_eq!(world.run(200).state, RolloutState::Completed);
    let members = query::rollout_nodes(&world.tables, ROLLOUT).unwrap();
    let completed = |member: &RolloutNode| matches!(member.state, RolloutNodeState::Completed { .. });
    assert_eq!(members.iter().map(completed).collect::<Vec<_>>(), [true, false, true]);
}

#[test]
fn nothing_moves_after_a_failure_without_automatic_rollback() {
    let mut scenario = Scenario::uniform(4, OnNew::Good(1));
    scenario.spec = RolloutSpec { batch: Batch::Size(4), auto_rollback: false, max_unavailable: 1, ..spec() };
    scenario.nodes[0].0 = OnNew::Silent;
    scenario.nodes[1].0 = OnNew::Unhealthy;
    let mut world = scenario.begin();
    assert!(matches!(world.run(200).state, RolloutState::Failed { .. }));
    assert_eq!(desired(&world, 1), Some(OLD));
    world.agents.get_mut(&node_id(1)).unwrap().on_new = OnNew::Good(0);
    world.incident(Incident::Return(1));
    for _ in 0..10 {
        world.tick();
    }
    assert_eq!(running(&world), [Some(OLD), Some(NEW), Some(NEW), Some(NEW)]);
}

#[test]
fn every_kind_of_decision_is_carried_out_by_the_state_machine() {
    let mut seen = BTreeSet::new();
    for (on_new, incidents) in [
        (OnNew::Good(1), vec![]),
        (OnNew::Never, vec![]),
        (OnNew::Unhealthy, vec![]),
        (OnNew::Good(1), vec![(0, Incident::Hush(1)), (4, Incident::Return(1))]),
    ] {
        let scenario = Scenario { incidents, ..Scenario::uniform(2, on_new) };
        let mut world = scenario.begin();
        for tick in 0..200 {
            for (_, incident) in scenario.incidents.iter().filter(|(at, _)| *at == tick) {
                world.incident(*incident);
            }
            world.tick();
        }
        assert!(world.rollout().state.is_final());
        let newest = Scan { order: Order::Descending, ..Scan::all(Table::Audit, &[]) };
        let entries: Vec<AuditEntry> = tables::rows(&world.tables, newest).unwrap();
        seen.extend(entries.into_iter().map(|entry| entry.action));
    }
    for action in [
        "rollout.step_started",
        "rollout.step_verifying",
        "rollout.step_completed",
        "rollout.completed",
        "rollout.held",
        "rollout.hold_ended",
        "rollout.step_failed",
        "rollout.restoring",
        "rollout.rolled_back",
    ] {
        assert!(seen.contains(action), "{action} never happened: {seen:?}");
    }
}
