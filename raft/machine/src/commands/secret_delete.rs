//! Takes a secret away with all of its values, unless the configuration needs it.

use sentinel_model::project::Project;
use sentinel_model::project_secret::ProjectSecret;
use sentinel_model::{ProjectId, SecretId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::secret;
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The secret.
    pub secret_id: SecretId,
}

impl Apply for SecretDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = secret::row(self.project_id, self.secret_id);
        let gone = context.require::<ProjectSecret>(&row, "Secret")?;
        if let Some(words) = secret::needed(context.tables(), &gone)? {
            let message = format!("the secret {} is in use: {words}", gone.name);
            return Err(Rejection::WrongState(message).into());
        }
        for version in &gone.versions {
            context.write().delete(Table::SecretValues, &secret::value_row(gone.id, version.number))?;
        }
        context.write().delete(Table::Secrets, &row)?;
        let name = secret::name_row(self.project_id, &gone.name, gone.environment_id);
        context.write().delete(Table::SecretNames, &name)?;
        let said = [("environment", secret::place(context, &gone)?), ("name", gone.name)];
        let id = self.secret_id.to_string();
        context.record("secret.deleted", Subject::in_project("secret", &id, &project), said)?;
        Ok(Reply::Done)
    }
}
