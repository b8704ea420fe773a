//! What people should know of a course before they start the rollout: what it could not show by itself.

use std::collections::HashSet;

use sentinel_model::NodeId;
use sentinel_model::canary::{Analysis, Verdict};
use sentinel_model::rollout::{RolloutSpec, RolloutState};

use super::course::{Course, End};
use super::{Assumptions, Play};
use crate::canary::{BLOCK_MS, JUDGED_MIN, KNOWN_FROM, REPORTS, seen};

/// What one step of a canary is compared by.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The step.
    pub step: u32,
    /// Nodes with the bundle.
    pub canary_nodes: u32,
    /// Nodes without it.
    pub control_nodes: u32,
    /// Requests in a second of the former.
    pub canary_rate: f64,
    /// Of the latter.
    pub control_rate: f64,
    /// Requests of the group that has fewer, as played.
    pub requests: u64,
    /// So many are asked for.
    pub min_requests: u32,
    /// For how long both were compared, as played.
    pub compared_ms: u64,
    /// What it came to; `None`: it was not reached, or there was nothing to compare.
    pub verdict: Option<Verdict>,
    /// How long it takes at this traffic to say that the bundle is no worse, in milliseconds; `None`: for ever.
    pub needs_ms: Option<u64>,
}

/// The comparisons of a canary, step by step. The last step has none.
pub fn comparisons(play: &Play, course: &Course) -> Vec<Comparison> {
    let Some(canary) = &play.create.spec.canary else { return Vec::new() };
    let steps = &play.create.steps;
    let rate = |nodes: &mut dyn Iterator<Item = &NodeId>| -> f64 {
        nodes.filter_map(|id| course.rates.get(id)).sum()
    };
    let before_last = steps.len().saturating_sub(1);
    let of = |(index, step): (usize, u32)| {
        let (with, without) = steps.split_at(index + 1);
        let count = |part: &[Vec<NodeId>]| part.iter().map(|step| step.len() as u32).sum();
        let (canary_rate, control_rate) =
            (rate(&mut with.iter().flatten()), rate(&mut without.iter().flatten()));
        let block_ms = BLOCK_MS.max(REPORTS * play.assumed.heartbeat_ms);
        let least = canary_rate.min(control_rate);
        let gathers = f64::from(canary.min_requests) / least;
        // The first blocks only tell what is usual.
        let learns_ms = (KNOWN_FROM / control_rate * 1_000.0 / block_ms as f64).ceil() * block_ms as f64;
        let learns_ms = if index == 0 { learns_ms } else { 0.0 };
        let judged_ms = learns_ms + (JUDGED_MIN * block_ms) as f64;
        let needs_ms = (least > 0.0).then(|| {
            (gathers * 1_000.0).max(judged_ms).max(f64::from(canary.bake_s) * 1_000.0).ceil() as u64
        });
        let played: Option<&Analysis> = course.analyses.get(&step);
        Comparison {
            step,
            canary_nodes: count(with),
            control_nodes: count(without),
            canary_rate,
            control_rate,
            requests: played.map_or(0, |played| seen(canary, played)),
            min_requests: canary.min_requests,
            compared_ms: played.map_or(0, |played| played.compared_ms),
            verdict: played.map(|played| played.verdict),
            needs_ms,
        }
    };
    (0..before_last).zip(0u32..).map(of).collect()
}

