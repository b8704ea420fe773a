//! The simulator of a sandbox.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use sentinel_api_types::simulator::{Simulator, SimulatorSet, SimulatorState};

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::words::{at, duration, pair, word};
use super::{failure, terminal};

/// What can be done with the simulator of a project.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp project create Play --sandbox
  sentinel-cp simulator start --project play --nodes 20 --label zone=a,b,c
  sentinel-cp simulator update --project play --failures 30
  sentinel-cp simulator stop --project play --yes

The leader of the cluster plays the nodes of a sandbox: they join, poll, report and fail as real ones do, and run nothing on any machine.
There is one simulator in a sandbox, and it ends by itself after two hours, or when --for says. For fleets of thousands, or against any
cluster from elsewhere: sentinel-cp sim.

{}", failure::EXIT_CODES))]
pub enum SimulatorCommand {
    /// Show the simulator and its nodes in numbers
    #[command(after_help = "Examples:\n  sentinel-cp simulator show --project play")]
    Show,
    /// Start it
    #[command(after_help = "Examples:
  sentinel-cp simulator start --project play
  sentinel-cp simulator start --project play --nodes 50 --seed 7 --label zone=a,b,c --label tier=edge,core --for 8h
  sentinel-cp simulator start --project play --failures 60 --only-version 2.0.0")]
    Start {
        /// The same seed gives the same fleet
        #[arg(long, value_name = "S")]
        seed: Option<u32>,
        /// A label with the values that the nodes get in turn; may be repeated. Without any: zone=a,b,c
        #[arg(long, value_name = "KEY=VALUE,VALUE", value_parser = pair)]
        label: Vec<(String, String)>,
        #[command(flatten)]
        wishes: Wishes,
    },
    /// Change what its nodes are like while it runs: they follow within a second or two
    #[command(after_help = "Examples:
  sentinel-cp simulator update --project play --failures 30
  sentinel-cp simulator update --project play --slow 100
  sentinel-cp simulator update --project play --errors 50 --latency 300ms
  sentinel-cp simulator update --project play --failures 0 --slow 0 --errors 1 --latency 0ms --for 1h")]
    Update {
        #[command(flatten)]
        wishes: Wishes,
    },
    /// Stop it: its nodes are removed
    #[command(after_help = "Examples:\n  sentinel-cp simulator stop --project play --yes")]
    Stop {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// What the nodes shall be like.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    /// How many nodes, 1 to 100
    #[arg(long, value_name = "N")]
    nodes: Option<u16>,
    /// Share of activations that fail, in percent; a bundle that a node has run before does not
    #[arg(long, value_name = "PERCENT")]
    failures: Option<u8>,
    /// Share of nodes that take 20 s longer to activate, in percent
    #[arg(long, value_name = "PERCENT")]
    slow: Option<u8>,
    /// Share of nodes that fall silent for 45 s now and then, in percent
    #[arg(long, value_name = "PERCENT")]
    flapping: Option<u8>,
    /// Of a thousand requests, how many are answered with an error
    #[arg(long, value_name = "N")]
    errors: Option<u16>,
    /// How much longer a request takes, such as 300ms
    #[arg(long, value_name = "TIME", value_parser = whole_milliseconds)]
    latency: Option<u32>,
    /// Requests that each node has per second
    #[arg(long, value_name = "N")]
    requests: Option<u32>,
    /// Failures, errors and latency are there only with the bundle of this version; all: with every bundle
    #[arg(long, value_name = "VERSION")]
    only_version: Option<String>,
    /// How long it goes on from now, such as 8h; a day at most
    #[arg(long = "for", value_name = "TIME", value_parser = minutes)]
    lasts: Option<u32>,
}

impl Wishes {
    fn request(self) -> SimulatorSet {
        SimulatorSet {
            nodes: self.nodes,
            seed: None,
            labels: None,
            failure_percent: self.failures,
            slow_percent: self.slow,
            flap_percent: self.flapping,
            error_permille: self.errors,
            latency_ms: self.latency,
            requests_per_second: self.requests,
            only_version: self
                .only_version
                .map(|version| if version == "all" { String::new() } else { version }),
            lasts_minutes: self.lasts,
        }
    }
}

impl SimulatorCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, SimulatorCommand::Show)
    }
}

