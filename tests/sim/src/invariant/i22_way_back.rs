//! I22: a way back ends with every node on what it had before, proven, or named as an exception.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::node::AssignmentCause;
use sentinel_model::rollout::RolloutState;
use sentinel_model::{BundleId, NodeId, RolloutId};

use crate::invariant::replay::Moment;
use crate::world::World;

/// What nodes ran, and were told to run, before each rollout moved them.
#[derive(Default)]
pub struct Ways(BTreeMap<RolloutId, BTreeMap<NodeId, BTreeSet<BundleId>>>);

impl Ways {
    /// Remembers what is moved, and looks at each way back that ends here.
    pub fn check(&mut self, world: &World, moment: &Moment<'_>) {
        if let Some((advance, Transition::StartStep)) = moment.decision() {
            self.remember(moment, advance.rollout_id);
        }
        for (id, now) in &moment.after.rollouts {
            let RolloutState::RolledBack { exceptions, .. } = &now.rollout.state else { continue };
            if moment.before.rollouts.get(id).is_none_or(|old| old.rollout.state.is_final()) {
                continue;
            }
            for (node, before) in self.0.get(id).into_iter().flatten() {
                let Some(node) = moment.after.nodes.get(node) else { continue };
                let back =
                    node.assignment.as_ref().zip(node.effective).is_some_and(|(assignment, effective)| {
                        assignment.cause == AssignmentCause::Rollback(*id)
                            && before.contains(&assignment.bundle_id)
                            && effective.generation == assignment.generation
                    });
                let named = exceptions
                    .iter()
                    .any(|exception| exception.split([' ', ':']).next() == Some(node.name.as_str()));
                if !back && !named {
                    let text = format!("entry {}: {} is neither back nor named", moment.index, node.name);
                    world.ledger.violated("I22", text);
                }
            }
        }
    }

    fn remember(&mut self, moment: &Moment<'_>, rollout: RolloutId) {
        let Some(old) = moment.before.rollouts.get(&rollout) else { return };
        for member in old.members.iter().filter(|member| member.step == old.rollout.current_step) {
            let Some(node) = moment.before.nodes.get(&member.node_id) else { continue };
            let ran = node.effective.map(|fact| fact.bundle_id);
            let told = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
            let before = told.into_iter().chain(ran).collect();
            self.0.entry(rollout).or_default().insert(node.id, before);
        }
    }
}
