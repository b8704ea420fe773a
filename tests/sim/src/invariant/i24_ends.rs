//! I24: every rollout ends, or waits for a reason that is shown.

use sentinel_model::rollout::RolloutState;

use crate::invariant::replay::Pictures;
use crate::world::World;

/// Looks at what is left under way when all had time enough.
pub fn check(world: &World, pictures: &Pictures) {
    for (id, last) in &pictures.rollouts {
        let rollout = &last.rollout;
        let shown = rollout.hold.is_some() || matches!(rollout.state, RolloutState::Paused { .. });
        if !rollout.state.is_final() && !shown {
            let step = last.steps.get(rollout.current_step as usize).map(|step| &step.state);
            let text =
                format!("rollout {id} stands still without a reason: {:?}, step {step:?}", rollout.state);
            world.ledger.violated("I24", text);
        }
    }
}
