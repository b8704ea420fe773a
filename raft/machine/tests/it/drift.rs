//! Drift: when it begins and ends, what is done about it, and what is kept. Each defect of drift that other systems are known for is a
//! test here.

use sentinel_machine::apply::apply;
use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::drift_advance::{DriftAdvance, DriftDeed};
use sentinel_machine::commands::drift_resolve::{DriftResolve, RESOLVED_AT_ONCE, Seen};
use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::node_runtime_config_keep::NodeRuntimeConfigKeep;
use sentinel_machine::commands::node_update::{NodeUpdate, VersionChange};
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_machine::commands::project_update::{DriftChange, ProjectUpdate};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection, Reply, drift};
use sentinel_model::drift::{
    CONFIG_BYTES_MAX, CONFIGS_KEPT, DriftEvent, DriftNode, DriftState, Measurement, RESOLVED_KEPT,
    Remediation, Resolution, RuntimeConfig, TRIES_REMEMBERED_MS,
};
use sentinel_model::node::{AssignmentCause, NodeStatus};
use sentinel_model::rollout::RolloutSpec;
use sentinel_model::{DriftEventId, EnrolmentTokenId, Generation, NodeId, Time};
use uuid::Uuid;

use crate::crew::{freeze_now, frozen_words, nothing, wrong};
use crate::ids::*;
use crate::samples;
use crate::samples::drift::{measurement, runtime_config};
use crate::stage::Stage;

pub const MINUTE: u64 = 60_000;

pub fn tell(stage: &mut Stage, number: u8, event: u128, found: Measurement) -> Reply {
    let event_id = DriftEventId(Uuid::from_u128(event));
    stage.report(edge(number), NodeFact::Measured { event_id, found: Box::new(found) })
}

fn event(stage: &Stage, id: u128) -> Option<DriftEvent> {
    drift::event(&stage.tables, SHOP, DriftEventId(Uuid::from_u128(id))).unwrap()
}

fn known(stage: &Stage, number: u8) -> Option<DriftNode> {
    stage.get(edge(number).as_bytes())
}

fn open(stage: &Stage) -> Vec<u128> {
    drift::open(&stage.tables, SHOP).unwrap().iter().map(|event| event.id.0.as_u128()).collect()
}

fn remediated() -> Stage {
    let mut stage = Stage::furnished();
    remediate(&mut stage);
    stage
}

/// Drift is done something about, after a minute.
pub fn remediate(stage: &mut Stage) {
    let policy = DriftChange { remediation: Some(Remediation::Reassert), delay_s: Some(60) };
    stage.done(ProjectUpdate { drift: Some(policy), ..nothing() });
}

fn deed(stage: &Stage, id: u128, deed: DriftDeed) -> DriftAdvance {
    let event = event(stage, id).unwrap();
    DriftAdvance { project_id: SHOP, event_id: event.id, decided_on: event.revision, deed }
}

pub fn reassert(stage: &Stage, id: u128) -> DriftAdvance {
    deed(stage, id, DriftDeed::Reassert)
}

fn resolve(event_id: Option<u128>) -> DriftResolve {
    DriftResolve {
        project_id: SHOP,
        event_id: event_id.map(|id| DriftEventId(Uuid::from_u128(id))),
        seen: Vec::new(),
        seen_until: None,
        by: "ada@example.com".into(),
        reason: "planned work".into(),
    }
}

/// Defect: only the ids of bundles are compared, so that a configuration that was edited on the node is never seen.
#[test]
fn an_edited_configuration_is_drift_though_the_bundle_is_the_same() {
    let mut stage = Stage::furnished();
    assert_eq!(known(&stage, 1), None, "nothing measured is not in sync");
    assert_eq!(tell(&mut stage, 1, 1, measurement(1, 0)), Reply::Count(1));
    assert!(known(&stage, 1).unwrap().measured.unwrap().in_sync());
    assert_eq!(tell(&mut stage, 1, 1, measurement(1, 0)), Reply::Count(0), "it is no news");
    tell(&mut stage, 1, 2, measurement(1, 1));
    assert_eq!(stage.events.iter().filter(|event| event.kind == "drift.detected").count(), 1);
    let begun = event(&stage, 2).unwrap();
    assert_eq!((begun.state, begun.bundle_id, begun.node_id), (DriftState::Open, OLD, edge(1)));
    assert_eq!(
        (begun.next_try_at, begun.detected_at),
        (None, stage.now),
        "nothing is done unless it is wanted"
    );
    assert_eq!(tell(&mut stage, 1, 3, measurement(1, 1)), Reply::Count(0));
    tell(&mut stage, 1, 3, measurement(1, 2));
    assert_eq!((event(&stage, 3), open(&stage)), (None, vec![2]), "one node has one open event");
    assert_eq!(event(&stage, 2).unwrap().found, measurement(1, 2));
    tell(&mut stage, 1, 3, measurement(1, 0));
    let over = event(&stage, 2).unwrap();
    assert_eq!((over.state, over.resolution), (DriftState::Resolved, Some(Resolution::Itself)));
    assert_eq!((over.resolved_at, open(&stage)), (Some(stage.now), vec![]));
}

