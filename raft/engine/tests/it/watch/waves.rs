//! Steps: who is given the bundle, how many at once, on what evidence, and that it happens once.

use std::collections::BTreeMap;

use sentinel_model::canary::Verdict;
use sentinel_model::node::{AssignmentCause, Node, NodeStatus};
use sentinel_model::rollout::{
    Phase, Rollout, RolloutNode, RolloutNodeState, RolloutSpec, RolloutState, StepState,
};

use super::mirror::{Mirror, given, proven};
use super::{Entry, Watch, must, traffic};
use crate::oracle;

impl Watch {
    /// I16: outside the wave that begins with this very entry, no node gets the rollout's bundle.
    pub(super) fn i16_a_node_is_given_a_bundle_only_by_its_wave(&self, entry: &Entry<'_>) {
        for node in entry.new.nodes.values() {
            let was = entry.old.nodes.get(&node.id).and_then(|node| node.assignment.as_ref());
            let Some(now) = node.assignment.as_ref().filter(|now| was != Some(*now)) else { continue };
            let AssignmentCause::Rollout(id) = now.cause else { continue };
            let member = entry.new.members.get(&(id, node.id));
            let step = member.and_then(|member| entry.new.steps.get(&(id, member.step)));
            let begins = step.is_some_and(|step| {
                let before = entry.old.steps.get(&(id, step.index)).map(|step| &step.state);
                let gives = step.traffic.is_none() && step.node_ids.contains(&node.id);
                gives
                    && before == Some(&StepState::Pending)
                    && matches!(step.state, StepState::Running { .. })
            });
            let (old, new) = entry.phases(id);
            let running = old == Some(Phase::Running) && new == Some(Phase::Running);
            must("I16", begins && running, || format!("{} was moved outside its wave by {id}", node.name));
            let wanted = entry.new.rollouts[&id].spec.bundle_id;
            must("I16", now.bundle_id == wanted, || format!("{} was given another bundle", node.name));
        }
    }

    /// I17: at every instant, what is on its way belongs to one wave, and of each wave behind at most so many nodes are missing as
    /// the rollout tolerates, when the next one begins.
    pub(super) fn i17_what_is_unavailable_or_in_flight_stays_within_the_maximum(&self, entry: &Entry<'_>) {
        for rollout in entry.new.rollouts.values().filter(|rollout| rollout.state == RolloutState::Running) {
            let id = rollout.id;
            let starts = self.started.get(&id).is_some_and(|started| {
                started.last() == Some(&rollout.current_step)
                    && entry
                        .old
                        .steps
                        .get(&(id, rollout.current_step))
                        .is_some_and(|step| step.state == StepState::Pending)
            });
            // Between two waves a node may fail or go offline; the next wave does not begin then.
            let goes_on =
                entry.old.rollouts.get(&id).is_some_and(|old| old.current_step != rollout.current_step);
            let mut missing: BTreeMap<Group, usize> = BTreeMap::new();
            let behind = |member: &&RolloutNode| {
                member.step < rollout.current_step && is_missing(entry.new, member, starts)
            };
            for member in entry.new.members_of(id).filter(behind) {
                *missing.entry(group(&rollout.spec, entry.new, member)).or_default() += 1;
            }
            let most = rollout.spec.max_unavailable as usize;
            for (group, count) in missing.into_iter().filter(|_| starts || goes_on) {
                must("I17", count <= most, || {
                    format!("{count} nodes of {group:?} of {id} are missing, {most} may be")
                });
            }
            let ahead = |member: &&_| is_ahead(entry.new, member, rollout.current_step);
            let ahead = entry.new.members_of(id).filter(ahead).count();
            must("I17", ahead == 0, || format!("{ahead} nodes of {id} are ahead of their step"));
        }
    }

