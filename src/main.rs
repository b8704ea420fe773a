//! `sentinel-cp`: one binary, the whole control plane.
//!
//! This is the top of the graph: it parses, dispatches and turns the outcome into an exit code.

mod ctl;

use std::process::ExitCode;

use clap::Parser;

/// Control plane for fleets of Sentinel (Zentinel) reverse proxies.
#[derive(Parser)]
#[command(name = "sentinel-cp", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: ctl::CtlCommand,
}

fn main() -> ExitCode {
    ctl::run(Cli::parse().command).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
