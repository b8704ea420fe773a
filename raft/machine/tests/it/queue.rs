//! Two rollouts that want the same nodes: refused, in the queue, or one takes the nodes of the other.

use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::Pin;
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::{RolloutCreate, WAITING_MAX};
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::queue;
use sentinel_machine::{Command, Rejection};
use sentinel_model::RolloutId;
use sentinel_model::audit::Actor;
use sentinel_model::cluster::EpochReason;
use sentinel_model::rollout::{OnConflict, Phase, Rollout, RolloutSpec, RolloutState};
use uuid::Uuid;

use crate::crew::{HOUR, freeze_now, rules, staffed, wrong};
use crate::ids::*;
use crate::samples::{bundle, epoch, pin, rollout, spec};
use crate::stage::Stage;

const THIRD: RolloutId = RolloutId(Uuid::from_u128(0x83));

/// A rollout of the bundle in between over these nodes, in one step.
fn wanting(rollout_id: RolloutId, on_conflict: OnConflict, nodes: &[u8]) -> RolloutCreate {
    RolloutCreate {
        rollout_id,
        spec: RolloutSpec { bundle_id: BETWEEN, on_conflict, ..spec() },
        steps: vec![nodes.iter().map(|number| edge(*number)).collect()],
        ..rollout()
    }
}

/// The rollout of the new bundle over four nodes has begun its first step, on the first two.
fn begun() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(rollout());
    stage.decide(Transition::StartStep);
    stage
}

fn get(stage: &Stage, id: RolloutId) -> Rollout {
    stage.get(id.as_bytes()).unwrap()
}

fn cancel(id: RolloutId) -> Command {
    RolloutCancel { rollout_id: id, by: "ada".into() }.into()
}

fn decide(stage: &Stage, id: RolloutId, transition: Transition) -> RolloutAdvance {
    RolloutAdvance { rollout_id: id, revision: get(stage, id).revision, transition }
}

fn begin(stage: &mut Stage, id: RolloutId) {
    let advance = decide(stage, id, Transition::Begin);
    stage.done(advance);
}

fn behind(stage: &Stage, id: RolloutId) -> Option<RolloutId> {
    get(stage, id).queued.unwrap().behind
}

fn called(stage: &Stage) -> Vec<String> {
    let called = stage.events.iter().filter(|event| event.kind == "rollout.called");
    called.map(|event| event.resource_id.clone()).collect()
}

#[test]
fn nodes_of_another_rollout_are_refused_when_nothing_is_said() {
    let stage = begun();
    let message =
        format!("node 'edge-2' belongs to the rollout {ROLLOUT}; wait for it to end, or cancel it first");
    stage.refuses([(wanting(SECOND, OnConflict::Refuse, &[2]).into(), Rejection::WrongState(message))]);
}

#[test]
fn one_that_queues_owns_nothing_says_for_whom_it_waits_and_is_called_at_the_end() {
    let mut stage = begun();
    stage.done(wanting(SECOND, OnConflict::Queue, &[2, 3]));
    let waits = get(&stage, SECOND);
    assert_eq!(waits.state, RolloutState::Pending);
    let words = format!("waits for its nodes: the rollout {ROLLOUT} has node 'edge-2' and 1 more");
    assert_eq!(waits.hold.unwrap().reason, words);
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(entry.changes["state"], "pending");
    stage.done(cancel(ROLLOUT));
    assert_eq!(called(&stage), [SECOND.to_string()]);
    assert_eq!(behind(&stage, SECOND), None);
    begin(&mut stage, SECOND);
    let runs = get(&stage, SECOND);
    assert_eq!((runs.state, runs.queued, runs.hold), (RolloutState::Running, None, None));
    assert_eq!(
        (1..=4).map(|number| stage.node(number).owner).collect::<Vec<_>>(),
        [None, Some(SECOND), Some(SECOND), None]
    );
    assert!(runs.governance.begun_at.is_some());
}

#[test]
fn one_that_queues_and_finds_its_nodes_free_simply_starts() {
    let mut stage = begun();
    stage.done(cancel(ROLLOUT));
    stage.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    assert_eq!(get(&stage, SECOND).state, RolloutState::Running);
}

