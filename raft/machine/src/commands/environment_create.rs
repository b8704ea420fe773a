//! Adds an environment to a project, behind those that it has. People only, administrators of its org: the order is a rule on rollouts.

use sentinel_model::environment::{ENVIRONMENTS_MAX, Environment};
use sentinel_model::governance::ApprovalRule;
use sentinel_model::project::Project;
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::project_update::words;
use crate::environment;
use crate::governance;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentCreate {
    /// Identity.
    pub environment_id: EnvironmentId,
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// Unique in the project.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// As `#rrggbb`.
    pub color: String,
    /// Who must agree to rollouts that have nodes in it.
    pub approval_rules: Vec<ApprovalRule>,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for EnvironmentCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        let made = self.add(context)?;
        let id = made.id.to_string();
        let subject = Subject::in_project("environment", &id, &project);
        context.record(
            "environment.created",
            subject,
            [
                ("name", made.name),
                ("slug", made.slug),
                ("description", made.description),
                ("color", made.color),
                ("place", (made.ordinal + 1).to_string()),
                ("approval_rules", words(&made.approval_rules)),
            ],
        )?;
        Ok(Reply::Done)
    }
}

impl EnvironmentCreate {
    /// Puts it behind those that are there.
    pub(crate) fn add(&self, context: &mut Context<'_>) -> Result<Environment, Stop> {
        let there = environment::all(context.tables(), self.project_id)?;
        let made = Environment {
            id: self.environment_id,
            project_id: self.project_id,
            name: self.name.clone(),
            slug: self.slug.clone(),
            description: self.description.clone(),
            color: self.color.to_lowercase(),
            ordinal: u32::try_from(there.len()).unwrap_or(u32::MAX),
            approval_rules: self.approval_rules.clone(),
            created_by: self.created_by.clone(),
            created_at: context.time,
            catch_up: None,
        };
        made.check()?;
        if there.iter().any(|other| other.slug == made.slug) {
            let message = format!("the project has an environment '{}' already", made.slug);
            return Err(Rejection::taken("slug", message).into());
        }
        if there.len() >= ENVIRONMENTS_MAX {
            let message = format!("a project has at most {ENVIRONMENTS_MAX} environments");
            return Err(Rejection::Limit(message).into());
        }
        let row = environment::row(self.project_id, self.environment_id);
        context.require_new::<Environment>(&row, "environment")?;
        context.store(&made)?;
        Ok(made)
    }
}
