//! Blue-green: who may have the traffic, how it is shifted, and how it comes back.

mod any_order;

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
    stage.decide(Transition::FailStep { reason: "errors".into() });
    assert_eq!(weights(&stage), BEFORE);
    let wave = Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] };
    stage.decide(wave);
    assert_eq!(stage.node(3).assignment.unwrap().bundle_id, OLD);
}

/// Defect: an instant roll-back leaves the weight of the steps that have passed, and only the web UI can ask for one.
#[test]
fn traffic_comes_back_in_the_very_step_in_which_it_fails_is_taken_back_or_is_cancelled() {
    let cancel = RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() };
    for shares in 1..=3 {
        let stage = shifted(shares);
        let fail = stage.advance(Transition::FailStep { reason: "errors".into() });
        for command in [fail.into(), roll_back().into(), Command::from(cancel.clone())] {
            let mut stage = stage.clone();
            stage.done(command);
            assert_eq!(weights(&stage), BEFORE);
            assert_eq!(stage.rollout().shift.unwrap().share, 0);
            let entry = stage.audit().pop().unwrap();
            assert!(
                entry.changes.values().any(|value| value.ends_with("traffic is back: green 0 %, blue 100 %")),
                "{entry:?}"
            );
        }
    }
    let mut stopped = slots();
    stopped.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..asked() }, ..create() });
    stopped.complete_step(&[3, 4]);
    stopped.decide(Transition::StartStep);
    stopped.decide(Transition::FailStep { reason: "errors".into() });
    assert!(matches!(stopped.rollout().state, RolloutState::Failed { .. }));
    assert_eq!(weights(&stopped), BEFORE, "also when it stops where it is");
    stopped.done(roll_back());
    assert!((1..=4).all(|number| stopped.node(number).owner == Some(ROLLOUT)));
}

#[test]
fn traffic_does_not_go_to_nodes_that_are_gone() {
    let mut stage = shifted(3);
    for number in [1, 2] {
        stage.report(edge(number), NodeFact::Status(NodeStatus::Offline));
    }
    stage.decide(Transition::FailStep { reason: "errors".into() });
    assert_eq!(weights(&stage), [0, 0, 100, 100]);
    let entry = stage.audit().pop().unwrap();
    let words = "errors; traffic stays: no node of the slot blue is online to take it";
    assert_eq!(entry.changes["detail"], words);
    // One is back by the time everything else is.
    stage.report(edge(2), NodeFact::Status(NodeStatus::Online));
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert_eq!(weights(&stage), BEFORE);
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

/// Failed with half of the traffic or more on green, for nobody was there to take it back; by now they are.
fn stuck(shares: u32) -> Stage {
    let mut stage = slots();
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..asked() }, ..create() });
    stage.complete_step(&[3, 4]);
    for share in 1..=shares {
        stage.decide(Transition::StartStep);
        stage.decide(Transition::VerifyStep);
        if share < shares {
            stage.decide(Transition::CompleteStep);
        }
    }
    status(&mut stage, NodeStatus::Offline);
    stage.decide(Transition::FailStep { reason: "errors".into() });
    status(&mut stage, NodeStatus::Online);
    stage
}

/// Defect: green is drained while the nodes that shall take its traffic belong to another rollout, which nobody lets weigh them.
#[test]
fn traffic_goes_back_only_to_nodes_that_are_free_and_as_they_were() {
    let mut stage = stuck(3);
    let after = [0, 0, 100, 100];
    assert_eq!(weights(&stage), after);
    assert_eq!(stage.rollout().state, RolloutState::Failed { reason: format!("{STAYS}; errors") });
    let other = RolloutCreate {
        rollout_id: SECOND,
        spec: spec(),
        live: vec![],
        steps: vec![vec![edge(1), edge(2)]],
        ..create()
    };
    let mut owned = stage.clone();
    owned.done(other);
    let refused = wrong(format!("node 'edge-1' belongs to the rollout {SECOND} by now; cancel that first"));
    owned.refuses([(roll_back().into(), refused)]);
    let mut given = stage.clone();
    given.done(assign(NEW, &[2]));
    let words = "node 'edge-2' was given something else since; roll out the earlier bundle instead";
    given.refuses([(roll_back().into(), wrong(words))]);
    assert_eq!((weights(&owned), weights(&given)), (after, after));

    stage.done(roll_back());
    assert_eq!(weights(&stage), BEFORE);
}

