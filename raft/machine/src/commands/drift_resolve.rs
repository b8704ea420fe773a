//! Somebody closes drift, of one node or of all in a project: the nodes stay as they are, and what they run now is not told again. What is
//! different from that later is.

use sentinel_model::drift::{DriftEvent, DriftState, Resolution, check_reason};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::{DriftEventId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::drift;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftResolve {
    /// The project.
    pub project_id: ProjectId,
    /// The event; all that last when absent.
    pub event_id: Option<DriftEventId>,
    /// Who closes it, in words.
    pub by: String,
    /// Why.
    pub reason: String,
}

impl Apply for DriftResolve {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        check_reason(&self.reason)?;
        let reason = ("reason", self.reason.clone());
        match self.event_id {
            Some(event_id) => {
                let current = drift::event(context.tables(), project.id, event_id)?
                    .ok_or_else(|| Rejection::not_found("Drift event"))?;
                if current.state == DriftState::Resolved {
                    return Err(Rejection::WrongState("Drift event already resolved".into()).into());
                }
                let node = ("node", current.node_name.clone());
                self.close(context, current)?;
                let id = event_id.to_string();
                let subject = Subject::in_project("drift", &id, &project);
                context.record("drift.resolved", subject, [node, reason])?;
                Ok(Reply::Count(1))
            }
            None => {
                let open = drift::open(context.tables(), project.id)?;
                let count = open.len() as u64;
                for current in open {
                    self.close(context, current)?;
                }
                let id = project.id.to_string();
                let subject = Subject::in_project("project", &id, &project);
                context.record("drift.bulk_resolved", subject, [("events", count.to_string()), reason])?;
                Ok(Reply::Count(count))
            }
        }
    }
}

impl DriftResolve {
    fn close(&self, context: &mut Context<'_>, current: DriftEvent) -> Result<(), Stop> {
        let node = context.require::<Node>(current.node_id.as_bytes(), "Node")?;
        let mut known = drift::of_node(context.tables(), &node)?;
        (known.dismissed, known.tries, known.tried_at) = (Some(current.found.actual), 0, None);
        drift::close(context, current, &mut known, (Resolution::Manual, &self.by, &self.reason))?;
        Ok(context.store(&known)?)
    }
}
