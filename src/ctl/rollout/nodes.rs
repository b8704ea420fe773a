//! Where a rollout goes: said of one, and of a template.

use clap::Args;
use sentinel_api_types::rollout::TargetSelector;

use crate::ctl::connection::Connection;
use crate::ctl::words::pair;
use crate::ctl::{group, node};

/// Options that choose nodes.
#[derive(Args, Debug)]
pub struct NodesArgs {
    /// Every node of the project; so it is when no nodes are chosen
    #[arg(long, conflicts_with_all = ["label", "node", "group"], help_heading = "Nodes")]
    all: bool,
    /// Nodes with this label; may be repeated, then all must match
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, conflicts_with_all = ["node", "group"], help_heading = "Nodes")]
    label: Vec<(String, String)>,
    /// This node, by name or id; may be repeated
    #[arg(long, value_name = "NODE", help_heading = "Nodes")]
    node: Vec<String>,
    /// Nodes of this group, by name or id; may be repeated
    #[arg(long, value_name = "GROUP", conflicts_with = "node", help_heading = "Nodes")]
    group: Vec<String>,
    /// Of these, only nodes in this environment, by slug or id
    #[arg(long, value_name = "ENVIRONMENT", help_heading = "Nodes")]
    pub environment: Option<String>,
}

impl NodesArgs {
    /// The nodes that were chosen; nothing when nothing was said of them.
    pub async fn chosen(
        &self,
        connection: &Connection,
        project: &str,
    ) -> anyhow::Result<Option<TargetSelector>> {
        Ok(Some(if !self.node.is_empty() {
            let mut node_ids = Vec::new();
            for name in &self.node {
                node_ids.push(node::find(connection, project, name).await?);
            }
            TargetSelector::NodeIds { node_ids }
        } else if !self.group.is_empty() {
            let mut group_ids = Vec::new();
            for name in &self.group {
                group_ids.push(group::find(connection, project, name).await?);
            }
            TargetSelector::Groups { group_ids }
        } else if !self.label.is_empty() {
            TargetSelector::Labels { labels: self.label.iter().cloned().collect() }
        } else if self.all {
            TargetSelector::All {}
        } else {
            return Ok(None);
        }))
    }
}
