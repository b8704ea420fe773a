//! Bugs that are put back, one at a time: each must be found, by the invariant that it breaks. An oracle that cannot fail proves nothing.

use std::cell::Cell;

use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use sentinel_model::planted::{Bug, plant};

use crate::realm::{Deed, Story, any_story, ask, story_of, story_over_domains};

/// Stories that are tried.
const STORIES: u32 = 4_000;

/// Tries stories of all kinds, always the same ones, until one of them finds the bug.
fn found(bug: Bug, invariants: &[&str]) {
    found_by(bug, invariants, any_story());
}

/// The same with stories in which little else happens than what it takes.
fn found_by(bug: Bug, invariants: &[&str], stories: impl Strategy<Value = Story>) {
    plant(Some(bug));
    let config =
        Config { cases: STORIES, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[23; 32]);
    let played = Cell::new(0);
    let outcome = TestRunner::new_with_rng(config, rng).run(&stories, |story| {
        played.set(played.get() + 1);
        story.play();
        Ok(())
    });
    plant(None);
    println!("{bug:?}: {} stories", played.get());
    match outcome {
        Ok(()) => panic!("{bug:?} was not found by {STORIES} stories"),
        Err(TestError::Abort(reason)) => panic!("{bug:?}: {reason}"),
        Err(TestError::Fail(reason, _)) => {
            let named = |invariant: &&str| reason.message().contains(&format!("{invariant} is broken"));
            assert!(invariants.iter().any(named), "{bug:?} is found as something else: {reason}");
        }
    }
}

#[test]
fn i16_a_wave_that_takes_the_next_one_along_is_found() {
    found(Bug::WaveTooWide, &["I16"]);
}

#[test]
fn i17_a_step_that_a_new_leader_takes_for_done_is_found() {
    found(Bug::StepSkipped, &["I17", "I18"]);
}

#[test]
fn i17_losses_that_are_not_counted_in_each_failure_domain_are_found() {
    found_by(Bug::DomainsIgnored, &["I17", "I18"], story_over_domains());
}

#[test]
fn i18_a_step_that_passes_though_its_nodes_were_all_deleted_is_found() {
    let deletions = (1u8..6).prop_map(Deed::Delete);
    found_by(Bug::NobodyLeft, &["I18"], story_of(false, deletions));
}

#[test]
fn i18_a_gate_that_takes_missing_data_for_good_data_is_found() {
    found(Bug::GateWithoutData, &["I18"]);
}

#[test]
fn i18_a_threshold_that_nobody_reads_is_found() {
    found(Bug::ThresholdIgnored, &["I18"]);
}

#[test]
fn i18_traffic_for_a_node_that_has_not_proven_the_bundle_is_found() {
    let silences = prop_oneof![(1u8..6).prop_map(Deed::Hush), (1u8..6).prop_map(Deed::Return)];
    found_by(Bug::TrafficUnproven, &["I18"], story_of(true, silences));
}

#[test]
fn i19_a_resumption_in_a_freeze_is_found() {
    let pauses = prop_oneof![
        (0u8..6, 1u8..15).prop_map(|(from, ticks)| Deed::Freeze(0, from, ticks)),
        Just(Deed::Pause(1, 0)),
        Just(Deed::Resume(1, 0)),
    ];
    found_by(Bug::FreezeIgnoredOnResume, &["I19"], story_of(false, pauses));
}

#[test]
fn i19_a_baseline_that_is_handed_out_in_a_freeze_is_found() {
    let joins = prop_oneof![
        (0u8..6, 1u8..15).prop_map(|(from, ticks)| Deed::Freeze(0, from, ticks)),
        (1u8..4).prop_map(Deed::Join),
    ];
    found_by(Bug::BaselineInFreeze, &["I19"], story_of(false, joins));
}

#[test]
fn i19_a_weekly_freeze_that_does_not_hold_is_found() {
    found(Bug::WeeklyIgnored, &["I19"]);
}

#[test]
fn i20_a_person_who_counts_twice_is_found() {
    found(Bug::ApprovedTwice, &["I20"]);
}

#[test]
fn i20_an_author_who_approves_is_found() {
    found(Bug::AuthorApproves, &["I20"]);
}

#[test]
fn i20_an_approver_who_has_lost_the_role_and_counts_is_found() {
    let people = prop_oneof![
        4 => (1u8..4, 0u8..2).prop_map(|(who, of)| Deed::Approve(who, of)),
        2 => (1u8..4).prop_map(Deed::Demote),
        1 => (1u8..3).prop_map(|people| Deed::Rule(0, 0, people)),
        1 => ask(false).prop_map(|ask| Deed::Ask(0, Box::new(ask))),
    ];
    found_by(Bug::RoleKept, &["I20"], story_of(false, people));
}

#[test]
fn i20_a_risk_that_is_judged_by_the_upload_is_found() {
    found(Bug::RiskOfUpload, &["I20"]);
}

#[test]
fn i21_a_cancellation_that_takes_nothing_back_is_found() {
    found(Bug::LeftBehind, &["I21"]);
}

#[test]
fn i22_a_way_back_that_ends_before_it_has_begun_is_found() {
    found(Bug::WayBackSkipped, &["I22"]);
}

#[test]
fn i22_traffic_that_stays_when_it_is_taken_back_is_found() {
    found(Bug::TrafficStays, &["I22"]);
}

#[test]
fn i23_a_rollout_that_takes_the_nodes_of_another_is_found() {
    found(Bug::OwnerNotAsked, &["I23"]);
}

#[test]
fn i23_a_late_one_that_is_served_first_is_found() {
    found(Bug::QueueJumped, &["I23"]);
}

#[test]
fn i24_a_freeze_that_holds_without_a_word_is_found() {
    found(Bug::HoldNotTold, &["I24"]);
}

#[test]
fn i24_a_rollout_that_nobody_tells_that_its_nodes_are_free_is_found() {
    found(Bug::NobodyCalled, &["I24"]);
}

#[test]
fn i25_a_decision_of_an_older_leader_that_is_taken_is_found() {
    found(Bug::UnfencedDecision, &["I25"]);
}

#[test]
fn i26_a_baseline_that_some_nodes_make_is_found() {
    found(Bug::BaselineOfSome, &["I26"]);
}

#[test]
fn i27_an_assignment_past_the_owner_is_found() {
    found(Bug::AssignedPastOwner, &["I27"]);
}
