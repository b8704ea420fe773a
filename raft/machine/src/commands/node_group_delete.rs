//! Takes a group away that no template of rollouts names. Its nodes stay what they are, and so do rollouts that are planned already.

use sentinel_model::group::NodeGroup;
use sentinel_model::project::Project;
use sentinel_model::rollout::{RolloutSpec, Target};
use sentinel_model::{NodeGroupId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Table, key};
use crate::template;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeGroupDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The group.
    pub group_id: NodeGroupId,
}

impl Apply for NodeGroupDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = key(&[self.project_id.as_bytes(), self.group_id.as_bytes()]);
        let group = context.require::<NodeGroup>(&row, "Group")?;
        let names = |spec: &RolloutSpec| matches!(&spec.target, Target::Groups(groups) if groups.contains(&group.id));
        let uses = template::naming(context.tables(), self.project_id, names)?;
        if !uses.is_empty() {
            let message = format!("the group '{}' is in use: {}", group.name, uses.join("; "));
            return Err(Rejection::WrongState(message).into());
        }
        context.write().delete(Table::NodeGroups, &row)?;
        let id = self.group_id.to_string();
        let subject = Subject::in_project("node_group", &id, &project);
        context.record("node_group.deleted", subject, [("name", group.name)])?;
        Ok(Reply::Done)
    }
}
