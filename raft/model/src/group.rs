//! Groups of nodes: named ones, for people and for the targets of rollouts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::name::{check_labels, check_name, check_text};
use crate::node::Node;
use crate::{InvalidValue, NodeGroupId, NodeId, ProjectId, Time};

/// Most groups of one project.
pub const GROUPS_MAX: usize = 100;
/// Most nodes that one group may name one by one. A rule has no such limit.
pub const NAMED_MAX: usize = 500;

/// Nodes that belong together: those that it names, and those that its rule selects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroup {
    /// Identity.
    pub id: NodeGroupId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The rule: nodes that carry all of these labels. Without any, there is no rule.
    pub labels: BTreeMap<String, String>,
    /// Named one by one.
    pub nodes: BTreeSet<NodeId>,
    /// When it was made.
    pub created_at: Time,
}

impl NodeGroup {
    /// Whether the node belongs to it.
    pub fn holds(&self, node: &Node) -> bool {
        self.nodes.contains(&node.id) || self.selects(node)
    }

    /// Whether its rule selects the node.
    pub fn selects(&self, node: &Node) -> bool {
        !self.labels.is_empty() && self.labels.iter().all(|(key, value)| node.labels.get(key) == Some(value))
    }

    /// Checks every field; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_name("name", &self.name)?;
        check_text("description", &self.description)?;
        check_labels("labels", &self.labels)?;
        if self.nodes.len() > NAMED_MAX {
            let message = format!(
                "names at most {NAMED_MAX} nodes one by one; give them a label, and the group a rule"
            );
            return Err(InvalidValue::new("node_ids", message));
        }
        Ok(())
    }
}
