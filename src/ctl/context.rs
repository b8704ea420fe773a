//! Stored logins, when there are several.

use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;
use serde_json::json;

use super::failure;
use super::logins::{self, Logins};
use super::options::Options;
use super::output::Table;
use super::words::at;

/// What can be done with stored logins.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp context list
  sentinel-cp context use staging

{}", failure::EXIT_CODES))]
pub enum ContextCommand {
    /// List stored logins
    #[command(after_help = "Examples:\n  sentinel-cp context list")]
    List,
    /// Use this login from now on when none is named
    #[command(after_help = "Examples:\n  sentinel-cp context use staging")]
    Use {
        /// Name of the login
        name: String,
    },
}

/// Carries it out; no cluster is asked.
pub fn run(command: ContextCommand, options: &Options) -> anyhow::Result<ExitCode> {
    let path = logins::path()?;
    let mut logins = Logins::load(&path)?;
    match command {
        ContextCommand::List => {
            let current = logins.current.clone();
            // Never the token, in no form.
            let shown: Vec<_> = logins
                .contexts
                .iter()
                .map(|(name, login)| {
                    json!({"name": name, "current": current.as_ref() == Some(name), "email": login.email,
                       "servers": login.servers, "expires_at": login.expires_at})
                })
                .collect();
            options.output.print(&json!({"contexts": shown}), |_| {
                let mut table = Table::new(&["name", "current", "e-mail", "until", "members"]);
                for (name, login) in &logins.contexts {
                    let mark = if current.as_ref() == Some(name) { "*" } else { "" };
                    table.row([
                        name.clone(),
                        mark.into(),
                        login.email.clone(),
                        at(login.expires_at),
                        login.servers.join(","),
                    ]);
                }
                if current.is_none() && !logins.contexts.is_empty() {
                    table.note("none is current: sentinel-cp context use NAME");
                }
                table
            })?;
        }
        ContextCommand::Use { name } => {
            if !logins.contexts.contains_key(&name) {
                bail!(failure::NotFound(format!(
                    "there is no stored login {name:?}; sentinel-cp context list shows them"
                )));
            }
            logins.current = Some(name.clone());
            logins.save(&path)?;
            options.output.say(&json!({"current": name}), |_| format!("using login {name}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
