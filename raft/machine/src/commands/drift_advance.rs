//! The scheduler does something about drift: it gives the node its assignment again, or says that somebody has to look. Never on a node
//! that a rollout owns, and not in a freeze.

use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::drift::{DriftEvent, DriftState, Remediation, TRIES_MAX};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::{DriftEventId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::node_register::reassert;
use crate::outcome::{Rejection, Reply};
use crate::{drift, freeze, rollout};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriftAdvance {
    /// The project.
    pub project_id: ProjectId,
    /// The event.
    pub event_id: DriftEventId,
    /// The event's revision that was decided on.
    pub decided_on: u64,
    /// What is done.
    pub deed: DriftDeed,
}

/// What can be done about drift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DriftDeed {
    /// The node is given its assignment again.
    Reassert,
    /// Nothing more is done by itself.
    Alarm {
        /// Why somebody has to look.
        reason: String,
    },
    /// More of the project's events are looked at by what the project wants now; none of them in particular.
    Reschedule,
}

impl DriftAdvance {
    /// Goes on looking at a project's events by what the project wants now.
    pub fn reschedule(project_id: ProjectId) -> Self {
        let event_id = DriftEventId(uuid::Uuid::nil());
        Self { project_id, event_id, decided_on: 0, deed: DriftDeed::Reschedule }
    }
}

impl Apply for DriftAdvance {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        if self.deed == DriftDeed::Reschedule {
            return go_on(context, &project);
        }
        let current = drift::event(context.tables(), project.id, self.event_id)?
            .ok_or_else(|| Rejection::not_found("Drift event"))?;
        if current.revision != self.decided_on {
            let (decided_on, current) = (self.decided_on, current.revision);
            return Err(Rejection::Stale { decided_on, current }.into());
        }
        if current.state != DriftState::Open {
            return Err(wrong("nothing is done about this drift by itself"));
        }
        let id = self.event_id.to_string();
        let subject = Subject::in_project("drift", &id, &project);
        let node = ("node", current.node_name.clone());
        match &self.deed {
            DriftDeed::Reassert => {
                let tries = again(context, &project, current)?;
                context.record("drift.reasserted", subject, [node, ("tries", tries.to_string())])?;
            }
            DriftDeed::Alarm { reason } => {
                let reason = rollout::clip(reason);
                let next = DriftEvent {
                    state: DriftState::Alarm,
                    alarm: Some(reason.clone()),
                    next_try_at: None,
                    ..current.clone()
                };
                drift::write(context, Some(&current), next)?;
                context.record("drift.alarmed", subject, [node, ("reason", reason)])?;
            }
            DriftDeed::Reschedule => {}
        }
        Ok(Reply::Done)
    }
}

fn go_on(context: &mut Context<'_>, project: &Project) -> Result<Reply, Stop> {
    let Some(after) = drift::counts(context.tables(), project.id)?.reschedule else {
        return Err(wrong("all drift of the project is looked at by what it wants now"));
    };
    let events = drift::reschedule(context, project, Some(after))?;
    let id = project.id.to_string();
    let subject = Subject::in_project("project", &id, project);
    context.record("drift.rescheduled", subject, [("events", events.to_string())])?;
    Ok(Reply::Done)
}

/// Gives the node its assignment again, if nothing speaks against it.
fn again(context: &mut Context<'_>, project: &Project, current: DriftEvent) -> Result<u8, Stop> {
    if project.drift.remediation != Remediation::Reassert {
        return Err(wrong("the project wants nothing done about drift"));
    }
    if current.tries >= TRIES_MAX || current.next_try_at.is_none_or(|at| at > context.time) {
        return Err(wrong("it is not time for another try"));
    }
    let mut node = context.require::<Node>(current.node_id.as_bytes(), "Node")?;
    freeze::require_thawed_over(context, project.id, &node.environment_id.into_iter().collect())?;
    if let Some(owner) = node.owner {
        return Err(wrong(&format!("node '{}' belongs to the rollout {owner}", node.name)));
    }
    let settled = node.converged() || node.failed_current();
    let assigned = node.assignment.clone().filter(|given| settled && given.bundle_id == current.bundle_id);
    let Some(assigned) = assigned.filter(|_| node.status == NodeStatus::Online) else {
        return Err(wrong(&format!("node '{}' is offline or in the middle of a switch", node.name)));
    };
    if node.pinned_away_from(assigned.bundle_id) {
        return Err(wrong(&format!("node '{}' is pinned to another bundle", node.name)));
    }
    let bundle = context.load::<Bundle>(assigned.bundle_id.as_bytes())?;
    let bundle = bundle.filter(|bundle| bundle.state == BundleState::Compiled);
    let bundle = bundle.ok_or_else(|| wrong("the bundle was revoked"))?;
    if !node.versions.admits(&bundle.version) {
        let (name, range, version) = (&node.name, &node.versions, &bundle.version);
        return Err(wrong(&format!("node '{name}' takes versions {range} only, and not bundle '{version}'")));
    }
    let tries = current.tries + 1;
    let mut known = drift::of_node(context.tables(), &node)?;
    (known.tries, known.tried_at) = (tries, Some(context.time));
    context.store(&known)?;
    let next = DriftEvent {
        tries,
        own_tries: current.own_tries + 1,
        next_try_at: drift::next_try(project, tries, context.time),
        ..current.clone()
    };
    drift::write(context, Some(&current), next)?;
    reassert(context, &mut node, &assigned, current.id)?;
    Ok(tries)
}

fn wrong(words: &str) -> Stop {
    Rejection::WrongState(words.to_owned()).into()
}