    /// I17: where failure domains are told apart, no wave takes all of one that has more than one node.
    pub(super) fn i17_no_wave_takes_all_of_a_failure_domain(&self, entry: &Entry<'_>) {
        let asked = entry.changed().filter(|(old, new)| old.is_none() && new.spec.failure_domain.is_some());
        for (_, new) in asked {
            let mut waves: BTreeMap<Group, Vec<u32>> = BTreeMap::new();
            for member in entry.new.members_of(new.id) {
                waves.entry(group(&new.spec, entry.new, member)).or_default().push(member.step);
            }
            for (group, waves) in waves.into_iter().filter(|(_, waves)| waves.len() > 1) {
                let spread = waves.iter().any(|wave| *wave != waves[0]);
                must("I17", spread, || format!("one wave of {} takes all of {group:?}", new.id));
            }
        }
    }

    /// I18: no wave begins or ends when as many nodes have failed as somebody has said are too many.
    pub(super) fn i18_no_wave_goes_on_beyond_the_threshold(&self, entry: &Entry<'_>) {
        for (rollout, last) in going_on(entry) {
            let Some(threshold) = rollout.spec.rollback_threshold else { continue };
            let failed = |member: &&RolloutNode| {
                let node = entry.old.nodes.get(&member.node_id);
                let given = node.and_then(|node| given(node, rollout.id));
                member.step <= last && given.is_some() && node.is_some_and(Node::failed_current)
            };
            let failed = entry.old.members_of(rollout.id).filter(failed).count() as u64;
            let below = failed == 0 || failed * 100 < u64::from(threshold) * u64::from(rollout.nodes);
            must("I18", below, || {
                format!(
                    "{} goes on with {failed} of {} failed, the threshold is {threshold} %",
                    rollout.id, rollout.nodes
                )
            });
        }
    }

    /// I18: where a wave begins or ends, every node of it and of those before passes the gates on fresh evidence, or is missing and
    /// tolerated; and a canary has been found fair, for that very step.
    pub(super) fn i18_no_wave_goes_on_without_evidence(&self, entry: &Entry<'_>) {
        for (old, last) in going_on(entry) {
            self.evidence(entry, old, last);
            let completes = old.current_step == last;
            if completes && old.spec.canary.is_some() && last + 1 < old.steps {
                let analysis = entry.old.analyses.get(&old.id);
                let fair = analysis.is_some_and(|one| one.step == last && one.verdict == Verdict::Fair);
                must("I18", fair, || {
                    format!("the canary {} goes on without a verdict: {analysis:?}", old.id)
                });
                let enough = analysis.is_some_and(|one| one.canary.requests.min(one.control.requests) > 0);
                must("I18", enough, || format!("the canary {} goes on without traffic", old.id));
            }
        }
    }

    fn evidence(&self, entry: &Entry<'_>, rollout: &Rollout, last: u32) {
        let id = rollout.id;
        let traffic =
            |index: u32| entry.old.steps.get(&(id, index)).is_some_and(|step| step.traffic.is_some());
        let (shifts, shifted) = (traffic(rollout.current_step), traffic(last));
        let gates = traffic::gates(rollout, shifted);
        let (mut groups, mut proof): (BTreeMap<Group, [u32; 2]>, _) = (BTreeMap::new(), [0, 0]);
        let asked = |member: &&RolloutNode| member.step <= last && member.state != RolloutNodeState::Kept;
        for member in entry.old.members_of(id).filter(asked) {
            let Some(node) = entry.old.nodes.get(&member.node_id) else { continue };
            let sample = entry.samples.get(&node.id);
            let sample =
                sample.map(|sample| if shifted { self.since_share(id, sample) } else { sample.clone() });
            let passes = member.state.generation().is_some_and(|generation| {
                let passes = oracle::passes(&gates, node, generation, sample.as_ref(), entry.heard);
                let silent = node.status != NodeStatus::Online || !proven(node, generation);
                must("I18", passes || silent || node.failed_current(), || {
                    format!("{} runs {id} without passing the gates: {sample:?}", node.name)
                });
                passes && !node.failed_current()
            });
            // All that have the bundle are to get traffic, of whatever step.
            let group = if shifts { Group::All } else { group(&rollout.spec, entry.old, member) };
            let counted = groups.entry(group).or_default();
            let proves = (shifts || member.step == last).then_some(&mut proof);
            for [present, passing] in std::iter::once(counted).chain(proves) {
                *present += 1;
                *passing += u32::from(passes);
            }
        }
        let most = rollout.spec.max_unavailable;
        for (group, [present, passing]) in groups {
            must("I18", present - passing <= most, || {
                format!("{passing} of {present} nodes of {group:?} of {id} pass, {most} need not")
            });
        }
        let [present, passing] = proof;
        // One that has passed may lose all of its nodes before the next one begins; one that passes now may not.
        // Those that nobody was given the bundle in are passed by.
        let untouched =
            |member: &RolloutNode| member.step != last || member.state == RolloutNodeState::Pending;
        let passed = present == 0 && (rollout.current_step > last || entry.old.members_of(id).all(untouched));
        must("I18", passed || passing > 0, || format!("nothing has proven step {last} of {id}"));
    }