/// Defect: drift is told while a node is on its way.
#[test]
fn drift_never_begins_in_a_switch_in_a_step_or_for_what_is_not_in_effect() {
    let mut offline = Stage::furnished();
    offline.report(edge(1), NodeFact::Status(NodeStatus::Offline));
    let mut switching = Stage::furnished();
    switching.done(samples::assign(NEW, &[1]));
    let mut owned = Stage::rolling();
    for stage in [&mut offline, &mut switching, &mut owned] {
        tell(stage, 1, 1, measurement(1, 1));
        assert_eq!(open(stage), Vec::<u128>::new());
        assert!(known(stage, 1).unwrap().measured.is_some(), "it is known all the same");
    }
    // What held it up is gone, and the same is told again: now it counts.
    offline.report(edge(1), NodeFact::Status(NodeStatus::Online));
    let node = offline.node(1);
    assert!(drift::is_news(&offline.tables, &node, Some(Generation(1)), &measurement(1, 1)).unwrap());
    assert_eq!(tell(&mut offline, 1, 1, measurement(1, 1)), Reply::Count(1));
    assert_eq!(open(&offline), [1]);

    let mut late = Stage::furnished();
    for generation in [0, 2, 9] {
        assert_eq!(tell(&mut late, 1, 1, measurement(generation, 1)), Reply::Count(0), "{generation}");
    }
    let node = late.node(1);
    assert!(!drift::is_news(&late.tables, &node, Some(Generation(1)), &measurement(2, 1)).unwrap());
}

/// Defect: after a rollback nodes are drifted from what was taken back, and it would be pushed again.
#[test]
fn whoever_gives_a_node_something_else_ends_its_drift() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    tell(&mut stage, 2, 2, measurement(1, 1));
    stage.done(samples::assign(NEW, &[1]));
    let over = event(&stage, 1).unwrap();
    assert_eq!(over.resolution, Some(Resolution::Superseded));
    assert_eq!(over.next_try_at, None);
    assert_eq!(open(&stage), [2]);
    stage.done(NodeDelete { node_id: edge(2) });
    assert_eq!(event(&stage, 2).unwrap().resolution, Some(Resolution::Superseded));
    assert_eq!((known(&stage, 2), open(&stage)), (None, vec![]));
}

#[test]
fn a_node_is_given_the_same_again_and_is_back() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    let due = stage.now.plus_ms(MINUTE);
    assert_eq!(event(&stage, 1).unwrap().next_try_at, Some(due));
    let early = wrong("it is not time for another try");
    stage.refuses([(reassert(&stage, 1).into(), early)]);
    stage.now = due;
    let (found, last) = drift::due(&stage.tables, due, None, 9).unwrap();
    assert_eq!(found, [(SHOP, DriftEventId(Uuid::from_u128(1)))]);
    assert_eq!(drift::due(&stage.tables, due, last.as_deref(), 9).unwrap().0, []);
    assert_eq!(drift::due(&stage.tables, Time(due.0 - 1), None, 9).unwrap().0, []);
    stage.done(reassert(&stage, 1));
    let given = stage.node(1).assignment.unwrap();
    assert_eq!(
        (given.bundle_id, given.generation, given.cause),
        (OLD, Generation(2), AssignmentCause::Direct)
    );
    assert_eq!(given.reasserts, Some(DriftEventId(Uuid::from_u128(1))));
    let tried = event(&stage, 1).unwrap();
    assert_eq!((tried.state, tried.tries), (DriftState::Open, 1));
    assert_eq!(tried.next_try_at, Some(due.plus_ms(2 * MINUTE)), "pauses grow");
    stage.now = due.plus_ms(2 * MINUTE);
    let switching = wrong("node 'edge-1' is offline or in the middle of a switch");
    stage.refuses([(reassert(&stage, 1).into(), switching)]);
    // What it ran before says nothing about now.
    tell(&mut stage, 1, 2, measurement(1, 0));
    assert_eq!(open(&stage), [1]);
    stage.prove(1);
    tell(&mut stage, 1, 2, measurement(2, 0));
    assert_eq!(event(&stage, 1).unwrap().resolution, Some(Resolution::Remediated));
}

