//! I25: whoever leads, steps are neither repeated nor skipped, and each decision takes effect only on what it was made on.

use sentinel_model::rollout::{RolloutState, StepState};

use crate::invariant::replay::Moment;
use crate::world::World;

fn rank(state: &StepState) -> u8 {
    match state {
        StepState::Pending => 0,
        StepState::Running { .. } => 1,
        StepState::Verifying { .. } => 2,
        StepState::Completed | StepState::Failed { .. } => 3,
    }
}

/// Looks at the steps of every rollout.
pub fn check(world: &World, moment: &Moment<'_>) {
    let broken = |what: String| world.ledger.violated("I25", format!("entry {}: {what}", moment.index));
    if let Some((advance, transition)) = moment.decision()
        && let Some(old) = moment.before.rollouts.get(&advance.rollout_id)
        && old.rollout.revision != advance.revision
    {
        let (made, now) = (advance.revision, old.rollout.revision);
        broken(format!("{transition:?} was decided on revision {made} and took effect on {now}"));
    }
    for (id, new) in &moment.after.rollouts {
        let Some(old) = moment.before.rollouts.get(id) else { continue };
        for (was, is) in old.steps.iter().zip(&new.steps) {
            let (from, to) = (rank(&was.state), rank(&is.state));
            if to < from || (from == 3 && was.state != is.state) {
                broken(format!("step {} went from {:?} to {:?}", was.index, was.state, is.state));
            }
        }
        let (from, to) = (old.rollout.current_step, new.rollout.current_step);
        let done = new.steps.get(from as usize).is_some_and(|step| step.state == StepState::Completed);
        if to != from && !(to == from + 1 && done) {
            broken(format!("from step {from} to {to}"));
        }
        let over =
            new.rollout.state.is_final() || matches!(new.rollout.state, RolloutState::RollingBack { .. });
        if over && new.steps.iter().any(|step| (1..3).contains(&rank(&step.state))) {
            broken("a step goes on when its rollout does not".to_owned());
        }
    }
}
