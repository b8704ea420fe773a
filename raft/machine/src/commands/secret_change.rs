//! Gives a secret another value, which is its next version, or says something else of what it is for. Who it is for never changes.

use sentinel_model::project::Project;
use sentinel_model::project_secret::{ProjectSecret, check_sealed};
use sentinel_model::secret::Sealed;
use sentinel_model::{ProjectId, SecretId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::secret;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretChange {
    /// The project.
    pub project_id: ProjectId,
    /// The secret.
    pub secret_id: SecretId,
    /// What changes.
    pub what: What,
    /// Who changes it, in words.
    pub by: String,
}

/// What changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Its value.
    Value {
        /// The number of the version that this makes: the value is sealed for it.
        version: u64,
        /// The value.
        sealed: Sealed,
        /// Stands for the value and the request in the audit log. It tells nothing of the value.
        mark: String,
    },
    /// What it is for.
    Description(String),
}

impl Apply for SecretChange {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let row = secret::row(self.project_id, self.secret_id);
        let mut known = context.require::<ProjectSecret>(&row, "Secret")?;
        let id = self.secret_id.to_string();
        let subject = Subject::in_project("secret", &id, &project);
        let said = [("name", known.name.clone()), ("environment", secret::place(context, &known)?)];
        match &self.what {
            What::Value { version, sealed, mark } => {
                check_sealed("value", sealed)?;
                if *version != known.version() + 1 {
                    let message = format!(
                        "the secret was rotated meanwhile, and is at version {}; look at it again",
                        known.version()
                    );
                    return Err(Rejection::WrongState(message).into());
                }
                secret::keep(context, &mut known, &self.by, sealed)?;
                let more = [("version", version.to_string()), ("mark", mark.clone())];
                context.record("secret.rotated", subject, said.into_iter().chain(more))?;
            }
            What::Description(description) => {
                known.description.clone_from(description);
                known.updated_at = context.time;
                known.check()?;
                context.store(&known)?;
                let more = [("description", description.clone())];
                context.record("secret.updated", subject, said.into_iter().chain(more))?;
            }
        }
        Ok(Reply::Done)
    }
}
