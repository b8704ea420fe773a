//! Blue-green: what is judged before a slot has traffic, and what once it has some.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::Time;
use sentinel_model::blue_green::{BlueGreen, Shift};
use sentinel_model::node::{Fact, Slot};
use sentinel_model::rollout::{Gates, RolloutNode, RolloutNodeState, RolloutState, Step, StepState};

use crate::fixture::{GIVEN, ROLLOUT, START, Scene, id, node};

/// Two nodes of the green slot have the bundle and two steps gave it to them; blue keeps its own. Then come two shares of traffic.
/// The step at this place is under way; all before it are complete.
fn at(index: u32, state: StepState) -> Scene {
    let mut scene = Scene::verifying(&["g1", "g2"]);
    scene.member("g2").step = 1;
    for name in ["g1", "g2"] {
        scene.member(name).state = RolloutNodeState::Completed { generation: GIVEN };
        scene.node(name).effective = scene.node(name).effective.map(|fact| Fact { at: Time(20), ..fact });
    }
    scene.nodes.insert(id("b1"), node("b1"));
    scene.members.push(RolloutNode {
        rollout_id: ROLLOUT,
        node_id: id("b1"),
        step: 2,
        previous: None,
        fallback: None,
        before: None,
        outcome: None,
        state: RolloutNodeState::Kept,
    });
    let step = |place: u32, state: StepState| Step {
        index: place,
        traffic: (place > 1).then_some(if place == 2 { 10 } else { 100 }),
        state,
        ..scene.step.clone()
    };
    let others = (0..index).map(|place| step(place, StepState::Completed)).collect();
    scene.step = step(index, state);
    scene.others = others;
    let rollout = &mut scene.rollout;
    (rollout.steps, rollout.current_step) = (4, index);
    rollout.spec.blue_green = Some(BlueGreen { traffic_steps: vec![10, 100], bake_s: 30 });
    rollout.spec.gates = Gates { max_error_percent: Some(5.0), min_requests: 50, ..Gates::default() };
    rollout.shift = Some(Shift { standby: Slot::Green, share: 10, replaced: None });
    scene
}

fn verifying() -> StepState {
    StepState::Verifying { since: START }
}

/// What the nodes did since they have a share of the traffic.
fn served(scene: &mut Scene, requests: u64, errors: u64, window_s: u64) {
    for name in ["g1", "g2"] {
        let traffic = scene.traffic(name);
        (traffic.requests, traffic.errors, traffic.window_ms) = (requests, errors, window_s * 1_000);
    }
}

#[test]
fn a_slot_without_traffic_is_not_judged_by_it_and_must_be_proven_and_healthy_all_the_same() {
    let mut scene = at(1, verifying());
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
    scene.heartbeat("g2", false);
    assert_eq!(scene.held(), ("heartbeat says unhealthy: g2".into(), true));
    let mut first = at(2, StepState::Pending);
    assert_eq!(first.decide(), Some(Transition::StartStep), "the first share needs no traffic before it");
    first.fail("g1", "no room");
    assert_eq!(first.failure(), "1 node failed, at most 0 may: g1 failed at test: no room");
}

#[test]
fn a_share_of_traffic_is_judged_over_the_whole_slot_and_never_passes_without_data() {
    let mut scene = at(2, StepState::Running { since: START });
    assert_eq!(scene.decide(), Some(Transition::VerifyStep));
    scene.step.state = verifying();
    assert_eq!(scene.held(), ("no traffic is measured: g1, g2".into(), false));
    scene.pass_s(30, &["g1", "g2"]);
    served(&mut scene, 100, 0, 30);
    scene.traffic("g1").requests = 9;
    assert_eq!(scene.held(), ("too few requests so far: g1 9 of 50".into(), false));
    scene.traffic("g1").requests = 50;
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
    scene.traffic("g1").errors = 5;
    assert_eq!(scene.held(), ("error rate above the limit: g1 10.0 % (limit 5 %)".into(), true));
    scene.delete("g1");
    scene.delete("g2");
    assert_eq!(scene.failure(), "every node of the slot that has the bundle was deleted");
}

#[test]
fn each_share_is_observed_for_its_bake_time() {
    let mut scene = at(2, verifying());
    scene.pass_s(10, &["g1", "g2"]);
    served(&mut scene, 100, 0, 29);
    assert_eq!(scene.held(), ("traffic is being observed: g1 29 s of 30 s, g2 29 s of 30 s".into(), false));
    served(&mut scene, 100, 0, 30);
    assert_eq!(scene.held(), ("the share of traffic is being observed: 20 s of 30 s".into(), false));
    scene.rollout.spec.gates = Gates::default();
    assert_eq!(
        scene.held(),
        ("the share of traffic is being observed: 20 s of 30 s".into(), false),
        "without limits as well"
    );
    scene.pass_s(20, &["g1", "g2"]);
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}

