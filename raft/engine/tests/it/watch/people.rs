//! What people decide: freezes, and who must have agreed to what.

use std::collections::BTreeSet;

use sentinel_model::audit::Actor;
use sentinel_model::bundle::{BundleState, RiskLevel};
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::project::Project;
use sentinel_model::rollout::{Phase, StepState};
use sentinel_model::user::Role;
use sentinel_model::{BundleId, RolloutId, UserId};

use super::{Entry, Watch, must};

impl Watch {
    /// Who agrees to what, by what the audit log says.
    pub(super) fn people_agree(&mut self, entry: &Entry<'_>) {
        let Some(audit) = entry.audit.filter(|audit| audit.action == "rollout.approved") else { return };
        let Actor::User(user) = audit.actor else {
            return must("I20", false, || format!("{:?} approves", audit.actor));
        };
        let id: RolloutId = audit.resource_id.parse().unwrap();
        let asked = self.asked.get_mut(&id).expect("somebody asked for it");
        let bound = entry.new.rollouts[&id].governance.approval.as_ref().map(|approval| approval.digest);
        let digest = *asked.digest.get_or_insert_with(|| bound.unwrap());
        must("I20", audit.changes["digest"] == digest.to_string(), || {
            format!("{user} approves {}, and {id} is {digest}", audit.changes["digest"])
        });
        asked.agreed.insert(user);
    }

    /// I19: while a window holds, nothing begins, resumes, or starts a step, and no node is given another bundle, except by a rollout
    /// that has an override on record.
    pub(super) fn i19_nothing_goes_forward_in_a_freeze_without_an_override(&self, entry: &Entry<'_>) {
        if !entry.frozen() {
            return;
        }
        for (_, new) in entry.changed() {
            let (was, is) = entry.phases(new.id);
            let begins = is == Some(Phase::Running) && was != Some(Phase::Running);
            let starts = entry.new.steps_of(new.id).any(|step| {
                let before = entry.old.steps.get(&(new.id, step.index)).map(|step| &step.state);
                before == Some(&StepState::Pending) && matches!(step.state, StepState::Running { .. })
            });
            let overridden =
                new.governance.break_glass.as_ref().is_some_and(|broken| !broken.reason.is_empty());
            must("I19", !(begins || starts) || overridden, || {
                format!("{} goes forward in a freeze: {was:?} to {is:?}", new.id)
            });
        }
        for node in entry.new.nodes.values() {
            let Some(before) = entry.old.nodes.get(&node.id) else { continue };
            let Some(now) = node.assignment.as_ref().filter(|_| before.assignment != node.assignment) else {
                continue;
            };
            let allowed = match now.cause {
                AssignmentCause::Direct => false,
                // Looked at above, with its step; and the way back is always open.
                AssignmentCause::Rollout(_) | AssignmentCause::Rollback(_) => true,
                AssignmentCause::Baseline => entry.changed().any(|(before, by)| match by.state.phase() {
                    Phase::Completed => by.governance.break_glass.is_some(),
                    // What joined after it had completed is given back what was there before.
                    Phase::RollingBack => {
                        before.is_some_and(|before| before.state.phase() == Phase::Completed)
                    }
                    _ => false,
                }),
            };
            must("I19", allowed, || format!("{} was moved in a freeze: {:?}", node.name, now.cause));
        }
    }

    /// I20: where a rollout begins, enough people have agreed: distinct ones who may at this moment, not who asked for it, and to exactly
    /// this. Where a bundle is assigned directly, nobody had to.
    pub(super) fn i20_enough_others_agreed_to_exactly_this(&self, entry: &Entry<'_>) {
        for (id, rollout) in entry.new.rollouts.iter().filter(|(id, _)| entry.begins(**id)) {
            let project = &entry.old.projects[&rollout.project_id];
            let nodes = entry.new.members_of(*id).filter_map(|member| entry.old.nodes.get(&member.node_id));
            let needed = self.needed(entry, project, rollout.spec.bundle_id, nodes);
            let asked = &self.asked[id];
            let may = |user: &&UserId| {
                let role = entry.old.roles.get(&(project.org_id, **user));
                role.is_some_and(|role| *role >= Role::Operator) && asked.author != Some(**user)
            };
            let agreed: BTreeSet<&UserId> = asked.agreed.iter().filter(may).collect();
            must("I20", agreed.len() >= needed, || {
                format!("{id} begins with {} of {needed} approvals: {agreed:?}", agreed.len())
            });
            let plan = entry.new.plan_of(*id);
            must("I20", plan == asked.what, || format!("{id} begins as {plan}, asked was {}", asked.what));
        }
        for node in entry.new.nodes.values() {
            let Some(before) = entry.old.nodes.get(&node.id) else { continue };
            let changed = before.assignment != node.assignment;
            let Some(now) = node.assignment.as_ref().filter(|_| changed) else { continue };
            if now.cause == AssignmentCause::Direct {
                let needed =
                    self.needed(entry, &entry.old.projects[&node.project_id], now.bundle_id, [before]);
                must("I20", needed == 0, || format!("{} is assigned past {needed} approvals", node.name));
            }
        }
    }

    /// How many must agree, by the rules as they are and by what is really dangerous for these nodes.
    fn needed<'n>(
        &self,
        entry: &Entry<'_>,
        project: &Project,
        bundle: BundleId,
        nodes: impl IntoIterator<Item = &'n Node>,
    ) -> usize {
        let mut risk = RiskLevel::Low;
        for node in nodes {
            let bases = [
                node.assignment.as_ref().map(|told| told.bundle_id),
                node.effective.map(|ran| ran.bundle_id),
            ];
            if bases == [None, None] {
                risk = RiskLevel::High;
            }
            for base in bases.into_iter().flatten().filter(|base| *base != bundle) {
                let there =
                    entry.old.bundles.get(&base).is_some_and(|base| base.state == BundleState::Compiled);
                risk = risk.max(if there { (self.truth)(base, bundle) } else { RiskLevel::High });
            }
        }
        let asks =
            project.approval.rules.iter().filter(|rule| rule.risk_at_least.is_none_or(|least| least <= risk));
        asks.map(|rule| usize::from(rule.approvals)).max().unwrap_or(0)
    }
}
