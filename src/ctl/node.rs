//! Nodes.

mod show;

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::node::{Node, NodeStatus, NodesQuery};
use sentinel_model::NodeId;
use serde_json::json;

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::paging::{self, Paging, more};
use super::words::{at, labels, offer, pair, read, word};
use super::{failure, terminal};

/// What can be done with nodes.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp node list --project shop --status offline
  sentinel-cp node show edge-1 --project shop
  sentinel-cp node events edge-1 --project shop

Nodes join by themselves: see sentinel-cp token and sentinel-cp agent.

{}", failure::EXIT_CODES))]
pub enum NodeCommand {
    /// List nodes with what they shall run and what they have proven to run
    #[command(after_help = "Examples:
  sentinel-cp node list --project shop
  sentinel-cp node list --project shop --label region=eu --status online
  sentinel-cp node list --project shop -q edge-1")]
    List {
        /// online, offline or unknown
        #[arg(long, value_parser = read::<NodeStatus>)]
        status: Option<NodeStatus>,
        /// Only nodes with this label; may be repeated, then all must match
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
        label: Vec<(String, String)>,
        /// Only nodes whose name or host name contains this
        #[arg(short, long, value_name = "TEXT")]
        query: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a node: desired, offered, accepted, effective
    #[command(after_help = "Examples:\n  sentinel-cp node show edge-1 --project shop")]
    Show {
        /// Name or id
        node: String,
    },
    /// Count nodes by status
    #[command(after_help = "Examples:\n  sentinel-cp node stats --project shop")]
    Stats,
    /// Show what a node's agent told, the newest hundred
    #[command(after_help = "Examples:\n  sentinel-cp node events edge-1 --project shop")]
    Events {
        /// Name or id
        node: String,
    },
    /// Remove a node; its key is worth nothing from then on
    #[command(after_help = "Examples:\n  sentinel-cp node delete edge-1 --project shop --yes")]
    Delete {
        /// Name or id
        node: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl NodeCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        !matches!(self, NodeCommand::Delete { .. })
    }
}

/// Carries it out.
pub async fn run(command: NodeCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        NodeCommand::List { status, label, query, paging } => {
            let wanted =
                NodesQuery { status, q: query, labels: label.into_iter().collect(), ..Default::default() };
            let fetch = async |limit, cursor| {
                client.nodes(&project, &NodesQuery { limit: Some(limit), cursor, ..wanted.clone() }).await
            };
            let list = paging.collect(fetch).await?;
            output.print(&list, |list| {
                let mut table = Table::new(&[
                    "name",
                    "status",
                    "desired",
                    "effective",
                    "converged",
                    "labels",
                    "last seen",
                ]);
                list.nodes.iter().for_each(|node| table.row(row(node)));
                more(list).into_iter().for_each(|note| table.note(note));
                table
            })?;
        }
        NodeCommand::Show { node } => {
            let id = find(connection, &project, &node).await?;
            output.print(&client.node(&project, id).await?, |body| show::facts(&body.node))?;
        }
        NodeCommand::Stats => {
            output.print(&client.node_stats(&project).await?, |stats| {
                let mut table = Table::new(&["total", "online", "offline", "unknown", "converged", "failed"]);
                let by = &stats.by_status;
                let counts = [stats.total, by.online, by.offline, by.unknown, stats.converged, stats.failed];
                table.row(counts.map(|count| count.to_string()));
                table
            })?;
        }
        NodeCommand::Events { node } => {
            let id = find(connection, &project, &node).await?;
            output.print(&client.node_events(&project, id).await?, |list| {
                let mut table = Table::new(&["at", "severity", "kind", "message"]);
                for event in &list.events {
                    table.row([
                        at(event.at),
                        word(&event.severity),
                        word(&event.event_type),
                        event.message.clone(),
                    ]);
                }
                table
            })?;
        }
        NodeCommand::Delete { node, yes } => {
            let id = find(connection, &project, &node).await?;
            terminal::confirm(&format!("Remove node {node} from {project}?"), yes)?;
            client.delete_node(&project, id).await?;
            output.say(&json!({"deleted": id}), |_| format!("removed node {node}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The node with this id or name.
pub async fn find(connection: &Connection, project: &str, node: &str) -> anyhow::Result<NodeId> {
    if let Ok(id) = node.parse() {
        return Ok(id);
    }
    let client = &connection.client;
    let fetch = async |limit, cursor| {
        let query = NodesQuery { q: Some(node.to_owned()), limit: Some(limit), cursor, ..Default::default() };
        client.nodes(project, &query).await
    };
    let found =
        paging::find(fetch, |list| list.nodes.iter().find(|found| found.name == node).map(|found| found.id));
    if let Some(found) = found.await? {
        return Ok(found);
    }
    let some = client.nodes(project, &NodesQuery { limit: Some(6), ..Default::default() }).await?;
    let names = offer("nodes", some.nodes.iter().map(|node| node.name.as_str()));
    Err(NotFound(format!("no node of {project} has the name or id {node}{names}")).into())
}

fn row(node: &Node) -> [String; 7] {
    let version = |version: &Option<String>| version.clone().unwrap_or_else(|| "(gone)".into());
    let converged = match (&node.failure, node.converged, &node.desired) {
        (_, _, None) => "",
        (Some(_), _, Some(_)) => "failed",
        (None, true, Some(_)) => "yes",
        (None, false, Some(_)) => "no",
    };
    [
        node.name.clone(),
        word(&node.status),
        node.desired.as_ref().map(|desired| version(&desired.version)).unwrap_or_default(),
        node.effective.as_ref().map(|fact| version(&fact.version)).unwrap_or_default(),
        converged.to_owned(),
        labels(&node.labels),
        node.last_seen_at.map(at).unwrap_or_default(),
    ]
}
