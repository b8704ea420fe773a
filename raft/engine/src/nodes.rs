//! Which nodes are online.
//!
//! The driver must not look at every node on every tick. It keeps a [`SilenceQueue`]: `heard` with every heartbeat (its own
//! and the ones that other members pass on), `due` on every tick. Only what is due, and only nodes whose heartbeat arrives
//! while their status is not `Online`, become a [`Candidate`]. A leader that takes over fills the queue once with every node
//! that is `Online`, heard at the time of taking over.

use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, REPORTS_MAX};
use sentinel_model::Time;
use sentinel_model::health::{NodeSample, fresh_for_ms, silent_after_ms};
use sentinel_model::node::{Node, NodeStatus};

pub use pace::Pace;
pub use silence::SilenceQueue;

pub mod pace;
mod silence;

/// A node whose status may have to change, with the newest word that this member has of it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The node as state has it.
    pub node: &'a Node,
    /// Its newest heartbeat, as heard here or by another member.
    pub sample: Option<&'a NodeSample>,
}

/// How the leader judges silence.
#[derive(Clone, Copy, Debug)]
pub struct Listening {
    /// Since when this member leads. Nobody is blamed for silence before it.
    pub leader_since: Time,
    /// Silence after which a node is offline, in milliseconds; longer for a node that was told to wait longer.
    pub offline_after_ms: u64,
    /// Age up to which a heartbeat counts as fresh, in milliseconds. Shorter than `offline_after_ms`, else a node at the
    /// edge would change its status on every tick.
    pub fresh_ms: u64,
    /// Within how long a node that this leader has not heard yet was told to speak, as far as it can tell.
    pub unheard_within_ms: u64,
}

impl Listening {
    /// Silence after which this node is offline, in milliseconds.
    pub fn silent_after(&self, sample: Option<&NodeSample>) -> u64 {
        silent_after_ms(self.told(sample), self.offline_after_ms)
    }

    /// Age up to which its heartbeat counts as fresh, in milliseconds. Without one: how long to wait for it.
    pub fn fresh_for(&self, sample: Option<&NodeSample>) -> u64 {
        fresh_for_ms(self.told(sample), self.fresh_ms)
    }

    fn told(&self, sample: Option<&NodeSample>) -> u64 {
        sample.map_or(self.unheard_within_ms, |sample| sample.next_within_ms)
    }

    /// When to look at a node again that is not to be reported yet, as the time to remember in a queue that is asked for
    /// `offline_after_ms`.
    pub fn look_again(&self, candidate: Candidate<'_>) -> Time {
        let longer = self.silent_after(candidate.sample) - self.offline_after_ms;
        self.last_heard(candidate).plus_ms(longer)
    }

    /// When the node was last known to be there, as far as this leader can tell. A change of leader and a change of status
    /// count as a word of the node, so that neither can make a wave of nodes offline that are merely not heard of yet.
    pub fn last_heard(&self, candidate: Candidate<'_>) -> Time {
        let sample = candidate.sample.map_or(Time::default(), |sample| sample.heard_at);
        sample.max(self.leader_since).max(candidate.node.status_since)
    }
}

/// What to report about the candidates: at most [`REPORTS_MAX`] facts, each of which changes something. Candidates beyond
/// that stay as they are; offer them again on the next tick.
pub fn decide_status<'a>(
    candidates: impl IntoIterator<Item = Candidate<'a>>,
    listening: Listening,
    now: Time,
) -> Vec<NodeReport> {
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let status = changed(candidate, listening, now)?;
            Some(NodeReport { node_id: candidate.node.id, fact: NodeFact::Status(status) })
        })
        .take(REPORTS_MAX)
        .collect()
}

fn changed(candidate: Candidate<'_>, listening: Listening, now: Time) -> Option<NodeStatus> {
    match candidate.node.status {
        NodeStatus::Online => {
            let silent =
                now.since(listening.last_heard(candidate)) >= listening.silent_after(candidate.sample);
            silent.then_some(NodeStatus::Offline)
        }
        NodeStatus::Offline | NodeStatus::Unknown => {
            let fresh = |sample: &NodeSample| {
                let limit = listening.fresh_for(Some(sample)).min(listening.silent_after(Some(sample)));
                now.since(sample.heard_at) < limit
            };
            candidate.sample.is_some_and(fresh).then_some(NodeStatus::Online)
        }
    }
}

#[cfg(test)]
mod tests;