/// Carries it out.
pub async fn run(command: SimulatorCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        SimulatorCommand::Show => {
            output.print(&client.simulator(&project).await?, |body| facts(&body.simulator))?;
        }
        SimulatorCommand::Start { seed, label, wishes } => {
            let labels: BTreeMap<String, Vec<String>> = label
                .into_iter()
                .map(|(key, values)| (key, values.split(',').map(str::to_owned).collect()))
                .collect();
            let labels = (!labels.is_empty()).then_some(labels);
            let request = SimulatorSet { seed, labels, ..wishes.request() };
            let body = client.set_simulator(&project, &request).await?;
            output.print(&body, |body| facts(&body.simulator))?;
        }
        SimulatorCommand::Update { wishes } => {
            if client.simulator(&project).await?.simulator.state == SimulatorState::Stopped {
                let text =
                    format!("the simulator of {project} does not run; start it: sentinel-cp simulator start");
                return Err(NotFound(text).into());
            }
            let body = client.set_simulator(&project, &wishes.request()).await?;
            output.print(&body, |body| facts(&body.simulator))?;
        }
        SimulatorCommand::Stop { yes } => {
            let nodes = client.simulator(&project).await?.simulator.nodes.joined;
            terminal::confirm(
                &format!("Stop the simulator of {project} and remove its {nodes} nodes?"),
                yes,
            )?;
            output.say(&client.stop_simulator(&project).await?, |_| {
                format!("the simulator of {project} stops; its {nodes} nodes are being removed")
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn facts(simulator: &Simulator) -> Table {
    let Simulator { settings, nodes, .. } = simulator;
    let mut table = Table::facts();
    if !simulator.sandbox {
        table.fact(
            "Sandbox",
            "no: simulated nodes stand in sandboxes only (sentinel-cp project create --sandbox)".to_owned(),
        );
        return table;
    }
    let plural = |count: u64| if count == 1 { "node" } else { "nodes" };
    table.fact("State", word(&simulator.state));
    table.fact(
        "Nodes",
        format!(
            "{} {} of {} joined: {} online, {} in sync, {} on the way, {} failed",
            nodes.joined,
            plural(nodes.joined),
            settings.nodes,
            nodes.online,
            nodes.in_sync,
            nodes.pending,
            nodes.failed
        ),
    );
    table.fact("Played by", simulator.member_id.map(|id| format!("member {id}")));
    table.fact("Started", simulator.started_at.map(at));
    table.fact("Started by", simulator.started_by.clone());
    table.fact("Ends", simulator.expires_at.map(at));
    table.fact("Activations fail", format!("{} %", settings.failure_percent));
    table.fact("Slow nodes", format!("{} %", settings.slow_percent));
    table.fact("Flapping nodes", format!("{} %", settings.flap_percent));
    table.fact("Errors", format!("{} of 1000 requests", settings.error_permille));
    table.fact("Added latency", format!("{} ms", settings.latency_ms));
    table.fact("Requests per node", format!("{} per second", settings.requests_per_second));
    table.fact("Only with version", settings.only_version.clone());
    let spread = |(key, values): (&String, &Vec<String>)| format!("{key}={}", values.join(","));
    table.fact("Labels", settings.labels.iter().map(spread).collect::<Vec<_>>().join(" "));
    table.fact("Seed", settings.seed.to_string());
    table
}

/// Whole minutes.
fn minutes(text: &str) -> Result<u32, String> {
    let seconds = duration(text)?.as_secs();
    if seconds == 0 || !seconds.is_multiple_of(60) {
        return Err("expected whole minutes, such as 30m or 8h".to_owned());
    }
    u32::try_from(seconds / 60).map_err(|_| "too long".to_owned())
}

fn whole_milliseconds(text: &str) -> Result<u32, String> {
    u32::try_from(duration(text)?.as_millis()).map_err(|_| "too long".to_owned())
}
