//! Checks over HTTP: what this leader has seen since the step began, and nothing older.

use sentinel_model::Time;
use sentinel_model::check::{CheckResult, HttpCheck};

use super::RolloutView;
use super::gates::{AHEAD_MS, Verdict};

/// What the checks say of a step; the worst of them.
pub(super) fn judge(view: &RolloutView<'_>, step: u32, now: Time) -> Verdict {
    let began = view.steps.iter().find(|one| one.index == step).and_then(|step| step.started_at);
    let seen = view.checks.filter(|seen| {
        seen.step == step && seen.since >= view.leader_since && began.is_some_and(|began| seen.since >= began)
    });
    let result = |check: &HttpCheck| seen?.results.iter().find(|result| result.name == check.name);
    let verdicts = view.rollout.spec.checks.iter().map(|check| one(check, result(check), now));
    verdicts.fold(Verdict::Pass, Verdict::and)
}

fn one(check: &HttpCheck, result: Option<&CheckResult>, now: Time) -> Verdict {
    let name = &check.name;
    let Some((result, last)) = result.and_then(|result| Some((result, result.last.as_ref()?))) else {
        return Verdict::undecided("a check was not made so far", name.clone());
    };
    let age_ms = now.since(last.at);
    if age_ms > check.fresh_ms() || last.at.since(now) > AHEAD_MS {
        return Verdict::undecided("a check has no fresh result", format!("{name} for {} s", age_ms / 1_000));
    }
    match &last.error {
        Some(error) if result.failures >= check.failures => {
            Verdict::broken("a check fails", format!("{name}: {error} ({} times in a row)", result.failures))
        }
        Some(error) => {
            let detail = format!("{name}: {error} ({} of {} times)", result.failures, check.failures);
            Verdict::undecided("a check has failed", detail)
        }
        None if result.passes >= check.passes => Verdict::Pass,
        None => {
            let detail = format!("{name} {} of {} times", result.passes, check.passes);
            Verdict::undecided("a check has not passed often enough so far", detail)
        }
    }
}

#[cfg(test)]
mod tests;
