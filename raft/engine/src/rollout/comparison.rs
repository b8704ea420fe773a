//! What the comparison of a canary means for its step.

use sentinel_model::Time;
use sentinel_model::canary::{Analysis, Canary, Traffic, Verdict};

use super::RolloutView;
use super::holding::Wait;
use crate::canary::{JUDGED_MIN, bound, evidence, in_doubt, seen};

/// A comparison that has not been continued for so long says nothing of now, in milliseconds.
const STALE_MS: u64 = 60_000;

/// What the comparison says of the current step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// There is none to wait for: no canary, or every node has the bundle.
    None,
    /// Nothing speaks against going on.
    Fair,
    /// Not enough was seen.
    Waits(Wait),
    /// The bundle is worse; why, in words.
    Worse(String),
}

pub(super) fn comparison(view: &RolloutView<'_>, now: Time) -> Comparison {
    let Some(canary) = &view.rollout.spec.canary else { return Comparison::None };
    if let Some(worse) = view.analysis.filter(|analysis| analysis.verdict == Verdict::Worse) {
        return Comparison::Worse(worse_words(canary, worse));
    }
    if view.rollout.current_step + 1 >= view.rollout.steps {
        return Comparison::None;
    }
    let step = view.rollout.current_step;
    let waits = |reason: String| Comparison::Waits(Wait::undecided(reason));
    match view.analysis.filter(|analysis| analysis.step == step) {
        None => waits("the canary waits for traffic: of both groups, at the same time".into()),
        Some(analysis) if now.since(analysis.at) > STALE_MS.max(view.fresh_ms).max(3 * analysis.block_ms) => {
            let age_s = now.since(analysis.at) / 1_000;
            waits(format!("the canary waits for traffic: none of both groups for {age_s} s"))
        }
        Some(analysis) if analysis.verdict == Verdict::Fair => Comparison::Fair,
        Some(analysis) => waits(gathering_words(canary, analysis)),
    }
}

fn gathering_words(canary: &Canary, analysis: &Analysis) -> String {
    let compared_s = analysis.compared_ms / 1_000;
    let unmeasured = canary.slow_margin.is_some() && seen(canary, analysis) == 0 && analysis.look > 2;
    let hint = if in_doubt(analysis) {
        "; the newest look speaks against it"
    } else if unmeasured {
        "; latency is not measured in both groups"
    } else {
        ""
    };
    format!(
        "the canary is being compared: {} of {} requests, {compared_s} of {} s, {} of {JUDGED_MIN} looks{hint}",
        seen(canary, analysis),
        canary.min_requests,
        canary.bake_s,
        analysis.judged
    )
}

fn worse_words(canary: &Canary, analysis: &Analysis) -> String {
    let errors = evidence::log_value(&analysis.errors);
    let slow = evidence::log_value(&analysis.slow);
    let needed = bound(canary);
    if errors >= slow {
        format!(
            "the canary is worse: {} of its answers are errors, {} of the other nodes' (evidence {} to 1, {needed:.0} are enough)",
            percent(errors_of(analysis.canary)),
            percent(errors_of(analysis.control)),
            odds(errors),
        )
    } else {
        format!(
            "the canary is worse: {} of its answers take longer than {} ms, {} of the other nodes' (evidence {} to 1, {needed:.0} are enough)",
            percent(slow_of(analysis.canary)),
            analysis.slow_above_ms.unwrap_or_default(),
            percent(slow_of(analysis.control)),
            odds(slow),
        )
    }
}

fn errors_of(traffic: Traffic) -> (u64, u64) {
    (traffic.errors, traffic.requests)
}

fn slow_of(traffic: Traffic) -> (u64, u64) {
    (traffic.slow, traffic.timed)
}

fn percent((hits, of): (u64, u64)) -> String {
    format!("{:.2} %", hits as f64 * 100.0 / of.max(1) as f64)
}

fn odds(log: f64) -> String {
    match log.exp() {
        odds if odds < 1e6 => format!("{odds:.0}"),
        _ => "more than a million".to_owned(),
    }
}

#[cfg(test)]
mod tests;
