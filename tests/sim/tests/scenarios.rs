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
    play("kills", &[1, 2]);
}

#[test]
fn the_network_is_cut_and_bad_and_leadership_moves() {
    play("cuts", &[1, 2]);
}

#[test]
fn a_seed_tells_everything_that_happens() {
    let scenario = scenario::named("cuts").unwrap();
    let (first, second) = (run(scenario, 7).unwrap(), run(scenario, 7).unwrap());
    let differs = first.lines.iter().zip(&second.lines).find(|(one, other)| one != other);
    assert_eq!(differs, None, "the first line that differs");
    assert_eq!(first.digest, second.digest);
}
