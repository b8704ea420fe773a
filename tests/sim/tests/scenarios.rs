//! Each scenario under a few seeds, and that a seed tells everything.

#![allow(clippy::unwrap_used)]

use sentinel_sim::run::{reproduce, run};
use sentinel_sim::scenario;

/// Plays a scenario under seeds and shows how to see again what broke.
fn play(name: &str, seeds: &[u64]) {
    let scenario = scenario::named(name).unwrap();
    for seed in seeds {
        let outcome = run(scenario, *seed).unwrap();
        let broken = outcome.violations;
        assert!(broken.is_empty(), "{broken:#?}\nto see it again: {}", reproduce(scenario, *seed));
    }
}

#[test]
fn members_die_lose_what_was_not_synced_and_come_back() {
    play("kills", &[1]);
}

#[test]
fn the_network_is_cut_and_bad_and_leadership_moves() {
    play("cuts", &[1]);
}

#[test]
fn calls_are_late_lost_and_brought_twice_all_the_time() {
    play("storms", &[1]);
}

#[test]
fn the_power_goes_for_all_while_syncs_take_long() {
    play("power", &[1]);
}

#[test]
fn a_member_joins_and_another_is_taken_out_and_goes_on_calling() {
    play("members", &[1]);
}

#[test]
fn a_bundle_is_carried_to_good_nodes_by_bad_members() {
    play("rollout", &[1]);
}

#[test]
fn bad_nodes_do_not_make_a_rollout_go_wrong() {
    play("fleet", &[1]);
}

#[test]
fn nodes_that_fall_silent_hold_up_a_rollout() {
    play("silence", &[1]);
}

#[test]
fn decisions_of_a_leader_that_was_cut_off_come_too_late() {
    play("alone", &[1]);
}

#[test]
fn operators_and_the_scheduler_want_different_things_at_once() {
    play("races", &[1]);
}

#[test]
fn a_seed_tells_everything_that_happens() {
    let scenario = scenario::named("cuts").unwrap();
    let (first, second) = (run(scenario, 7).unwrap(), run(scenario, 7).unwrap());
    let differs = first.lines.iter().zip(&second.lines).find(|(one, other)| one != other);
    assert_eq!(differs, None, "the first line that differs");
    assert_eq!(first.digest, second.digest);
}
