//! What is asked of a rollout: which bundle, where, in which portions, under which gates.

use std::process::ExitCode;

use clap::Args;
use sentinel_api_types::rollout::{HealthGates, RolloutCreate, Strategy, TargetSelector};

use super::{show, watch};
use crate::ctl::connection::Connection;
use crate::ctl::words::{milliseconds, pair, read, seconds};
use crate::ctl::{bundle, node};

/// Options of `rollout create` and `rollout plan` alike.
#[derive(Args, Debug)]
pub struct RequestArgs {
    /// Version or id of the bundle
    #[arg(long)]
    bundle: String,
    /// Every node of the project; so it is when no nodes are chosen
    #[arg(long, conflicts_with_all = ["label", "node"], help_heading = "Nodes")]
    all: bool,
    /// Nodes with this label; may be repeated, then all must match
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, conflicts_with = "node", help_heading = "Nodes")]
    label: Vec<(String, String)>,
    /// This node, by name or id; may be repeated
    #[arg(long, value_name = "NODE", help_heading = "Nodes")]
    node: Vec<String>,
    /// rolling, or all_at_once
    #[arg(long, value_parser = read::<Strategy>, default_value = "rolling", help_heading = "Portions")]
    strategy: Strategy,
    /// Nodes in a step; 1 when nothing is said
    #[arg(long, value_name = "N", conflicts_with = "batch_percent", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Portions")]
    batch_size: Option<u32>,
    /// Share of the nodes in a step, 1 to 100
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(1..=100), help_heading = "Portions")]
    batch_percent: Option<u8>,
    /// How many nodes of a step may be unreachable or fail without stopping it
    #[arg(long, value_name = "N", help_heading = "Portions")]
    max_unavailable: Option<u32>,
    /// Longest time that a step may take, such as 10m; pauses do not count
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Portions")]
    deadline: Option<u32>,
    /// Highest share of 5xx answers, in percent
    #[arg(long, value_name = "PERCENT", help_heading = "Gates")]
    max_error_rate: Option<f64>,
    /// Highest 99th percentile of latency, such as 250ms
    #[arg(long, value_name = "TIME", value_parser = milliseconds, help_heading = "Gates")]
    max_latency: Option<f64>,
    /// Fewest requests before error rate or latency are judged
    #[arg(long, value_name = "N", help_heading = "Gates")]
    min_requests: Option<u32>,
    /// How long each node must be observed after its switch, such as 30s
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Gates")]
    observe: Option<u32>,
    /// How long a gate must be broken before the step fails, such as 15s
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Gates")]
    fail_after: Option<u32>,
    /// Do not ask for healthy heartbeats
    #[arg(long, help_heading = "Gates")]
    no_heartbeat_gate: bool,
    /// Stop where it is when a step fails, instead of going back
    #[arg(long, help_heading = "Gates")]
    no_auto_rollback: bool,
}

/// Options of `rollout create`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp rollout create --bundle 1.4.0 --project shop
  sentinel-cp rollout create --bundle 1.4.0 --batch-percent 10 --max-error-rate 1 --max-latency 250ms --watch --project shop
  sentinel-cp rollout create --bundle 1.4.0 --label region=eu --label tier=edge --project shop

Data that is missing, stale or from before the switch never passes a gate.")]
pub struct CreateArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Follow it to its end
    #[arg(short, long)]
    watch: bool,
}

/// Options of `rollout plan`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp rollout plan --bundle 1.4.0 --batch-size 2 --project shop

Takes what `rollout create` takes.")]
pub struct PlanArgs {
    #[command(flatten)]
    request: RequestArgs,
}

/// Starts a rollout.
pub async fn create(args: CreateArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let request = args.request.resolve(connection, project).await?;
    let made = connection.client.create_rollout(project, &request).await?;
    if args.watch {
        return watch::watch(connection, project, made.rollout.id).await;
    }
    connection.output.print(&made, |made| show::facts(&made.rollout))?;
    Ok(ExitCode::SUCCESS)
}

/// Shows what it would do.
pub async fn plan(args: PlanArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let request = args.request.resolve(connection, project).await?;
    connection.output.print(&connection.client.plan_rollout(project, &request).await?, show::plan)?;
    Ok(ExitCode::SUCCESS)
}

impl RequestArgs {
    /// Looks up names and puts the request together.
    async fn resolve(self, connection: &Connection, project: &str) -> anyhow::Result<RolloutCreate> {
        let bundle_id = bundle::find(connection, project, &self.bundle).await?;
        let gates = self.gates();
        let target_selector = if !self.node.is_empty() {
            let mut node_ids = Vec::new();
            for name in &self.node {
                node_ids.push(node::find(connection, project, name).await?);
            }
            TargetSelector::NodeIds { node_ids }
        } else if !self.label.is_empty() {
            TargetSelector::Labels { labels: self.label.into_iter().collect() }
        } else {
            TargetSelector::All {}
        };
        Ok(RolloutCreate {
            bundle_id,
            target_selector,
            strategy: self.strategy,
            batch_size: self.batch_size,
            batch_percentage: self.batch_percent,
            max_unavailable: self.max_unavailable,
            progress_deadline_seconds: self.deadline,
            health_gates: Some(gates),
            auto_rollback: Some(!self.no_auto_rollback),
        })
    }

    fn gates(&self) -> HealthGates {
        let usual = HealthGates::default();
        HealthGates {
            heartbeat_healthy: !self.no_heartbeat_gate,
            max_error_rate: self.max_error_rate,
            max_latency_ms: self.max_latency,
            min_requests: self.min_requests.unwrap_or(usual.min_requests),
            observe_seconds: self.observe.unwrap_or(usual.observe_seconds),
            fail_after_seconds: self.fail_after.unwrap_or(usual.fail_after_seconds),
        }
    }
}
