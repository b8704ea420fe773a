//! `sentinel-cp`: one binary, the whole control plane.
//!
//! This is the top of the graph: it parses, dispatches and turns the outcome into an exit code. [`server`] assembles a
//! member, [`agent`] runs beside a proxy, [`sim`] plays nodes, [`dev`] starts a whole cluster from nothing, [`ctl`] is the command
//! line.

mod agent;
mod bucket;
mod ctl;
mod dev;
mod durable;
mod enrolment;
mod server;
mod sim;
mod telemetry;
mod trust;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// A heartbeat allocates some dozens of times, and so does each entry of the log that is applied.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Control plane for fleets of Sentinel (Zentinel) reverse proxies.
#[derive(Parser)]
#[command(name = "sentinel-cp", version, about, long_about = None)]
struct Cli {
    #[command(flatten)]
    telemetry: telemetry::Options,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run one member of the cluster
    Server(server::ServerArgs),
    /// Run beside a proxy: enrol, fetch, verify, switch, prove, report
    Agent(agent::AgentArgs),
    /// Start three members on loopback with a project, bundles and simulated nodes
    Dev(dev::DevArgs),
    /// Play a fleet of nodes that speak the real node protocol
    Sim(sim::SimArgs),
    #[command(flatten)]
    Ctl(ctl::CtlCommand),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(
            |runtime| {
                let outcome = runtime.block_on(run(cli));
                runtime.shutdown_timeout(Duration::from_secs(2));
                outcome
            },
        );
    outcome.unwrap_or_else(|error: anyhow::Error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Server(args) => {
            telemetry::start(&cli.telemetry, "info")?;
            server::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Agent(args) => {
            telemetry::start(&cli.telemetry, "info")?;
            agent::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Dev(args) => {
            telemetry::start(&cli.telemetry, "error")?;
            dev::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Sim(args) => {
            telemetry::start(&cli.telemetry, "info")?;
            sim::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Ctl(command) => ctl::run(command).await,
    }
}