/// Warnings, the most important first.
pub fn advise(play: &Play, course: &Course) -> Vec<String> {
    let (spec, assumed) = (&play.create.spec, &play.assumed);
    let mut words = Vec::new();
    for one in comparisons(play, course) {
        let deadline_ms = u64::from(spec.step_deadline_s) * 1_000;
        let takes = match one.needs_ms {
            Some(needs_ms) if needs_ms <= deadline_ms => continue,
            Some(needs_ms) => format!("that takes {} s", needs_ms.div_ceil(1_000)),
            None => "one of both groups has no traffic, so that takes for ever".to_owned(),
        };
        words.push(format!(
            "step {}: the canary cannot come to a verdict before its deadline of {} s: it needs {} requests of either group, and {} \
             node{} with the bundle answer{} {:.1} requests a second, {} without it {:.1}; {takes}. Ask for fewer requests, a larger \
             first share or a longer deadline",
            one.step + 1,
            spec.step_deadline_s,
            one.min_requests,
            one.canary_nodes,
            if one.canary_nodes == 1 { "" } else { "s" },
            if one.canary_nodes == 1 { "s" } else { "" },
            one.canary_rate,
            one.control_nodes,
            one.control_rate,
        ));
    }
    words.extend(starved(spec, assumed, course));
    words.extend(unnoticed(spec, assumed, course));
    let away: HashSet<&NodeId> =
        course.rates.iter().filter(|(_, rate)| **rate <= 0.0).map(|(id, _)| id).collect();
    let failing: HashSet<&NodeId> = course.failed.iter().collect();
    let away = away.difference(&failing).count();
    let ended = course.rollout.as_ref().map(|rollout| &rollout.state);
    if away > 0 && assumed.requests_per_second > 0.0 && ended == Some(&RolloutState::Completed) {
        words.push(format!(
            "{away} of its nodes are away or would fail and are tolerated: they get the bundle when they are back"
        ));
    }
    words
}

/// Limits on errors and latency that nobody could judge in time.
fn starved(spec: &RolloutSpec, assumed: &Assumptions, course: &Course) -> Option<String> {
    let gates = &spec.gates;
    if gates.max_error_percent.is_none() && gates.max_latency_ms.is_none() {
        return None;
    }
    let slowest = course.rates.values().copied().filter(|rate| *rate > 0.0).reduce(f64::min)?;
    let needs_s = f64::from(gates.min_requests.max(1)) / slowest;
    (needs_s > f64::from(spec.step_deadline_s)).then(|| {
        format!(
            "the gates on errors and latency need {} requests of each node, and the node with the least traffic answers {slowest:.2} a \
             second (on average {} are assumed): that takes {needs_s:.0} s, and the deadline is {} s",
            gates.min_requests, assumed.requests_per_second, spec.step_deadline_s
        )
    })
}

/// The bundle was assumed to be bad, and nothing stopped it.
fn unnoticed(spec: &RolloutSpec, assumed: &Assumptions, course: &Course) -> Option<String> {
    let completed = course.rollout.as_ref().is_some_and(|rollout| rollout.state == RolloutState::Completed);
    if course.end != End::Ended || !completed {
        return None;
    }
    let (old, new) = (assumed.old, assumed.new);
    let compared = spec.canary.is_some();
    let gates = &spec.gates;
    let (what, missing, below) = if new.error_percent > old.error_percent {
        let limit = gates.max_error_percent.filter(|limit| new.error_percent <= *limit);
        let below = limit.map(|limit| format!("that is not above the limit of {limit} % (--max-error-rate)"));
        (format!("answers {} % of its requests with errors", new.error_percent), "--max-error-rate", below)
    } else if new.p99_ms > old.p99_ms {
        let slow =
            format!("is slow ({} ms instead of {} ms for one answer in a hundred)", new.p99_ms, old.p99_ms);
        let limit = gates.max_latency_ms.filter(|limit| new.p99_ms <= *limit);
        let below = limit.map(|limit| format!("that is not above the limit of {limit} ms (--max-latency)"));
        (slow, "--max-latency", below)
    } else {
        return None;
    };
    let hint = match (below, compared) {
        (Some(below), false) => below,
        (_, true) => {
            "the comparison of the canary tolerates that much, by its margins and its weight of evidence"
                .to_owned()
        }
        (None, false) => format!("no gate of it minds; give it {missing}, or compare with --strategy canary"),
    };
    Some(format!("a bundle that {what} would get to every node: {hint}"))
}
