//! What holds for every command that is applied. That each writes the audit entry that it owes, or leaves no trace, is checked
//! by the stage with every single one.

use proptest::prelude::*;
use sentinel_machine::apply::{REQUEST_MEMORY_MAX, REQUEST_MEMORY_MS};
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_events_append::NodeEventsAppend;
use sentinel_machine::commands::nodes_report::NodeFact;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Envelope, Read, Rejection, Scan, Table, apply};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::{RequestId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::samples;
use crate::stage::{REPORTS, Stage, state};

fn remembered(stage: &Stage) -> usize {
    stage.tables.scan(Scan::all(Table::Requests, &[])).unwrap().len()
}

#[test]
fn a_retry_answers_what_it_answered_before_and_does_nothing_again() {
    let mut stage = Stage::furnished();
    let envelope = stage.envelope(samples::assign(NEW, &[1]));
    let first = apply(&mut stage.tables, 900, &envelope).unwrap();
    let before = stage.tables.clone();
    let later = Envelope { time: Time(stage.now.0 + 5_000), ..envelope };
    let again = apply(&mut stage.tables, 901, &later).unwrap();
    assert_eq!((again.index, &again.outcome), (900, &first.outcome));
    assert_eq!(again.events, []);
    assert_eq!(stage.tables, before);
}

#[test]
fn a_retry_of_a_refusal_is_refused_in_the_same_words_even_if_it_would_go_through_by_now() {
    let mut stage = Stage::furnished();
    let envelope = stage.envelope(samples::node(1));
    let Err(first) = apply(&mut stage.tables, 900, &envelope).unwrap().outcome else { panic!() };
    assert!(matches!(first, Rejection::Taken { .. }));
    stage.index = 900;
    stage.done(NodeDelete { node_id: edge(1) });
    let again = apply(&mut stage.tables, 902, &envelope).unwrap();
    assert_eq!((again.index, again.outcome), (900, Err(first)));
    assert_eq!(stage.get::<Node>(edge(1).as_bytes()), None);
}

#[test]
fn requests_are_forgotten_after_their_time_and_the_memory_shrinks() {
    let mut stage = Stage::furnished();
    let many = remembered(&stage);
    assert!(many > 15, "{many}");
    stage.now = Time(stage.now.0 + REQUEST_MEMORY_MS as i64 + 1);
    for _ in 0..many {
        stage.refused(NodeDelete { node_id: NOBODY.into() });
    }
    assert_eq!(remembered(&stage), many, "those within their time stay");
    assert!(stage.tables.get(Table::RequestsByIndex, &1u64.to_be_bytes()).unwrap().is_none());
}

#[test]
fn requests_within_their_time_are_kept() {
    let mut stage = Stage::furnished();
    let many = remembered(&stage);
    stage.now = Time(stage.now.0 + REQUEST_MEMORY_MS as i64);
    stage.refused(NodeDelete { node_id: NOBODY.into() });
    assert_eq!(remembered(&stage), many + 1);
}

#[test]
fn the_memory_of_requests_is_bounded_by_the_log_too() {
    let mut stage = Stage::furnished();
    let many = remembered(&stage);
    stage.index += REQUEST_MEMORY_MAX + 1;
    stage.refused(NodeDelete { node_id: NOBODY.into() });
    assert_eq!(remembered(&stage), many - 1, "one more, two less");
}

#[test]
fn log_time_never_runs_backwards() {
    let mut stage = Stage::furnished();
    stage.now = Time(5_000_000);
    stage.done(samples::assign(NEW, &[1]));
    stage.now = Time(17);
    stage.done(samples::assign(NEW, &[2]));
    assert_eq!(stage.node(2).assignment.unwrap().at, Time(5_000_000));
    assert_eq!(stage.audit().last().unwrap().at, Time(5_000_000));
    stage.now = Time(6_000_000);
    stage.refused(NodeDelete { node_id: NOBODY.into() });
    stage.now = Time(18);
    stage.done(samples::assign(NEW, &[3]));
    assert_eq!(stage.node(3).assignment.unwrap().at, Time(6_000_000), "a refusal moves the clock as well");
}

#[test]
fn audit_entries_say_who_what_and_whose() {
    let mut stage = Stage::furnished();
    stage.done(samples::assign(NEW, &[1, 2]));
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.resource_type.as_str()), ("bundle.assigned", "bundle"));
    assert_eq!(entry.resource_id, NEW.to_string());
    assert_eq!((entry.org_id, entry.project_id), (Some(ACME), Some(SHOP)));
    assert_eq!(entry.changes["version"], "2.0");
    assert_eq!(entry.changes["nodes"], "2");
}

