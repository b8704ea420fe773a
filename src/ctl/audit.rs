//! The audit log.

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::audit::{AuditEntry, AuditList, AuditQuery};

use super::connection::Connection;
use super::failure;
use super::output::Table;
use super::paging::{Paging, more};
use super::words::{at, labels};

/// What can be done with the audit log.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp audit list --project shop
  sentinel-cp audit list --org acme --action rollout -o json

{}", failure::EXIT_CODES))]
pub enum AuditCommand {
    /// List changes, newest first: who, what, when
    #[command(after_help = "Examples:
  sentinel-cp audit list --project shop --limit 200
  sentinel-cp audit list --org acme --action rollout.created
  sentinel-cp audit list --org acme --actor api_key
  sentinel-cp audit list --cluster --action cluster.backup_taken

With --org: everything in the org. With --cluster: what is in no org, for the cluster's administrator. With neither: what concerns the project.")]
    List {
        /// Everything in this org, by slug
        #[arg(long, value_name = "SLUG")]
        org: Option<String>,
        /// What is in no org: changes of the cluster, and what people did with their own accounts
        #[arg(long, conflicts_with = "org")]
        cluster: bool,
        /// Only this action, such as rollout.created, or this noun, such as rollout
        #[arg(long)]
        action: Option<String>,
        /// Only by this actor: an id, or a kind (user, api_key, node, system)
        #[arg(long)]
        actor: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
}

/// Carries it out.
pub async fn run(command: AuditCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let AuditCommand::List { org, cluster, action, actor, paging } = command;
    let client = &connection.client;
    let query = |limit, cursor| AuditQuery {
        action: action.clone(),
        actor: actor.clone(),
        limit: Some(limit),
        cursor,
    };
    let list = match org {
        Some(org) => {
            paging.collect(async |limit, cursor| client.org_audit(&org, &query(limit, cursor)).await).await?
        }
        None if cluster => {
            paging.collect(async |limit, cursor| client.cluster_audit(&query(limit, cursor)).await).await?
        }
        None => {
            let project = connection.project().await?;
            paging
                .collect(async |limit, cursor| client.project_audit(&project, &query(limit, cursor)).await)
                .await?
        }
    };
    connection.output.print(&list, table)?;
    Ok(ExitCode::SUCCESS)
}

fn table(list: &AuditList) -> Table {
    let mut table = Table::new(&["seq", "at", "actor", "action", "object", "changes"]);
    for entry in &list.entries {
        table.row([
            entry.seq.to_string(),
            at(entry.at),
            entry.actor.name.clone(),
            entry.action.clone(),
            object(entry),
            labels(&entry.changes),
        ]);
    }
    more(list).into_iter().for_each(|note| table.note(note));
    table
}

fn object(entry: &AuditEntry) -> String {
    format!("{} {}", entry.resource_type, entry.resource_id)
}
