//! Rollouts that have not begun: the time of one that is scheduled, the turn of one that waits for its nodes, and the end of the time to
//! approve one. And what a freeze makes of a decision that would go forward.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::Time;
use sentinel_model::rollout::{Hold, StepState};

use super::RolloutView;

/// A scheduled rollout begins when its time has come, and waits for the end of a freeze where everybody can see it.
pub(super) fn scheduled(view: &RolloutView<'_>, now: Time) -> Option<Transition> {
    if view.rollout.governance.scheduled_at.is_some_and(|at| at > now) {
        return None;
    }
    match view.frozen {
        Some(words) => tell(view, words),
        None => Some(Transition::Begin),
    }
}

/// A rollout that waits for its nodes is looked at when the one has ended that it waits for.
pub(super) fn queued(view: &RolloutView<'_>) -> Option<Transition> {
    let called = view.rollout.queued.is_none_or(|queued| queued.behind.is_none());
    match (called, view.frozen) {
        (false, _) => None,
        (true, Some(words)) => tell(view, words),
        (true, None) => Some(Transition::Begin),
    }
}

/// Nobody waits for ever for people to decide.
pub(super) fn pending_approval(view: &RolloutView<'_>, now: Time) -> Option<Transition> {
    let approval = view.rollout.governance.approval.as_ref()?;
    (approval.expires_at <= now).then_some(Transition::Expire)
}

/// No step starts in a freeze. One that has begun goes on: its nodes have the bundle already, and must prove it or go back. What
/// is wrong with the steps behind counts in a freeze as ever.
pub(super) fn frozen(view: &RolloutView<'_>, decided: Option<Transition>) -> Option<Transition> {
    let index = view.rollout.current_step;
    let pending = |step: &StepState| *step == StepState::Pending;
    let (Some(words), true) =
        (view.frozen, view.steps.iter().any(|step| step.index == index && pending(&step.state)))
    else {
        return decided;
    };
    let broken = view.rollout.hold.as_ref().is_some_and(|hold| hold.broken);
    match decided {
        Some(Transition::FailStep { .. } | Transition::Hold { broken: true, .. }) => decided,
        None if broken => None,
        _ => tell(view, words),
    }
}

fn tell(view: &RolloutView<'_>, words: &str) -> Option<Transition> {
    #[cfg(feature = "planted")]
    if sentinel_model::planted::has(sentinel_model::planted::Bug::HoldNotTold) {
        return None;
    }
    let told = |hold: &Hold| hold.frozen && hold.reason == words;
    let known = view.rollout.hold.as_ref().is_some_and(told);
    (!known).then(|| Transition::Frozen { reason: words.to_owned() })
}

#[cfg(test)]
mod tests;
