//! What nodes did since traffic was shifted to them.
//!
//! A node counts since its newest switch. By the time it has half of the traffic, a thousand good answers to a tenth of it would hide
//! what the other half does to it. So each share is judged by what came after it, and by nothing else.

use std::collections::HashMap;

use sentinel_model::health::{LatencyCount, NodeSample, TrafficSample, UsageSample};
use sentinel_model::rollout::{RolloutNode, RolloutNodeState, Step};
use sentinel_model::{Generation, NodeId, Time};

use crate::canary::Counted;

/// What the leader remembers of the share under way. When it is lost with a leader, the share is observed anew.
#[derive(Debug, Default)]
pub struct Split {
    step: Option<u32>,
    begun: HashMap<NodeId, Begun>,
    used: HashMap<NodeId, UsageSample>,
}

/// Counters of one node when it was heard for the first time after traffic was shifted.
#[derive(Debug)]
struct Begun {
    generation: Generation,
    heard_at: Time,
    counted: Counted,
}

impl Split {
    /// Takes in what nodes have reported, and leaves in each report the traffic since the newest shift and what it took. Before the first
    /// one, the reports stay as they are.
    pub fn since_shift(
        &mut self,
        steps: &[Step],
        members: &[RolloutNode],
        samples: &mut HashMap<NodeId, NodeSample>,
    ) {
        let shifts = || steps.iter().filter(|step| step.traffic.is_some());
        let begun = shifts().filter_map(|step| Some((step.index, step.started_at?))).max();
        let Some((index, shifted_at)) = begun else { return };
        if self.step != Some(index) {
            *self = Self { step: Some(index), ..Self::default() };
        }
        // With no traffic before, a node that reports none has had none. Later on, it may merely not have been able to say.
        let first = shifts().map(|step| step.index).min() == Some(index);
        for member in members.iter().filter(|member| member.state != RolloutNodeState::Kept) {
            if let Some(sample) = samples.get_mut(&member.node_id) {
                sample.traffic = self.since(sample, shifted_at, first);
                sample.latency.clear();
                sample.usage = self.used(sample, shifted_at);
            }
        }
    }

    /// What the proxy has used since. A node that had no traffic was idle: over all of the time since its switch, an hour of that would
    /// hide what the minute of traffic takes.
    fn used(&mut self, sample: &NodeSample, shifted_at: Time) -> Option<UsageSample> {
        let now = sample.usage?;
        let nothing = UsageSample { window_ms: 0, cpu_percent: None, ..now };
        if sample.heard_at <= shifted_at {
            return Some(nothing);
        }
        let fits = |since: &&UsageSample| {
            let told = since.cpu_percent.is_some() || now.cpu_percent.is_none();
            since.generation == now.generation && since.window_ms < now.window_ms && told
        };
        let Some(since) = self.used.get(&sample.node_id).filter(fits) else {
            self.used.insert(sample.node_id, now);
            return Some(nothing);
        };
        let window_ms = now.window_ms - since.window_ms;
        let spent = |usage: &UsageSample| usage.cpu_percent.map(|percent| percent * usage.window_ms as f64);
        let cpu_percent =
            spent(&now).zip(spent(since)).map(|(now, since)| (now - since).max(0.0) / window_ms as f64);
        Some(UsageSample { window_ms, cpu_percent, ..now })
    }

    fn since(&mut self, sample: &NodeSample, shifted_at: Time, first: bool) -> Option<TrafficSample> {
        if sample.heard_at <= shifted_at {
            return None;
        }
        let (generation, counted) = match sample.traffic {
            Some(traffic) => (traffic.generation, counted(sample, traffic)),
            None if first => (sample.effective, Counted::default()),
            None => return None,
        };
        let known = self.begun.get(&sample.node_id).filter(|begun| begun.generation == generation);
        let Some((heard_at, since)) = known.and_then(|begun| Some((begun.heard_at, begun.since(&counted)?)))
        else {
            let begun = Begun { generation, heard_at: sample.heard_at, counted };
            self.begun.insert(sample.node_id, begun);
            return None;
        };
        let quantile = |share: f64| quantile_ms(&since.latency, share).unwrap_or(f64::NAN);
        Some(TrafficSample {
            generation,
            window_ms: sample.heard_at.since(heard_at),
            requests: since.requests,
            errors: since.errors,
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
        })
    }
}

impl Begun {
    /// What came since; `None` when the counters went backwards.
    fn since(&self, now: &Counted) -> Option<Counted> {
        // From nothing on, everything came since, and in whatever bars.
        if self.counted.requests == 0 { Some(now.clone()) } else { now.since(&self.counted) }
    }
}

fn counted(sample: &NodeSample, traffic: TrafficSample) -> Counted {
    Counted {
        requests: traffic.requests,
        errors: traffic.errors.min(traffic.requests),
        latency: sample.latency.clone(),
    }
}

/// The latency below which a share of the answers lies, interpolated inside its bar; `None` without answers. Beyond the last bound
/// nothing is known but that.
fn quantile_ms(latency: &[LatencyCount], share: f64) -> Option<f64> {
    let total = latency.last().map(|count| count.requests).filter(|total| *total > 0)?;
    let rank = share * total as f64;
    let (mut lower, mut below) = (0.0, 0.0);
    for count in latency {
        let upto = count.requests as f64;
        if upto >= rank && upto > below {
            let inside = ((rank - below) / (upto - below)).clamp(0.0, 1.0);
            return Some(count.up_to_ms.map_or(lower, |upper| lower + (upper - lower) * inside));
        }
        lower = count.up_to_ms.unwrap_or(lower);
        below = upto;
    }
    None
}

#[cfg(test)]
mod tests;
