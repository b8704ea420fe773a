//! What is asked of a rollout: which bundle, where, in which portions, under which gates.

use std::collections::HashSet;
use std::process::ExitCode;

use clap::Args;
use sentinel_api_types::Timestamp;
use sentinel_api_types::node::{NodeStatus, NodesQuery};
use sentinel_api_types::rollout::{RolloutCreate, RolloutPlan, TargetSelector};

use super::manner::MannerArgs;
use super::{show, watch};
use crate::ctl::connection::Connection;
use crate::ctl::output::{Output, clean};
use crate::ctl::paging::Paging;
use crate::ctl::words::{moment, pair};
use crate::ctl::{bundle, group, node};

/// Most offline nodes that are looked at.
const OFFLINE_MAX: u32 = 1_000;

/// Options of `rollout create` and `rollout plan` alike.
#[derive(Args, Debug)]
pub struct RequestArgs {
    /// Version or id of the bundle
    #[arg(long)]
    bundle: String,
    /// Every node of the project; so it is when no nodes are chosen
    #[arg(long, conflicts_with_all = ["label", "node", "group"], help_heading = "Nodes")]
    all: bool,
    /// Nodes with this label; may be repeated, then all must match
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, conflicts_with_all = ["node", "group"], help_heading = "Nodes")]
    label: Vec<(String, String)>,
    /// This node, by name or id; may be repeated
    #[arg(long, value_name = "NODE", help_heading = "Nodes")]
    node: Vec<String>,
    /// Nodes of this group, by name or id; may be repeated
    #[arg(long, value_name = "GROUP", conflicts_with = "node", help_heading = "Nodes")]
    group: Vec<String>,
    /// Of these, only nodes in this environment, by slug or id
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Nodes")]
    environment: Option<String>,
    #[command(flatten)]
    manner: MannerArgs,
    /// Let it past the order of environments, and say why; administrators only, kept in the audit log
    #[arg(long, value_name = "REASON", help_heading = "When")]
    skip_order: Option<String>,
}

/// Options of `rollout create`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp rollout create --bundle 1.4.0 --project shop
  sentinel-cp rollout create --bundle 1.4.0 --batch-percent 10 --max-error-rate 1 --max-latency 250ms --watch --project shop
  sentinel-cp rollout create --bundle 1.4.0 --label region=eu --label tier=edge --project shop
  sentinel-cp rollout create --bundle 1.4.0 --group first-to-go --project shop
  sentinel-cp rollout create --bundle 1.4.0 --environment staging --project shop
  sentinel-cp rollout create --bundle 1.4.0 --batch-percent 20 --failure-domain zone --max-unavailable 1 --project shop
  sentinel-cp rollout create --bundle 1.4.0 --batch-percent 20 --max-unavailable 5 --rollback-threshold 2 --project shop
  sentinel-cp rollout create --bundle 1.4.0 --check name=checkout,url=https://shop.example.com/health --project shop
  sentinel-cp rollout create --bundle 1.4.0 --strategy canary --bake 5m --watch --project shop
  sentinel-cp rollout create --bundle 1.4.0 --strategy blue_green --traffic-steps 25,100 --project shop
  sentinel-cp rollout create --bundle 1.4.0 --at 2027-01-31T04:00:00Z --project shop
  sentinel-cp rollout create --bundle 1.4.1 --break-glass 'INC-4711: checkout is down' --project shop
  sentinel-cp rollout create --bundle 1.4.1 --environment prod --skip-order 'INC-4711: checkout is down' --project shop
  sentinel-cp rollout create --bundle 1.5.0 --on-conflict queue --project shop
  sentinel-cp rollout create --bundle 1.4.1 --on-conflict supersede --watch --project shop

Data that is missing, stale or from before the switch never passes a gate.
A canary compares the nodes that have the bundle with those that do not have it yet, at the same time.
Blue-green gives the bundle to the slot whose nodes have the weight 0, and then the traffic, share by
share; see `node update --slot`.
A check is asked by the leader, with GET unless method=HEAD: expect=200-299, contains=TEXT, header=NAME:VALUE, timeout=5s,
interval=10s, passes=3 and failures=3 in a row. Private addresses are asked only where the project says so.
One that queues begins by itself when every node is free, first come, first served. One that supersedes stops the rollouts that have
its nodes where they are; going back from it passes over what they left half done.")]
pub struct CreateArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Begin at this time: from now such as 6h, or RFC 3339; at once when left out
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "When")]
    at: Option<Timestamp>,
    /// Let it through every freeze, and say why; administrators only, kept in the audit log
    #[arg(long, value_name = "REASON", help_heading = "When")]
    break_glass: Option<String>,
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

/// Options of `environment promote`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp environment promote --bundle 1.4.0 --to staging --project shop
  sentinel-cp environment promote --bundle 1.4.0 --to prod --strategy canary --bake 5m --watch --project shop

It is a rollout to the environment, with all that holds for one: `rollout plan --environment` shows it first. The bundle must have
been completed in the environments before.")]
pub struct PromoteArgs {
    /// Slug or id of the environment that the bundle goes to
    #[arg(long, value_name = "ENVIRONMENT", conflicts_with = "environment")]
    to: String,
    #[command(flatten)]
    request: RequestArgs,
    /// Begin at this time: from now such as 6h, or RFC 3339; at once when left out
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "When")]
    at: Option<Timestamp>,
    /// Let it through every freeze, and say why; administrators only, kept in the audit log
    #[arg(long, value_name = "REASON", help_heading = "When")]
    break_glass: Option<String>,
    /// Follow it to its end
    #[arg(short, long)]
    watch: bool,
}

