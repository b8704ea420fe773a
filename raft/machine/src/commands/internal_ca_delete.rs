//! Takes the internal CA of a project away, with its key and everything that it has issued.

use sentinel_model::project::Project;
use sentinel_model::{InternalCaId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::internal_ca;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternalCaDelete {
    /// The project.
    pub project_id: ProjectId,
    /// The CA: another one is left alone.
    pub ca_id: InternalCaId,
}

impl Apply for InternalCaDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let gone = internal_ca::require(context, self.project_id, self.ca_id)?;
        if let Some(words) = internal_ca::needed(context.tables(), self.project_id)? {
            let message = format!("the internal CA is in use: {words}");
            return Err(Rejection::WrongState(message).into());
        }
        internal_ca::forget_all(context, self.project_id)?;
        let id = gone.id.to_string();
        let said = [("subject_cn", gone.subject_cn), ("certificates", gone.kept.to_string())];
        context.record("internal_ca.deleted", Subject::in_project("internal_ca", &id, &project), said)?;
        Ok(Reply::Done)
    }
}
