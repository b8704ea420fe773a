//! One run of a scenario under a seed.

use std::time::Instant;

use anyhow::Context;

use sentinel_model::planted::{Bug, plant};

use crate::ledger::Violation;
use crate::scenario::Scenario;
use crate::world::World;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is broken.
    pub violations: Vec<Violation>,
    /// Everything that happened, as one number.
    pub digest: String,
    /// Everything that happened.
    pub lines: Vec<String>,
    /// Milliseconds that passed in it.
    pub simulated_ms: u64,
    /// Milliseconds that it took.
    pub took_ms: u64,
    /// The newest entry of the log.
    pub entries: u64,
}

/// How to see the same again.
pub fn reproduce(scenario: &Scenario, seed: u64) -> String {
    format!("cargo xtask sim --scenario {} --seed {seed}", scenario.name)
}

/// Plays the scenario once. An error means that it could not be played; what is broken is in the outcome.
pub fn run(scenario: &'static Scenario, seed: u64) -> anyhow::Result<Outcome> {
    run_with(scenario, seed, None, &[])
}

/// [`run`] with a bug put back, until one of these invariants is broken.
pub fn run_with(
    scenario: &'static Scenario,
    seed: u64,
    bug: Option<Bug>,
    until: &'static [&'static str],
) -> anyhow::Result<Outcome> {
    // On a thread of its own: what is set for one run is never there in another.
    let playing = std::thread::Builder::new().name(format!("{}-{seed}", scenario.name));
    let playing = playing.stack_size(16 << 20).spawn(move || {
        plant(bug);
        play(scenario, seed, until)
    })?;
    playing.join().map_err(|_| anyhow::anyhow!("the run panicked"))?
}

fn play(scenario: &Scenario, seed: u64, until: &[&str]) -> anyhow::Result<Outcome> {
    sentinel_consensus::blocking::stay_on_this_thread();
    sentinel_app::stay_on_this_thread();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    let began = Instant::now();
    let outcome = runtime.block_on(async {
        let world = World::new(seed, scenario.options)?;
        tokio::select! {
            biased;
            () = world.ledger.broken(until) => {}
            played = (scenario.play)(world.clone()) => {
                played.with_context(|| reproduce(scenario, seed))?;
                world.end().await?;
            }
        }
        Ok::<_, anyhow::Error>(Outcome {
            violations: world.ledger.violations(),
            digest: world.trace.digest(),
            lines: world.trace.lines(),
            simulated_ms: world.truth.ms(),
            took_ms: 0,
            entries: world.ledger.last(),
        })
    })?;
    Ok(Outcome { took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX), ..outcome })
}