/// Nobody starves: a late one does not get a node that an earlier one waits for, though nobody has it.
#[test]
fn first_come_first_served() {
    let mut stage = begun();
    stage.done(cancel(ROLLOUT));
    stage.done(RolloutCreate { steps: vec![vec![edge(1)]], ..rollout_as(THIRD) });
    stage.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    assert_eq!(behind(&stage, SECOND), Some(THIRD));
    assert_eq!(queue::first_for(&stage.tables, edge(2)).unwrap(), Some(SECOND));
    // Node 2 is free, and yet waited for.
    let message = format!(
        "node 'edge-2' is waited for by the rollout {SECOND}; wait for it to end, or cancel it first"
    );
    let fourth = RolloutId(Uuid::from_u128(0x84));
    stage.refuses([(wanting(fourth, OnConflict::Refuse, &[2]).into(), Rejection::WrongState(message))]);
    stage.done(wanting(fourth, OnConflict::Queue, &[2, 3]));
    assert_eq!(behind(&stage, fourth), Some(SECOND));
    // Called or not, the earlier one is before it.
    stage.done(cancel(THIRD));
    assert_eq!(called(&stage), [SECOND.to_string()], "and not the one behind it");
    begin(&mut stage, fourth);
    assert_eq!(behind(&stage, fourth), Some(SECOND));
    begin(&mut stage, SECOND);
    assert_eq!(get(&stage, SECOND).state, RolloutState::Running);
    stage.done(cancel(SECOND));
    assert_eq!(called(&stage), [fourth.to_string()]);
    begin(&mut stage, fourth);
    assert_eq!(get(&stage, fourth).state, RolloutState::Running);
}

fn rollout_as(rollout_id: RolloutId) -> RolloutCreate {
    RolloutCreate { rollout_id, ..rollout() }
}

#[test]
fn whoever_gives_up_calls_the_next() {
    let mut stage = begun();
    stage.done(wanting(SECOND, OnConflict::Queue, &[1]));
    stage.done(wanting(THIRD, OnConflict::Queue, &[1]));
    assert_eq!((behind(&stage, SECOND), behind(&stage, THIRD)), (Some(ROLLOUT), Some(ROLLOUT)));
    assert_eq!(queue::of_project(&stage.tables, SHOP).unwrap(), [SECOND, THIRD]);
    stage.done(cancel(ROLLOUT));
    assert_eq!(called(&stage), [SECOND.to_string(), THIRD.to_string()]);
    begin(&mut stage, THIRD);
    assert_eq!((get(&stage, THIRD).state, behind(&stage, THIRD)), (RolloutState::Pending, Some(SECOND)));
    stage.done(cancel(SECOND));
    assert_eq!(called(&stage), [THIRD.to_string()]);
    begin(&mut stage, THIRD);
    assert_eq!(get(&stage, THIRD).state, RolloutState::Running);
}

/// The way back of a failed one takes its nodes again; who was called waits for the end of that.
#[test]
fn a_way_back_is_before_the_queue() {
    let mut stage = Stage::furnished();
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(RolloutCreate { spec: RolloutSpec { auto_rollback: false, ..spec() }, ..rollout() });
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.done(wanting(SECOND, OnConflict::Queue, &[1]));
    stage.fail(3);
    stage.decide(Transition::FailStep { reason: "it fails".into(), step: None });
    stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: String::new() });
    begin(&mut stage, SECOND);
    assert_eq!((get(&stage, SECOND).state, behind(&stage, SECOND)), (RolloutState::Pending, Some(ROLLOUT)));
}

#[test]
fn what_was_planned_is_looked_at_again_when_its_turn_comes() {
    let mut waits = begun();
    waits.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    waits.done(cancel(ROLLOUT));
    let mut deleted = waits.clone();
    deleted.done(NodeDelete { node_id: edge(1) });
    let mut pinned = waits.clone();
    pinned.done(pin(2, Pin::To(OLD)));
    for (mut stage, why) in [(deleted, "was deleted"), (pinned, "is pinned to another bundle")] {
        begin(&mut stage, SECOND);
        let RolloutState::Failed { reason } = get(&stage, SECOND).state else { panic!("it fails") };
        assert!(reason.starts_with("its plan is stale") && reason.contains(why), "{reason}");
    }
    let mut frozen = waits.clone();
    freeze_now(&mut frozen);
    let words = crate::crew::frozen_words(&frozen);
    let advance = decide(&frozen, SECOND, Transition::Begin);
    assert_eq!(frozen.refused(advance), words);
    frozen.now = frozen.now.plus_ms(2 * HOUR);
    begin(&mut frozen, SECOND);
    assert_eq!(get(&frozen, SECOND).state, RolloutState::Running);
}

#[test]
fn a_rule_that_came_while_it_waited_holds_it_and_takes_its_place_in_the_queue() {
    let mut stage = staffed(0);
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(rollout());
    stage.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    stage.done(rules(&[(None, 1)]));
    stage.done(cancel(ROLLOUT));
    begin(&mut stage, SECOND);
    let asks = get(&stage, SECOND);
    assert_eq!((asks.state, asks.queued), (RolloutState::PendingApproval, None));
    assert_eq!(asks.governance.author, Some(ADA), "who may not approve it");
}

