use std::time::Duration;

use super::{Action, Answer, History, Operation, State, Verdict, check};

const READ: Action = Action::Read;
const WRITTEN: Option<Answer> = Some(Answer::Written);

/// An operation from one millisecond to another.
fn op(client: &str, action: Action, answer: Option<Answer>, called: u64, returned: u64) -> Operation {
    let (called, returned) = (Duration::from_millis(called), Duration::from_millis(returned));
    Operation { client: client.into(), action, answer, called, returned }
}

fn value(value: u64) -> Option<Answer> {
    Some(Answer::Value { value: Some(value), changes: None })
}

fn nothing() -> Option<Answer> {
    Some(Answer::Value { value: None, changes: None })
}

fn changed(value: u64, changes: u64) -> Option<Answer> {
    Some(Answer::Value { value: Some(value), changes: Some(changes) })
}

fn swap(from: u64, to: u64) -> Action {
    Action::Swap { from: Some(from), to }
}

fn accepted(operations: &[Operation]) {
    assert_eq!(check(operations, State::default()), Verdict::Accepted);
}

fn refused(operations: &[Operation]) {
    let verdict = check(operations, State::default());
    assert!(matches!(verdict, Verdict::Refused(_)), "{verdict:?}");
}

#[test]
fn one_after_the_other_each_sees_what_was_before() {
    accepted(&[
        op("a", READ, nothing(), 0, 1),
        op("a", Action::Write(1), WRITTEN, 2, 3),
        op("b", READ, value(1), 4, 5),
        op("b", swap(1, 2), Some(Answer::Swapped(true)), 6, 7),
        op("a", swap(1, 3), Some(Answer::Swapped(false)), 8, 9),
        op("a", READ, changed(2, 2), 10, 11),
    ]);
}

#[test]
fn what_overlaps_may_have_happened_in_either_order() {
    accepted(&[
        op("a", Action::Write(1), WRITTEN, 0, 10),
        op("b", Action::Write(2), WRITTEN, 0, 10),
        op("c", READ, value(2), 1, 3),
        op("c", READ, value(1), 4, 6),
    ]);
}

#[test]
fn a_stale_read_is_refused() {
    refused(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("a", Action::Write(2), WRITTEN, 2, 3),
        op("b", READ, value(1), 4, 5),
    ]);
}

#[test]
fn reads_that_go_back_in_time_are_refused() {
    refused(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("a", Action::Write(2), WRITTEN, 2, 20),
        op("b", READ, value(2), 4, 5),
        op("c", READ, value(1), 6, 7),
    ]);
}

#[test]
fn an_acknowledged_write_that_is_lost_is_refused() {
    refused(&[op("a", Action::Write(1), WRITTEN, 0, 1), op("b", READ, nothing(), 2, 3)]);
    // Nobody reads the value, but the count of changes tells.
    refused(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("b", Action::Write(2), WRITTEN, 2, 3),
        op("b", READ, changed(2, 1), 4, 5),
    ]);
}

#[test]
fn two_that_both_swap_from_the_same_value_are_refused() {
    refused(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("a", swap(1, 2), Some(Answer::Swapped(true)), 2, 10),
        op("b", swap(1, 3), Some(Answer::Swapped(true)), 2, 10),
    ]);
    let absent = |to| Action::Swap { from: None, to };
    refused(&[
        op("a", absent(1), Some(Answer::Swapped(true)), 0, 10),
        op("b", absent(2), Some(Answer::Swapped(true)), 0, 10),
    ]);
}

#[test]
fn a_swap_that_fails_although_its_condition_held_is_refused() {
    refused(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("b", swap(1, 2), Some(Answer::Swapped(false)), 2, 3),
    ]);
}

#[test]
fn an_unknown_write_may_take_effect_late() {
    accepted(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("b", Action::Write(2), None, 2, 2),
        op("a", READ, value(1), 10, 11),
        op("a", READ, value(2), 12, 13),
    ]);
}

#[test]
fn an_unknown_write_may_never_take_effect() {
    accepted(&[
        op("a", Action::Write(1), WRITTEN, 0, 1),
        op("b", Action::Write(2), None, 2, 2),
        op("a", READ, changed(1, 1), 10, 11),
    ]);
}

#[test]
fn an_unknown_write_does_not_come_before_its_call_nor_twice() {
    refused(&[op("a", READ, value(2), 0, 1), op("b", Action::Write(2), None, 2, 2)]);
    refused(&[
        op("b", Action::Write(2), None, 0, 0),
        op("a", READ, value(2), 1, 2),
        op("a", Action::Write(1), WRITTEN, 3, 4),
        op("a", READ, value(2), 5, 6),
    ]);
}

#[test]
fn a_write_that_was_applied_twice_is_told_by_the_count_of_changes() {
    refused(&[op("a", Action::Write(1), WRITTEN, 0, 1), op("a", READ, changed(1, 2), 2, 3)]);
}

#[test]
fn a_refusal_names_the_operations_that_do_not_fit() {
    let operations = [op("ada", Action::Write(1), WRITTEN, 0, 1), op("bob", READ, value(7), 2, 3)];
    let Verdict::Refused(why) = check(&operations, State::default()) else { panic!("refused") };
    assert!(why.contains("bob") && why.contains("Some(7)") && !why.contains("ada"), "{why}");
}

#[test]
fn many_writers_at_once_and_many_unknown_ones_are_decided_in_time() {
    let mut operations = Vec::new();
    let mut current = 0;
    for round in 0..60_u64 {
        let at = round * 100;
        for writer in 0..5 {
            current = round * 10 + writer;
            operations.push(op("w", Action::Write(current), WRITTEN, at + writer, at + 50));
        }
        operations.push(op("u", Action::Write(100_000 + round), None, at, at));
        operations.push(op("r", READ, value(current), at + 60, at + 70));
    }
    accepted(&operations);
    operations.push(op("r", READ, value(3), 90_000, 90_001));
    assert_ne!(check(&operations, State::default()), Verdict::Accepted);
}

#[test]
fn an_operation_whose_client_went_away_is_unknown_and_a_read_without_an_answer_is_nothing() {
    let history = History::default();
    drop(history.begin("a", "k", Action::Write(1)));
    drop(history.begin("a", "k", READ));
    history.begin("a", "k", Action::Write(2)).never_happened();
    history.begin("a", "k", READ).returned(Answer::Value { value: Some(1), changes: Some(1) });
    let registers = history.registers();
    assert_eq!(registers["k"].len(), 2, "{registers:?}");
    assert_eq!((registers["k"][0].answer, history.answered()), (None, 1));
    history.assert_linearizable();
}
