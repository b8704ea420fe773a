//! Adds the environments that most projects want: development, staging, production, in this order.

use sentinel_model::environment::DEFAULTS;
use sentinel_model::project::Project;
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, InvalidValue, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::environment_create::EnvironmentCreate;
use crate::governance;
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentDefaults {
    /// The project.
    pub project_id: ProjectId,
    /// Identities, in their order.
    pub environment_ids: Vec<EnvironmentId>,
    /// Who makes them, in words.
    pub created_by: String,
}

impl Apply for EnvironmentDefaults {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        if self.environment_ids.len() != DEFAULTS.len() {
            return Err(InvalidValue::new("environment_ids", format!("must be {}", DEFAULTS.len())).into());
        }
        for (environment_id, (name, slug, color)) in self.environment_ids.iter().zip(DEFAULTS) {
            let one = EnvironmentCreate {
                environment_id: *environment_id,
                project_id: self.project_id,
                name: name.to_owned(),
                slug: slug.to_owned(),
                description: String::new(),
                color: color.to_owned(),
                approval_rules: Vec::new(),
                created_by: self.created_by.clone(),
            };
            one.add(context)?;
        }
        let id = self.project_id.to_string();
        let subject = Subject::in_project("project", &id, &project);
        let slugs = DEFAULTS.map(|(_, slug, _)| slug).join(", ");
        context.record("project.environments_created", subject, [("slugs", slugs)])?;
        Ok(Reply::Done)
    }
}