/// Defect: a rollout that ends while nobody is there to take the traffic leaves it half shifted for good.
#[test]
fn traffic_that_stayed_can_be_given_back_later() {
    let wave = || Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] };
    let half = [50, 40, 45, 45];
    let gone = || {
        let mut stage = shifted(2);
        status(&mut stage, NodeStatus::Offline);
        stage
    };
    let mut cancelled = gone();
    cancelled.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    let state = RolloutState::Cancelled { by: "ada".into(), reason: STAYS.into() };
    assert_eq!(cancelled.rollout().state, state);
    let mut back = gone();
    back.done(roll_back());
    back.decide(wave());
    back.decide(Transition::FinishRollback { exceptions: vec![] });
    let state = RolloutState::RolledBack { reason: "slow".into(), exceptions: vec![STAYS.into()] };
    assert_eq!(back.rollout().state, state);
    for mut stage in [cancelled, back, stuck(2)] {
        assert_eq!(weights(&stage), half);
        status(&mut stage, NodeStatus::Offline);
        if !matches!(stage.rollout().state, RolloutState::Failed { .. }) {
            let nobody = wrong("no node of the slot blue is online to take the traffic");
            stage.refuses([(roll_back().into(), nobody)]);
        }
        status(&mut stage, NodeStatus::Online);
        stage.done(roll_back());
        assert_eq!((weights(&stage), stage.rollout().shift.unwrap().share), (BEFORE, 0));
        stage.decide(wave());
        stage.decide(Transition::FinishRollback { exceptions: vec![] });
        assert!(matches!(stage.rollout().state, RolloutState::RolledBack { .. }));
        assert!([3, 4].iter().all(|number| stage.node(*number).assignment.unwrap().bundle_id == OLD));
        let again = wrong("Rollout cannot be rolled back in current state (rolled_back)");
        stage.refuses([(roll_back().into(), again)]);
    }
    let mut plain = deployed();
    plain.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    let refused = wrong("Rollout cannot be rolled back in current state (cancelled)");
    plain.refuses([(roll_back().into(), refused)]);
}

/// Defect: traffic returns to nodes that serve something else by now, or to a bundle that was revoked, and over what people have set.
#[test]
fn the_way_back_after_the_end_looks_at_slots_bundles_and_weights() {
    let stage = completed();
    let with = |change: Command| {
        let mut stage = stage.clone();
        stage.done(change);
        stage
    };
    for (number, change, place) in [
        (1, SlotChange::To(Slot::Green), "blue"),
        (2, SlotChange::Clear, "blue"),
        (3, SlotChange::To(Slot::Blue), "green"),
    ] {
        let words = format!(
            "node 'edge-{number}' is not in the slot {place} any more; put it there again: \
             sentinel-cp node update edge-{number} --slot {place}"
        );
        let moved = with(NodeUpdate { slot: Some(change), ..update(number) }.into());
        moved.refuses([(roll_back().into(), wrong(words))]);
    }
    let Rejection::WrongState(words) = with(BundleRevoke { bundle_id: OLD }.into()).refused(roll_back())
    else {
        panic!()
    };
    assert!(
        words.ends_with("which the slot blue runs, has been revoked; traffic does not go back to it"),
        "{words}"
    );
    let mut weighed = with(weigh(4, 40).into());
    weighed.done(roll_back());
    assert_eq!(weights(&weighed), BEFORE);
    assert_eq!(
        weighed.audit().pop().unwrap().changes["traffic"],
        "traffic is back: green 0 %, blue 100 %; weights that were changed since are gone: edge-4 (40 %)"
    );
}

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

/// Defect: to swap the slots turns a label around; neither traffic nor bundles follow.
#[test]
fn a_completed_one_is_taken_back_at_once_as_long_as_its_nodes_are_as_it_left_them() {
    let mut stage = completed();
    assert_eq!(weights(&stage), [0, 0, 100, 100]);
    let baseline = |stage: &Stage| stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline;
    assert_eq!(baseline(&stage), Some(NEW));
    let other = RolloutCreate {
        rollout_id: SECOND,
        spec: spec(),
        live: vec![],
        steps: vec![vec![edge(2)]],
        ..create()
    };
    for (change, why) in [
        (
            Command::from(assign(NEW, &[1])),
            "node 'edge-1' was given something else since; roll out the earlier bundle instead",
        ),
        (
            assign(OLD, &[3]).into(),
            "node 'edge-3' was given something else since; roll out the earlier bundle instead",
        ),
        (other.into(), "node 'edge-2' belongs to the rollout"),
    ] {
        let mut stage = stage.clone();
        stage.done(change);
        let Rejection::WrongState(refused) = stage.refused(roll_back()) else { panic!() };
        assert!(refused.starts_with(why), "{refused}");
    }
    let mut gone = stage.clone();
    for number in [1, 2] {
        gone.report(edge(number), NodeFact::Status(NodeStatus::Offline));
    }
    assert_eq!(gone.refused(roll_back()), wrong("no node of the slot blue is online to take the traffic"));

    stage.done(roll_back());
    assert_eq!(weights(&stage), BEFORE);
    assert!(matches!(stage.rollout().state, RolloutState::RollingBack { .. }));
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
    assert_eq!(baseline(&stage), None, "who joins is given what was given before");
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(3), edge(4)] });
    for number in [3, 4] {
        stage.prove(number);
    }
    stage.decide(Transition::FinishRollback { exceptions: vec![] });
    assert!(matches!(stage.rollout().state, RolloutState::RolledBack { .. }));
    assert!((1..=4).all(|number| stage.node(number).effective.unwrap().bundle_id == OLD));
}

#[test]
fn another_strategy_is_not_taken_back_once_it_has_completed() {
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(
        stage.refused(roll_back()),
        wrong("Rollout cannot be rolled back in current state (completed)")
    );
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
