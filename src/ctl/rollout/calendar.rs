//! What a project is up to, day by day.

use clap::Args;
use sentinel_api_types::Timestamp;
use sentinel_api_types::calendar::{Calendar, CalendarEntry, CalendarKind, CalendarQuery};

use crate::ctl::connection::Connection;
use crate::ctl::output::Table;
use crate::ctl::words::{at, moment, word};

/// Options of `rollout calendar`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp rollout calendar --project shop
  sentinel-cp rollout calendar --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z --project shop
  sentinel-cp rollout calendar --to 7d --project shop -o json

Freezes, rollouts that are to begin or have begun, and what promotion rules take on next. What would begin in a freeze says when that
ends.")]
pub struct CalendarArgs {
    /// From when: from now such as 1d, or RFC 3339; now when left out
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Until when, at most 92 days later; 31 days later when left out
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Timestamp>,
}

/// Shows it.
pub async fn show(args: CalendarArgs, connection: &Connection, project: &str) -> anyhow::Result<()> {
    let query = CalendarQuery { from: args.from, to: args.to };
    connection.output.print(&connection.client.calendar(project, &query).await?, table)
}

fn table(calendar: &Calendar) -> Table {
    let mut table = Table::new(&["from", "until", "what", "title", "environment", "state", "why"]);
    for entry in &calendar.entries {
        table.row([
            at(entry.from),
            entry.to.map(at).unwrap_or_default(),
            what(entry.kind).to_owned(),
            entry.title.clone(),
            entry.environment.as_ref().map(|one| one.slug.clone()).unwrap_or_default(),
            entry.state.as_ref().map(word).unwrap_or_default(),
            why(entry),
        ]);
    }
    if calendar.truncated {
        let (from, to) = (at(calendar.complete_from), at(calendar.complete_to));
        table.note(format!("there is more: this has all of what lies between {from} and {to} only"));
    }
    table
}

fn what(kind: CalendarKind) -> &'static str {
    match kind {
        CalendarKind::Freeze => "freeze",
        CalendarKind::Scheduled => "to come",
        CalendarKind::Rollout => "rollout",
        CalendarKind::Promotion => "promotion",
    }
}

fn why(entry: &CalendarEntry) -> String {
    let conflict = entry.conflict.as_ref();
    let conflict = conflict.map(|held| format!("cannot begin before {}: {}", at(held.until), held.reason));
    conflict.into_iter().chain(entry.why.clone()).collect::<Vec<_>>().join("; ")
}
