//! A rehearsal: what a rollout would come to.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use sentinel_api_types::Timestamp;
use sentinel_api_types::rehearsal::{
    BadBundle, Rehearsal, RehearsalAssumed, RehearsalAssumptions, RehearsalOutcome, RehearsedPeak,
    RehearsedStep, RehearsedWait, RehearsedWaitKind, RolloutRehearse,
};

use super::request::RequestArgs;
use crate::ctl::connection::Connection;
use crate::ctl::output::Table;
use crate::ctl::words::{duration, milliseconds, moment, read, seconds, word};

/// Decisions that a table shows; JSON has all.
const TOLD: usize = 20;

/// Options of `rollout rehearse`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp rollout rehearse --bundle 1.4.0 --batch-percent 20 --project shop
  sentinel-cp rollout rehearse --bundle 1.4.0 --batch-percent 20 --max-error-rate 1 --bad errors --project shop
  sentinel-cp rollout rehearse --bundle 1.4.0 --strategy canary --requests-per-second 0.5 --project shop
  sentinel-cp rollout rehearse --bundle 1.4.0 --max-unavailable 2 --failing 10 --seed 7 --project shop -o json

Takes what `rollout create` takes, and plays it on a copy of the project in simulated time. Nothing is started and nothing is written.
Exit code 0 when it would complete, 1 when it would end in another way.")]
pub struct RehearseArgs {
    #[command(flatten)]
    request: RequestArgs,
    /// Begin at this time: from now such as 6h, or RFC 3339; at once when left out
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "When")]
    at: Option<Timestamp>,
    /// Let it through every freeze; administrators only
    #[arg(long, value_name = "REASON", help_heading = "When")]
    break_glass: Option<String>,
    #[command(flatten)]
    assumptions: AssumptionArgs,
}

/// What is taken for granted.
#[derive(Args, Debug)]
struct AssumptionArgs {
    /// What if the bundle is bad: it fails on every node, answers with errors, or is slow: fails, errors or slow
    #[arg(long, value_name = "HOW", value_parser = read::<BadBundle>, help_heading = "Assumptions")]
    bad: Option<BadBundle>,
    /// Shortest time from an assignment to its proof; as measured of late, or 2s
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Assumptions")]
    activation_from: Option<Duration>,
    /// Longest time from an assignment to its proof; as measured of late, or 8s
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Assumptions")]
    activation_to: Option<Duration>,
    /// How often nodes speak; as the members ask for
    #[arg(long, value_name = "TIME", value_parser = seconds, help_heading = "Assumptions")]
    heartbeat: Option<u32>,
    /// Share of the nodes that fail to activate the bundle; 0
    #[arg(long, value_name = "PERCENT", help_heading = "Assumptions")]
    failing: Option<f64>,
    /// Share of the nodes that are online and fall silent when it begins; 0. Those that are offline stay so
    #[arg(long, value_name = "PERCENT", help_heading = "Assumptions")]
    silent: Option<f64>,
    /// Requests that a node answers in a second, on average; 10
    #[arg(long, value_name = "N", help_heading = "Assumptions")]
    requests_per_second: Option<f64>,
    /// Share of the answers of other bundles that are errors; 0
    #[arg(long, value_name = "PERCENT", help_heading = "Assumptions")]
    old_error_rate: Option<f64>,
    /// Share of the bundle's answers that are errors; as that of the others
    #[arg(long, value_name = "PERCENT", help_heading = "Assumptions")]
    new_error_rate: Option<f64>,
    /// 99th percentile of the latency of other bundles; 50ms
    #[arg(long, value_name = "TIME", value_parser = milliseconds, help_heading = "Assumptions")]
    old_latency: Option<f64>,
    /// 99th percentile of the bundle's latency; as that of the others
    #[arg(long, value_name = "TIME", value_parser = milliseconds, help_heading = "Assumptions")]
    new_latency: Option<f64>,
    /// What is drawn comes from it: the same seed gives the same course; 1
    #[arg(long, value_name = "N", help_heading = "Assumptions")]
    seed: Option<u32>,
}

impl AssumptionArgs {
    fn asked(self) -> RehearsalAssumptions {
        let ms = |time: Duration| u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
        RehearsalAssumptions {
            bad: self.bad,
            activation_from_ms: self.activation_from.map(ms),
            activation_to_ms: self.activation_to.map(ms),
            heartbeat_interval_seconds: self.heartbeat,
            failing_percent: self.failing,
            silent_percent: self.silent,
            requests_per_second: self.requests_per_second,
            old_error_rate: self.old_error_rate,
            new_error_rate: self.new_error_rate,
            old_latency_ms: self.old_latency,
            new_latency_ms: self.new_latency,
            seed: self.seed,
        }
    }
}

