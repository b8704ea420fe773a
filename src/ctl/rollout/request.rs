//! What is asked of a rollout: which bundle, where, in which portions, under which gates.

use std::collections::HashSet;
use std::process::ExitCode;

use clap::Args;
use sentinel_api_types::Timestamp;
use sentinel_api_types::node::{NodeStatus, NodesQuery};
use sentinel_api_types::rollout::{RolloutCreate, RolloutPlan, TargetSelector};

use super::manner::MannerArgs;
use super::nodes::NodesArgs;
use super::{show, watch};
use crate::ctl::connection::Connection;
use crate::ctl::output::{Output, clean};
use crate::ctl::paging::Paging;
use crate::ctl::words::moment;
use crate::ctl::{bundle, failure, template};

/// Most offline nodes that are looked at.
const OFFLINE_MAX: u32 = 1_000;

/// Options of `rollout create` and `rollout plan` alike.
#[derive(Args, Debug)]
pub struct RequestArgs {
    /// Version or id of the bundle
    #[arg(long)]
    bundle: String,
    /// Made from this template, by name or id: what is not said here is as it says
    #[arg(long, value_name = "TEMPLATE", help_heading = "Nodes")]
    template: Option<String>,
    #[command(flatten)]
    nodes: NodesArgs,
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
  sentinel-cp rollout create --bundle 1.4.0 --template careful --project shop
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
its nodes where they are; going back from it passes over what they left half done.
A template says all that is not said here; a template that is called the default is used by nobody who does not name it.")]
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
  sentinel-cp rollout plan --bundle 1.4.0 --template careful --max-unavailable 2 --project shop

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
    let PromoteArgs { to, mut request, at, break_glass, watch } = args;
    request.nodes.environment = Some(to);
    create(CreateArgs { request, at, break_glass, watch }, connection, project).await
}

/// Starts a rollout.
pub async fn create(args: CreateArgs, connection: &Connection, project: &str) -> anyhow::Result<ExitCode> {
    let mut request = args.request.resolve(connection, project).await?;
    request.scheduled_at = args.at;
    request.override_freeze_reason = args.break_glass;
    let notes = match connection.output {
        Output::Table => notes(connection, project, &request).await,
        Output::Json | Output::Yaml => Vec::new(),
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
        Output::Table => offline(connection, project, &plan).await,
        Output::Json | Output::Yaml => None,
    };
    connection.output.print(&plan, |plan| {
        let policy = request.on_conflict.unwrap_or_default();
        let mut table = show::plan(plan, policy);
        show::settings(plan).into_iter().for_each(|note| table.note(note));
        offline.into_iter().for_each(|note| table.note(note));
        table
    })?;
    // What would be refused is no success, as the rollout itself would be none.
    let refused = plan.out_of_order.is_some();
    Ok(if refused { ExitCode::from(failure::REFUSED) } else { ExitCode::SUCCESS })
}

/// What somebody who starts a rollout without a plan should know: which nodes it leaves out, and which it will wait for. What
/// is wrong with the request is said by the rollout itself.
async fn notes(connection: &Connection, project: &str, request: &RolloutCreate) -> Vec<String> {
    let Ok(plan) = connection.client.plan_rollout(project, request).await else { return Vec::new() };
    let mut notes = Vec::new();
    let left_out = plan.excluded.len();
    if let Some(first) = plan.excluded.first() {
        let name = first.name.clone().unwrap_or_else(|| first.id.to_string());
        let others = if left_out == 1 { String::new() } else { format!(", and {} more", left_out - 1) };
        notes.push(format!("left out: {name} ({}){others}", first.reason));
    }
    notes.extend(offline(connection, project, &plan).await);
    notes
}

/// Which of the planned nodes are offline, and what that means. Nothing when it cannot be found out: it is a courtesy.
async fn offline(connection: &Connection, project: &str, plan: &RolloutPlan) -> Option<String> {
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
    let mut note = format!("offline: {shown}{dots}");
    for step in plan.steps.iter().filter(|step| step.traffic_weight.is_none_or(|share| share == 0)) {
        let offline = step.nodes.iter().filter(|node| away.contains(&node.id)).count();
        if let Some(comes) = comes_of(plan, offline, step.nodes.len()) {
            note.push_str(&format!("; step {}: {comes}", step.index + 1));
        }
    }
    Some(note)
}

/// What comes of a step so many of whose nodes are offline.
fn comes_of(plan: &RolloutPlan, offline: usize, nodes: usize) -> Option<String> {
    let manner = plan.settings.as_ref().map(|settings| &settings.rollout);
    let allowed = manner.and_then(|manner| manner.max_unavailable).unwrap_or(0);
    let by_domain = manner.is_some_and(|manner| manner.failure_domain.is_some());
    let fails = "it waits for them until its deadline and fails";
    match offline {
        0 => None,
        _ if offline == nodes => Some(format!(
            "no node is left that could prove the bundle, {fails}, whatever --max-unavailable says"
        )),
        _ if by_domain => Some(format!(
            "{offline} of {nodes}, {fails} where that is more than --max-unavailable allows in a failure domain (now {allowed})"
        )),
        _ if offline as u64 > u64::from(allowed) => Some(format!(
            "{offline} of {nodes}, {fails}, unless --max-unavailable allows so many (now {allowed})"
        )),
        _ => Some(format!("{offline} of {nodes}, which is tolerated (--max-unavailable {allowed})")),
    }
}

impl RequestArgs {
    /// Looks up names and puts the request together.
    pub(super) async fn resolve(
        self,
        connection: &Connection,
        project: &str,
    ) -> anyhow::Result<RolloutCreate> {
        let bundle_id = bundle::find(connection, project, &self.bundle).await?;
        let template = match &self.template {
            Some(named) => Some(template::find(connection, project, named).await?),
            None => None,
        };
        let said = self.manner.said(template.as_ref().map(|template| &template.rollout));
        let chosen = self.nodes.chosen(connection, project).await?;
        // What is said without a template is said of all nodes.
        let all = template.is_none().then_some(TargetSelector::All {});
        Ok(RolloutCreate {
            bundle_id,
            template: template.map(|template| template.id.to_string()),
            target_selector: chosen.or(all),
            strategy: said.strategy,
            batch_size: said.batch_size,
            batch_percentage: said.batch_percentage,
            canary_analysis_config: said.canary_analysis_config,
            blue_green_config: said.blue_green_config,
            max_unavailable: said.max_unavailable,
            progress_deadline_seconds: said.progress_deadline_seconds,
            health_gates: said.health_gates,
            auto_rollback: said.auto_rollback,
            auto_advance: said.auto_advance,
            failure_domain: said.failure_domain,
            rollback_threshold: said.rollback_threshold,
            checks: said.checks,
            on_conflict: said.on_conflict,
            scheduled_at: None,
            override_freeze_reason: None,
            environment: self.nodes.environment,
            skip_order_reason: self.skip_order,
        })
    }
}
