//! The product beside what it is measured against, in one run on one machine: etcd for durable writes, a bare route for heartbeats;
//! how long a failover and a restart take, what a large fleet sees of a failover, and how fast a rollout reaches it.
//!
//! `cargo xtask bench` builds and runs it; `docs/benchmarks.md` says what is measured and what is not. A number is never a
//! threshold here: the table is printed, and people judge. Start reading at [`Part`], then at the part of interest.

mod bundles;
mod cluster;
mod commits;
mod crowd;
mod etcd;
mod failover;
mod fleet;
mod heartbeats;
mod load;
mod machine;
mod procfs;
mod report;
mod restart;
mod rollout;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, ValueEnum};

use report::Report;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Durable writes of three members, beside etcd
    Commits,
    /// Heartbeats of one member, beside a bare route
    Heartbeats,
    /// From kill -9 of the leader to the next acknowledged write
    Failover,
    /// Start and memory of a member with many nodes and bundles
    Restart,
    /// A large simulated fleet while the leader is killed
    Crowd,
    /// A rollout to a large simulated fleet while every member is restarted
    Rollout,
}

/// What the program is told.
#[derive(Parser)]
struct Args {
    /// Measure this part only; may be repeated
    #[arg(long, value_enum, value_name = "PART")]
    only: Vec<Part>,
    /// Print JSON instead of the table
    #[arg(long)]
    json: bool,
    /// Length of one turn of load, in seconds; each row has two turns of either side
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// How often the leader is killed
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    kills: u32,
    /// Nodes in the state for the restart, and in the simulated fleet
    #[arg(long, default_value_t = 10_000, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    nodes: u32,
    /// Bundles in the state for the restart
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    bundles: u32,
    /// The binary to measure
    #[arg(long, default_value = env!("CARGO_BIN_EXE_sentinel-cp"), value_name = "FILE")]
    binary: PathBuf,
    /// Serve the bare route on this port and nothing else; the program starts itself so
    #[arg(long, hide = true, value_name = "PORT")]
    serve_bare: Option<u16>,
    /// Cargo passes this to every bench
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<()> {
    if let Some(port) = args.serve_bare {
        return heartbeats::serve_bare(port).await;
    }
    let wanted = |part: Part| args.only.is_empty() || args.only.contains(&part);
    if wanted(Part::Commits) {
        // Known before anything takes minutes.
        etcd::version()?;
    }
    let binary = args.binary.to_string_lossy().into_owned();
    let turn = Duration::from_secs(args.seconds);
    let mut report = Report::new(machine::look()?);
    if wanted(Part::Commits) {
        report.commits = Some(commits::measure(&binary, turn).await?);
    }
    if wanted(Part::Heartbeats) {
        report.heartbeats = Some(heartbeats::measure(&binary, turn).await?);
    }
    if wanted(Part::Failover) {
        report.failover = Some(failover::measure(&binary, args.kills).await?);
    }
    if wanted(Part::Restart) {
        report.restart = Some(restart::measure(&binary, args.nodes, args.bundles).await?);
    }
    if wanted(Part::Crowd) {
        report.crowd = Some(crowd::measure(&binary, args.nodes).await?);
    }
    if wanted(Part::Rollout) {
        report.rollout = Some(rollout::measure(&binary, args.nodes).await?);
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(())
}
