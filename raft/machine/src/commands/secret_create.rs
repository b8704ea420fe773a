//! Adds a secret to a project. The value is sealed before it comes here.

use sentinel_model::project::Project;
use sentinel_model::project_secret::{ProjectSecret, SECRETS_MAX, check_sealed};
use sentinel_model::secret::Sealed;
use sentinel_model::{EnvironmentId, ProjectId, SecretId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::environment;
use crate::outcome::{Rejection, Reply};
use crate::secret;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretCreate {
    /// Identity.
    pub secret_id: SecretId,
    /// The project.
    pub project_id: ProjectId,
    /// What the configuration calls it.
    pub name: String,
    /// Only nodes in this environment get it; `None`: all nodes.
    pub environment_id: Option<EnvironmentId>,
    /// What it is for.
    pub description: String,
    /// The value, sealed for version 1.
    pub sealed: Sealed,
    /// Stands for the value and the request in the audit log. It tells nothing of the value.
    pub mark: String,
    /// Who makes it, in words.
    pub created_by: String,
}

impl Apply for SecretCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        context.require_new::<ProjectSecret>(&secret::row(self.project_id, self.secret_id), "secret")?;
        check_sealed("value", &self.sealed)?;
        if let Some(id) = self.environment_id {
            environment::require(context, self.project_id, id)?;
        }
        let all = secret::all(context.tables(), self.project_id)?;
        let same = |other: &ProjectSecret| {
            other.name == self.name && other.environment_id == self.environment_id
        };
        if all.iter().any(same) {
            let message = "is taken by another secret of this project for the same nodes";
            return Err(Rejection::taken("name", message).into());
        }
        if all.len() >= SECRETS_MAX {
            let message = format!("a project has at most {SECRETS_MAX} secrets; delete one that nobody needs");
            return Err(Rejection::Limit(message).into());
        }
        let mut made = ProjectSecret {
            id: self.secret_id,
            project_id: self.project_id,
            name: self.name.clone(),
            environment_id: self.environment_id,
            description: self.description.clone(),
            versions: Vec::new(),
            created_by: self.created_by.clone(),
            created_at: context.time,
            updated_at: context.time,
        };
        made.check()?;
        secret::keep(context, &mut made, &self.created_by, &self.sealed)?;
        let said = [
            ("environment", secret::place(context, &made)?),
            ("name", made.name),
            ("description", made.description),
            ("mark", self.mark.clone()),
        ];
        let id = self.secret_id.to_string();
        context.record("secret.created", Subject::in_project("secret", &id, &project), said)?;
        Ok(Reply::Done)
    }
}
