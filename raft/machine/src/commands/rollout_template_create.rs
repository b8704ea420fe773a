//! Makes a template of rollouts.

use sentinel_model::project::Project;
use sentinel_model::rollout::RolloutSpec;
use sentinel_model::template::{RolloutTemplate, TEMPLATES_MAX};
use sentinel_model::{ProjectId, RolloutTemplateId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::key;
use crate::template;

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutTemplateCreate {
    /// Identity.
    pub template_id: RolloutTemplateId,
    /// The project.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// It is the default from now on, and no other one is.
    pub is_default: bool,
    /// How rollouts go; its bundle is open.
    pub spec: RolloutSpec,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for RolloutTemplateCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = key(&[self.project_id.as_bytes(), self.template_id.as_bytes()]);
        context.require_new::<RolloutTemplate>(&row, "template")?;
        if template::all(context.tables(), self.project_id)?.len() >= TEMPLATES_MAX {
            let message =
                format!("a project has at most {TEMPLATES_MAX} templates; delete one that nobody needs");
            return Err(Rejection::Limit(message).into());
        }
        let made = RolloutTemplate {
            id: self.template_id,
            project_id: self.project_id,
            name: self.name.clone(),
            description: self.description.clone(),
            is_default: self.is_default,
            spec: self.spec.clone(),
            created_by: self.created_by.clone(),
            created_at: context.time,
            updated_at: context.time,
        };
        made.check()?;
        template::require_own(context, &made)?;
        let replaced = template::save(context, &made)?;
        let id = self.template_id.to_string();
        let subject = Subject::in_project("rollout_template", &id, &project);
        let said = [
            ("name", made.name),
            ("description", made.description),
            ("is_default", made.is_default.to_string()),
            ("settings_digest", template::digest(&made.spec)?.to_string()),
        ];
        let replaced = replaced.map(|other| ("default_before", other.name));
        context.record("rollout_template.created", subject, said.into_iter().chain(replaced))?;
        Ok(Reply::Done)
    }
}
