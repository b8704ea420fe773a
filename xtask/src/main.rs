//! Project automation: `cargo xtask test` prepares what is missing and runs every check, exactly as CI does;
//! `cargo xtask sim` plays the simulation; `cargo xtask fuzz` makes up what strangers may send; `cargo xtask bench` measures; `cargo xtask scar` keeps a data directory for later.
//!
//! It must not hold a rule about the product: rules are tests (`tests/tidy.rs`), and this only runs them. Start reading at
//! [`stage::Stage`], the list of checks.

mod bench;
mod browser;
mod fuzz;
mod openapi;
mod program;
mod rust;
mod scar;
mod sim;
mod stage;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use stage::Stage;

/// Project automation.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "Examples:
  cargo xtask test                                everything, as CI does
  cargo xtask test --only clippy                  one stage
  cargo xtask test --only tests --only browser    some stages
  cargo xtask openapi                             after changing a route, a wire shape or a command
  cargo xtask sim --seeds 50                      the simulation, under many seeds
  cargo xtask fuzz openapi --seconds 60           a reader of what strangers send, under libFuzzer
  cargo xtask bench                               commits beside etcd, heartbeats, failover, restart"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Prepare what is missing and run every check; stop at the first that fails
    #[command(after_help = "Examples:
  cargo xtask test
  cargo xtask test --only policy

The real proxy is looked for at SENTINEL_ZENTINEL, then in the cache directory; else it is built there, once.")]
    Test {
        /// Run this stage only; may be repeated
        #[arg(long, value_enum, value_name = "STAGE")]
        only: Vec<Stage>,
    },
    /// Write the API description, the UI's types of it and the snapshot of the help anew
    #[command(after_help = "Examples:\n  cargo xtask openapi")]
    Openapi,
    /// Measure the product beside etcd and a bare route; print a table with ratios
    #[command(after_help = "Examples:
  cargo xtask bench
  cargo xtask bench --only commits --seconds 10
  cargo xtask bench --json > bench.json

It needs etcd for `commits`, and a quiet machine. docs/benchmarks.md says what is measured.")]
    Bench(bench::Options),
    /// Play real members over a simulated network, clock and disk, under many seeds
    #[command(after_help = "Examples:
  cargo xtask sim --seeds 50
  cargo xtask sim --scenario cuts --seeds 200
  cargo xtask sim --scenario cuts --seed 7 --trace

A run that breaks an invariant prints the line that plays it again. docs/testing.md says what is played.")]
    Sim(sim::Options),
    /// Give what strangers may send, in every form that libFuzzer can think of, to the code that reads it
    #[command(after_help = "Examples:
  cargo xtask fuzz
  cargo xtask fuzz openapi --seconds 60

The first build takes some minutes. The seeds are in tests/fuzz/seeds, and every run of the tests has them. docs/testing.md says what was run.")]
    Fuzz(fuzz::Options),
    /// Keep the data directory of a version for the tests of upgrades, and what is in it
    #[command(after_help = "Examples:
  cargo build --bin sentinel-cp && cargo xtask scar 0.1.0 --binary target/debug/sentinel-cp

Run it with each version that is released, and commit what it makes in tests/cluster/upgrade.")]
    Scar(scar::Options),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test { only } => test::run(&only),
        Command::Openapi => openapi::refresh(),
        Command::Bench(options) => bench::run(&options),
        Command::Sim(options) => sim::run(&options),
        Command::Fuzz(options) => fuzz::fuzz(&options),
        Command::Scar(options) => scar::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