    /// I25: steps begin once each and in order, each after the one before has completed; a decision is carried out once.
    pub(super) fn i25_no_step_is_repeated_or_skipped(&self, entry: &Entry<'_>) {
        for (id, started) in &self.started {
            let in_order = started.iter().copied().eq(0..started.len() as u32);
            must("I25", in_order, || format!("steps of {id} began as {started:?}"));
            let completed = self.completed.get(id).map(Vec::as_slice).unwrap_or_default();
            let follows = completed.iter().copied().eq(0..completed.len() as u32)
                && (completed.len() == started.len() || completed.len() + 1 == started.len());
            must("I25", follows, || format!("steps of {id} began as {started:?} and ended as {completed:?}"));
        }
        for (old, new) in entry.changed() {
            let Some(old) = old else { continue };
            // One that gives way may be called first, by another one that gives way with it.
            let once = new.revision == old.revision + 1 || new.superseded_by.is_some();
            must("I25", once && new.revision > old.revision, || {
                format!("{} went from revision {} to {}", new.id, old.revision, new.revision)
            });
            let on = old.current_step..=old.current_step + 1;
            must("I25", on.contains(&new.current_step), || format!("{} skips a step", new.id));
            if new.state.phase() == Phase::Completed {
                let done = self.completed.get(&new.id).map_or(0, Vec::len);
                must("I25", done == new.steps as usize, || format!("{} completed {done} steps", new.id));
            }
        }
    }
}

/// What `max_unavailable` counts in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    All,
    Step(u32),
    Domain(Option<String>),
}

fn group(spec: &RolloutSpec, mirror: &Mirror, member: &RolloutNode) -> Group {
    let Some(key) = &spec.failure_domain else { return Group::Step(member.step) };
    let node = mirror.nodes.get(&member.node_id);
    Group::Domain(node.and_then(|node| node.labels.get(key)).cloned())
}

/// The rollouts of which a step begins or ends here, as they were, and the last step that has to have proven the bundle.
fn going_on<'a>(entry: &Entry<'a>) -> Vec<(&'a Rollout, u32)> {
    let going = |old: &'a Rollout| {
        let step = |mirror: &'a Mirror| mirror.steps.get(&(old.id, old.current_step)).map(|step| &step.state);
        let (was, is) = (step(entry.old), step(entry.new));
        let starts = was == Some(&StepState::Pending) && matches!(is, Some(StepState::Running { .. }));
        let completes = was != is && is == Some(&StepState::Completed);
        match (starts, completes) {
            (true, _) => old.current_step.checked_sub(1).map(|last| (old, last)),
            (_, true) => Some((old, old.current_step)),
            _ => None,
        }
    };
    entry.old.rollouts.values().filter_map(going).collect()
}

/// A node that has not proven what it was given, or has failed it, or, where that counts, says nothing.
fn is_missing(mirror: &Mirror, member: &RolloutNode, also_offline: bool) -> bool {
    let Some(node) = mirror.nodes.get(&member.node_id) else { return false };
    let Some(generation) = member.state.generation() else { return false };
    let failed = node.failed_current() || !proven(node, generation);
    failed || (also_offline && node.status != NodeStatus::Online)
}

fn is_ahead(mirror: &Mirror, member: &RolloutNode, step: u32) -> bool {
    let given = mirror.nodes.get(&member.node_id).and_then(|node| given(node, member.rollout_id));
    let untouched = matches!(member.state, RolloutNodeState::Pending | RolloutNodeState::Kept);
    member.step > step && (given.is_some() || !untouched)
}