/// Defect: remediation runs in a loop, each time as if it were the first.
#[test]
fn tries_are_remembered_over_the_end_of_an_event_until_the_third_and_forgotten_in_time() {
    let mut stage = remediated();
    for round in 1..=3u8 {
        let id = u128::from(round);
        tell(&mut stage, 1, id, measurement(u64::from(round), 1));
        let begun = event(&stage, id).unwrap();
        assert_eq!(begun.tries, round - 1);
        stage.now = begun.next_try_at.unwrap();
        stage.done(reassert(&stage, id));
        stage.prove(1);
        tell(&mut stage, 1, id, measurement(u64::from(round) + 1, 0));
        assert_eq!(event(&stage, id).unwrap().resolution, Some(Resolution::Remediated), "{round}");
    }
    tell(&mut stage, 1, 4, measurement(4, 1));
    let fourth = event(&stage, 4).unwrap();
    assert_eq!(fourth.tries, 3);
    stage.now = fourth.next_try_at.unwrap();
    stage.refuses([(reassert(&stage, 4).into(), wrong("it is not time for another try"))]);
    stage.done(deed(&stage, 4, DriftDeed::Alarm { reason: "three tries".into() }));
    let alarmed = event(&stage, 4).unwrap();
    assert_eq!((alarmed.state, alarmed.next_try_at), (DriftState::Alarm, None));
    assert_eq!(drift::counts_of_all(&stage.tables).unwrap(), (1, 1));
    stage.refuses([(reassert(&stage, 4).into(), wrong("nothing is done about this drift by itself"))]);
    tell(&mut stage, 1, 4, measurement(4, 0));
    assert_eq!(event(&stage, 4).unwrap().resolution, Some(Resolution::Itself), "an alarm ends as well");
    assert_eq!(drift::counts_of_all(&stage.tables).unwrap(), (0, 0));
    stage.now = stage.now.plus_ms(TRIES_REMEMBERED_MS);
    tell(&mut stage, 1, 5, measurement(4, 1));
    assert_eq!(event(&stage, 5).unwrap().tries, 0, "much later it is another story");
}

/// I27, at the moment that counts.
#[test]
fn a_node_that_a_rollout_owns_is_not_touched_nor_is_any_in_a_freeze() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    let decided = reassert(&stage, 1);
    stage.now = stage.now.plus_ms(MINUTE);
    let mut frozen = stage.clone();
    freeze_now(&mut frozen);
    frozen.refuses([(decided.clone().into(), frozen_words(&frozen))]);
    stage.done(samples::rollout());
    let words = format!("node 'edge-1' belongs to the rollout {ROLLOUT}");
    stage.refuses([(decided.into(), wrong(&words))]);
}

/// Defect: remediation changes who a node has its bundle from, and taking the rollout back leaves it behind.
#[test]
fn what_was_asserted_again_is_taken_back_with_the_rollout_that_gave_it() {
    let mut stage = remediated();
    let spec = RolloutSpec { auto_rollback: false, ..samples::spec() };
    stage.done(RolloutCreate { spec, ..samples::rollout() });
    stage.complete_step(&[1, 2]);
    stage.decide(Transition::StartStep);
    stage.fail(3);
    stage.decide(Transition::FailStep { reason: "edge-3 failed".into(), step: None });
    assert_eq!(stage.node(1).owner, None, "it has ended");
    tell(&mut stage, 1, 1, measurement(2, 1));
    stage.now = stage.now.plus_ms(MINUTE);
    stage.done(reassert(&stage, 1));
    assert_eq!(stage.node(1).assignment.unwrap().cause, AssignmentCause::Rollout(ROLLOUT));
    stage.prove(1);
    stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: "latency".into() });
    stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1)] });
    let back = stage.node(1).assignment.unwrap();
    assert_eq!((back.bundle_id, back.reasserts), (OLD, None));
}

