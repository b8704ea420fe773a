//! Blue-green: who may have the traffic, how it is shifted, and how it comes back.

mod any_order;
mod way_back;

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin, SlotChange};
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection};
use sentinel_model::blue_green::{BlueGreen, Shift};
use sentinel_model::node::{NodeStatus, Slot};
use sentinel_model::project::Project;
use sentinel_model::rollout::{RolloutNodeState, RolloutSpec, RolloutState};

use crate::crew::freeze_now;
use crate::ids::*;
use crate::samples::{assign, pin, rollout, spec, update, weigh};
use crate::stage::Stage;

fn wrong(message: impl Into<String>) -> Rejection {
    Rejection::WrongState(message.into())
}

fn slot(number: u8, slot: Slot) -> NodeUpdate {
    NodeUpdate { slot: Some(SlotChange::To(slot)), ..update(number) }
}

fn asked() -> RolloutSpec {
    RolloutSpec { blue_green: Some(BlueGreen { traffic_steps: vec![10, 50, 100], bake_s: 0 }), ..spec() }
}

fn create() -> RolloutCreate {
    RolloutCreate {
        spec: asked(),
        steps: vec![vec![edge(3), edge(4)]],
        live: vec![edge(1), edge(2)],
        ..rollout()
    }
}

/// The first two nodes are blue and have the traffic, one of them a little less; the others are green and have none.
fn slots() -> Stage {
    let mut stage = Stage::furnished();
    for (number, place, weight) in
        [(1, Slot::Blue, 100), (2, Slot::Blue, 80), (3, Slot::Green, 0), (4, Slot::Green, 0)]
    {
        stage.done(NodeUpdate { weight: Some(weight), ..slot(number, place) });
    }
    stage
}

/// The green nodes have the bundle, and have proven it.
fn deployed() -> Stage {
    let mut stage = slots();
    stage.done(create());
    stage.complete_step(&[3, 4]);
    stage
}

/// So many shares of traffic have been given, the last one is under way.
fn shifted(shares: u32) -> Stage {
    let mut stage = deployed();
    for share in 1..=shares {
        stage.decide(Transition::StartStep);
        stage.decide(Transition::VerifyStep);
        if share < shares {
            stage.decide(Transition::CompleteStep);
        }
    }
    stage
}

fn completed() -> Stage {
    let mut stage = shifted(3);
    stage.decide(Transition::CompleteStep);
    assert_eq!(stage.rollout().state, RolloutState::Completed);
    stage
}

fn weights(stage: &Stage) -> [u8; 4] {
    [1, 2, 3, 4].map(|number| stage.node(number).weight)
}

fn roll_back() -> RolloutRollback {
    RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: "slow".into() }
}

const BEFORE: [u8; 4] = [100, 80, 0, 0];

#[test]
fn a_plan_has_the_steps_that_give_the_bundle_and_then_those_that_give_traffic_and_owns_both_slots() {
    let mut stage = slots();
    stage.done(create());
    let made = stage.rollout();
    assert_eq!((made.steps, made.nodes), (4, 2), "two nodes get the bundle");
    assert_eq!(made.shift, Some(Shift { standby: Slot::Green, share: 0, replaced: None }));
    let steps = [0, 1, 2, 3].map(|index| stage.step(index).traffic);
    assert_eq!(steps, [None, Some(10), Some(50), Some(100)]);
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
    assert_eq!(
        (stage.member(1).state, stage.member(3).state),
        (RolloutNodeState::Kept, RolloutNodeState::Pending)
    );
    assert_eq!(Command::from(create()).min_level(), 4);
}

