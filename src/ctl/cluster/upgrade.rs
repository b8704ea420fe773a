//! The cluster's level, raised.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use sentinel_api_types::cluster::{ClusterLevel, LevelRaise};
use serde_json::json;

use crate::ctl::connection::Connection;
use crate::ctl::terminal;

/// What `cluster upgrade` takes.
#[derive(Args, Debug)]
pub struct UpgradeArgs {
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Raises it by one, when nobody holds it back.
pub async fn run(args: UpgradeArgs, connection: &Connection) -> anyhow::Result<ExitCode> {
    let level = connection.client.cluster().await?.level;
    let now = level.now;
    let Some(to) = level.raise_to else {
        if level.held_back.is_empty() {
            let answer = json!({ "raised": false, "level": now });
            connection.output.say(&answer, |_| {
                format!("the cluster is at level {now}, and no member knows a higher one: nothing to do")
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        bail!("{}", holders(&level));
    };
    let question = format!(
        "Raise the cluster from level {now} to {to}? It cannot be undone: from then on members whose binary knows less are refused."
    );
    terminal::confirm(&question, args.yes)?;
    connection.client.raise_level(&LevelRaise { from: now, to }).await?;
    let answer = json!({ "raised": true, "level": to });
    connection.output.say(&answer, |_| format!("the cluster is at level {to}"))?;
    Ok(ExitCode::SUCCESS)
}

fn holders(level: &ClusterLevel) -> String {
    let mut text = format!("the cluster stays at level {}, because not every member knows more:", level.now);
    for member in &level.held_back {
        text.push_str("\n  ");
        text.push_str(member);
    }
    text.push_str("\nstart each with a version that does, or take it out with `sentinel-cp cluster remove`");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_holds_it_back_is_named() {
        let held_back =
            vec!["member-2 does not answer".to_owned(), "member-3 knows levels up to 1".to_owned()];
        let level = ClusterLevel { now: 1, known: 1, raise_to: None, held_back };
        let lines: Vec<String> = holders(&level).lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(
            lines[0].contains("level 1") && lines[1].contains("member-2") && lines[2].contains("member-3")
        );
    }
}