#[test]
fn a_decision_that_comes_late_is_refused() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    let late = reassert(&stage, 1);
    tell(&mut stage, 1, 1, measurement(1, 2));
    stage.now = stage.now.plus_ms(MINUTE);
    let stale = Rejection::Stale { decided_on: 1, current: 2 };
    let unknown = DriftAdvance { event_id: DriftEventId(NOBODY), ..late.clone() };
    stage.refuses([(late.into(), stale), (unknown.into(), Rejection::not_found("Drift event"))]);
}

#[test]
fn when_nothing_may_be_done_nothing_is() {
    let mut off = remediated();
    tell(&mut off, 1, 1, measurement(1, 1));
    off.now = off.now.plus_ms(MINUTE);
    let mut pinned = off.clone();
    let decided = reassert(&off, 1);
    let mut away = off.clone();
    away.report(edge(1), NodeFact::Status(NodeStatus::Offline));
    let words = wrong("node 'edge-1' is offline or in the middle of a switch");
    away.refuses([(decided.clone().into(), words)]);
    pinned.done(samples::pin(1, sentinel_machine::commands::node_update::Pin::To(NEW)));
    pinned.refuses([(decided.clone().into(), wrong("node 'edge-1' is pinned to another bundle"))]);
    let quiet = DriftChange { remediation: Some(Remediation::Off), delay_s: None };
    off.done(ProjectUpdate { drift: Some(quiet), ..nothing() });
    assert_eq!(event(&off, 1).unwrap().next_try_at, None);
    let decided = reassert(&off, 1);
    off.refuses([(decided.into(), wrong("the project wants nothing done about drift"))]);
    // Who changes only how long it waits does not turn it on again that another one has turned off.
    off.done(ProjectUpdate { drift: Some(DriftChange { remediation: None, delay_s: Some(5) }), ..nothing() });
    assert_eq!(event(&off, 1).unwrap().next_try_at, None);
    let again = DriftChange { remediation: Some(Remediation::Reassert), delay_s: None };
    off.done(ProjectUpdate { drift: Some(again), ..nothing() });
    assert_eq!(event(&off, 1).unwrap().next_try_at, Some(off.now.plus_ms(5_000)));
    let never = DriftChange { delay_s: Some(0), ..again };
    off.refuses_fields([("drift_delay_seconds", ProjectUpdate { drift: Some(never), ..nothing() }.into())]);
}

/// Asserting it again came to nothing, and the node is back all the same.
#[test]
fn a_node_that_is_back_without_the_newest_generation_is_back() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    stage.now = stage.now.plus_ms(MINUTE);
    stage.done(reassert(&stage, 1));
    stage.fail(1);
    tell(&mut stage, 1, 2, measurement(1, 0));
    assert_eq!(event(&stage, 1).unwrap().resolution, Some(Resolution::Remediated));
    assert_eq!(tell(&mut stage, 1, 2, measurement(1, 0)), Reply::Count(0));
}

#[test]
fn what_somebody_leaves_as_it_is_is_told_again_only_when_it_changes() {
    let mut stage = Stage::furnished();
    tell(&mut stage, 1, 1, measurement(1, 1));
    stage.done(resolve(Some(1)));
    let over = event(&stage, 1).unwrap();
    assert_eq!((over.resolution, over.resolved_by.as_str()), (Some(Resolution::Manual), "ada@example.com"));
    assert_eq!(over.reason, "planned work");
    let again = wrong("Drift event already resolved");
    let reasonless = DriftResolve { reason: " ".into(), ..resolve(Some(1)) };
    stage.refuses([(resolve(Some(1)).into(), again)]);
    stage.refuses([(resolve(Some(9)).into(), Rejection::not_found("Drift event"))]);
    stage.refuses_fields([("reason", reasonless.into())]);
    assert_eq!(tell(&mut stage, 1, 2, measurement(1, 1)), Reply::Count(0));
    tell(&mut stage, 1, 2, measurement(1, 2));
    assert_eq!(open(&stage), [2]);
    stage.done(resolve(Some(2)));
    tell(&mut stage, 1, 3, measurement(1, 0));
    tell(&mut stage, 1, 4, measurement(1, 2));
    assert_eq!(open(&stage), [4], "after it was back, it is drift anew");
}

/// Everything that lasts, as it is now.
fn all_seen(stage: &Stage) -> DriftResolve {
    let seen = drift::open(&stage.tables, SHOP).unwrap().into_iter();
    let seen = seen.map(|event| Seen { event_id: event.id, revision: event.revision }).collect();
    DriftResolve { seen, seen_until: Some(stage.now), ..resolve(None) }
}

