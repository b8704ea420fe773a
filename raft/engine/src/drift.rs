//! What is done about drift: the node is given its assignment again, a bounded number of times, and then somebody has to look.
//!
//! Nothing is done to a node that a rollout owns, that is offline, or that is in the middle of a switch; nothing in a freeze. It is no
//! try that is lost: the time goes on when the reason is gone. When a large part of a fleet drifts at once, that is more likely something
//! that we did than something that was done to the nodes, and doing it again would make it worse: so that is an alarm, too.

use sentinel_machine::commands::drift_advance::{DriftAdvance, DriftDeed};
use sentinel_model::Time;
use sentinel_model::drift::{DriftEvent, DriftState, Remediation, TRIES_MAX};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;

/// So many nodes in a hundred of a project are brought back at once, and one at least.
pub const AT_ONCE_PERCENT: u64 = 5;
/// From more nodes in a hundred on, drift is most likely our own fault.
pub const TOO_MANY_PERCENT: u64 = 20;
/// So few nodes are never too many.
pub const FEW: u64 = 3;

/// What is decided on.
#[derive(Clone, Copy, Debug)]
pub struct DriftView<'a> {
    /// The event, whose time has come.
    pub event: &'a DriftEvent,
    /// Its node; `None` when it is gone.
    pub node: Option<&'a Node>,
    /// Its project.
    pub project: &'a Project,
    /// The bundle may still be handed out.
    pub compiled: bool,
    /// The bundle's version.
    pub version: &'a str,
    /// Nothing goes forward in the project.
    pub frozen: bool,
    /// The fleet of the project.
    pub fleet: Fleet,
}

/// A project's nodes in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// All nodes.
    pub nodes: u64,
    /// Those that drift.
    pub drifting: u64,
    /// Those whose assignment was asserted again, and of which nothing is known yet.
    pub under_way: u64,
}

impl Fleet {
    /// True when so many drift that nothing is done by itself.
    pub fn too_many(&self) -> bool {
        self.drifting > FEW && self.drifting.saturating_mul(100) > self.nodes.saturating_mul(TOO_MANY_PERCENT)
    }

    /// True when another one may be brought back now.
    pub fn has_room(&self) -> bool {
        self.under_way < (self.nodes.saturating_mul(AT_ONCE_PERCENT) / 100).max(1)
    }
}

/// What to do about an event, if it is time for anything.
pub fn decide(view: &DriftView<'_>, now: Time) -> Option<DriftAdvance> {
    let DriftView { event, project, .. } = *view;
    let due = event.state == DriftState::Open && event.next_try_at.is_some_and(|at| at <= now);
    if !due || project.drift.remediation != Remediation::Reassert {
        return None;
    }
    let node = view.node?;
    let settled = node.converged() || node.failed_current();
    if node.owner.is_some() || node.status != NodeStatus::Online || !settled {
        return None;
    }
    let deed = match why_not(view, node) {
        Some(reason) => DriftDeed::Alarm { reason },
        None if view.frozen || !view.fleet.has_room() => return None,
        None => DriftDeed::Reassert,
    };
    Some(DriftAdvance { project_id: event.project_id, event_id: event.id, decided_on: event.revision, deed })
}

/// Why trying again is of no use, if it is not.
fn why_not(view: &DriftView<'_>, node: &Node) -> Option<String> {
    let DriftView { event, fleet, .. } = *view;
    if event.tries >= TRIES_MAX {
        return Some(format!(
            "the assignment was asserted {} times, and the node drifts again or still: find out who changes it",
            event.tries
        ));
    }
    if !view.compiled {
        return Some("its bundle was revoked: assign another one".to_owned());
    }
    if !node.versions.admits(view.version) {
        return Some(format!(
            "the node takes versions {} only, and was assigned {}: assign another bundle, or change the versions that it takes",
            node.versions, view.version
        ));
    }
    let other = |bundle| bundle != event.bundle_id;
    if node.assignment.as_ref().is_none_or(|assignment| other(assignment.bundle_id))
        || node.pinned_away_from(event.bundle_id)
    {
        return Some("the node may not be given its bundle again: look at its pin".to_owned());
    }
    fleet.too_many().then(|| {
        format!(
            "{} of {} nodes drift at once: that is most likely no change at the nodes, so none is made to them",
            fleet.drifting, fleet.nodes
        )
    })
}

#[cfg(test)]
mod tests;
