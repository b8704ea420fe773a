//! Nodes.

mod show;

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{ArgGroup, Subcommand};
use sentinel_api_types::blue_green::Slot;
use sentinel_api_types::node::{Node, NodeStatus, NodeUpdate, NodesQuery};
use sentinel_model::NodeId;
use serde_json::json;

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::paging::{self, Paging, more};
use super::words::{at, labels, offer, pair, read, word};
use super::{bundle, failure, terminal};

/// What can be done with nodes.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp node list --project shop --status offline
  sentinel-cp node show edge-1 --project shop
  sentinel-cp node events edge-1 --project shop
  sentinel-cp node update edge-1 --project shop --weight 50

Nodes join by themselves: see sentinel-cp token and sentinel-cp agent.

{}", failure::EXIT_CODES))]
pub enum NodeCommand {
    /// List nodes with what they shall run and what they have proven to run
    #[command(after_help = "Examples:
  sentinel-cp node list --project shop
  sentinel-cp node list --project shop --label region=eu --status online
  sentinel-cp node list --project shop --group canary
  sentinel-cp node list --project shop -q edge-1")]
    List {
        /// online, offline or unknown
        #[arg(long, value_parser = read::<NodeStatus>)]
        status: Option<NodeStatus>,
        /// Only nodes in this slot: blue or green
        #[arg(long, value_parser = read::<Slot>)]
        slot: Option<Slot>,
        /// Only nodes in this environment, by slug or id
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
        /// Only nodes in this group, by name or id
        #[arg(long, value_name = "GROUP")]
        group: Option<String>,
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
    /// Change a node's labels, weight, pin, slot, versions or environment; what it runs stays as it is
    #[command(after_help = "Examples:
  sentinel-cp node update edge-1 --project shop --weight 50
  sentinel-cp node update edge-1 --project shop --label tier=edge --remove-label canary
  sentinel-cp node update edge-1 --project shop --slot green --weight 0
  sentinel-cp node update edge-1 --project shop --pin 1.4.2
  sentinel-cp node update edge-1 --project shop --unpin
  sentinel-cp node update edge-1 --project shop --min-version 1.4.0 --max-version none
  sentinel-cp node update edge-1 --project shop --environment staging

A weight of 0 drains the node: the load balancer in front sends it nothing new, if it asks the agent (see sentinel-cp agent --help).
A pinned node is left out by rollouts of other bundles, and may be assigned no other. So is a node by bundles whose version is not
between its lowest and its highest; a bundle whose version is none such as 1.4.0 is outside.
Blue-green rollouts move the traffic between the slots blue and green: the nodes of one have the
weight 0, those of the other have all of it.")]
    #[command(group(ArgGroup::new("change").args(["label", "remove_label", "weight", "pin", "unpin", "slot", "min_version", "max_version", "environment"]).required(true).multiple(true)))]
    Update {
        /// Name or id
        node: String,
        /// A label that it shall have; may be repeated
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
        label: Vec<(String, String)>,
        /// A label that it shall not have any more; may be repeated
        #[arg(long, value_name = "KEY")]
        remove_label: Vec<String>,
        /// How much of its share of traffic it shall get, 0 to 100 percent
        #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
        weight: Option<u8>,
        /// The one bundle that it may be given, by version or id
        #[arg(long, value_name = "BUNDLE", conflicts_with = "unpin")]
        pin: Option<String>,
        /// It may be given any bundle again
        #[arg(long)]
        unpin: bool,
        /// The half of a blue-green fleet that it is in: blue, green, or none
        #[arg(long, value_name = "SLOT", value_parser = slot_or_none)]
        slot: Option<InSlot>,
        /// The lowest version of a bundle that it may be given, such as 1.4.0, or none
        #[arg(long, value_name = "VERSION")]
        min_version: Option<String>,
        /// The highest version of a bundle that it may be given, such as 1.9.9, or none
        #[arg(long, value_name = "VERSION")]
        max_version: Option<String>,
        /// The environment that it is in, by slug or id, or none
        #[arg(long, value_name = "ENVIRONMENT")]
        environment: Option<String>,
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
        !matches!(self, NodeCommand::Update { .. } | NodeCommand::Delete { .. })
    }
}

/// Carries it out.
pub async fn run(command: NodeCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        NodeCommand::List { status, slot, environment, group, label, query, paging } => {
            let wanted = NodesQuery {
                status,
                slot,
                environment,
                group,
                q: query,
                labels: label.into_iter().collect(),
                ..Default::default()
            };
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
                    "environment",
                    "slot",
                    "weight",
                    "pinned to",
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
        NodeCommand::Update {
            node,
            label,
            remove_label,
            weight,
            pin,
            unpin,
            slot,
            min_version,
            max_version,
            environment,
        } => {
            let id = find(connection, &project, &node).await?;
            let labels = relabelled(connection, &project, id, label, &remove_label).await?;
            let pinned_bundle_id = match pin {
                Some(bundle) => Some(Some(bundle::find(connection, &project, &bundle).await?)),
                None => unpin.then_some(None),
            };
            let end = |version: Option<String>| version.map(|version| (version != "none").then_some(version));
            let request = NodeUpdate {
                labels,
                weight,
                pinned_bundle_id,
                slot: slot.map(|slot| slot.0),
                min_bundle_version: end(min_version),
                max_bundle_version: end(max_version),
                environment: end(environment),
            };
            output
                .print(&client.update_node(&project, id, &request).await?, |body| show::facts(&body.node))?;
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

/// A slot, or none of them.
#[derive(Clone, Copy, Debug)]
pub struct InSlot(Option<Slot>);

fn slot_or_none(text: &str) -> Result<InSlot, String> {
    match text {
        "none" => Ok(InSlot(None)),
        slot => read(slot).map(|slot| InSlot(Some(slot))).map_err(|_| "blue, green or none".to_owned()),
    }
}

/// All labels that a node has when some are added and some taken away; `None` when neither is asked for.
async fn relabelled(
    connection: &Connection,
    project: &str,
    id: NodeId,
    add: Vec<(String, String)>,
    remove: &[String],
) -> anyhow::Result<Option<BTreeMap<String, String>>> {
    if add.is_empty() && remove.is_empty() {
        return Ok(None);
    }
    let Node { name, mut labels, .. } = connection.client.node(project, id).await?.node;
    for key in remove {
        if labels.remove(key).is_none() {
            return Err(NotFound(format!("node {name} has no label {key}")).into());
        }
    }
    labels.extend(add);
    Ok(Some(labels))
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

fn row(node: &Node) -> [String; 11] {
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
        node.environment.as_ref().map(|environment| environment.slug.clone()).unwrap_or_default(),
        node.slot.as_ref().map(word).unwrap_or_default(),
        format!("{} %", node.weight),
        node.pinned_bundle_id.map(|_| version(&node.pinned_version)).unwrap_or_default(),
        labels(&node.labels),
        node.last_seen_at.map(at).unwrap_or_default(),
    ]
}