/// Defects: resolving all resolves the newest hundred; and what nobody has looked at.
#[test]
fn what_was_seen_is_resolved_at_once_and_what_is_new_or_changed_stays() {
    let mut stage = Stage::furnished();
    for number in 1..=3u8 {
        tell(&mut stage, number, number.into(), measurement(1, 1));
    }
    let seen = all_seen(&stage);
    tell(&mut stage, 2, 2, measurement(1, 2));
    tell(&mut stage, 4, 4, measurement(1, 1));
    assert_eq!(stage.done(seen.clone()), Reply::Count(2));
    assert_eq!(open(&stage), [2, 4], "one became worse, and one began, while somebody looked");
    assert_eq!(stage.done(seen), Reply::Count(0));
    let all = all_seen(&stage);
    assert_eq!(stage.done(all.clone()), Reply::Count(2));
    assert_eq!(open(&stage), Vec::<u128>::new());
    let too_many = DriftResolve { seen: vec![all.seen[0]; RESOLVED_AT_ONCE + 1], ..all };
    stage.refuses_fields([("seen", too_many.into())]);
}

/// So many nodes that drift. The state is not checked after each step: that would take long.
fn crowd(stage: &mut Stage, count: usize) {
    let mut quietly = |command: Command| {
        let envelope = stage.envelope(command);
        stage.index += 1;
        apply(&mut stage.tables, stage.index, &envelope).unwrap().outcome.unwrap();
    };
    let (token_digest, token_id) = (digest(0x5f), EnrolmentTokenId(Uuid::from_u128(0x5f)));
    quietly(EnrolmentTokenCreate { token_id, token_digest, uses: None, ..samples::token() }.into());
    let number = |place: usize| 0xff_0000 + place as u128;
    let id = |place: usize| NodeId(Uuid::from_u128(number(place)));
    for place in 0..count {
        let mut key_digest = digest(0);
        key_digest.0[..16].copy_from_slice(id(place).as_bytes());
        let name = format!("n{place}");
        let node = NodeRegister { token_digest, key_digest, node_id: id(place), name, ..samples::node(1) };
        quietly(node.into());
        quietly(BundleAssign { bundle_id: OLD, node_ids: vec![id(place)] }.into());
        let event_id = DriftEventId(Uuid::from_u128(number(place)));
        let facts = [
            NodeFact::Status(NodeStatus::Online),
            NodeFact::Effective { bundle_id: OLD, generation: Generation(1) },
            NodeFact::Measured { event_id, found: Box::new(measurement(1, 1)) },
        ];
        let reports = facts.map(|fact| NodeReport { node_id: id(place), fact }).to_vec();
        quietly(NodesReport { reports }.into());
    }
}

/// A fleet's worth of events in one entry of the log would hold up everything behind it.
#[test]
fn a_change_of_what_a_project_wants_reaches_a_bounded_number_of_events_at_once() {
    let mut stage = Stage::furnished();
    let count = drift::RESCHEDULED_AT_ONCE + 20;
    crowd(&mut stage, count);
    let waiting = |stage: &Stage| {
        let open = drift::open(&stage.tables, SHOP).unwrap();
        open.iter().filter(|event| event.next_try_at.is_none()).count()
    };
    assert_eq!(waiting(&stage), count);
    remediate(&mut stage);
    assert_eq!((waiting(&stage), drift::rescheduling(&stage.tables).unwrap()), (20, vec![SHOP]));
    stage.done(DriftAdvance::reschedule(SHOP));
    assert_eq!((waiting(&stage), drift::rescheduling(&stage.tables).unwrap()), (0, vec![]));
    let over = wrong("all drift of the project is looked at by what it wants now");
    stage.refuses([(DriftAdvance::reschedule(SHOP).into(), over)]);
}

/// The range was made narrower while the node ran what it ran.
#[test]
fn a_node_is_not_given_a_version_again_that_it_does_not_take() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    let min = Some(VersionChange::To("9.0.0".into()));
    stage.done(NodeUpdate { min_version: min, ..samples::update(1) });
    stage.now = stage.now.plus_ms(MINUTE);
    let refused = stage.clone().refused(reassert(&stage, 1)).to_string();
    assert!(refused.contains("node 'edge-1' takes versions"), "{refused}");
    assert!(refused.contains("only, and not bundle"), "{refused}");
}

