//! Plays the simulation in `tests/sim` with more seeds than the tests have, or one seed once more.

use std::process::Stdio;

use anyhow::{Context, bail};
use clap::Args;

use crate::program::cargo;

/// What to play.
#[derive(Args)]
pub struct Options {
    /// How many seeds each scenario is played with
    #[arg(long, value_name = "N", default_value_t = 5)]
    seeds: u64,
    /// This scenario only
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// This seed only
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Tell everything that happens
    #[arg(long)]
    trace: bool,
}

/// Builds and runs it. RUST_LOG shows what the members log.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let mut command = cargo(&["run", "--quiet", "--locked", "--package", "sentinel-sim", "--"]);
    command.args(["--seeds", &options.seeds.to_string()]).stdin(Stdio::null());
    if let Some(scenario) = &options.scenario {
        command.args(["--scenario", scenario]);
    }
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    if options.trace {
        command.arg("--trace");
    }
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("something is broken; the lines above say how to see it again");
    }
    Ok(())
}
