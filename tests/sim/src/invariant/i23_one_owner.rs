//! I23: one rollout owns a node, as long as it lives.

use std::collections::BTreeMap;

use sentinel_model::{NodeId, RolloutId};

use crate::invariant::replay::Moment;
use crate::world::World;

/// Looks at the owner of every node.
pub fn check(world: &World, moment: &Moment<'_>) {
    let mut owners: BTreeMap<NodeId, RolloutId> = BTreeMap::new();
    for (id, now) in &moment.after.rollouts {
        if now.rollout.state.is_final() {
            continue;
        }
        for member in &now.members {
            let owner = moment.after.nodes.get(&member.node_id).and_then(|node| node.owner);
            if owner == Some(*id) && owners.insert(member.node_id, *id).is_some() {
                let text = format!("entry {}: two rollouts own a node", moment.index);
                world.ledger.violated("I23", text);
            }
        }
    }
    for node in moment.after.nodes.values() {
        let Some(owner) = node.owner else { continue };
        let lives = moment.after.rollouts.get(&owner).is_some_and(|owner| !owner.rollout.state.is_final());
        if !lives {
            let text = format!("entry {}: {} is owned by a rollout that has ended", moment.index, node.name);
            world.ledger.violated("I23", text);
        }
    }
}
