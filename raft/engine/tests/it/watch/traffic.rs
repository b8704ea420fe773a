//! Traffic between slots: on what evidence it goes on, that somebody always has it, and that it comes back.

use std::collections::{BTreeMap, HashMap};

use sentinel_model::health::{NodeSample, TrafficSample};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::{Gates, Phase, Rollout, RolloutNode, RolloutNodeState};
use sentinel_model::{NodeId, RolloutId, Time};

use super::mirror::{Mirror, proven};
use super::{Entry, Watch, must};
use crate::agent::QUICK_MS;

/// What this leader heard of each node first, after the newest share of traffic was given.
#[derive(Debug, Default)]
pub(super) struct Share {
    step: u32,
    at: Time,
    first: BTreeMap<NodeId, NodeSample>,
}

impl Watch {
    /// What the leader knows of nodes when it looks at its rollouts.
    pub fn hear(&mut self, samples: &HashMap<NodeId, NodeSample>) {
        let running = self.now.rollouts.values().filter(|rollout| rollout.state.phase() == Phase::Running);
        for rollout in running {
            let steps = self.now.steps_of(rollout.id).filter(|step| step.traffic.is_some());
            let begun = steps.filter_map(|step| Some((step.index, step.started_at?))).last();
            let Some((step, at)) = begun else { continue };
            let share = self.shares.entry(rollout.id).or_default();
            if (share.step, share.at) != (step, at) {
                *share = Share { step, at, first: BTreeMap::new() };
            }
            for member in self.now.members_of(rollout.id).filter(|member| is_given(&member.state)) {
                let Some(sample) = samples.get(&member.node_id).filter(|sample| sample.heard_at > at) else {
                    continue;
                };
                let first = share.first.entry(member.node_id).or_insert_with(|| sample.clone());
                if !goes_on(first, sample) {
                    *first = sample.clone();
                }
            }
        }
    }

    /// What the one before has heard is lost.
    pub fn another_leads(&mut self) {
        self.shares.clear();
    }

    /// A heartbeat as far as it is about the newest share of the traffic.
    pub(super) fn since_share(&self, id: RolloutId, sample: &NodeSample) -> NodeSample {
        let first = self.shares.get(&id).and_then(|share| share.first.get(&sample.node_id));
        let since = |first: &NodeSample| {
            let (now, then) = (sample.traffic?, first.traffic?);
            let quick = |sample: &NodeSample| sample.latency.first().map(|bar| bar.requests);
            let requests = now.requests - then.requests;
            let slow = quick(sample).zip(quick(first)).map(|(now, then)| requests - (now - then));
            let p99_ms = match slow {
                None => f64::NAN,
                Some(slow) if slow * 100 <= requests => QUICK_MS,
                Some(_) => 1_000.0 * QUICK_MS,
            };
            let (window_ms, errors) = (sample.heard_at.since(first.heard_at), now.errors - then.errors);
            Some(TrafficSample { window_ms, requests, errors, p99_ms, ..now })
        };
        NodeSample { traffic: first.and_then(since), ..sample.clone() }
    }

    /// I17: no rollout leaves a project without a node that is there and has traffic.
    pub(super) fn i17_somebody_is_there_to_serve(&self, entry: &Entry<'_>) {
        let by_rollout = entry.audit.is_some_and(|audit| audit.action.starts_with("rollout."));
        let serves = |node: &Node| node.status == NodeStatus::Online && node.weight > 0;
        let somebody = |mirror: &Mirror| mirror.nodes.values().any(serves);
        must("I17", !by_rollout || !somebody(entry.old) || somebody(entry.new), || {
            format!("nobody who is there has traffic any more: {:?}", entry.audit)
        });
    }

    /// I18: a node gets traffic only when it has proven the bundle that it gets it for.
    pub(super) fn i18_traffic_goes_to_what_is_proven(&self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            let more = share(new) > old.map_or(0, share);
            for member in entry.new.members_of(new.id).filter(|member| more && is_given(&member.state)) {
                let Some(node) = entry.new.nodes.get(&member.node_id).filter(|node| node.weight > 0) else {
                    continue;
                };
                let runs_it = member.state.generation().is_some_and(|given| proven(node, given));
                must("I18", runs_it && !node.failed_current(), || {
                    format!("{} has traffic and has not proven the bundle of {}", node.name, new.id)
                });
            }
        }
    }

    /// Takes note of what nodes weigh before a rollout gives its first share of traffic.
    pub(super) fn weights_before(&mut self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            if share(new) == 0 || old.is_some_and(|old| share(old) > 0) {
                continue;
            }
            for member in entry.old.members_of(new.id) {
                if let Some(node) = entry.old.nodes.get(&member.node_id) {
                    self.weighed.insert((new.id, node.id), node.weight);
                }
            }
        }
    }

    /// I22: who had the traffic has it again where a rollout goes back or ends before it has completed, and at the weights from before;
    /// unless nobody of them is there to take it.
    pub(super) fn i22_traffic_is_back(&self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            let Some(old) = old.filter(|old| share(old) > 0) else { continue };
            let ends = new.state.is_final() && new.state.phase() != Phase::Completed && !old.state.is_final();
            let goes_back = new.state.phase() == Phase::RollingBack;
            let mine = |member: &&RolloutNode| {
                entry.old.nodes.get(&member.node_id).is_some_and(|node| node.owner == Some(new.id))
            };
            let there = entry.old.members_of(new.id).filter(mine).any(|member| {
                let online = entry.old.nodes[&member.node_id].status == NodeStatus::Online;
                member.state == RolloutNodeState::Kept && online
            });
            must("I22", share(new) == 0 || !there || !(ends || goes_back), || {
                format!("{} % of the traffic stay with {}", share(new), new.id)
            });
            if share(new) > 0 {
                continue;
            }
            for node in entry.new.members_of(new.id).filter_map(|member| entry.new.nodes.get(&member.node_id))
            {
                let Some(before) = self.weighed.get(&(new.id, node.id)) else { continue };
                let owned = entry.old.nodes.get(&node.id).is_some_and(|node| node.owner == Some(new.id));
                // A rollout that has ended owns its nodes again only with this entry.
                let again = node.owner == Some(new.id);
                must("I22", node.weight == *before || !(owned || again), || {
                    format!(
                        "{} had {before} % before {} and has {} % after it",
                        node.name, new.id, node.weight
                    )
                });
            }
        }
    }
}

/// The gates of a rollout between slots: traffic is judged once there is some, and for the time of the share.
pub(super) fn gates(rollout: &Rollout, shifts: bool) -> Gates {
    let gates = rollout.spec.gates;
    match &rollout.spec.blue_green {
        None => gates,
        Some(asked) if shifts => Gates { observe_s: gates.observe_s.max(asked.bake_s), ..gates },
        Some(_) => Gates { max_error_percent: None, max_latency_ms: None, ..gates },
    }
}

fn share(rollout: &Rollout) -> u8 {
    rollout.shift.as_ref().map_or(0, |shift| shift.share)
}

fn is_given(state: &RolloutNodeState) -> bool {
    *state != RolloutNodeState::Kept
}

/// The counters of the same generation, and not backwards.
fn goes_on(first: &NodeSample, now: &NodeSample) -> bool {
    match (first.traffic, now.traffic) {
        (Some(then), Some(now)) => {
            then.generation == now.generation && then.requests <= now.requests && then.errors <= now.errors
        }
        (then, now) => then.is_some() == now.is_some(),
    }
}
