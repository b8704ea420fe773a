//! Freeze windows: times in which no rollout goes forward.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::Timestamp;
use sentinel_api_types::freeze::{FreezeWindow, FreezeWindowCreate, Recurrence, Weekday};

use super::connection::Connection;
use super::failure::{self, NotFound};
use super::output::Table;
use super::terminal;
use super::words::{at, moment, offer, read, word};

/// What can be done with freeze windows.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp freeze create 'Black Friday' --from 2026-11-27T00:00:00Z --until 2026-11-30T08:00:00Z --project shop
  sentinel-cp freeze create Incident --until 2h --reason 'INC-4711' --project shop
  sentinel-cp freeze create Weekends --every fri --at 16:00-08:00 --days 3 --zone Europe/Berlin --until 365d --project shop
  sentinel-cp freeze create 'Black Friday' --until 3d --environment prod --project shop
  sentinel-cp freeze list --project shop

In a freeze no rollout begins, resumes or starts a step; pausing, cancelling and going back are always possible.

{}", failure::EXIT_CODES))]
pub enum FreezeCommand {
    /// List the freeze windows of a project
    #[command(after_help = "Examples:\n  sentinel-cp freeze list --project shop")]
    List,
    /// Freeze a project for a time; administrators only
    #[command(
        after_help = "Examples:\n  sentinel-cp freeze create Incident --until 2h --reason 'INC-4711' --project shop"
    )]
    Create {
        /// Display name
        name: String,
        /// From this moment on: from now such as 1d, or RFC 3339; now when left out
        #[arg(long, value_name = "TIME", value_parser = moment)]
        from: Option<Timestamp>,
        /// Up to this one: from now such as 2h, or RFC 3339
        #[arg(long, value_name = "TIME", value_parser = moment)]
        until: Timestamp,
        /// Why nothing moves; whoever is held by it reads this
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Hold again and again: begin on these days of the week, such as fri or mon,tue
        #[arg(long, value_name = "DAYS", value_delimiter = ',', value_parser = read::<Weekday>, requires_all = ["at", "zone"])]
        every: Vec<Weekday>,
        /// From when to when, such as 16:00-08:00
        #[arg(long, value_name = "HH:MM-HH:MM", value_parser = times, requires = "every")]
        at: Option<(String, String)>,
        /// How many days after it began it ends; the same day when nothing is said, or the next one when that is later
        #[arg(long, value_name = "N", requires = "every", value_parser = clap::value_parser!(u8).range(0..=7))]
        days: Option<u8>,
        /// Whose clock that is, such as Europe/Berlin or UTC
        #[arg(long, value_name = "TIME ZONE", requires = "every")]
        zone: Option<String>,
        /// Hold only what has nodes in this environment, by slug or id; everything when left out
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
    },
    /// Take a freeze window away; what it held goes on; administrators only
    #[command(after_help = "Examples:\n  sentinel-cp freeze delete 'Black Friday' --project shop --yes")]
    Delete {
        /// Name or id of the window
        window: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl FreezeCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, FreezeCommand::List)
    }
}

/// Carries it out.
pub async fn run(command: FreezeCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        FreezeCommand::List => {
            output.print(&client.freeze_windows(&project).await?, |list| {
                let mut table = Table::new(&[
                    "id",
                    "name",
                    "environment",
                    "from",
                    "until",
                    "repeats",
                    "state",
                    "reason",
                    "by",
                ]);
                for window in &list.freeze_windows {
                    table.row([
                        window.id.to_string(),
                        window.name.clone(),
                        window.environment.as_ref().map(|one| one.slug.clone()).unwrap_or_default(),
                        at(window.from),
                        at(window.until),
                        window.recurrence.as_ref().map(in_words).unwrap_or_default(),
                        state(window).to_owned(),
                        window.reason.clone(),
                        window.created_by.clone(),
                    ]);
                }
                table
            })?;
        }
        FreezeCommand::Create { name, from, until, reason, every, at: between, days, zone, environment } => {
            let recurrence = between.zip(zone).map(|((starts, ends), time_zone)| Recurrence {
                weekdays: every,
                starts,
                ends,
                days,
                time_zone,
            });
            let request = FreezeWindowCreate { name, reason, from, until, recurrence, environment };
            let made = client.create_freeze_window(&project, &request).await?;
            output.say(&made, |made| {
                let window = &made.freeze_window;
                let frozen = match &window.environment {
                    Some(environment) => format!("{} of {project}", environment.slug),
                    None => project.clone(),
                };
                match (&window.recurrence, &window.next) {
                    (Some(again), Some(next)) => format!(
                        "{frozen} is frozen {}, next from {} until {}, for the last time before {} (window {})",
                        in_words(again),
                        at(next.from),
                        at(next.until),
                        at(window.until),
                        window.id
                    ),
                    _ => {
                        let (from, until) = (at(window.from), at(window.until));
                        format!("{frozen} is frozen from {from} until {until} (window {})", window.id)
                    }
                }
            })?;
        }
        FreezeCommand::Delete { window, yes } => {
            let found = find(connection, &project, &window).await?;
            let question =
                format!("Take the freeze {} of {project} away? What it holds goes on.", found.name);
            terminal::confirm(&question, yes)?;
            client.delete_freeze_window(&project, found.id).await?;
            output.say(&serde_json::json!({"deleted": found.id}), |_| {
                format!("deleted freeze window {}", found.name)
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The window with this id or name.
async fn find(connection: &Connection, project: &str, named: &str) -> anyhow::Result<FreezeWindow> {
    let list = connection.client.freeze_windows(project).await?.freeze_windows;
    let names = offer("freezes", list.iter().take(6).map(|window| window.name.as_str()));
    let mut alike = list.into_iter().filter(|found| found.name == named || found.id.to_string() == named);
    let missing = || NotFound(format!("no freeze of {project} has the name or id {named}{names}"));
    let found = alike.next().ok_or_else(missing)?;
    anyhow::ensure!(alike.next().is_none(), "several freezes of {project} are called {named}; give an id");
    Ok(found)
}

fn state(window: &FreezeWindow) -> &'static str {
    match window.active {
        true => "frozen now",
        false if window.next.is_none() && window.until <= Timestamp::now() => "over",
        false => "to come",
    }
}

/// `16:00-08:00`.
fn times(text: &str) -> Result<(String, String), String> {
    let (starts, ends) = text.split_once('-').ok_or("expected two times of day, such as 16:00-08:00")?;
    Ok((starts.to_owned(), ends.to_owned()))
}

/// `fri 16:00 to 08:00, 3 days later, Europe/Berlin`.
fn in_words(again: &Recurrence) -> String {
    let Recurrence { weekdays, starts, ends, days, time_zone } = again;
    let weekdays: Vec<String> = weekdays.iter().map(word).collect();
    let later = match days {
        None | Some(0) => String::new(),
        Some(1) => ", the next day".to_owned(),
        Some(days) => format!(", {days} days later"),
    };
    format!("{} {starts} to {ends}{later}, {time_zone}", weekdays.join(","))
}