/// Defect: half of the nodes, by name, are green, wherever the traffic is.
#[test]
fn slots_that_are_not_as_it_takes_them_are_refused() {
    let stage = slots();
    let bent = |change: NodeUpdate| {
        let mut stage = stage.clone();
        stage.done(change);
        stage.refused(create())
    };
    let clear = NodeUpdate { slot: Some(SlotChange::Clear), ..update(3) };
    assert_eq!(bent(clear), wrong("node 'edge-3' is in no slot"));
    assert_eq!(bent(weigh(3, 5)), wrong("node 'edge-3' has traffic: its weight is 5 %"));
    assert_eq!(bent(weigh(1, 0)), wrong("node 'edge-1' has no traffic: its weight is 0 %"));
    assert_eq!(bent(slot(1, Slot::Green)), wrong("node 'edge-1' is not in the slot blue"));
    assert_eq!(bent(slot(4, Slot::Blue)), wrong("node 'edge-4' is in the slot blue, as others are not"));
    stage.refuses([(
        RolloutCreate { live: vec![], ..create() }.into(),
        wrong("no node of the slot blue is in it"),
    )]);
    stage.refuses_fields([
        ("target_selector", RolloutCreate { live: vec![edge(3)], ..create() }.into()),
        ("target_selector", RolloutCreate { spec: spec(), ..create() }.into()),
    ]);
}

#[test]
fn traffic_is_not_shifted_before_the_bundle_is_proven() {
    let mut stage = deployed();
    stage.fail(4);
    let start: Command = stage.advance(Transition::StartStep).into();
    stage.refuses([(start, wrong("only 1 of 2 nodes of step 0 run the bundle"))]);
    assert_eq!(weights(&stage), BEFORE);
    // Even if both are gone in the meantime, nobody has a share of nothing.
    for number in [3, 4] {
        stage.done(NodeDelete { node_id: edge(number) });
    }
    let start: Command = stage.advance(Transition::StartStep).into();
    stage.refuses([(start, wrong("no node of the slot green runs the bundle"))]);
}

/// Defect: a share of traffic is a number that nobody acts upon.
#[test]
fn each_share_sets_the_weights_of_both_slots_in_one_step_and_says_so() {
    let mut stage = deployed();
    for (share, expected, each) in [
        (10, [90, 72, 9, 9], "9 % and 72 to 90 %"),
        (50, [50, 40, 45, 45], "45 % and 40 to 50 %"),
        (100, [0, 0, 100, 100], "100 % and 0 %"),
    ] {
        let assigned = stage.node(1).assignment;
        stage.decide(Transition::StartStep);
        assert_eq!(weights(&stage), expected);
        assert_eq!(stage.rollout().shift.unwrap().share, share);
        assert_eq!(stage.node(1).assignment, assigned, "blue keeps what it runs");
        let entry = stage.audit().pop().unwrap();
        let rest = 100 - share;
        assert_eq!(
            entry.changes["detail"],
            format!("traffic: green {share} %, blue {rest} % (weight of a node {each})")
        );
        let told = stage.events.iter().filter(|event| event.kind == "node.weighed");
        assert!(
            told.clone().count() >= 2 && told.clone().all(|event| event.data.contains_key("weight_before"))
        );
        stage.decide(Transition::VerifyStep);
        stage.decide(Transition::CompleteStep);
    }
    let done = stage.rollout();
    assert_eq!((done.state, done.shift.unwrap().serving()), (RolloutState::Completed, Slot::Green));
    assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
}

#[test]
fn a_node_that_was_tolerated_without_the_bundle_gets_no_traffic() {
    let mut stage = slots();
    stage.done(RolloutCreate { spec: RolloutSpec { max_unavailable: 1, ..asked() }, ..create() });
    stage.decide(Transition::StartStep);
    stage.prove(3);
    stage.fail(4);
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    stage.decide(Transition::StartStep);
    assert_eq!(weights(&stage), [50, 40, 10, 0], "of one against two, and yet a tenth");
}

#[test]
fn no_share_starts_in_a_freeze_and_the_way_back_does() {
    let mut stage = shifted(1);
    stage.decide(Transition::CompleteStep);
    freeze_now(&mut stage);
    let start: Command = stage.advance(Transition::StartStep).into();
    assert!(matches!(stage.clone().refused(start), Rejection::WrongState(why) if why.contains("frozen")));
    stage.decide(Transition::FailStep { reason: "errors".into(), step: None });
    assert_eq!(weights(&stage), BEFORE);
    let wave = Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] };
    stage.decide(wave);
    assert_eq!(stage.node(3).assignment.unwrap().bundle_id, OLD);
}

