//! Groups of nodes.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::{ArgGroup, Subcommand};
use sentinel_api_types::group::{NodeGroup, NodeGroupCreate, NodeGroupDetail, NodeGroupUpdate};
use sentinel_model::{NodeGroupId, NodeId};
use serde_json::json;

use super::connection::Connection;
use super::failure::NotFound;
use super::output::Table;
use super::words::{at, labels, offer, pair};
use super::{failure, node, terminal};

/// What can be done with groups.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp group create eu-edge --label region=eu --label tier=edge --project shop
  sentinel-cp group create first-to-go --node edge-1 --node edge-2 --project shop
  sentinel-cp group list --project shop
  sentinel-cp rollout create --bundle 1.4.0 --group first-to-go --project shop

A group holds the nodes that it names, and those that carry all labels of its rule, also when they join later.
A rollout takes the nodes that belong to its groups when it is planned.

{}", failure::EXIT_CODES))]
pub enum GroupCommand {
    /// List the groups of a project
    #[command(after_help = "Examples:\n  sentinel-cp group list --project shop")]
    List,
    /// Show a group with its nodes
    #[command(after_help = "Examples:\n  sentinel-cp group show eu-edge --project shop")]
    Show {
        /// Name or id
        group: String,
    },
    /// Make a group: by a rule on labels, of nodes named one by one, or both
    #[command(after_help = "Examples:
  sentinel-cp group create eu-edge --label region=eu --project shop
  sentinel-cp group create first-to-go --node edge-1 --node edge-2 --project shop")]
    Create {
        /// Unique in the project
        name: String,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// The rule: nodes with this label; may be repeated, then all must match
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
        label: Vec<(String, String)>,
        /// This node, by name or id; may be repeated
        #[arg(long, value_name = "NODE")]
        node: Vec<String>,
    },
    /// Change a group; rollouts that are planned already keep their nodes
    #[command(after_help = "Examples:
  sentinel-cp group update first-to-go --add-node edge-3 --remove-node edge-1 --project shop
  sentinel-cp group update eu-edge --label region=eu --label tier=edge --project shop
  sentinel-cp group update eu-edge --no-rule --project shop")]
    #[command(group(ArgGroup::new("change").args(["rename", "description", "label", "no_rule", "add_node", "remove_node"]).required(true).multiple(true)))]
    Update {
        /// Name or id
        group: String,
        /// Its name from now on
        #[arg(long, value_name = "NAME")]
        rename: Option<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// Its rule from now on: nodes with this label; may be repeated, then all must match
        #[arg(long, value_name = "KEY=VALUE", value_parser = pair, conflicts_with = "no_rule")]
        label: Vec<(String, String)>,
        /// It has no rule any more
        #[arg(long)]
        no_rule: bool,
        /// A node that it shall name, by name or id; may be repeated
        #[arg(long, value_name = "NODE")]
        add_node: Vec<String>,
        /// A node that it shall not name any more; may be repeated
        #[arg(long, value_name = "NODE")]
        remove_node: Vec<String>,
    },
    /// Take a group away; its nodes stay what they are
    #[command(after_help = "Examples:\n  sentinel-cp group delete first-to-go --project shop --yes")]
    Delete {
        /// Name or id
        group: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

impl GroupCommand {
    /// Whether it only looks.
    pub fn reads(&self) -> bool {
        matches!(self, GroupCommand::List | GroupCommand::Show { .. })
    }
}

/// Carries it out.
pub async fn run(command: GroupCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        GroupCommand::List => {
            output.print(&client.node_groups(&project).await?, |list| {
                let mut table = Table::new(&["name", "nodes", "online", "named", "rule", "description"]);
                for group in &list.node_groups {
                    table.row([
                        group.name.clone(),
                        group.nodes.to_string(),
                        group.online.to_string(),
                        group.named.to_string(),
                        labels(&group.labels),
                        group.description.clone(),
                    ]);
                }
                table
            })?;
        }
        GroupCommand::Show { group } => {
            let id = find(connection, &project, &group).await?;
            output.print(&client.node_group(&project, id).await?, detail)?;
        }
        GroupCommand::Create { name, description, label, node } => {
            let node_ids = nodes(connection, &project, &node).await?;
            let labels = label.into_iter().collect();
            let request = NodeGroupCreate { name, description, labels, node_ids };
            let made = client.create_node_group(&project, &request).await?;
            output.say(&made, |made| says("made", &made.node_group))?;
        }
        GroupCommand::Update { group, rename, description, label, no_rule, add_node, remove_node } => {
            let id = find(connection, &project, &group).await?;
            let rule = (no_rule || !label.is_empty()).then(|| BTreeMap::from_iter(label));
            let request = NodeGroupUpdate {
                name: rename,
                description,
                labels: rule,
                add_node_ids: nodes(connection, &project, &add_node).await?,
                remove_node_ids: nodes(connection, &project, &remove_node).await?,
            };
            let changed = client.update_node_group(&project, id, &request).await?;
            output.say(&changed, |changed| says("changed", &changed.node_group))?;
        }
        GroupCommand::Delete { group, yes } => {
            let id = find(connection, &project, &group).await?;
            terminal::confirm(&format!("Take the group {group} of {project} away?"), yes)?;
            client.delete_node_group(&project, id).await?;
            output.say(&json!({"deleted": id}), |_| format!("deleted group {group}"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn says(what: &str, group: &NodeGroup) -> String {
    let NodeGroup { name, nodes, online, .. } = group;
    let plural = if *nodes == 1 { "node" } else { "nodes" };
    format!("{what} group {name}: {nodes} {plural}, {online} online")
}

fn detail(detail: &NodeGroupDetail) -> Table {
    let group = &detail.node_group;
    let names = |nodes: &[sentinel_api_types::rollout::NodeRef]| {
        nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut table = Table::facts();
    table.fact("Name", group.name.clone());
    table.fact("Id", group.id.to_string());
    table.fact("Description", group.description.clone());
    table.fact("Nodes", format!("{}, {} online", group.nodes, group.online));
    table.fact("Named", names(&detail.named));
    table.fact("Rule", labels(&group.labels));
    let more = detail.node_group.nodes.saturating_sub((detail.named.len() + detail.selected.len()) as u64);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    table.fact("Selected by the rule", names(&detail.selected) + &more);
    table.fact("Made", at(group.inserted_at));
    table
}

async fn nodes(connection: &Connection, project: &str, names: &[String]) -> anyhow::Result<Vec<NodeId>> {
    let mut ids = Vec::with_capacity(names.len());
    for name in names {
        ids.push(node::find(connection, project, name).await?);
    }
    Ok(ids)
}

/// The group with this id or name.
pub async fn find(connection: &Connection, project: &str, group: &str) -> anyhow::Result<NodeGroupId> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    let list = connection.client.node_groups(project).await?;
    if let Some(found) = list.node_groups.iter().find(|found| found.name == group) {
        return Ok(found.id);
    }
    let names = offer("groups", list.node_groups.iter().take(6).map(|group| group.name.as_str()));
    Err(NotFound(format!("no group of {project} has the name or id {group}{names}")).into())
}
