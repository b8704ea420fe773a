//! Changes a template of rollouts. Rollouts that were made from it stay as they are.

use sentinel_model::project::Project;
use sentinel_model::rollout::RolloutSpec;
use sentinel_model::template::RolloutTemplate;
use sentinel_model::{InvalidValue, ProjectId, RolloutTemplateId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::key;
use crate::template;

/// See the module. What is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutTemplateUpdate {
    /// The project.
    pub project_id: ProjectId,
    /// The template.
    pub template_id: RolloutTemplateId,
    /// Its name from now on.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is the default.
    pub is_default: Option<bool>,
    /// How rollouts go from now on; its bundle is open.
    pub spec: Option<RolloutSpec>,
    /// When what that was made of had changed last: else it would take back what somebody else has said since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub based_on: Option<Time>,
}

impl Apply for RolloutTemplateUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.check()?;
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = key(&[self.project_id.as_bytes(), self.template_id.as_bytes()]);
        let mut template = context.require::<RolloutTemplate>(&row, "Template")?;
        if self.based_on.is_some_and(|based_on| based_on != template.updated_at) {
            let message = "the template was changed meanwhile; look at it again";
            return Err(Rejection::WrongState(message.into()).into());
        }
        let before = template.name.clone();
        let name = self.name.clone().unwrap_or_else(|| before.clone());
        let mut changes = vec![("name_before", before), ("name", name), ("changed", self.changed())];
        if let Some(name) = &self.name {
            template.name.clone_from(name);
        }
        if let Some(description) = &self.description {
            template.description.clone_from(description);
            changes.push(("description", description.clone()));
        }
        if let Some(is_default) = self.is_default {
            template.is_default = is_default;
            changes.push(("is_default", is_default.to_string()));
        }
        if let Some(spec) = &self.spec {
            let before = std::mem::replace(&mut template.spec, spec.clone());
            changes.push(("settings_digest_before", template::digest(&before)?.to_string()));
            changes.push(("settings_digest", template::digest(spec)?.to_string()));
        }
        template.updated_at = context.time;
        template.check()?;
        if self.spec.is_some() {
            template::require_own(context, &template)?;
        }
        let replaced = template::save(context, &template)?;
        changes.extend(replaced.map(|other| ("default_before", other.name)));
        let id = self.template_id.to_string();
        let subject = Subject::in_project("rollout_template", &id, &project);
        context.record("rollout_template.updated", subject, changes)?;
        Ok(Reply::Done)
    }
}

impl RolloutTemplateUpdate {
    /// Refuses what can never be.
    ///
    /// # Errors
    /// Nothing is asked for.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.changed().is_empty() {
            let message = "nothing to change: give a name, a description, where or how rollouts go, or say whether it is the default";
            return Err(InvalidValue::new("rollout_template", message));
        }
        Ok(())
    }

    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        let asked = [
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
            ("is_default", self.is_default.is_some()),
            ("settings", self.spec.is_some()),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect();
        asked.join(", ")
    }
}
