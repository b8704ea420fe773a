//! How far a rollout is, in words that fit its direction: what counts on the way back is who is back.

use std::collections::BTreeMap;

use sentinel_api_types::rollout::{
    Rollout, RolloutDetail, RolloutNode, RolloutNodeState, RolloutState, RolloutStep, StepState,
};

use crate::ctl::words::word;

/// The state of a rollout, as a person says it. A way back on which nodes were lost has not led back.
pub fn state(rollout: &Rollout) -> String {
    let lost = rollout.error.as_ref().is_some_and(|error| !error.exceptions.is_empty());
    match rollout.state {
        RolloutState::RolledBack if lost => "rolled back in part".to_owned(),
        state => word(&state).replace('_', " "),
    }
}

/// Whether it will not change any more.
pub fn ended(rollout: &Rollout) -> bool {
    match rollout.state {
        RolloutState::PendingApproval
        | RolloutState::Scheduled
        | RolloutState::Pending
        | RolloutState::Running
        | RolloutState::Paused
        | RolloutState::RollingBack => false,
        RolloutState::Completed
        | RolloutState::Failed
        | RolloutState::Cancelled
        | RolloutState::RolledBack => true,
    }
}

/// Whether its nodes go back, or have gone.
fn backwards(rollout: &Rollout) -> bool {
    matches!(rollout.state, RolloutState::RollingBack | RolloutState::RolledBack)
}

/// The state of a step. One that was under way when somebody cancelled has not failed.
pub fn step(rollout: &Rollout, step: &RolloutStep) -> String {
    match (step.state, rollout.state) {
        (StepState::Failed, RolloutState::Cancelled) => "cancelled".to_owned(),
        (StepState::Pending, _) if ended(rollout) || backwards(rollout) => "not begun".to_owned(),
        (state, _) => word(&state),
    }
}

/// The state of a node, with what it has proven since.
pub fn node(rollout: &Rollout, node: &RolloutNode) -> &'static str {
    match place(rollout, node) {
        Place::Untouched if ended(rollout) || backwards(rollout) => "untouched",
        Place::Untouched => "pending",
        Place::OnTheWay => "assigned",
        Place::Active => "active",
        Place::Failed => "failed",
        Place::GoingBack => "going back",
        Place::Back => "back",
        Place::NotBack => "NOT back",
        Place::NothingBefore if node.previous_bundle_id.is_some() => "earlier bundle revoked",
        Place::NothingBefore => "nothing to restore",
        Place::Elsewhere => "moved on",
        Place::Kept => "keeps its bundle",
    }
}

/// Counts of nodes, in one line.
pub fn counts(detail: &RolloutDetail) -> String {
    counted(&detail.rollout, &detail.nodes)
}

fn counted(rollout: &Rollout, nodes: &[RolloutNode]) -> String {
    let over = ended(rollout);
    let words = [
        (Place::Active, if backwards(rollout) { "still on the new bundle" } else { "active" }),
        (Place::Back, if over { "back on what they ran before" } else { "back" }),
        (Place::OnTheWay, if over { "assigned and not proven" } else { "on the way" }),
        (Place::GoingBack, if over { "not proven to be back" } else { "on the way back" }),
        (Place::NotBack, "failed to go back"),
        (Place::Failed, "failed"),
        (Place::NothingBefore, "with nothing to go back to"),
        (Place::Elsewhere, "given something else since"),
        (Place::Untouched, if over || backwards(rollout) { "untouched" } else { "pending" }),
        (Place::Kept, "keep their bundle"),
    ];
    let count = |wanted: Place| nodes.iter().filter(|node| place(rollout, node) == wanted).count();
    let moved = nodes.len() - count(Place::Kept);
    let goal = if backwards(rollout) { Place::Back } else { Place::Active };
    let mut line = String::new();
    for (place, what) in words {
        match (place == goal, count(place)) {
            (true, arrived) => {
                line.insert_str(0, &format!("{arrived} of {moved} nodes {what}"));
            }
            (false, 0) => {}
            (false, others) => line.push_str(&format!(", {others} {what}")),
        }
    }
    line
}

/// How far each failure domain is, where these are told apart: its name and its counts.
pub fn domains(detail: &RolloutDetail) -> Vec<(String, String)> {
    let Some(key) = &detail.rollout.failure_domain else { return Vec::new() };
    let mut domains: BTreeMap<Option<&str>, Vec<RolloutNode>> = BTreeMap::new();
    for node in &detail.nodes {
        domains.entry(node.failure_domain.as_deref()).or_default().push(node.clone());
    }
    let named =
        |value: Option<&str>| value.map_or_else(|| format!("No {key}"), |value| format!("In {key} {value}"));
    domains.into_iter().map(|(value, nodes)| (named(value), counted(&detail.rollout, &nodes))).collect()
}

/// How many nodes are where the rollout wants them now.
pub fn arrived(detail: &RolloutDetail) -> u64 {
    let wanted = if backwards(&detail.rollout) { Place::Back } else { Place::Active };
    detail.nodes.iter().filter(|node| place(&detail.rollout, node) == wanted).count() as u64
}

/// Where a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Untouched,
    OnTheWay,
    Active,
    Failed,
    GoingBack,
    Back,
    NotBack,
    NothingBefore,
    Elsewhere,
    Kept,
}

fn place(rollout: &Rollout, node: &RolloutNode) -> Place {
    let proven = node.generation.is_some() && node.effective_generation >= node.generation;
    let failed = node.failure.as_ref().is_some_and(|failure| Some(failure.generation) >= node.generation);
    match node.state {
        RolloutNodeState::Pending => Place::Untouched,
        RolloutNodeState::NothingToRestore => Place::NothingBefore,
        RolloutNodeState::Kept => Place::Kept,
        RolloutNodeState::Restoring if proven => Place::Back,
        RolloutNodeState::Restoring if failed => Place::NotBack,
        RolloutNodeState::Restoring => Place::GoingBack,
        RolloutNodeState::Assigned | RolloutNodeState::Completed => {
            let newer = node.effective_generation > node.generation;
            match (proven, failed) {
                (true, _) if newer && node.effective_bundle_id != Some(rollout.bundle_id) => Place::Elsewhere,
                (true, _) => Place::Active,
                (false, true) => Place::Failed,
                (false, false) => Place::OnTheWay,
            }
        }
    }
}

#[cfg(test)]
pub mod tests;
