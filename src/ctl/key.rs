//! API keys: credentials for programs.

use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use sentinel_api_types::Timestamp;
use sentinel_api_types::api_key::{ApiKey, ApiKeyCreate, ApiKeysQuery, Scope};
use sentinel_model::ApiKeyId;
use serde_json::json;

use super::connection::Connection;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::{at, id, moment, read, word};
use super::{failure, terminal};

/// What can be done with API keys.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp key create deploy --scope bundles:write --scope rollouts:write --only-project shop --expires 90d
  sentinel-cp key list
  sentinel-cp key revoke KEY

Programs use a key by setting SENTINEL_CP_TOKEN to it.

{}", failure::EXIT_CODES))]
pub enum KeyCommand {
    /// List the API keys of an org
    #[command(after_help = "Examples:\n  sentinel-cp key list --org acme")]
    List {
        /// Slug of the org; may be left out when you belong to one only
        #[arg(long, value_name = "SLUG")]
        org: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Make an API key; its text is shown once
    #[command(after_help = "Examples:
  sentinel-cp key create dashboards --scope nodes:read --scope rollouts:read
  sentinel-cp key create deploy --scope bundles:write --only-project shop --expires 2027-01-31T00:00:00Z

Scopes: nodes:read, nodes:write, bundles:read, bundles:write, rollouts:read, rollouts:write, services:read,
services:write, api_keys:admin. A key made with a key cannot have more than that one.")]
    Create {
        /// Display name
        name: String,
        /// What it may do; may be repeated
        #[arg(long, required = true, value_name = "SCOPE", value_parser = read::<Scope>)]
        scope: Vec<Scope>,
        /// The only project that it shall reach
        #[arg(long, value_name = "SLUG")]
        only_project: Option<String>,
        /// No use after this time: from now such as 90d, or RFC 3339
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires: Option<Timestamp>,
        /// Slug of the org; may be left out when you belong to one only
        #[arg(long, value_name = "SLUG")]
        org: Option<String>,
    },
    /// Show an API key
    #[command(after_help = "Examples:\n  sentinel-cp key show KEY")]
    Show {
        /// Id of the key
        #[arg(value_parser = id::<ApiKeyId>)]
        key: ApiKeyId,
    },
    /// Make an API key useless from now on, and keep it in the list
    #[command(after_help = "Examples:\n  sentinel-cp key revoke KEY")]
    Revoke {
        /// Id of the key
        #[arg(value_parser = id::<ApiKeyId>)]
        key: ApiKeyId,
    },
    /// Remove an API key
    #[command(after_help = "Examples:\n  sentinel-cp key delete KEY --yes")]
    Delete {
        /// Id of the key
        #[arg(value_parser = id::<ApiKeyId>)]
        key: ApiKeyId,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl KeyCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, KeyCommand::List { .. } | KeyCommand::Show { .. })
    }
}

/// Carries it out.
pub async fn run(command: KeyCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    match command {
        KeyCommand::List { org, paging } => {
            let fetch = async |limit, cursor| {
                client.api_keys(&ApiKeysQuery { org: org.clone(), limit: Some(limit), cursor }).await
            };
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table = Table::new(&["id", "name", "starts with", "scopes", "project", "state"]);
                for key in &list.api_keys {
                    let project = key.project_slug.clone().unwrap_or_else(|| "all".into());
                    table.row([
                        key.id.to_string(),
                        key.name.clone(),
                        key.key_prefix.clone(),
                        scopes(key),
                        project,
                        state(key),
                    ]);
                }
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        KeyCommand::Create { name, scope, only_project, expires, org } => {
            let request =
                ApiKeyCreate { org, name, scopes: scope, project: only_project, expires_at: expires };
            let made = client.create_api_key(&request).await.with_context(|| match &request.project {
                Some(project) => format!("cannot make a key for the project {project}"),
                None => "cannot make the key".to_owned(),
            })?;
            output.print(&made, |made| {
                let mut table = facts(&made.api_key);
                table.fact("Key", made.key.expose().to_owned());
                table.note("Keep the key now: it is not shown again.");
                table
            })?;
        }
        KeyCommand::Show { key } => output.print(&client.api_key(key).await?, |body| facts(&body.api_key))?,
        KeyCommand::Revoke { key } => {
            output.say(&client.revoke_api_key(key).await?, |body| {
                format!("revoked key {}", body.api_key.name)
            })?;
        }
        KeyCommand::Delete { key, yes } => {
            terminal::confirm(&format!("Remove key {key}?"), yes)?;
            client.delete_api_key(key).await?;
            output.say(&json!({"deleted": key}), |_| format!("removed key {key}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn facts(key: &ApiKey) -> Table {
    let mut table = Table::facts();
    table.fact("Id", key.id.to_string());
    table.fact("Name", key.name.clone());
    table.fact("Starts with", key.key_prefix.clone());
    table.fact("Scopes", scopes(key));
    table.fact("Project", key.project_slug.clone().unwrap_or_else(|| "all".into()));
    table.fact("State", state(key));
    table.fact("Created", at(key.inserted_at));
    table
}

fn scopes(key: &ApiKey) -> String {
    key.scopes.iter().map(word).collect::<Vec<_>>().join(",")
}

fn state(key: &ApiKey) -> String {
    match (key.revoked_at, key.expires_at) {
        (Some(revoked), _) => format!("revoked {}", at(revoked)),
        (None, Some(expires)) if expires <= Timestamp::now() => format!("expired {}", at(expires)),
        (None, Some(expires)) => format!("good until {}", at(expires)),
        (None, None) => "good".to_owned(),
    }
}
