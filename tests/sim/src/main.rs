//! Plays scenarios under seeds: `cargo xtask sim` runs it.

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use sentinel_model::planted::Bug;
use sentinel_sim::run::{reproduce, run_with};
use sentinel_sim::scenario::{self, Scenario};

/// Real members over a simulated network, clock and disk.
#[derive(Parser)]
struct Cli {
    /// How many seeds each scenario is played with
    #[arg(long, default_value_t = 5)]
    seeds: u64,
    /// This scenario only
    #[arg(long)]
    scenario: Option<String>,
    /// This seed only
    #[arg(long)]
    seed: Option<u64>,
    /// Put this bug back, as `sentinel_model::planted` names it
    #[arg(long)]
    bug: Option<String>,
    /// Tell everything that happens
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "off".into()),
        )
        .with_writer(std::io::stderr)
        .without_time()
        .init();
    match play(&Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn play(cli: &Cli) -> anyhow::Result<bool> {
    let scenarios: Vec<&'static Scenario> = match &cli.scenario {
        None => scenario::ALL.to_vec(),
        Some(name) => vec![scenario::named(name).with_context(|| {
            let names: Vec<_> = scenario::ALL.iter().map(|scenario| scenario.name).collect();
            format!("there is no scenario '{name}'; there are: {}", names.join(", "))
        })?],
    };
    let seeds = cli.seed.map_or(1..=cli.seeds, |seed| seed..=seed);
    let mut good = true;
    for scenario in scenarios {
        for seed in seeds.clone() {
            good &= play_one(cli, scenario, seed);
        }
    }
    Ok(good)
}

/// The bug with this name.
fn bug(name: &str) -> Option<Bug> {
    [
        Bug::AnswerBeforeSync,
        Bug::ReadWithoutIndex,
        Bug::UnfencedDecision,
        Bug::SnapshotWithoutMembers,
        Bug::BlobNamedTooEarly,
        Bug::RetryWithoutKey,
        Bug::GateWithoutData,
        Bug::StepSkipped,
        Bug::NoAudit,
        Bug::AppliedTwice,
        Bug::RemovedComesBack,
    ]
    .into_iter()
    .find(|bug| format!("{bug:?}") == name)
}

fn play_one(cli: &Cli, scenario: &'static Scenario, seed: u64) -> bool {
    let bug = cli.bug.as_deref().and_then(bug);
    let outcome = match run_with(scenario, seed, bug, &[]) {
        Ok(outcome) => outcome,
        Err(error) => {
            println!("{} {seed}: {error:#}\n  {}", scenario.name, reproduce(scenario, seed));
            return false;
        }
    };
    if cli.trace {
        outcome.lines.iter().for_each(|line| println!("{line}"));
    }
    println!(
        "{} {seed}: {} entries, {} s simulated in {} ms, {}",
        scenario.name,
        outcome.entries,
        outcome.simulated_ms / 1_000,
        outcome.took_ms,
        outcome.digest
    );
    for violation in &outcome.violations {
        println!("  {} broken: {}", violation.invariant, violation.text);
    }
    if !outcome.violations.is_empty() {
        println!("  {}", reproduce(scenario, seed));
    }
    outcome.violations.is_empty()
}
