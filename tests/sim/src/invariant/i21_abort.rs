//! I21: when a rollout is stopped, no further node moves.

use sentinel_model::rollout::RolloutState;

use crate::invariant::replay::{Moment, given_by, proven};
use crate::world::World;

/// Looks at every rollout that was stopped.
pub fn check(world: &World, moment: &Moment<'_>) {
    for (id, now) in &moment.after.rollouts {
        if !matches!(now.rollout.state, RolloutState::Cancelled { .. } | RolloutState::Failed { .. }) {
            continue;
        }
        for node in moment.after.nodes.values() {
            let Some(generation) = given_by(node, *id) else { continue };
            let since = now.rollout.ended_at;
            let was_proven = proven(node, generation)
                || node.effective.zip(since).is_some_and(|(fact, since)| fact.at >= since);
            if !was_proven {
                let text =
                    format!("entry {}: {} could still move after its rollout ended", moment.index, node.name);
                world.ledger.violated("I21", text);
            }
        }
    }
}