/// Starts a rollout to an environment.
pub async fn promote(args: PromoteArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let PromoteArgs { to, request, at, break_glass, watch } = args;
    let request = RequestArgs { environment: Some(to), ..request };
    create(CreateArgs { request, at, break_glass, watch }, connection, project).await
}

/// Starts a rollout.
pub async fn create(args: CreateArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let mut request = args.request.resolve(connection, project).await?;
    request.scheduled_at = args.at;
    request.override_freeze_reason = args.break_glass;
    let notes = match connection.output {
        Output::Table => notes(connection, project, &request).await,
        Output::Json => Vec::new(),
    };
    let made = connection.client.create_rollout(project, &request).await?;
    notes.iter().for_each(|note| eprintln!("note: {}", clean(note)));
    if args.watch {
        if connection.output == Output::Table {
            eprintln!("rollout {}; it goes on when you stop watching", made.rollout.id);
        }
        return watch::watch(connection, project, made.rollout.id).await;
    }
    connection.output.print(&made, |made| show::facts(&made.rollout))?;
    Ok(ExitCode::SUCCESS)
}

/// Shows what it would do.
pub async fn plan(args: PlanArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let request = args.request.resolve(connection, project).await?;
    let plan = connection.client.plan_rollout(project, &request).await?;
    let offline = match connection.output {
        Output::Table => offline(connection, project, &plan, request.max_unavailable).await,
        Output::Json => None,
    };
    connection.output.print(&plan, |plan| {
        let mut table = show::plan(plan, request.failure_domain.as_deref());
        offline.into_iter().for_each(|note| table.note(note));
        table
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What somebody who starts a rollout without a plan should know: which nodes it leaves out, and which it will wait for. What
/// is wrong with the request is said by the rollout itself.
async fn notes(connection: &Connection, project: &str, request: &RolloutCreate) -> Vec<String> {
    let Ok(plan) = connection.client.plan_rollout(project, request).await else { return Vec::new() };
    let mut notes = Vec::new();
    let left_out = plan.excluded.len();
    if let Some(first) = plan.excluded.first() {
        let name = first.name.clone().unwrap_or_else(|| first.id.to_string());
        notes.push(format!("left out: {left_out} of the nodes, such as {name}, {}", first.reason));
    }
    notes.extend(offline(connection, project, &plan, request.max_unavailable).await);
    notes
}

/// Which of the planned nodes are offline, and what that means. Nothing when it cannot be found out: it is a courtesy.
async fn offline(
    connection: &Connection,
    project: &str,
    plan: &RolloutPlan,
    tolerated: Option<u32>,
) -> Option<String> {
    let fetch = async |limit, cursor| {
        let status = Some(NodeStatus::Offline);
        let query = NodesQuery { status, limit: Some(limit), cursor, ..Default::default() };
        connection.client.nodes(project, &query).await
    };
    let away: HashSet<_> = Paging { limit: OFFLINE_MAX }
        .collect(fetch)
        .await
        .ok()?
        .nodes
        .into_iter()
        .map(|node| node.id)
        .collect();
    let planned = plan.steps.iter().flat_map(|step| &step.nodes);
    let names: Vec<_> =
        planned.filter(|node| away.contains(&node.id)).map(|node| node.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    let shown = names.iter().take(5).copied().collect::<Vec<_>>().join(", ");
    let dots = if names.len() > 5 { ", ..." } else { "" };
    Some(format!(
        "offline: {shown}{dots}; a step waits for such nodes until its deadline and fails, unless --max-unavailable allows them \
         (now {})",
        tolerated.unwrap_or(0)
    ))
}

impl RequestArgs {
    /// Looks up names and puts the request together.
    pub(super) async fn resolve(
        self,
        connection: &Connection,
        project: &str,
    ) -> anyhow::Result<RolloutCreate> {
        let bundle_id = bundle::find(connection, project, &self.bundle).await?;
        let manner = self.manner.rollout();
        let target_selector = if !self.node.is_empty() {
            let mut node_ids = Vec::new();
            for name in &self.node {
                node_ids.push(node::find(connection, project, name).await?);
            }
            TargetSelector::NodeIds { node_ids }
        } else if !self.group.is_empty() {
            let mut group_ids = Vec::new();
            for name in &self.group {
                group_ids.push(group::find(connection, project, name).await?);
            }
            TargetSelector::Groups { group_ids }
        } else if !self.label.is_empty() {
            TargetSelector::Labels { labels: self.label.into_iter().collect() }
        } else {
            TargetSelector::All {}
        };
        Ok(RolloutCreate {
            bundle_id,
            target_selector,
            strategy: manner.strategy,
            batch_size: manner.batch_size,
            batch_percentage: manner.batch_percentage,
            canary_analysis_config: manner.canary_analysis_config,
            blue_green_config: manner.blue_green_config,
            max_unavailable: manner.max_unavailable,
            progress_deadline_seconds: manner.progress_deadline_seconds,
            health_gates: manner.health_gates,
            auto_rollback: manner.auto_rollback,
            failure_domain: manner.failure_domain,
            rollback_threshold: manner.rollback_threshold,
            checks: manner.checks,
            on_conflict: manner.on_conflict,
            scheduled_at: None,
            override_freeze_reason: None,
            environment: self.environment,
            skip_order_reason: self.skip_order,
        })
    }
}
