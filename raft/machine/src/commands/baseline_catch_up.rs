//! Gives the baseline to nodes that joined while it was being carried to the others: the freeze in which that ended is over. In
//! another freeze they go on waiting.

use sentinel_model::ProjectId;
use sentinel_model::project::{CatchUp, Project};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::{baseline, freeze, rollout};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineCatchUp {
    /// The project.
    pub project_id: ProjectId,
}

impl Apply for BaselineCatchUp {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let Some(owed) = project.catch_up.clone() else {
            return Err(Rejection::WrongState("no node waits for the baseline".into()).into());
        };
        let id = self.project_id.to_string();
        let subject = Subject::in_project("project", &id, &project.clone());
        let rollout = ("rollout", owed.rollout_id.to_string());
        if let Some(frozen) = freeze::at(context.tables(), project.id, context.time)? {
            baseline::owe(context, &mut project, Some(CatchUp { not_before: frozen.until, ..owed }))?;
            context.record("project.baseline_waits", subject, [rollout, ("reason", frozen.words)])?;
            return Ok(Reply::Count(0));
        }
        let since = rollout::require(context, owed.rollout_id)?;
        let given = baseline::catch_up(context, &mut project, &since)?;
        context.record("project.baseline_given", subject, [rollout, ("nodes", given.to_string())])?;
        Ok(Reply::Count(given))
    }
}
