//! What a rollout does next.
//!
//! [`decide`] proposes at most one transition. Apply it, look again, until it has nothing more to say; then wait for news of
//! nodes or for time to pass. A wait that is not plain progress is told as the rollout's hold, in words.

use std::collections::HashMap;

use sentinel_machine::commands::rollout_advance::RolloutAdvance;
use sentinel_model::canary::Analysis;
use sentinel_model::check::Checks;
use sentinel_model::health::NodeSample;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutState, Step};
use sentinel_model::{NodeId, Time};

mod checked;
mod comparison;
pub mod gates;
mod holding;
mod portion;
mod step;
mod waiting;
mod way_back;
mod words;

/// Everything that a decision looks at.
#[derive(Clone, Copy, Debug)]
pub struct RolloutView<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// Its steps. The current one suffices; with blue-green, all of them.
    pub steps: &'a [Step],
    /// Its nodes: at least those of the current step and of all before; all of them while it is being taken back.
    pub members: &'a [RolloutNode],
    /// The nodes behind `members`. One that is missing was deleted.
    pub nodes: &'a HashMap<NodeId, Node>,
    /// The newest heartbeats of these nodes, `heard_at` by the clock that `now` is read from. With blue-green, their traffic is that
    /// [since it was shifted](crate::split::Split).
    pub samples: &'a HashMap<NodeId, NodeSample>,
    /// The comparison of a canary, as far as it has come.
    pub analysis: Option<&'a Analysis>,
    /// How the checks do that were asked for, as far as this leader has seen them, timed by the clock that `now` is read from.
    pub checks: Option<&'a Checks>,
    /// The bundle was revoked, or is gone.
    pub bundle_revoked: bool,
    /// The freeze that holds it, in words.
    pub frozen: Option<&'a str>,
    /// Age up to which a heartbeat counts as fresh, in milliseconds.
    pub fresh_ms: u64,
    /// Since when this member leads. A deadline that passed while nobody led is enforced only when nodes have had
    /// `fresh_ms` to be heard by the new leader.
    pub leader_since: Time,
}

/// The next transition, if it is time for one. `None` also for a rollout that is paused or at its end.
pub fn decide(view: &RolloutView<'_>, now: Time) -> Option<RolloutAdvance> {
    let transition = match view.rollout.state {
        RolloutState::PendingApproval => waiting::pending_approval(view, now),
        RolloutState::Scheduled => waiting::scheduled(view, now),
        RolloutState::Pending => waiting::queued(view),
        RolloutState::Running => waiting::frozen(view, step::decide(view, now)),
        RolloutState::RollingBack { .. } => way_back::decide(view, now),
        RolloutState::Paused { .. }
        | RolloutState::Completed
        | RolloutState::Failed { .. }
        | RolloutState::Cancelled { .. }
        | RolloutState::RolledBack { .. } => None,
    }?;
    Some(RolloutAdvance { rollout_id: view.rollout.id, revision: view.rollout.revision, transition })
}

impl RolloutView<'_> {
    /// Nodes have had the time to be heard by this leader, so their silence may be held against them.
    fn may_judge(&self, now: Time) -> bool {
        now.since(self.leader_since) >= self.fresh_ms
    }

    fn step_deadline_ms(&self) -> u64 {
        u64::from(self.rollout.spec.step_deadline_s) * 1_000
    }
}