#[test]
fn the_history_of_a_project_is_bounded() {
    let mut stage = Stage::furnished();
    let found = |differs| NodeFact::Measured {
        event_id: DriftEventId(Uuid::from_u128(1)),
        found: Box::new(measurement(1, differs)),
    };
    // Many in one command: checking the state after each would take long.
    let rounds = RESOLVED_KEPT + 20;
    for first in (0..rounds).step_by(200) {
        let mut reports = Vec::new();
        for round in first..(first + 200).min(rounds) {
            let mut begins = found(1);
            if let NodeFact::Measured { event_id, .. } = &mut begins {
                *event_id = DriftEventId(Uuid::from_u128(u128::from(round) + 1));
            }
            reports.extend([begins, found(0)].map(|fact| NodeReport { node_id: edge(1), fact }));
        }
        stage.done(NodesReport { reports });
    }
    let counts = drift::counts(&stage.tables, SHOP).unwrap();
    assert_eq!((counts.open, counts.resolved), (0, RESOLVED_KEPT));
    assert_eq!((event(&stage, 20), event(&stage, 21).is_some()), (None, true), "the oldest are forgotten");
}

#[test]
fn a_configuration_is_kept_per_node_and_of_a_bounded_number_of_nodes() {
    let mut stage = Stage::furnished();
    stage.done(runtime_config(1, "system { worker-threads 2; }"));
    stage.done(runtime_config(1, "system { worker-threads 3; }"));
    let kept: RuntimeConfig = stage.get(edge(1).as_bytes()).unwrap();
    assert_eq!((kept.text.as_str(), kept.index), ("system { worker-threads 3; }", stage.index));
    assert_eq!(drift::counts(&stage.tables, SHOP).unwrap().configs, 1);
    let long = "x".repeat(CONFIG_BYTES_MAX + 1);
    stage.refuses_fields([
        ("config_kdl", runtime_config(1, &long).into()),
        ("expected_kdl", NodeRuntimeConfigKeep { expected: long.clone(), ..runtime_config(1, "") }.into()),
    ]);
    let nobody = NodeRuntimeConfigKeep { node_id: sentinel_model::NodeId(NOBODY), ..runtime_config(1, "") };
    stage.refuses([(Command::from(nobody), Rejection::not_found("Node"))]);
    stage.done(NodeDelete { node_id: edge(1) });
    assert_eq!(stage.get::<RuntimeConfig>(edge(1).as_bytes()), None);
    let (token_digest, token_id) = (digest(0x5f), EnrolmentTokenId(Uuid::from_u128(0x5f)));
    stage.done(EnrolmentTokenCreate { token_id, token_digest, uses: None, ..samples::token() });
    for number in 20..=CONFIGS_KEPT + 21 {
        let number = u8::try_from(number).unwrap();
        let mut key_digest = digest(0);
        key_digest.0[0] = number;
        stage.done(NodeRegister {
            token_digest,
            key_digest,
            node_id: edge(number),
            name: format!("n{number}"),
            ..samples::node(1)
        });
        stage.done(runtime_config(number, "system { }"));
    }
    assert_eq!(drift::counts(&stage.tables, SHOP).unwrap().configs, CONFIGS_KEPT);
    assert_eq!(stage.get::<RuntimeConfig>(edge(20).as_bytes()), None, "the oldest is forgotten");
    assert!(stage.get::<RuntimeConfig>(edge(22).as_bytes()).is_some());
}

/// What somebody has decided to leave as it is stays, also when the node was worse in between.
#[test]
fn what_was_left_as_it_is_is_not_taken_up_again_after_something_worse() {
    let mut stage = remediated();
    tell(&mut stage, 1, 1, measurement(1, 1));
    stage.done(resolve(Some(1)));
    tell(&mut stage, 1, 2, measurement(1, 2));
    assert_eq!(open(&stage), [2], "something else begins anew");
    tell(&mut stage, 1, 3, measurement(1, 1));
    assert!(open(&stage).is_empty(), "and ends where somebody has left it");
}

/// The last line of a log is other words and no news: it would fill the log of the cluster.
#[test]
fn words_alone_are_no_news() {
    let stage = remediated();
    let told = |words: &str| Measurement { summary: words.into(), ..measurement(1, 1) };
    let mut known = stage.clone();
    tell(&mut known, 1, 1, told("port 4000 refused"));
    let node = known.node(1);
    let news =
        |found: &Measurement| drift::is_news(&known.tables, &node, Some(found.generation), found).unwrap();
    assert!(!news(&told("port 4001 refused")) && news(&measurement(1, 2)));
}
