//! Gives the baseline to nodes that joined while it was being carried to the others: the freeze in which that ended is over. In
//! another freeze they go on waiting.

use sentinel_model::project::Project;
use sentinel_model::{EnvironmentId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::baseline::{self, Ground};
use crate::outcome::{Rejection, Reply};
use crate::{environment, rollout};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaselineCatchUp {
    /// The project.
    pub project_id: ProjectId,
    /// Of this environment; `None`: of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
}

impl Apply for BaselineCatchUp {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let id = self.environment_id.map_or_else(|| project.id.to_string(), |id| id.to_string());
        let subject = match self.environment_id {
            None => Subject::in_project("project", &id, &project.clone()),
            Some(_) => Subject::in_project("environment", &id, &project.clone()),
        };
        let (mut ground, [waits, given]) = match self.environment_id {
            None => (Ground::Project(project), ["project.baseline_waits", "project.baseline_given"]),
            Some(id) => (
                Ground::Environment(environment::require(context, self.project_id, id)?),
                ["environment.baseline_waits", "environment.baseline_given"],
            ),
        };
        let Some(owed) = ground.owed().cloned() else {
            return Err(Rejection::WrongState("no node waits for the baseline".into()).into());
        };
        let rollout = ("rollout", owed.rollout_id.to_string());
        let since = rollout::require(context, owed.rollout_id)?;
        match baseline::catch_up_unless_frozen(context, &mut ground, &since)? {
            Ok(nodes) => {
                context.record(given, subject, [rollout, ("nodes", nodes.to_string())])?;
                Ok(Reply::Count(nodes))
            }
            Err(frozen) => {
                context.record(waits, subject, [rollout, ("reason", frozen.words)])?;
                Ok(Reply::Count(0))
            }
        }
    }
}
