//! Changes an environment: its name, what it is for, its colour, its place in the order, and who must agree to rollouts to it. Its slug
//! stays. People only, administrators of its org.

use sentinel_model::environment::Environment;
use sentinel_model::governance::ApprovalRule;
use sentinel_model::project::Project;
use sentinel_model::user::Role;
use sentinel_model::{EnvironmentId, InvalidValue, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::project_update::words;
use crate::environment;
use crate::governance;
use crate::outcome::Reply;

/// See the module. What is `None` stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentUpdate {
    /// The project.
    pub project_id: ProjectId,
    /// The environment.
    pub environment_id: EnvironmentId,
    /// Display name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// As `#rrggbb`.
    pub color: Option<String>,
    /// Its place in the order, from 1; the others make room.
    pub place: Option<u32>,
    /// Who must agree to rollouts that have nodes in it, all rules anew.
    pub approval_rules: Option<Vec<ApprovalRule>>,
}

impl Apply for EnvironmentUpdate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        governance::require_person(context, &project, Role::Admin)?;
        let mut changed = environment::require(context, self.project_id, self.environment_id)?;
        if let Some(name) = &self.name {
            changed.name = name.clone();
        }
        if let Some(description) = &self.description {
            changed.description = description.clone();
        }
        if let Some(color) = &self.color {
            changed.color = color.to_lowercase();
        }
        if let Some(rules) = &self.approval_rules {
            changed.approval_rules = rules.clone();
        }
        changed.check()?;
        context.store(&changed)?;
        if let Some(place) = self.place {
            changed = self.put(context, changed, place)?;
        }
        let id = self.environment_id.to_string();
        let subject = Subject::in_project("environment", &id, &project);
        context.record(
            "environment.updated",
            subject,
            [
                ("name", changed.name),
                ("slug", changed.slug),
                ("description", changed.description),
                ("color", changed.color),
                ("place", (changed.ordinal + 1).to_string()),
                ("approval_rules", words(&changed.approval_rules)),
                ("changed", self.changed()),
            ],
        )?;
        Ok(Reply::Done)
    }
}

impl EnvironmentUpdate {
    /// What it is about, as the audit entry says it.
    pub fn changed(&self) -> String {
        let asked = [
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
            ("color", self.color.is_some()),
            ("place", self.place.is_some()),
            ("approval_rules", self.approval_rules.is_some()),
        ];
        let asked: Vec<&str> = asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect();
        asked.join(", ")
    }

    /// Puts it at its place and numbers all of them anew.
    fn put(&self, context: &mut Context<'_>, moved: Environment, place: u32) -> Result<Environment, Stop> {
        let mut all = environment::all(context.tables(), self.project_id)?;
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        if at == 0 || at > all.len() {
            let message = format!("must lie between 1 and {}", all.len());
            return Err(InvalidValue::new("place", message).into());
        }
        all.retain(|other| other.id != moved.id);
        all.insert(at - 1, moved.clone());
        renumber(context, all)?;
        environment::require(context, self.project_id, moved.id)
    }
}

/// Places without gaps, in this order.
pub(crate) fn renumber(context: &mut Context<'_>, all: Vec<Environment>) -> Result<(), Stop> {
    for (mut one, ordinal) in all.into_iter().zip(0..) {
        one.ordinal = ordinal;
        context.store(&one)?;
    }
    Ok(())
}