#[test]
fn the_next_share_starts_while_the_one_before_is_well() {
    let mut scene = at(3, StepState::Pending);
    scene.pass_s(60, &["g1", "g2"]);
    served(&mut scene, 100, 0, 60);
    assert_eq!(scene.decide(), Some(Transition::StartStep));
    served(&mut scene, 100, 50, 60);
    assert!(scene.held().1);
    let mut gone = at(2, StepState::Pending);
    gone.delete("g1");
    gone.delete("g2");
    assert_eq!(gone.failure(), "every node of the slot that has the bundle was deleted");
}

/// Defect: a new leader, or a pause, in the middle of a long bake time takes a healthy rollout back.
#[test]
fn the_deadline_waits_for_a_share_that_has_to_be_observed_anew() {
    let deadline_s = 600;
    let healthy = |mut scene: Scene, since_s: u64| {
        scene.rollout.spec.step_deadline_s = deadline_s;
        scene.rollout.spec.blue_green = Some(BlueGreen { traffic_steps: vec![10, 100], bake_s: 400 });
        scene.pass_s(since_s, &["g1", "g2"]);
        served(&mut scene, 100, 0, since_s);
        scene
    };
    // Another member leads since 300 s before the deadline, and has not seen 400 s of it yet.
    let mut led = at(2, verifying());
    led.now = START.plus_ms(300_000);
    led.leader_since = led.now;
    let mut led = healthy(led, 301);
    let words = "traffic is being observed: g1 301 s of 400 s, g2 301 s of 400 s";
    assert_eq!(led.held(), (words.into(), false));
    led.pass_s(100, &["g1", "g2"]);
    served(&mut led, 100, 0, 401);
    assert_eq!(led.decide(), Some(Transition::CompleteStep));
    served(&mut led, 3, 0, 401);
    led.pass_s(60, &["g1", "g2"]);
    let failed = led.failure();
    assert!(failed.starts_with("the step's deadline has passed"), "waiting has an end: {failed}");

    // Paused after 300 s.
    let mut paused = at(2, StepState::Verifying { since: START.plus_ms(1_000_000) });
    (paused.step.ran_ms, paused.now) = (300_000, START.plus_ms(1_000_000));
    let mut paused = healthy(paused, 301);
    assert_eq!(paused.held(), (words.into(), false));
    paused.step.state = verifying();
    assert!(
        paused.failure().starts_with("the step's deadline has passed"),
        "without a pause there is no more time"
    );

    // The next share waits for the same.
    let mut next = at(3, StepState::Pending);
    next.now = START.plus_ms(300_000);
    next.leader_since = next.now;
    next.hold("no traffic is measured: g1, g2", false, START);
    assert_eq!(healthy(next, 301).held(), (words.into(), false));
}

#[test]
fn no_share_grows_in_a_freeze() {
    let mut scene = at(3, StepState::Pending);
    scene.pass_s(60, &["g1", "g2"]);
    served(&mut scene, 100, 0, 60);
    scene.frozen = Some("frozen until tomorrow".into());
    assert_eq!(scene.decide(), Some(Transition::Frozen { reason: "frozen until tomorrow".into() }));
}

/// Defect: all of the traffic leaves a slot that could not take it back.
#[test]
fn the_last_share_waits_for_the_nodes_that_the_traffic_would_come_back_to() {
    let mut scene = at(3, StepState::Pending);
    scene.pass_s(60, &["g1", "g2"]);
    served(&mut scene, 100, 0, 60);
    scene.offline("b1");
    let words =
        "nodes that the traffic would come back to are away, at most 0 may be before they lose all of it: b1";
    assert_eq!(scene.held(), (words.into(), false));
    scene.rollout.spec.max_unavailable = 1;
    assert_eq!(scene.decide(), Some(Transition::StartStep));
    let mut first = at(2, StepState::Pending);
    first.offline("b1");
    assert_eq!(first.decide(), Some(Transition::StartStep), "it keeps some of it");
}

#[test]
fn what_is_tolerated_counts_over_the_whole_slot() {
    let mut scene = at(2, StepState::Pending);
    scene.rollout.spec.max_unavailable = 1;
    scene.offline("g1");
    assert_eq!(scene.decide(), Some(Transition::StartStep));
    scene.offline("g2");
    let (reason, broken) = scene.held();
    assert!(reason.starts_with("nodes are unavailable, at most 1 of a step may be") && !broken, "{reason}");
}

#[test]
fn on_the_way_back_nodes_that_kept_theirs_are_passed_over() {
    let mut scene = at(3, StepState::Failed { reason: "it broke".into() });
    scene.rollout.state = RolloutState::RollingBack { reason: "it broke".into(), since: scene.now };
    let Some(Transition::RestoreNodes { node_ids }) = scene.decide() else { panic!() };
    assert_eq!(node_ids, [id("g2")], "waves as large as the largest step");
    for name in ["g1", "g2"] {
        scene.member(name).state = RolloutNodeState::NothingToRestore;
        scene.member(name).previous = None;
    }
    // Whether the traffic stays, the state machine says when it has tried to give it back.
    let Some(Transition::FinishRollback { exceptions }) = scene.decide() else { panic!() };
    assert!(exceptions.iter().all(|text| text.ends_with("had no earlier bundle")), "{exceptions:?}");
}
