//! Somebody closes drift, of one node or of many in a project: the nodes stay as they are, and what they run now is not told again. What is
//! different from that later is. Many are closed as they were looked at: one that has changed since then, or is new, stays.

use sentinel_model::drift::{DriftEvent, DriftState, Resolution, check_reason};
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::{DriftEventId, InvalidValue, ProjectId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::drift;
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftResolve {
    /// The project.
    pub project_id: ProjectId,
    /// The event; those that were seen when absent.
    pub event_id: Option<DriftEventId>,
    /// Events as somebody has seen them, at most [`RESOLVED_AT_ONCE`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
    /// Up to when somebody has looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_until: Option<Time>,
    /// Who closes it, in words.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// Most events that one command closes: whoever wants more asks again.
pub const RESOLVED_AT_ONCE: usize = 500;

/// An event as somebody has seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Which one.
    pub event_id: DriftEventId,
    /// Its revision then.
    pub revision: u64,
}

/// Up to when somebody has looked, as the audit entry has it: to the millisecond.
pub fn until_text(until: Time) -> String {
    format!("{until} and {} ms", until.0.rem_euclid(1_000))
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
                let count = self.close_seen(context)?;
                let id = project.id.to_string();
                let subject = Subject::in_project("project", &id, &project);
                let until = ("seen_until", self.seen_until.map(until_text).unwrap_or_default());
                context.record("drift.bulk_resolved", subject, [("events", count.to_string()), reason, until])?;
                Ok(Reply::Count(count))
            }
        }
    }
}

impl DriftResolve {
    /// Closes what is still as it was seen.
    fn close_seen(&self, context: &mut Context<'_>) -> Result<u64, Stop> {
        if self.seen.len() > RESOLVED_AT_ONCE {
            let message = format!("at most {RESOLVED_AT_ONCE} events at once");
            return Err(InvalidValue::new("seen", message).into());
        }
        let mut count = 0;
        for seen in &self.seen {
            let current = drift::event(context.tables(), self.project_id, seen.event_id)?;
            let as_seen = |current: &DriftEvent| {
                current.state != DriftState::Resolved && current.revision == seen.revision
            };
            if let Some(current) = current.filter(as_seen) {
                self.close(context, current)?;
                count += 1;
            }
        }
        Ok(count)
    }

    fn close(&self, context: &mut Context<'_>, current: DriftEvent) -> Result<(), Stop> {
        let node = context.require::<Node>(current.node_id.as_bytes(), "Node")?;
        let mut known = drift::of_node(context.tables(), &node)?;
        (known.dismissed, known.tries, known.tried_at) = (Some(current.found.actual), 0, None);
        drift::close(context, current, &mut known, (Resolution::Manual, &self.by, &self.reason))?;
        Ok(context.store(&known)?)
    }
}
