//! The way back: every node that the rollout moved gets its own earlier bundle, in waves. The failing step goes first and at
//! once, then earlier steps, the newest first, in waves as large as the largest step. A wave begins when the one before has
//! come to rest, and each comes to rest by its deadline at the latest, so the way back always ends.

use std::collections::BTreeMap;

use sentinel_machine::commands::rollout_advance::{EXCEPTIONS_MAX, Transition};
use sentinel_model::node::{AssignmentCause, Node, NodeStatus};
use sentinel_model::rollout::{RolloutNode, RolloutNodeState};
use sentinel_model::{Generation, NodeId, Time};

use super::{RolloutView, words};

enum Place {
    /// Never moved, deleted, or back.
    Settled,
    /// Has not been given its earlier bundle again.
    Ahead,
    /// On its way back.
    OnItsWay,
    /// Will not come back by itself, or not now; why, in words.
    Exception(String),
}

pub(super) fn decide(view: &RolloutView<'_>, now: Time) -> Option<Transition> {
    #[cfg(feature = "planted")]
    if sentinel_model::planted::has(sentinel_model::planted::Bug::WayBackSkipped) {
        return Some(Transition::FinishRollback { exceptions: Vec::new() });
    }
    let mut members: Vec<(&RolloutNode, &Node)> = view
        .members
        .iter()
        .filter_map(|member| view.nodes.get(&member.node_id).map(|node| (member, node)))
        .collect();
    members.sort_by(|(a, node_a), (b, node_b)| {
        b.step.cmp(&a.step).then_with(|| (&node_a.name, node_a.id).cmp(&(&node_b.name, node_b.id)))
    });
    let mut ahead = Vec::new();
    let mut exceptions = Vec::new();
    for (member, node) in members {
        match place(view, member, node, now) {
            Place::Settled => {}
            Place::Ahead => ahead.push(member),
            Place::OnItsWay => return None,
            Place::Exception(why) => exceptions.push(why),
        }
    }
    if ahead.is_empty() {
        return Some(Transition::FinishRollback { exceptions: bounded(exceptions) });
    }
    Some(Transition::RestoreNodes { node_ids: wave(view, &ahead) })
}

/// `ahead` is sorted, the newest step first.
fn wave(view: &RolloutView<'_>, ahead: &[&RolloutNode]) -> Vec<NodeId> {
    let current = ahead.iter().filter(|member| member.step == view.rollout.current_step).count();
    let mut sizes: BTreeMap<u32, usize> = BTreeMap::new();
    for member in view.members.iter().filter(|member| member.state != RolloutNodeState::Kept) {
        *sizes.entry(member.step).or_default() += 1;
    }
    let largest = sizes.values().copied().max().unwrap_or(1);
    let size = if current > 0 { current } else { largest };
    ahead.iter().take(size).map(|member| member.node_id).collect()
}

fn place(view: &RolloutView<'_>, member: &RolloutNode, node: &Node, now: Time) -> Place {
    let name = &node.name;
    match member.state {
        RolloutNodeState::Pending | RolloutNodeState::Kept => Place::Settled,
        RolloutNodeState::NothingToRestore
            if member.previous.is_some_and(|earlier| node.pinned_away_from(earlier)) =>
        {
            Place::Exception(format!("{name} was pinned to another bundle than its earlier one"))
        }
        RolloutNodeState::NothingToRestore if member.previous.is_some() => {
            Place::Exception(format!("{name}: its earlier bundle was revoked"))
        }
        RolloutNodeState::NothingToRestore => Place::Exception(format!("{name} had no earlier bundle")),
        RolloutNodeState::Assigned { .. } | RolloutNodeState::Completed { .. } => {
            let cause = node.assignment.as_ref().map(|assignment| assignment.cause);
            if cause == Some(AssignmentCause::Rollout(view.rollout.id)) {
                Place::Ahead
            } else {
                Place::Exception(format!("{name} was assigned something else since"))
            }
        }
        RolloutNodeState::Restoring { generation } => going_back(view, node, generation, now),
    }
}

fn going_back(view: &RolloutView<'_>, node: &Node, generation: Generation, now: Time) -> Place {
    let name = &node.name;
    let Some(assignment) = node.assignment.as_ref().filter(|assignment| assignment.generation == generation)
    else {
        return Place::Exception(format!("{name} was assigned something else since"));
    };
    if node.failed_current() {
        return Place::Exception(words::failure(node));
    }
    if node.effective.is_some_and(|fact| fact.generation == generation) {
        return Place::Settled;
    }
    match node.status {
        NodeStatus::Offline => Place::Exception(format!("{name} is offline; it goes back when it returns")),
        NodeStatus::Unknown => Place::Exception(format!("{name} was never heard of")),
        NodeStatus::Online => {
            let waited_ms = now.since(assignment.at);
            if waited_ms > view.step_deadline_ms() && view.may_judge(now) {
                let waited_s = waited_ms / 1_000;
                Place::Exception(format!("{name} has not proven its earlier bundle within {waited_s} s"))
            } else {
                Place::OnItsWay
            }
        }
    }
}

/// As many as the state machine takes; the last one counts the rest.
fn bounded(mut exceptions: Vec<String>) -> Vec<String> {
    if exceptions.len() > EXCEPTIONS_MAX {
        let rest = exceptions.len() - (EXCEPTIONS_MAX - 1);
        exceptions.truncate(EXCEPTIONS_MAX - 1);
        exceptions.push(format!("and {rest} more nodes"));
    }
    exceptions
}

#[cfg(test)]
mod tests;
