//! Random fleets, random people, random leaders, several rollouts: every promise is kept at every entry of the log. [`crate::watch`] says
//! which they are. The stories are the same each time, so that a change is judged by itself; `SEED=random` plays others, and prints what
//! plays them again.
//!
//! They are shared out, so that they are played on all processors.

use std::time::SystemTime;

use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};

use crate::realm::any_story;

/// Stories of one share; `STORIES` is another number of them.
const STORIES: u32 = 1_700;
/// The stories of every day; `SEED` is another number, or `random`.
const SEED: u64 = 1;
/// What failed once is tried first, for ever.
const REGRESSIONS: &str = "tests/it/promises.regressions";

fn number<N: std::str::FromStr>(variable: &str) -> Option<N> {
    std::env::var(variable).ok()?.parse().ok()
}

fn play(share: u8) {
    let seed: u64 = match std::env::var("SEED").as_deref() {
        Ok("random") => SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64),
        _ => number("SEED").unwrap_or(SEED),
    };
    let cases = number("STORIES").unwrap_or(STORIES);
    println!("seed {seed}; to play the same stories again: SEED={seed} STORIES={cases}");
    let mut bytes = [share; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let config = Config {
        cases,
        max_shrink_iters: 200,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner.run(&any_story(), |story| {
        story.play();
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("seed {seed}: {error}");
    }
}

#[test]
fn every_promise_is_kept_first_sixth() {
    play(1);
}

#[test]
fn every_promise_is_kept_second_sixth() {
    play(2);
}

#[test]
fn every_promise_is_kept_third_sixth() {
    play(3);
}

#[test]
fn every_promise_is_kept_fourth_sixth() {
    play(4);
}

#[test]
fn every_promise_is_kept_fifth_sixth() {
    play(5);
}

#[test]
fn every_promise_is_kept_last_sixth() {
    play(6);
}