/// Else both would wait for each other once the one that lost its place is approved.
#[test]
fn who_waits_behind_a_place_that_is_lost_is_called() {
    let mut stage = staffed(0);
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(wanting(ROLLOUT, OnConflict::Refuse, &[1]));
    stage.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    stage.done(wanting(THIRD, OnConflict::Queue, &[2]));
    assert_eq!(behind(&stage, THIRD), Some(SECOND));
    stage.done(rules(&[(None, 1)]));
    stage.done(cancel(ROLLOUT));
    begin(&mut stage, SECOND);
    assert_eq!(get(&stage, SECOND).state, RolloutState::PendingApproval);
    assert_eq!((called(&stage), behind(&stage, THIRD)), (vec![THIRD.to_string()], None));
}

#[test]
fn an_approved_one_queues_and_one_whose_time_has_come() {
    let mut stage = staffed(1);
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(wanting(SECOND, OnConflict::Queue, &[1, 2]));
    stage.done(rules(&[]));
    stage.done(rollout());
    let digest = get(&stage, SECOND).governance.approval.unwrap().digest;
    let approve: Command = RolloutApprove { rollout_id: SECOND, digest, by: "bob".into() }.into();
    stage.actor = Actor::User(BOB);
    stage.done(approve);
    stage.actor = crate::stage::by();
    assert_eq!((get(&stage, SECOND).state, behind(&stage, SECOND)), (RolloutState::Pending, Some(ROLLOUT)));

    let at = Some(stage.now.plus_ms(HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..wanting(THIRD, OnConflict::Queue, &[3]) });
    assert_eq!(get(&stage, THIRD).state, RolloutState::Scheduled);
    stage.now = stage.now.plus_ms(HOUR);
    begin(&mut stage, THIRD);
    assert_eq!((get(&stage, THIRD).state, behind(&stage, THIRD)), (RolloutState::Pending, Some(ROLLOUT)));
}

#[test]
fn the_queue_of_a_project_is_bounded() {
    let mut stage = begun();
    for number in 0..WAITING_MAX {
        stage.done(wanting(RolloutId(Uuid::from_u128(0x1000 + number as u128)), OnConflict::Queue, &[1]));
    }
    let message = format!("{WAITING_MAX} rollouts of this project wait already; cancel what is not needed");
    stage.refuses([(wanting(SECOND, OnConflict::Queue, &[1]).into(), Rejection::Limit(message))]);
}

#[test]
fn what_waits_in_a_cluster_that_goes_on_from_an_earlier_state_is_cancelled() {
    let mut stage = begun();
    stage.done(wanting(SECOND, OnConflict::Queue, &[1]));
    stage.done(wanting(THIRD, OnConflict::Queue, &[1]));
    stage.done(epoch(2, 1, EpochReason::Restore));
    for id in [SECOND, THIRD] {
        assert_eq!(get(&stage, id).state.phase(), Phase::Cancelled);
    }
    assert_eq!(get(&stage, ROLLOUT).state.phase(), Phase::Paused);
}

#[test]
fn superseding_stops_the_other_and_takes_its_nodes_in_one_step() {
    let mut stage = begun();
    stage.prove(1);
    stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    stage.done_beside(wanting(SECOND, OnConflict::Supersede, &[1, 2, 3]), 1);
    let old = get(&stage, ROLLOUT);
    assert_eq!(old.superseded_by, Some(SECOND));
    let reason = format!("superseded by the rollout {SECOND} of 1.5");
    assert_eq!(old.state, RolloutState::Cancelled { by: "ada@example.com".into(), reason });
    assert_eq!(get(&stage, SECOND).state, RolloutState::Running);
    assert_eq!(
        (1..=4).map(|number| stage.node(number).owner).collect::<Vec<_>>(),
        [Some(SECOND), Some(SECOND), Some(SECOND), None]
    );
    let audit = stage.audit();
    let [old, new] = &audit[audit.len() - 2..] else { panic!("two entries") };
    assert_eq!((old.action.as_str(), old.resource_id.clone()), ("rollout.superseded", ROLLOUT.to_string()));
    assert_eq!(old.changes["superseded_by"], SECOND.to_string());
    assert_eq!((new.action.as_str(), new.resource_id.clone()), ("rollout.created", SECOND.to_string()));
    // A decision that was made on the other one before comes late.
    let late = RolloutAdvance { rollout_id: ROLLOUT, revision: 2, transition: Transition::VerifyStep };
    assert!(matches!(stage.refused(late), Rejection::Stale { .. }));
}

