//! Takes a template of rollouts away. Rollouts that were made from it stay as they are.

use sentinel_model::project::Project;
use sentinel_model::template::RolloutTemplate;
use sentinel_model::{ProjectId, RolloutTemplateId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;
use crate::tables::{Table, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutTemplateDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The template.
    pub template_id: RolloutTemplateId,
}

impl Apply for RolloutTemplateDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = key(&[self.project_id.as_bytes(), self.template_id.as_bytes()]);
        let gone = context.require::<RolloutTemplate>(&row, "Template")?;
        context.write().delete(Table::RolloutTemplates, &row)?;
        let id = self.template_id.to_string();
        let subject = Subject::in_project("rollout_template", &id, &project);
        let said = [("name", gone.name), ("is_default", gone.is_default.to_string())];
        context.record("rollout_template.deleted", subject, said)?;
        Ok(Reply::Done)
    }
}
