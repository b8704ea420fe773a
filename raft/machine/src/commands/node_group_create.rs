//! Makes a group of nodes.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::group::{GROUPS_MAX, NodeGroup};
use sentinel_model::project::Project;
use sentinel_model::{NodeGroupId, NodeId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::node_update::labels_text;
use crate::group;
use crate::outcome::{Rejection, Reply};
use crate::tables::key;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroupCreate {
    /// Identity.
    pub group_id: NodeGroupId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The rule: nodes that carry all of these labels. Without any, there is no rule.
    pub labels: BTreeMap<String, String>,
    /// Named one by one, all of the project.
    pub nodes: BTreeSet<NodeId>,
}

impl Apply for NodeGroupCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let made = NodeGroup {
            id: self.group_id,
            project_id: self.project_id,
            name: self.name.clone(),
            description: self.description.clone(),
            labels: self.labels.clone(),
            nodes: self.nodes.clone(),
            created_at: context.time,
        };
        made.check()?;
        let row = key(&[self.project_id.as_bytes(), self.group_id.as_bytes()]);
        context.require_new::<NodeGroup>(&row, "group")?;
        let groups = group::groups(context.tables(), self.project_id)?;
        if groups.len() >= GROUPS_MAX {
            let message = format!("a project has at most {GROUPS_MAX} groups; delete one that nobody needs");
            return Err(Rejection::Limit(message).into());
        }
        group::require_name_free(&groups, &made)?;
        group::require_own(context, &made, self.nodes.iter())?;
        context.store(&made)?;
        let id = self.group_id.to_string();
        let subject = Subject::in_project("node_group", &id, &project);
        context.record(
            "node_group.created",
            subject,
            [
                ("name", made.name),
                ("description", made.description),
                ("labels", labels_text(&made.labels)),
                ("nodes", group::nodes_text(&made.nodes)),
            ],
        )?;
        Ok(Reply::Done)
    }
}
