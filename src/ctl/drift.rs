//! Drift: nodes that run something else than what they were assigned.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{ArgGroup, Subcommand};
use sentinel_api_types::Timestamp;
use sentinel_api_types::drift::{
    DriftEvent, DriftExportQuery, DriftFilter, DriftQuery, DriftResolve, DriftResolveAll, DriftResolvedAll,
    DriftSeverity, DriftState, ExportFormat, RuntimeConfigQuery,
};
use sentinel_client::Client;
use sentinel_model::drift::CONFIG_BYTES_MAX;
use sentinel_model::{DriftEventId, Sha256Digest};

use super::connection::Connection;
use super::failure;
use super::output::{self, Table};
use super::paging::{Paging, more};
use super::words::{at, id, read, word};

/// What can be done about drift.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp drift list --project shop
  sentinel-cp drift show EVENT --project shop
  sentinel-cp drift resolve EVENT --reason 'planned work' --project shop
  sentinel-cp drift export --format csv --to drift.csv --project shop

Agents measure what really runs and tell it in heartbeats. What is done about drift by itself is a setting of the project: see
sentinel-cp project drift.

{}", failure::EXIT_CODES))]
pub enum DriftCommand {
    /// List drift, the newest first; what lasts unless --status says otherwise
    #[command(after_help = "Examples:
  sentinel-cp drift list --project shop
  sentinel-cp drift list --status alarm --project shop
  sentinel-cp drift list --all --severity critical --project shop")]
    List {
        /// active, alarm or resolved
        #[arg(long, value_parser = read::<DriftFilter>, default_value = "active")]
        status: DriftFilter,
        /// What is over as well
        #[arg(long, conflicts_with = "status")]
        all: bool,
        /// low, medium, high or critical
        #[arg(long, value_parser = read::<DriftSeverity>)]
        severity: Option<DriftSeverity>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Count nodes: in sync, drifted, not measured, offline
    #[command(after_help = "Examples:\n  sentinel-cp drift stats --project shop")]
    Stats,
    /// Show what differs, and what was done about it
    #[command(after_help = "Examples:
  sentinel-cp drift show EVENT --project shop
  sentinel-cp drift show EVENT --diff --project shop")]
    Show {
        /// Id of the event
        #[arg(value_parser = id::<DriftEventId>)]
        event: DriftEventId,
        /// Print how the configuration that runs differs from the one that was assigned, and nothing else
        #[arg(long)]
        diff: bool,
    },
    /// Leave drift as it is: what the node runs now is not told again
    #[command(after_help = "Examples:
  sentinel-cp drift resolve EVENT --reason 'planned work' --project shop
  sentinel-cp drift resolve --all --reason 'planned work' --project shop")]
    #[command(group(ArgGroup::new("which").args(["event", "all"]).required(true)))]
    Resolve {
        /// Id of the event
        #[arg(value_parser = id::<DriftEventId>)]
        event: Option<DriftEventId>,
        /// Every event that lasts and is as it was when you looked
        #[arg(long)]
        all: bool,
        /// When you looked, such as 2026-11-01T00:00:00Z; what changed later stays
        #[arg(long, value_name = "TIME", requires = "all")]
        seen_until: Option<Timestamp>,
        /// Why; kept with the event and in the audit log
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Write the events that match, as JSON or CSV
    #[command(after_help = "Examples:
  sentinel-cp drift export --project shop
  sentinel-cp drift export --format csv --since 2026-11-01T00:00:00Z --to drift.csv --project shop

In a table, text that a spreadsheet would take for a formula has an apostrophe before it.")]
    Export {
        /// json or csv
        #[arg(long, value_parser = read::<ExportFormat>, default_value = "json")]
        format: ExportFormat,
        /// active, alarm or resolved; all when left out
        #[arg(long, value_parser = read::<DriftFilter>)]
        status: Option<DriftFilter>,
        /// Only what was noticed at this time or later, such as 2026-11-01T00:00:00Z
        #[arg(long, value_name = "TIME")]
        since: Option<Timestamp>,
        /// Only what was noticed before this time
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        /// Write here instead of standard output
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

impl DriftCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        !matches!(self, DriftCommand::Resolve { .. })
    }
}

/// Carries it out.
pub async fn run(command: DriftCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        DriftCommand::List { status, all, severity, paging } => {
            let wanted = DriftQuery { status: (!all).then_some(status), severity, ..DriftQuery::default() };
            let fetch = async |limit, cursor| {
                client.drift(&project, &DriftQuery { limit: Some(limit), cursor, ..wanted.clone() }).await
            };
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table =
                    Table::new(&["id", "node", "severity", "state", "since", "what differs", "tries"]);
                for event in &list.drift_events {
                    table.row([
                        event.id.to_string(),
                        event.node_name.clone(),
                        word(&event.severity),
                        state(event),
                        at(event.detected_at),
                        event.summary.clone(),
                        event.tries.to_string(),
                    ]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        DriftCommand::Stats => output.print(&client.drift_stats(&project).await?, |stats| {
            let mut table = Table::facts();
            table.fact("Nodes with an assignment", stats.total_managed.to_string());
            table.fact("In sync", stats.in_sync.to_string());
            table.fact("Drifted", stats.drifted.to_string());
            table.fact("Not measured", stats.not_measured.to_string());
            table.fact("Offline", stats.offline.to_string());
            table.fact("Events that last", stats.active_events.to_string());
            table.fact("Of these with an alarm", stats.alarms.to_string());
            table.fact("Resolved today", stats.resolved_today.to_string());
            table
        })?,
        DriftCommand::Show { event, diff } => {
            let body = client.drift_event(&project, event).await?;
            if diff {
                let query = RuntimeConfigQuery { drift_event: Some(event) };
                let runs = match client.runtime_config(&project, body.drift_event.node_id, &query).await {
                    Err(error) if error.status() == Some(404) => bail!(
                        "no configuration is kept for this drift: either the configuration did not differ, or the node has not told it, or has told another one since"
                    ),
                    runs => runs?.runtime_config,
                };
                if runs.truncated {
                    eprintln!("{}", cut(runs.hash));
                }
                let diff = runs.diff.context("the configuration of the node is what was assigned")?;
                output::text(&output::clean(&diff.diff))?;
            } else {
                output.print(&body, |body| facts(&body.drift_event))?;
            }
        }
        DriftCommand::Resolve { event: Some(event), reason, .. } => {
            let body = client.resolve_drift(&project, event, &DriftResolve { reason }).await?;
            output.say(&body, |body| format!("the drift of {} is resolved", body.drift_event.node_name))?;
        }
        DriftCommand::Resolve { event: None, reason, seen_until, .. } => {
            let seen_until = match seen_until {
                Some(time) => time,
                None => newest(client, &project).await?.unwrap_or(Timestamp::UNIX_EPOCH),
            };
            let request = DriftResolveAll { reason, seen_until };
            let mut done = client.resolve_all_drift(&project, &request).await?;
            while done.left > 0 {
                let more = client.resolve_all_drift(&project, &request).await?;
                if more.resolved_count == 0 {
                    break;
                }
                done = DriftResolvedAll { resolved_count: done.resolved_count + more.resolved_count, ..more };
            }
            output.say(&done, |done| {
                let stay = match done.left + done.later {
                    0 => String::new(),
                    stay => format!("; {stay} began or changed meanwhile and stay: look at them"),
                };
                format!("{} events are resolved{stay}", done.resolved_count)
            })?;
        }
        DriftCommand::Export { format, status, since, until, to } => {
            let query = DriftExportQuery { format: None, status, since, until };
            let export = client.export_drift(&project, &query).await?;
            let text = match format {
                ExportFormat::Json => serde_json::to_string_pretty(&export)? + "\n",
                ExportFormat::Csv => export.csv(),
            };
            if export.truncated {
                eprintln!("there are more than {} events; narrow the time", export.total);
            }
            match to {
                Some(file) => {
                    std::fs::write(&file, text)
                        .with_context(|| format!("cannot write {}", file.display()))?;
                    output.say(&serde_json::json!({"events": export.total, "file": file}), |_| {
                        format!("{} events are in {}", export.total, file.display())
                    })?;
                }
                None => output::text(&text)?,
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// When what lasts changed last.
async fn newest(client: &Client, project: &str) -> anyhow::Result<Option<Timestamp>> {
    let mut newest = None;
    let mut cursor = None;
    loop {
        let query = DriftQuery {
            status: Some(DriftFilter::Active),
            limit: Some(200),
            cursor,
            ..DriftQuery::default()
        };
        let list = client.drift(project, &query).await?;
        newest = newest.max(list.drift_events.iter().map(|event| event.updated_at).max());
        cursor = list.next_cursor;
        if cursor.is_none() {
            return Ok(newest);
        }
    }
}

/// What is said of a configuration of which not all is there.
pub fn cut(hash: Option<Sha256Digest>) -> String {
    let hash = hash.map(|hash| format!("; the SHA-256 of the whole is {hash}")).unwrap_or_default();
    format!("shown up to {} KiB{hash}", CONFIG_BYTES_MAX >> 10)
}

fn state(event: &DriftEvent) -> String {
    match (event.state, event.resolution) {
        (DriftState::Resolved, Some(how)) => format!("resolved: {}", word(&how)),
        (state, _) => word(&state),
    }
}

fn facts(event: &DriftEvent) -> Table {
    let mut table = Table::facts();
    table.fact("Id", event.id.to_string());
    table.fact("Node", event.node_name.clone());
    table.fact("Severity", word(&event.severity));
    table.fact("State", state(event));
    table.fact("Alarm", event.alarm.clone());
    table.fact(
        "Bundle",
        event.expected_version.clone().unwrap_or_else(|| event.expected_bundle_id.to_string()),
    );
    table.fact("Generation", event.generation.to_string());
    table.fact("What differs", event.summary.clone());
    for difference in &event.differences {
        let words =
            if difference.words.is_empty() { String::new() } else { format!(": {}", difference.words) };
        table.fact("", format!("{} {}{words}", difference.path, word(&difference.kind)));
    }
    table.fact("And more", (event.more_differences > 0).then(|| event.more_differences.to_string()));
    table.fact("Noticed", at(event.detected_at));
    table.fact("Asserted again", format!("{} times", event.tries));
    table.fact("Next", event.next_try_at.map(at));
    table.fact("Resolved", event.resolved_at.map(at));
    table.fact("Resolved by", event.resolved_by.clone());
    table.fact("Reason", event.reason.clone());
    table
}
