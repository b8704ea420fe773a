//! Nodes: who owns them, what is left with them at the end, what they come back to, and what they begin with.

use sentinel_model::bundle::BundleState;
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::rollout::{Phase, RolloutState, Target};
use sentinel_model::{BundleId, RolloutId};

use super::mirror::{given, proven};
use super::{Entry, Watch, must};

impl Watch {
    /// I21: what a rollout gave and nobody has proven is taken back with the entry that ends it. (That nothing is given afterwards is
    /// I16.) A node that was pinned to that very bundle since keeps it.
    pub(super) fn i21_nothing_could_still_move_after_the_end(&self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            let stopped = matches!(new.state.phase(), Phase::Cancelled | Phase::Failed);
            if !stopped || old.is_some_and(|old| old.state.is_final()) {
                continue;
            }
            for node in entry.new.nodes.values() {
                let Some(generation) = given(node, new.id) else { continue };
                let kept = node.pinned_bundle_id == Some(new.spec.bundle_id);
                must("I21", kept || proven(node, generation), || {
                    format!("{} could still move after the end of {}", node.name, new.id)
                });
            }
        }
    }

    /// I22: the way back ends with every node on what it had before, proven; or it is named; or somebody has given it something else.
    pub(super) fn i22_everyone_is_back_or_named(&self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            let RolloutState::RolledBack { exceptions, .. } = &new.state else { continue };
            if old.is_some_and(|old| old.state.is_final()) {
                continue;
            }
            for ((_, id), before) in self.before.iter().filter(|((rollout, _), _)| *rollout == new.id) {
                let Some(node) = entry.new.nodes.get(id) else { continue };
                let named = |text: &String| text.split([' ', ':']).next() == Some(node.name.as_str());
                let back = is_back(node, before, new.id);
                must("I22", back || exceptions.iter().any(named), || {
                    format!(
                        "{} is neither back nor named after {}: {node:?} {exceptions:?}",
                        node.name, new.id
                    )
                });
            }
        }
    }

    /// I23: whoever owns a node has begun and lives, and has the node in its plan; and all nodes of a plan that is under way are its.
    pub(super) fn i23_exactly_one_rollout_owns_a_node(&self, entry: &Entry<'_>) {
        for node in entry.new.nodes.values() {
            let Some(owner) = node.owner else { continue };
            let phase = entry.new.rollouts.get(&owner).map(|rollout| rollout.state.phase());
            let lives = phase.is_some_and(|phase| !phase.is_final() && !phase.is_waiting());
            must("I23", lives, || format!("{} belongs to {owner}, which is {phase:?}", node.name));
            let planned = entry.new.members.contains_key(&(owner, node.id));
            must("I23", planned, || format!("{} belongs to {owner}, which does not move it", node.name));
            let before = entry.old.nodes.get(&node.id).and_then(|node| node.owner);
            let gave_way = |before| {
                let left = entry.new.rollouts.get(&before);
                left.is_some_and(|left| left.superseded_by == Some(owner) && left.state.is_final())
            };
            must("I23", before.is_none_or(|before| before == owner || gave_way(before)), || {
                format!("{} was taken from {before:?} by {owner}", node.name)
            });
        }
        for rollout in entry.new.rollouts.values() {
            if !matches!(rollout.state, RolloutState::Running | RolloutState::Paused { .. }) {
                continue;
            }
            for member in entry.new.members_of(rollout.id) {
                let Some(node) = entry.new.nodes.get(&member.node_id) else { continue };
                must("I23", node.owner == Some(rollout.id), || {
                    format!("{} is moved by {}, and belongs to {:?}", node.name, rollout.id, node.owner)
                });
            }
        }
    }

    /// The oracle's own idea of what nodes begin with.
    pub(super) fn baseline_of(&mut self, entry: &Entry<'_>) {
        for (old, new) in entry.changed() {
            let completes = new.state.phase() == Phase::Completed
                && old.is_some_and(|old| old.state.phase() != Phase::Completed);
            if completes && new.spec.target == Target::All {
                self.replaced.insert(new.id, self.baseline);
                self.baseline = Some(new.spec.bundle_id);
            }
            let taken_back = new.state.phase() == Phase::RollingBack
                && old.is_some_and(|old| old.state.phase() == Phase::Completed);
            let replaced = if taken_back { self.replaced.remove(&new.id) } else { None };
            if let (Some(replaced), true) = (replaced, self.baseline == Some(new.spec.bundle_id)) {
                self.baseline = replaced;
            }
        }
        let revoked =
            |bundle| entry.new.bundles.get(&bundle).is_some_and(|row| row.state == BundleState::Revoked);
        if self.baseline.is_some_and(revoked) {
            self.baseline = None;
        }
    }

    /// I26: a node that joins gets the bundle of the last rollout to all nodes that completed, and so do those that joined meanwhile.
    pub(super) fn i26_who_joins_gets_the_last_completed_bundle(&self, entry: &Entry<'_>) {
        for node in entry.new.nodes.values() {
            let before = entry.old.nodes.get(&node.id);
            let told = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
            if before.is_none() {
                must("I26", told == self.baseline, || {
                    format!(
                        "{} joins with {told:?}, and the last that completed is {:?}",
                        node.name, self.baseline
                    )
                });
            }
            let by_baseline =
                node.assignment.as_ref().is_some_and(|now| now.cause == AssignmentCause::Baseline);
            let changed = before.is_some_and(|before| before.assignment != node.assignment);
            must("I26", !(by_baseline && changed) || told == self.baseline, || {
                format!("{} is given {told:?} instead of {:?}", node.name, self.baseline)
            });
        }
    }

    /// I26: when nothing is under way or frozen, no node about which nobody has decided lacks it.
    pub fn i26_nobody_is_left_behind(&self) {
        let Some(baseline) = self.baseline else { return };
        for node in self.now.nodes.values() {
            let undecided = node.assignment.as_ref().is_none_or(|now| now.cause == AssignmentCause::Baseline);
            let told = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
            let may = !self.decided.contains(&node.id);
            must("I26", !(undecided && may) || told == Some(baseline), || {
                format!("{} has {told:?}, and everybody else {baseline:?}", node.name)
            });
        }
    }

    /// I27: remediation of drift never touches a node that a rollout owns. There is no drift yet, so what is checked is that nothing else
    /// than a rollout itself touches such a node. Whoever adds a cause must say here when it may.
    pub(super) fn i27_every_change_of_a_node_has_a_known_cause(&self, entry: &Entry<'_>) {
        for node in entry.new.nodes.values() {
            let Some(before) = entry.old.nodes.get(&node.id) else { continue };
            let (Some(now), true) = (&node.assignment, before.assignment != node.assignment) else {
                continue;
            };
            let by_owner = match now.cause {
                AssignmentCause::Direct | AssignmentCause::Baseline => before.owner.is_none(),
                AssignmentCause::Rollout(by) | AssignmentCause::Rollback(by) => before.owner == Some(by),
            };
            must("I27", by_owner, || {
                format!("{} belongs to {:?} and was changed by {:?}", node.name, before.owner, now.cause)
            });
            must("I14", entry.new.bundles[&now.bundle_id].state == BundleState::Compiled, || {
                format!("{} was given a revoked bundle", node.name)
            });
        }
    }
}

fn is_back(node: &Node, before: &[BundleId], rollout: RolloutId) -> bool {
    let Some(assignment) = &node.assignment else { return false };
    match assignment.cause {
        AssignmentCause::Rollback(by) if by == rollout => {
            let proven = node.effective.is_some_and(|fact| fact.generation == assignment.generation);
            before.contains(&assignment.bundle_id) && proven
        }
        AssignmentCause::Rollout(by) if by == rollout => false,
        // Between a failure and the way back, somebody gave it something else: it has left for good.
        _ => true,
    }
}
