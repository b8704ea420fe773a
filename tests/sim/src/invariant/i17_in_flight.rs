//! I17: nodes that work on a bundle, or failed on it, are those of one wave and as many as the rollout tolerates of each before.

use sentinel_model::rollout::{RolloutNodeState, RolloutState};

use crate::invariant::replay::{Moment, given_by};
use crate::world::World;

/// Looks at every rollout that goes forward.
pub fn check(world: &World, moment: &Moment<'_>) {
    for (id, now) in &moment.after.rollouts {
        if now.rollout.state != RolloutState::Running {
            continue;
        }
        for member in now.members.iter().filter(|member| member.step > now.rollout.current_step) {
            let node = moment.after.nodes.get(&member.node_id);
            if node.is_some_and(|node| given_by(node, *id).is_some()) {
                let text =
                    format!("entry {}: a node of step {} is ahead of its wave", moment.index, member.step);
                world.ledger.violated("I17", text);
            }
        }
        for step in 0..now.rollout.current_step {
            let left = now.members.iter().filter(|member| {
                member.step == step
                    && matches!(member.state, RolloutNodeState::Assigned { .. })
                    && moment.after.nodes.contains_key(&member.node_id)
            });
            let (left, most) = (left.count(), now.rollout.spec.max_unavailable as usize);
            if left > most {
                let text =
                    format!("entry {}: step {step} left {left} behind, {most} are tolerated", moment.index);
                world.ledger.violated("I17", text);
            }
        }
    }
}
