//! One look: a block of traffic is added to the comparison, and the comparison is judged.

use sentinel_model::Time;
use sentinel_model::canary::{Analysis, COURSE_MAX, Canary, Look, Traffic, Verdict};
use sentinel_model::rollout::Rollout;

use super::evidence::{self, Trials};
use super::tally::{Block, Counted};

/// Share of the other nodes' answers that are not slow. High, so that nodes which are not quite alike are not taken for a bundle that
/// is slow.
const QUICK_SHARE: f64 = 0.99;

/// A step takes at least so many looks that could say something: with fewer, no evidence can be enough.
pub(crate) const JUDGED_MIN: u64 = 3;
/// When the newest look alone speaks against the bundle like this, one to so many, a step does not complete on it: either the next
/// ones say so too, and it fails, or it was nothing.
const DOUBT: f64 = 20.0;

/// The evidence that takes a bundle back. Errors and latency are two tests: each has half of `alpha`.
pub fn bound(canary: &Canary) -> f64 {
    let tests = if canary.slow_margin.is_some() { 2.0 } else { 1.0 };
    tests / canary.alpha
}

/// The comparison after one more block.
pub fn observe(
    rollout: &Rollout,
    canary: &Canary,
    before: Option<&Analysis>,
    block: &Block,
    now: Time,
) -> Analysis {
    let step = rollout.current_step;
    let mut analysis = before.cloned().unwrap_or_else(|| begun(rollout, now));
    let goes_on = before.is_some() && analysis.step == step;
    if !goes_on {
        analysis.step = step;
        analysis.since = now;
        analysis.compared_ms = 0;
        analysis.judged = 0;
        analysis.canary = Traffic::default();
        analysis.control = Traffic::default();
    }
    // What is slow must not be chosen from the answers that are judged by it.
    let judged_by = analysis.slow_above_ms.filter(|_| goes_on);
    let new = (traffic(&block.canary, judged_by), traffic(&block.control, judged_by));
    if judged_by.is_none() {
        analysis.slow_above_ms = slow_above(&block.control);
        analysis.slow.recent = (0.0, 0.0);
    }
    analysis.look += 1;
    analysis.at = now;
    analysis.compared_ms += block.ms;
    analysis.block_ms = block.ms;
    analysis.canary = analysis.canary.plus(new.0);
    analysis.control = analysis.control.plus(new.1);
    let errors = Trials {
        control: new.1.requests,
        control_hits: new.1.errors,
        canary: new.0.requests,
        canary_hits: new.0.errors,
    };
    let slow = Trials {
        control: new.1.timed,
        control_hits: new.1.slow,
        canary: new.0.timed,
        canary_hits: new.0.slow,
    };
    let enough = bound(canary).ln();
    analysis.errors = evidence::look(&analysis.errors, errors, canary.error_margin / 100.0, enough);
    let mut judged = analysis.errors.looks > before.map_or(0, |before| before.errors.looks);
    if let Some(margin) = canary.slow_margin {
        analysis.slow = evidence::look(&analysis.slow, slow, margin / 100.0, enough);
        judged &= analysis.slow.looks > before.map_or(0, |before| before.slow.looks);
    }
    analysis.judged += u64::from(judged);
    let values = (factor(&analysis.errors), factor(&analysis.slow));
    analysis.verdict = verdict(canary, &analysis, values.0.max(values.1));
    let look = Look { at: now, step, canary: new.0, control: new.1, errors: values.0, slow: values.1 };
    tell(&mut analysis.course, look);
    analysis
}

fn begun(rollout: &Rollout, now: Time) -> Analysis {
    Analysis {
        rollout_id: rollout.id,
        look: 0,
        step: rollout.current_step,
        since: now,
        at: now,
        compared_ms: 0,
        block_ms: 0,
        judged: 0,
        verdict: Verdict::Gathering,
        canary: Traffic::default(),
        control: Traffic::default(),
        slow_above_ms: None,
        errors: Default::default(),
        slow: Default::default(),
        course: Vec::new(),
    }
}

/// Once it has spoken against the bundle, it never takes that back.
fn verdict(canary: &Canary, analysis: &Analysis, value: f64) -> Verdict {
    if analysis.verdict == Verdict::Worse || value >= bound(canary) {
        Verdict::Worse
    } else if seen(canary, analysis) >= u64::from(canary.min_requests)
        && analysis.compared_ms >= u64::from(canary.bake_s) * 1_000
        && analysis.judged >= JUDGED_MIN
        && !in_doubt(analysis)
    {
        Verdict::Fair
    } else {
        Verdict::Gathering
    }
}

/// The newest look alone speaks against the bundle.
pub(crate) fn in_doubt(analysis: &Analysis) -> bool {
    analysis.errors.newest.max(analysis.slow.newest) >= DOUBT.ln()
}

/// The requests of the group that has fewer, of those that can be judged by everything that was asked for.
pub(crate) fn seen(canary: &Canary, analysis: &Analysis) -> u64 {
    let judged = |traffic: Traffic| match canary.slow_margin {
        Some(_) => traffic.requests.min(traffic.timed),
        None => traffic.requests,
    };
    judged(analysis.canary).min(judged(analysis.control))
}

fn factor(evidence: &sentinel_model::canary::Evidence) -> f64 {
    evidence::log_value(evidence).min(f64::MAX.ln()).exp()
}

fn traffic(counted: &Counted, slow_above_ms: Option<f64>) -> Traffic {
    let (timed, slow) = slow_above_ms.map_or((0, 0), |bound| counted.slower_than(bound));
    Traffic { requests: counted.requests, errors: counted.errors, timed, slow }
}

/// The lowest bound that nearly all of the group's answers keep; the highest one when there is none.
fn slow_above(counted: &Counted) -> Option<f64> {
    let all = counted.latency.last().map(|count| count.requests).filter(|all| *all > 0)?;
    let enough = all as f64 * QUICK_SHARE;
    let bounds = || counted.latency.iter().filter_map(|count| Some((count.up_to_ms?, count.requests)));
    bounds()
        .find(|(_, within)| *within as f64 >= enough)
        .or_else(|| bounds().next_back())
        .map(|(bound, _)| bound)
}

/// Adds a point; when there are too many, neighbours of one step are put together.
fn tell(course: &mut Vec<Look>, look: Look) {
    course.push(look);
    if course.len() <= COURSE_MAX {
        return;
    }
    let mut shorter: Vec<Look> = Vec::with_capacity(COURSE_MAX);
    let mut joined = false;
    for look in course.drain(..) {
        match shorter.last_mut().filter(|last| !joined && last.step == look.step) {
            Some(last) => {
                *last = Look {
                    canary: last.canary.plus(look.canary),
                    control: last.control.plus(look.control),
                    ..look
                };
                joined = true;
            }
            None => {
                shorter.push(look);
                joined = false;
            }
        }
    }
    *course = shorter;
}

#[cfg(test)]
mod tests;