#[test]
fn what_nodes_report_is_state_and_leaves_no_audit_entry_however_often_it_comes() {
    let mut stage = Stage::furnished();
    let before = stage.audit().len();
    stage.report(edge(1), NodeFact::Status(NodeStatus::Offline));
    stage.report(edge(1), NodeFact::Status(NodeStatus::Offline));
    stage.done(NodeEventsAppend { node_id: edge(1), events: vec![samples::node_event("reloaded")] });
    let told: Vec<&str> = stage.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(told, ["node.events_added"], "those who watch are told all the same");
    assert_eq!(stage.audit().len(), before);
}

#[test]
fn every_command_but_what_nodes_report_is_audited() {
    for samples in samples::all() {
        let command = &samples[0];
        assert_eq!(command.audited(), !REPORTS.contains(&command.name()), "{}", command.name());
    }
}

#[test]
fn no_secret_stands_in_the_audit_log_or_in_events() {
    let mut stage = Stage::empty();
    let mut told = Vec::new();
    let more = [samples::session().into(), samples::api_key().into(), samples::node(1).into()];
    for command in samples::furniture().into_iter().chain(more) {
        stage.done(command);
        told.extend(std::mem::take(&mut stage.events));
    }
    let text = format!("{:?} {told:?}", stage.audit());
    for secret in [
        "argon2id",
        "0xff",
        "[9, 8, 7]",
        &digest(0x31).to_string(),
        &digest(0x41).to_string(),
        &digest(0x51).to_string(),
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}

/// Commands that meet: same ids, so that some go through and some are refused.
fn any_command() -> impl Strategy<Value = Command> {
    let all: Vec<Command> =
        samples::furniture().into_iter().chain(samples::all().into_iter().flatten()).collect();
    proptest::sample::select(all)
}

fn log() -> impl Strategy<Value = Vec<(Command, i64, u8)>> {
    proptest::collection::vec((any_command(), -50_000i64..100_000, 0u8..60), 0..60)
}

fn replay(log: &[(Command, i64, u8)]) -> (MemoryTables, Vec<String>) {
    let mut stage = Stage::empty();
    for command in samples::furniture() {
        stage.done(command);
    }
    let mut told = Vec::new();
    for (command, pass, request) in log {
        stage.now = Time(stage.now.0 + pass);
        stage.index += 1;
        let request_id = RequestId(Uuid::from_u128(u128::from(*request)));
        let envelope = Envelope { request_id, ..stage.envelope(command.clone()) };
        let step = apply(&mut stage.tables, stage.index, &envelope).unwrap();
        crate::integrity::check(&stage.tables);
        told.push(format!("{:?} {:?} {:?}", step.index, step.outcome, step.events));
    }
    (stage.tables, told)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn two_members_that_apply_the_same_log_are_equal(log in log()) {
        let (one, other) = (replay(&log), replay(&log));
        prop_assert_eq!(one.1, other.1);
        prop_assert_eq!(one.0, other.0);
    }

    #[test]
    fn a_member_that_restores_a_snapshot_midway_ends_up_equal(log in log(), cut in any::<prop::sample::Index>()) {
        let whole = replay(&log).0;
        let cut = cut.index(log.len() + 1);
        let mut bytes = Vec::new();
        sentinel_machine::snapshot::write(&replay(&log[..cut]).0, &mut bytes).unwrap();
        let mut stage = Stage::empty();
        sentinel_machine::snapshot::read(&mut bytes.as_slice(), &mut stage.tables).unwrap();
        let first = samples::furniture().len();
        stage.now = Time(stage.now.0 + log[..cut].iter().map(|(_, pass, _)| pass).sum::<i64>());
        for (place, (command, pass, request)) in log.iter().enumerate().skip(cut) {
            stage.now = Time(stage.now.0 + pass);
            stage.index = (first + place) as u64;
            let request_id = RequestId(Uuid::from_u128(u128::from(*request)));
            let envelope = Envelope { request_id, ..stage.envelope(command.clone()) };
            apply(&mut stage.tables, stage.index + 1, &envelope).unwrap();
        }
        prop_assert_eq!(state(&stage.tables), state(&whole));
        prop_assert_eq!(stage.tables, whole);
    }
}
