//! Changes a group of nodes: its name, its rule, the nodes that it names. Rollouts that are planned already keep their nodes.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::group::NodeGroup;
use sentinel_model::project::Project;
use sentinel_model::{InvalidValue, NodeGroupId, NodeId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::node_update::labels_text;
use crate::group::{groups, nodes_text, require_name_free, require_own};
use crate::outcome::Reply;
use crate::tables::key;

/// See the module. What is `None` or empty stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroupUpdate {
    /// The project.
    pub project_id: ProjectId,
    /// The group.
    pub group_id: NodeGroupId,
    /// Its name from now on.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its rule from now on; without any label there is none.
    pub labels: Option<BTreeMap<String, String>>,
    /// Nodes that it names from now on too. Who adds one that is there already has what they want.
    pub add: BTreeSet<NodeId>,
    /// Nodes that it does not name any more.
    pub remove: BTreeSet<NodeId>,
}

impl Apply for NodeGroupUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.check()?;
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = key(&[self.project_id.as_bytes(), self.group_id.as_bytes()]);
        let mut group = context.require::<NodeGroup>(&row, "Group")?;
        let before = group.name.clone();
        let name = self.name.clone().unwrap_or_else(|| before.clone());
        let mut changes = vec![("name_before", before), ("name", name), ("changed", self.changed())];
        if let Some(name) = &self.name {
            group.name.clone_from(name);
        }
        if let Some(description) = &self.description {
            group.description.clone_from(description);
            changes.push(("description", description.clone()));
        }
        if let Some(labels) = &self.labels {
            let before = std::mem::replace(&mut group.labels, labels.clone());
            changes.extend([("labels_before", labels_text(&before)), ("labels", labels_text(labels))]);
        }
        if !self.add.is_empty() || !self.remove.is_empty() {
            let before = group.nodes.len().to_string();
            group.nodes.extend(self.add.iter().copied());
            group.nodes.retain(|node| !self.remove.contains(node));
            changes.extend([
                ("added", nodes_text(&self.add)),
                ("removed", nodes_text(&self.remove)),
                ("nodes_before", before),
                ("nodes", group.nodes.len().to_string()),
            ]);
        }
        group.check()?;
        require_name_free(&groups(context.tables(), self.project_id)?, &group)?;
        require_own(context, &group, self.add.iter())?;
        context.store(&group)?;
        let id = self.group_id.to_string();
        context.record("node_group.updated", Subject::in_project("node_group", &id, &project), changes)?;
        Ok(Reply::Done)
    }
}

impl NodeGroupUpdate {
    /// Refuses what can never be.
    ///
    /// # Errors
    /// Nothing is asked for, or a node shall be added and removed.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.changed().is_empty() {
            let message = "nothing to change: give a name, a description, labels, or nodes to add or remove";
            return Err(InvalidValue::new("node_group", message));
        }
        if let Some(both) = self.add.intersection(&self.remove).next() {
            let message = format!("adds and removes the node {both}: say one of the two");
            return Err(InvalidValue::new("remove_node_ids", message));
        }
        Ok(())
    }

    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        let asked = [
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
            ("labels", self.labels.is_some()),
            ("nodes", !self.add.is_empty() || !self.remove.is_empty()),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect();
        asked.join(", ")
    }
}