/// What goes back goes to what was proven last: not to a bundle that was given to the node and superseded half way.
#[test]
fn the_way_back_of_one_that_superseded_another_leads_past_what_that_left_half_done() {
    let mut stage = begun();
    for number in [1, 2] {
        stage.prove(number);
    }
    stage.decide(Transition::VerifyStep);
    stage.decide(Transition::CompleteStep);
    stage.decide(Transition::StartStep);
    // Node 3 runs the new bundle, and nobody has judged how; node 4 does not.
    stage.prove(3);
    stage.done_beside(wanting(SECOND, OnConflict::Supersede, &[1, 2, 3, 4]), 1);
    assert_eq!(stage.node(4).assignment.unwrap().bundle_id, OLD, "what nobody has proven goes back at once");
    let start = decide(&stage, SECOND, Transition::StartStep);
    stage.done(start);
    let earlier = |number: u8| stage.member_of(SECOND, number).previous;
    assert_eq!([1, 2, 3, 4].map(earlier), [Some(NEW), Some(NEW), Some(OLD), Some(OLD)]);
    assert_eq!(stage.member_of(SECOND, 3).fallback, Some(NEW), "should the old one be revoked");
}

/// Two in a row: the second fix goes back to what was there before the first one.
#[test]
fn half_done_work_is_passed_over_however_often_it_is_superseded() {
    let mut stage = begun();
    stage.prove(1);
    stage.done_beside(wanting(SECOND, OnConflict::Supersede, &[1]), 1);
    let start = decide(&stage, SECOND, Transition::StartStep);
    stage.done(start);
    stage.prove(1);
    let third = RolloutCreate {
        spec: RolloutSpec { on_conflict: OnConflict::Supersede, ..spec() },
        steps: vec![vec![edge(1)]],
        ..rollout_as(THIRD)
    };
    stage.done_beside(third, 1);
    let start = decide(&stage, THIRD, Transition::StartStep);
    stage.done(start);
    assert_eq!(stage.member_of(THIRD, 1).previous, Some(OLD));
}

#[test]
fn one_that_is_being_taken_back_is_not_superseded_and_nothing_else_is_then() {
    let mut stage = begun();
    stage.done(cancel(ROLLOUT));
    stage.done(RolloutCreate { steps: vec![vec![edge(1)]], ..rollout_as(SECOND) });
    stage.done(RolloutCreate { steps: vec![vec![edge(2)]], ..rollout_as(THIRD) });
    stage.done(RolloutRollback { rollout_id: THIRD, by: "ada".into(), reason: String::new() });
    let fourth = RolloutId(Uuid::from_u128(0x84));
    let message = format!(
        "node 'edge-2' belongs to the rollout {THIRD} and is being taken back; wait for it to end, or cancel it first"
    );
    stage.refuses([(wanting(fourth, OnConflict::Supersede, &[1, 2]).into(), wrong(&message))]);
    // The same at its time: it fails, and the other one goes on.
    let at = Some(stage.now.plus_ms(HOUR));
    stage.done(RolloutCreate { scheduled_at: at, ..wanting(fourth, OnConflict::Supersede, &[1, 2]) });
    stage.now = stage.now.plus_ms(HOUR);
    begin(&mut stage, fourth);
    assert_eq!(get(&stage, fourth).state.phase(), Phase::Failed);
    assert_eq!(get(&stage, SECOND).state, RolloutState::Running);
}

/// A fix is not overtaken by what waited for the broken one to end.
#[test]
fn superseding_takes_those_that_wait_for_the_same_nodes_out_of_the_queue() {
    let mut stage = begun();
    stage.done(wanting(SECOND, OnConflict::Queue, &[1]));
    let other = RolloutId(Uuid::from_u128(0x84));
    stage.done(wanting(other, OnConflict::Queue, &[4]));
    stage.done_beside(wanting(THIRD, OnConflict::Supersede, &[1, 2]), 2);
    assert_eq!(get(&stage, SECOND).superseded_by, Some(THIRD));
    assert_eq!((behind(&stage, other), get(&stage, other).state), (None, RolloutState::Pending));
    begin(&mut stage, other);
    assert_eq!(get(&stage, other).state, RolloutState::Running);
}

/// Approvals come first: nothing is stopped for a rollout that nobody has agreed to.
#[test]
fn a_rollout_that_waits_for_approvals_supersedes_nothing_before_it_has_them() {
    let mut stage = staffed(0);
    stage.done(bundle(BETWEEN, SHOP, "1.5"));
    stage.done(rollout());
    stage.done(rules(&[(None, 1)]));
    stage.done(wanting(SECOND, OnConflict::Supersede, &[1]));
    assert_eq!(get(&stage, SECOND).state, RolloutState::PendingApproval);
    assert_eq!(stage.rollout().state, RolloutState::Running);
    let digest = get(&stage, SECOND).governance.approval.unwrap().digest;
    stage.actor = Actor::User(BOB);
    stage.done_beside(RolloutApprove { rollout_id: SECOND, digest, by: "bob".into() }, 1);
    assert_eq!(stage.rollout().state.phase(), Phase::Cancelled);
    assert_eq!(get(&stage, SECOND).state, RolloutState::Running);
}
