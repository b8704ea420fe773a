//! Bugs that are put back, one at a time: each must be found, by an invariant that is named.

#![allow(clippy::unwrap_used)]

use sentinel_model::planted::Bug;
use sentinel_sim::run::run_with;
use sentinel_sim::scenario;

/// Seeds that are tried.
const SEEDS: u64 = 8;

/// Plays the scenario with the bug until one of the invariants is broken.
fn found(bug: Bug, scenario: &str, invariants: &'static [&'static str]) {
    let scenario = scenario::named(scenario).unwrap();
    for seed in 1..=SEEDS {
        let Ok(outcome) = run_with(scenario, seed, Some(bug), invariants) else { continue };
        let hit = outcome.violations.iter().find(|violation| invariants.contains(&violation.invariant));
        if let Some(hit) = hit {
            println!("{bug:?}, seed {seed}, {} ms: {} broken: {}", outcome.took_ms, hit.invariant, hit.text);
            return;
        }
    }
    panic!("{bug:?} was not found by {} under {SEEDS} seeds", scenario.name);
}

#[test]
fn a_log_that_answers_before_it_has_synced_is_found() {
    found(Bug::AnswerBeforeSync, "power", &["I1", "I2", "I3"]);
}

#[test]
fn a_read_that_asks_no_majority_is_found() {
    found(Bug::ReadWithoutIndex, "cuts", &["I2", "I5"]);
}

#[test]
fn a_decision_of_an_older_leader_that_is_taken_is_found() {
    found(Bug::UnfencedDecision, "races", &["I25"]);
}

#[test]
fn a_snapshot_that_does_not_say_who_the_members_are_is_found() {
    found(Bug::SnapshotWithoutMembers, "kills", &["I7", "I9", "I39"]);
}

#[test]
fn a_bundle_that_is_named_before_its_bytes_are_kept_is_found() {
    found(Bug::BlobNamedTooEarly, "rollout", &["I1"]);
}

#[test]
fn a_write_that_is_sent_again_under_another_key_is_found() {
    found(Bug::RetryWithoutKey, "storms", &["I2", "I8"]);
}

#[test]
fn a_gate_that_takes_missing_data_for_good_data_is_found() {
    found(Bug::GateWithoutData, "silence", &["I18"]);
}

#[test]
fn a_step_that_a_new_leader_takes_for_done_is_found() {
    found(Bug::StepSkipped, "silence", &["I18", "I25"]);
}

#[test]
fn a_change_without_an_audit_entry_is_found() {
    found(Bug::NoAudit, "kills", &["I34"]);
}

#[test]
fn a_request_that_is_applied_again_is_found() {
    found(Bug::AppliedTwice, "cuts", &["I8"]);
}

#[test]
fn a_removed_member_that_is_listened_to_is_found() {
    found(Bug::RemovedComesBack, "members", &["I10"]);
}