/// Plays it and shows the course.
pub async fn rehearse(
    args: RehearseArgs,
    connection: &Connection,
    project: &str,
) -> anyhow::Result<ExitCode> {
    let mut rollout = args.request.resolve(connection, project).await?;
    rollout.scheduled_at = args.at;
    rollout.override_freeze_reason = args.break_glass;
    let request = RolloutRehearse { rollout, assumptions: args.assumptions.asked() };
    let rehearsal = connection.client.rehearse_rollout(project, &request).await?;
    connection.output.print(&rehearsal, table)?;
    Ok(match rehearsal.outcome {
        RehearsalOutcome::Completed => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

fn table(rehearsal: &Rehearsal) -> Table {
    let mut table = Table::new(&["step", "nodes", "begins", "switched", "ends", "waits for"]);
    // What begins later takes as long as it takes from then on.
    let scheduled = rehearsal.waits.iter().filter(|wait| wait.kind == RehearsedWaitKind::Schedule);
    let begins = scheduled.map(|wait| wait.to_ms).max().unwrap_or(0);
    for step in &rehearsal.steps {
        table.row(row(step, begins));
    }
    for wait in &rehearsal.waits {
        table.note(format!("before or behind the steps: {}", waits_for(wait)));
    }
    for one in &rehearsal.comparisons {
        let needs =
            one.needs_seconds.map_or("never enough".to_owned(), |needs| format!("enough after {needs:.0} s"));
        table.note(format!(
            "canary, step {}: {} of {} requests, {:.1} and {:.1} a second, {needs}: {}",
            one.step + 1,
            one.requests,
            one.min_requests,
            one.canary_requests_per_second,
            one.control_requests_per_second,
            one.verdict.as_ref().map_or("nothing to compare".to_owned(), word),
        ));
    }
    let peak = &rehearsal.peak;
    table.note(worst(peak));
    if rehearsal.failed_total > 0 {
        let names: Vec<&str> = rehearsal.failed.iter().take(5).map(|node| node.name.as_str()).collect();
        let more = if rehearsal.failed_total > 5 { ", ..." } else { "" };
        table.note(format!("fail: {} nodes: {}{more}", rehearsal.failed_total, names.join(", ")));
    }
    for deed in rehearsal.timeline.iter().take(TOLD) {
        let other = deed.rollout_id.map(|id| format!(" of {id}")).unwrap_or_default();
        let detail = if deed.detail.is_empty() { String::new() } else { format!(": {}", deed.detail) };
        let at = deed.at_ms.checked_sub(begins).map_or("before".to_owned(), span);
        table.note(format!("{at:>9}  {}{other}{detail}", deed.action));
    }
    let more = rehearsal.timeline.len().saturating_sub(TOLD) as u64 + rehearsal.timeline_more;
    if more > 0 {
        table.note(format!("{more} more decisions; -o json has them"));
    }
    if rehearsal.approvals_needed > 0 {
        table.note(format!("{} people must approve it before it begins", rehearsal.approvals_needed));
    }
    table.note(format!("assumed: {}", assumed(&rehearsal.assumptions)));
    rehearsal.warnings.iter().for_each(|warning| table.note(format!("warning: {warning}")));
    let why = rehearsal.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    let outcome = word(&rehearsal.outcome).replace('_', " ");
    if begins > 0 {
        table.note(format!("it begins {} from now; times count from then", span(begins)));
    }
    table.note(format!("{outcome} after {}{why}", span(rehearsal.total_ms.saturating_sub(begins))));
    table
}

/// How many nodes are away in the worst moment, and how many may be.
fn worst(peak: &RehearsedPeak) -> String {
    let (away, switching, most) = (peak.away, peak.switching, peak.max_unavailable);
    let nodes = if away == 1 { "node" } else { "nodes" };
    let whole = format!("at worst {away} {nodes} away and {switching} switching");
    let group = match peak.groups.iter().any(|group| group.step.is_none()) {
        true => "failure domain",
        false => "step",
    };
    match peak.groups.iter().map(|group| group.away).max() {
        Some(worst) if away > 0 => format!("{whole}; {worst} of one {group}, of which at most {most} may be"),
        _ => format!("{whole}; at most {most} of a {group} may be away"),
    }
}

fn row(step: &RehearsedStep, begins: u64) -> [String; 6] {
    let at = |ms: Option<u64>| ms.map(|ms| span(ms.saturating_sub(begins))).unwrap_or_default();
    let what = match step.traffic_weight {
        Some(share) if share > 0 => format!("{} ({share} % of the traffic)", step.nodes),
        _ => step.nodes.to_string(),
    };
    let waits: Vec<String> = match &step.error {
        Some(error) => vec![error.clone()],
        None => step.waits.iter().map(waits_for).collect(),
    };
    [
        (step.index + 1).to_string(),
        what,
        at(step.started_ms),
        at(step.verified_ms),
        at(step.ended_ms),
        waits.join(", "),
    ]
}

fn waits_for(wait: &RehearsedWait) -> String {
    format!("{} {}", word(&wait.kind).replace('_', " "), span(wait.to_ms.saturating_sub(wait.from_ms)))
}

fn assumed(assumed: &RehearsalAssumed) -> String {
    let seconds = |ms: u32| f64::from(ms) / 1_000.0;
    let measured = if assumed.activation_measured { " as measured" } else { "" };
    let mut words = vec![
        format!(
            "activation {} to {} s{measured}",
            seconds(assumed.activation_from_ms),
            seconds(assumed.activation_to_ms)
        ),
        format!("a heartbeat every {} s", assumed.heartbeat_interval_seconds),
        format!("{} % of the nodes fail", assumed.failing_percent),
        format!("{} requests a second", assumed.requests_per_second),
        format!("errors {} and then {} %", assumed.old_error_rate, assumed.new_error_rate),
        format!("p99 {} and then {} ms", assumed.old_latency_ms, assumed.new_latency_ms),
        format!("seed {}", assumed.seed),
    ];
    words.extend(assumed.besides.iter().cloned());
    words.join("; ")
}

/// A time, in the unit that limits are given in as long as it is short.
fn span(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..600 => format!("{}.{} s", seconds, ms % 1_000 / 100),
        600..7_200 => format!("{seconds} s"),
        7_200..86_400 => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} d {:02} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}
