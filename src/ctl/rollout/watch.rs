//! Follows a rollout to its end.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use sentinel_api_types::rollout::{RolloutDetail, RolloutState};
use sentinel_client::ClientError;
use sentinel_model::RolloutId;

use super::{blue_green, progress, show};
use crate::ctl::connection::Connection;
use crate::ctl::failure;
use crate::ctl::output::{self, Output, clean};

/// How often the rollout is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// How long no member may answer before watching gives up: longer than it takes to elect a leader.
const PATIENCE: Duration = Duration::from_secs(60);

/// Follows a rollout until it ends. Looking again and again, instead of listening to events, goes on through the loss of any
/// member without a gap.
pub async fn watch(connection: &Connection, project: &str, id: RolloutId) -> anyhow::Result<ExitCode> {
    let mut view = View::new(connection.output);
    let mut silent_since: Option<Instant> = None;
    loop {
        match connection.client.rollout(project, id).await {
            Ok(detail) => {
                silent_since = None;
                view.show(&detail)?;
                if progress::ended(&detail.rollout) {
                    return view.end(&detail);
                }
            }
            Err(error)
                if may_pass(&error) && silent_since.get_or_insert_with(Instant::now).elapsed() < PATIENCE =>
            {
                view.waiting(&error);
            }
            Err(error) if may_pass(&error) => {
                return Err(error).context("watching ended, and the rollout goes on without it");
            }
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Whether looking once more may help: nobody answers, or somebody says that there is no leader.
fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::Api(refusal) => refusal.status >= 500 || refusal.status == 429,
        _ => true,
    }
}

/// What a person sees: a bar on a terminal, lines elsewhere. Programs get JSON lines.
struct View {
    output: Output,
    bar: Option<ProgressBar>,
    last: String,
}

impl View {
    fn new(output: Output) -> Self {
        let bar = (output == Output::Table && stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} nodes  {elapsed}  {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { output, bar, last: String::new() }
    }

    /// Shows what changed, and nothing when nothing did.
    fn show(&mut self, detail: &RolloutDetail) -> anyhow::Result<()> {
        let line = match self.output {
            // A line for each: JSON is YAML as well.
            Output::Json | Output::Yaml => serde_json::to_string(detail)?,
            Output::Table => clean(&line(detail)),
        };
        if let Some(bar) = &self.bar {
            bar.set_length(detail.progress.total);
            bar.set_position(progress::arrived(detail));
            bar.set_message(line);
        } else if line != self.last {
            output::text(&format!("{line}\n"))?;
            self.last = line;
        }
        Ok(())
    }

    fn waiting(&mut self, error: &ClientError) {
        let message = format!("no answer, trying again: {}", clean(&error.to_string()));
        match &self.bar {
            Some(bar) => bar.set_message(message),
            None if self.last != message => {
                eprintln!("{message}");
                self.last = message;
            }
            None => {}
        }
    }

    fn end(self, detail: &RolloutDetail) -> anyhow::Result<ExitCode> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            output::text(&format!("{}\n", clean(&line(detail))))?;
        }
        let completed = detail.rollout.state == RolloutState::Completed;
        Ok(ExitCode::from(if completed { failure::OK } else { failure::FAILED }))
    }
}

/// Where a rollout is, in one line.
fn line(detail: &RolloutDetail) -> String {
    let rollout = &detail.rollout;
    let mut line = format!(
        "{} {}: step {} of {}, {}",
        rollout.bundle_version,
        progress::state(rollout),
        (rollout.current_step + 1).min(rollout.steps),
        rollout.steps,
        progress::counts(detail)
    );
    if let Some(split) = blue_green::split(rollout) {
        line.push_str(&format!("; traffic: {split}"));
    }
    match (&rollout.error, &rollout.hold) {
        (Some(error), _) => line.push_str(&format!("; {}", show::error(error))),
        (None, Some(hold)) => line.push_str(&format!("; waits: {}", hold.reason)),
        (None, None) => {}
    }
    line
}
