//! Stops the simulator of a sandbox, in two steps: somebody decides, or its time is over; the leader removes its nodes one by one, and
//! says when there are none any more.

use sentinel_model::{ProjectId, Time};
use sentinel_model::project::Project;
use sentinel_model::simulator::{Simulator, SimulatorState};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::simulator::{nodes, require_leader};
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatorStop {
    /// The project.
    pub project_id: ProjectId,
    /// The second step: its nodes are gone. The leader's alone.
    pub done: bool,
    /// Who or what stops it, in words.
    pub reason: String,
    /// Its time is over, and this was its end when that was seen. The leader's alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired: Option<Time>,
}

impl Apply for SimulatorStop {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let mut simulator = context.require::<Simulator>(self.project_id.as_bytes(), "Simulator")?;
        let id = self.project_id.to_string();
        let subject = Subject::in_project("simulator", &id, &project);
        if self.done {
            require_leader(context)?;
            let left = nodes(context.tables(), self.project_id)?.len();
            if simulator.state != SimulatorState::Stopping || left > 0 {
                let message = format!("the simulator has not stopped: {left} of its nodes are left");
                return Err(Rejection::WrongState(message).into());
            }
            context.write().delete(Table::Simulators, self.project_id.as_bytes())?;
            context.record("simulator.ended", subject, [("reason", self.reason.clone())])?;
            return Ok(Reply::Done);
        }
        if simulator.state == SimulatorState::Stopping {
            return Err(Rejection::WrongState("the simulator is stopping already".into()).into());
        }
        if let Some(seen) = self.expired {
            require_leader(context)?;
            if simulator.expires_at != seen || context.time < seen {
                return Err(Rejection::WrongState("the simulator goes on: it has more time".into()).into());
            }
        }
        simulator.state = SimulatorState::Stopping;
        context.store(&simulator)?;
        context.record("simulator.stopped", subject, [("reason", self.reason.clone())])?;
        Ok(Reply::Done)
    }
}