/// Defect: all of the traffic leaves a slot that could not take it back.
#[test]
fn the_last_share_is_not_given_while_too_many_of_those_that_would_take_it_back_are_away() {
    let mut stage = shifted(2);
    stage.decide(Transition::CompleteStep);
    stage.report(edge(1), NodeFact::Status(NodeStatus::Offline));
    let start: Command = stage.advance(Transition::StartStep).into();
    let words = "1 of 2 nodes of the slot blue are away: traffic could not come back";
    stage.refuses([(start, wrong(words))]);
    stage.report(edge(1), NodeFact::Status(NodeStatus::Online));
    stage.decide(Transition::StartStep);
    assert_eq!(weights(&stage), [0, 0, 100, 100]);
}

fn status(stage: &mut Stage, status: NodeStatus) {
    for number in [1, 2] {
        stage.report(edge(number), NodeFact::Status(status));
    }
}

const STAYS: &str = "traffic stays: no node of the slot blue is online to take it";

/// Defect: a deadline that the bake time can never meet once the first heartbeat is late.
#[test]
fn the_deadline_leaves_room_for_the_bake_time() {
    let with = |bake_s: u32| {
        let blue_green = Some(BlueGreen { bake_s, ..BlueGreen::default() });
        RolloutCreate { spec: RolloutSpec { blue_green, step_deadline_s: 600, ..asked() }, ..create() }
    };
    slots().refuses_fields([("blue_green_config.bake_seconds", with(540).into())]);
    slots().done(with(539));
}

#[test]
fn nobody_weighs_its_nodes_or_moves_them_between_slots_meanwhile() {
    let mut stage = deployed();
    let owned = |number: u8| {
        wrong(format!(
            "node 'edge-{number}' belongs to the rollout {ROLLOUT}; wait for it to end, or cancel it first"
        ))
    };
    stage.refuses([
        (weigh(1, 50).into(), owned(1)),
        (weigh(3, 50).into(), owned(3)),
        (slot(1, Slot::Green).into(), owned(1)),
        (
            assign(NEW, &[2]).into(),
            wrong(format!("node 'edge-2' belongs to the rollout {ROLLOUT}; cancel that first")),
        ),
    ]);
    stage.done(slot(1, Slot::Blue));
    stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    stage.done(NodeUpdate { weight: Some(50), ..slot(1, Slot::Green) });
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.changes["changed"].as_str(), entry.changes["slot_before"].as_str()),
        ("weight, slot", "blue")
    );
}

#[test]
fn a_scheduled_one_whose_slots_have_changed_moves_nothing() {
    let begin = |changes: Vec<Command>| {
        let mut stage = slots();
        stage.done(RolloutCreate { scheduled_at: Some(stage.now.plus_ms(1_000)), ..create() });
        assert!((1..=4).all(|number| stage.node(number).owner.is_none()));
        for change in changes {
            stage.done(change);
        }
        stage.now = stage.now.plus_ms(2_000);
        stage.decide(Transition::Begin);
        stage.rollout().state
    };
    assert_eq!(begin(vec![]), RolloutState::Running);
    // What a live node is pinned to is what it keeps.
    assert_eq!(begin(vec![pin(1, Pin::To(OLD)).into()]), RolloutState::Running);
    let swapped = [(1, Slot::Green, 100), (2, Slot::Green, 100), (3, Slot::Blue, 0), (4, Slot::Blue, 0)];
    let swapped = swapped
        .map(|(number, place, weight)| NodeUpdate { weight: Some(weight), ..slot(number, place) }.into());
    for (changes, why) in [
        (vec![weigh(3, 1).into()], "node 'edge-3' has traffic: its weight is 1 %"),
        (vec![NodeDelete { node_id: edge(1) }.into()], "was deleted"),
        (swapped.to_vec(), "the slots have changed places"),
        (vec![BundleRevoke { bundle_id: NEW }.into()], "the bundle was revoked"),
    ] {
        let state = begin(changes);
        assert!(matches!(&state, RolloutState::Failed { reason } if reason.contains(why)), "{state:?}");
    }
}
