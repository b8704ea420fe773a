//! From what nodes report, since their newest switch, to blocks of traffic that both groups had at the same time.

use std::collections::HashMap;

use sentinel_model::health::{LatencyCount, NodeSample};
use sentinel_model::node::Node;
use sentinel_model::rollout::{RolloutNode, RolloutNodeState, StepState};
use sentinel_model::{Generation, NodeId, Time};

use crate::rollout::RolloutView;

/// How long a block is at least, in milliseconds.
pub const BLOCK_MS: u64 = 5_000;
/// A block lasts at least so many reports of every node. Nodes report at moments of their own, so at its two ends a block has a
/// little more time of some than of others; what happens there is in two blocks at most, with opposite signs.
pub(crate) const REPORTS: u64 = 2;
/// A block in which one group has had no request for this long, or for two blocks, is not of one time any more, and is dropped.
const BLOCK_MAX_MS: u64 = 60_000;
/// What a node counted while it was silent for more than so many reports is of another time than what the others did.
const SILENT_REPORTS: u64 = 3;

/// What the leader remembers of a rollout's traffic. Nothing is lost with it but the block that it was gathering.
#[derive(Debug, Default)]
pub struct Tally {
    seen: HashMap<NodeId, Seen>,
    step: u32,
    since: Option<Time>,
    /// The longest time between two reports of those that are counted, in milliseconds.
    reports_ms: u64,
    canary: Counted,
    control: Counted,
}

/// Counters of one node when it was heard last.
#[derive(Debug)]
struct Seen {
    generation: Generation,
    heard_at: Time,
    window_ms: u64,
    counted: Counted,
}

/// Requests of a group, or of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// Answered.
    pub requests: u64,
    /// Of these, with a 5xx.
    pub errors: u64,
    /// How long they took, cumulative; empty when it was not measured.
    pub latency: Vec<LatencyCount>,
}

/// Traffic of both groups over the same time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// Of nodes with the new bundle.
    pub canary: Counted,
    /// Of nodes without it.
    pub control: Counted,
    /// How long it lasted, in milliseconds.
    pub ms: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Canary,
    Control,
}

impl Tally {
    /// Takes in what nodes have reported since the last time, and gives out the block when it is full.
    pub fn take_in(&mut self, view: &RolloutView<'_>, now: Time) -> Option<Block> {
        let step = view.steps.iter().find(|step| step.index == view.rollout.current_step)?;
        let going = matches!(step.state, StepState::Running { .. } | StepState::Verifying { .. });
        if self.step != step.index || !going {
            // Nodes have changed sides.
            (self.step, self.since) = (step.index, None);
            (self.canary, self.control) = Default::default();
            self.reports_ms = 0;
        }
        for member in view.members {
            let (Some(node), Some(sample)) =
                (view.nodes.get(&member.node_id), view.samples.get(&member.node_id))
            else {
                continue;
            };
            let Some(new) = self.news(node.id, sample) else { continue };
            let Some(group) = group(view, member, node, sample).filter(|_| going) else { continue };
            self.reports_ms = self.reports_ms.max(sample.next_within_ms);
            match group {
                Group::Canary => self.canary.add(&new),
                Group::Control => self.control.add(&new),
            }
        }
        if !going {
            return None;
        }
        let since = *self.since.get_or_insert(now);
        let both = self.canary.requests > 0 && self.control.requests > 0;
        let (ms, full_ms) = (now.since(since), BLOCK_MS.max(REPORTS * self.reports_ms));
        if ms < full_ms || (!both && ms < BLOCK_MAX_MS.max(2 * full_ms)) {
            return None;
        }
        self.since = Some(now);
        self.reports_ms = 0;
        let (canary, control) = (std::mem::take(&mut self.canary), std::mem::take(&mut self.control));
        both.then_some(Block { canary, control, ms })
    }

    /// What a node counted since it was heard last; nothing the first time, after a switch, and when its counters began anew.
    fn news(&mut self, node: NodeId, sample: &NodeSample) -> Option<Counted> {
        let traffic = sample.traffic?;
        let counted = Counted {
            requests: traffic.requests,
            errors: traffic.errors.min(traffic.requests),
            latency: sample.latency.clone(),
        };
        let seen = Seen {
            generation: traffic.generation,
            heard_at: sample.heard_at,
            window_ms: traffic.window_ms,
            counted: counted.clone(),
        };
        let before = self.seen.insert(node, seen)?;
        let anew = before.generation != traffic.generation || traffic.window_ms < before.window_ms;
        let silent_ms = sample.heard_at.since(before.heard_at);
        if anew || silent_ms > SILENT_REPORTS * sample.next_within_ms.max(BLOCK_MS) {
            return None;
        }
        counted.since(&before.counted)
    }
}

/// Where the node's traffic belongs: to neither while it is on its way, and to neither when it runs the bundle by other means.
fn group(view: &RolloutView<'_>, member: &RolloutNode, node: &Node, sample: &NodeSample) -> Option<Group> {
    let measured = sample.traffic?.generation;
    let effective = node.effective?;
    if measured != effective.generation {
        return None;
    }
    match member.state {
        RolloutNodeState::Pending => {
            (effective.bundle_id != view.rollout.spec.bundle_id).then_some(Group::Control)
        }
        state if state.moved() && member.proven_by(node) => Some(Group::Canary),
        _ => None,
    }
}

impl Counted {
    /// `None` when the counters went backwards.
    pub(crate) fn since(&self, before: &Counted) -> Option<Counted> {
        let requests = self.requests.checked_sub(before.requests)?;
        let errors = self.errors.checked_sub(before.errors)?;
        let latency = match same_bounds(&self.latency, &before.latency) {
            false => Vec::new(),
            true => {
                let pairs = self.latency.iter().zip(&before.latency);
                pairs
                    .map(|(now, then)| LatencyCount {
                        requests: now.requests.saturating_sub(then.requests),
                        ..*now
                    })
                    .collect()
            }
        };
        Some(Counted { requests, errors: errors.min(requests), latency })
    }

    /// Histograms with other bounds than the group's are left out.
    fn add(&mut self, other: &Counted) {
        self.requests = self.requests.saturating_add(other.requests);
        self.errors = self.errors.saturating_add(other.errors);
        if self.latency.is_empty() {
            self.latency = other.latency.clone();
        } else if same_bounds(&self.latency, &other.latency) {
            for (sum, more) in self.latency.iter_mut().zip(&other.latency) {
                sum.requests = sum.requests.saturating_add(more.requests);
            }
        }
    }

    /// Answers whose time was measured, and those of them that took longer than `bound_ms`; nothing without that very bound.
    pub(super) fn slower_than(&self, bound_ms: f64) -> (u64, u64) {
        let within = self.latency.iter().find(|count| count.up_to_ms == Some(bound_ms));
        match (self.latency.last(), within) {
            (Some(all), Some(within)) => (all.requests, all.requests.saturating_sub(within.requests)),
            _ => (0, 0),
        }
    }
}

fn same_bounds(a: &[LatencyCount], b: &[LatencyCount]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.up_to_ms == b.up_to_ms)
}

#[cfg(test)]
mod tests;
