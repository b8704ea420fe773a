//! The plan of a rollout: which nodes, in which steps.

mod domains;

use std::collections::{BTreeMap, BTreeSet};

use sentinel_machine::commands::rollout_create::NODES_MAX;
use sentinel_model::canary::Canary;
use sentinel_model::group::NodeGroup;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Batch, OnConflict, RolloutSpec, Target};
use sentinel_model::{BundleId, NodeGroupId, NodeId, RolloutId};

use domains::Spread;

mod slots;

/// Most nodes that an error names.
pub const NAMED_MAX: usize = 20;

pub use domains::Share;

/// What a plan is made over, as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Fleet<'a> {
    /// Every node of the project, in any order.
    pub nodes: &'a [Node],
    /// Every group of the project.
    pub groups: &'a [NodeGroup],
    /// Version of the bundle.
    pub version: &'a str,
}

/// The nodes of each step, in order, and the selected nodes that are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The nodes that get the bundle, every one once; no step is empty.
    pub steps: Vec<Vec<NodeId>>,
    /// With blue-green, the nodes that have the traffic now and keep what they run.
    pub live: Vec<NodeId>,
    /// Selected, and yet not moved.
    pub excluded: Vec<Excluded>,
    /// Of those in `steps`: what belongs to other rollouts, which this one waits for or supersedes.
    pub conflicts: Vec<Owned>,
    /// For each step, what it takes of which failure domain; empty where these are not told apart.
    pub domains: Vec<Vec<Share>>,
}

/// A selected node that the rollout does not move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// The node.
    pub node_id: NodeId,
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: Reason,
}

/// Why a selected node is not moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has proven to run the bundle.
    RunsAlready,
    /// It is pinned to this other bundle.
    PinnedTo(BundleId),
    /// It takes other versions only.
    OtherVersions,
}

/// There is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The target names nodes that the project does not have.
    #[error("the project has no such nodes: {}", named(.0.iter().map(NodeId::to_string)))]
    UnknownNodes(Vec<NodeId>),
    /// The target names groups that the project does not have.
    #[error("the project has no such groups: {}", named(.0.iter().map(NodeGroupId::to_string)))]
    UnknownGroups(Vec<NodeGroupId>),
    /// The target names nodes that are not in the environment that it is for.
    #[error("these nodes are in another environment, or in none: {}", named(.0.iter().cloned()))]
    Elsewhere(Vec<String>),
    /// Nothing is selected.
    #[error("{0}")]
    NothingToMove(String),
    /// Everything that is selected is left out.
    #[error("nothing is left to move: {}", left_out(.0))]
    AllExcluded(Vec<Excluded>),
    /// Selected nodes belong to another rollout.
    #[error("{}; wait for it to end, cancel it, or have this one queue or supersede it", who_has(.0))]
    Conflict(Vec<Owned>),
    /// A canary without anything to compare it with.
    #[error(
        "a canary compares nodes that have the bundle with nodes that do not: of {0} to move, its first step takes all"
    )]
    NothingToCompare(usize),
    /// The slots are not as blue-green takes them.
    #[error("{0}")]
    Slots(String),
    /// More nodes than one rollout may move.
    #[error("selects {0} nodes; a rollout moves at most {NODES_MAX}")]
    TooMany(usize),
}

/// A selected node that belongs to another rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The node.
    pub node_id: NodeId,
    /// Its name.
    pub name: String,
    /// The rollout that owns it.
    pub rollout_id: RolloutId,
}

/// Which rollouts have them, and how many each.
fn who_has(nodes: &[Owned]) -> String {
    let mut by_rollout: BTreeMap<RolloutId, Vec<String>> = BTreeMap::new();
    for node in nodes {
        by_rollout.entry(node.rollout_id).or_default().push(node.name.clone());
    }
    let words = |(rollout, names): (RolloutId, Vec<String>)| match names.len() {
        1 => format!("{} belongs to another rollout, {rollout}", names[0]),
        many => format!("{many} nodes belong to another rollout, {rollout}: {}", named(names.into_iter())),
    };
    by_rollout.into_iter().map(words).collect::<Vec<_>>().join("; ")
}

/// Plans `spec` over the nodes of its project. The same arguments give the same plan, in whatever order `nodes` comes.
///
/// Nodes go by name, or are spread over their failure domains. Offline ones are planned too: they adopt the bundle when they come back, and meanwhile count as
/// unavailable. A node that has proven to run the bundle already is left out, unless it is named one by one. A node that is
/// pinned to another bundle is always left out, and so is one that does not take the bundle's version; one that is pinned to this very
/// bundle goes like any other.
pub fn plan_rollout(spec: &RolloutSpec, fleet: Fleet<'_>) -> Result<Plan, PlanError> {
    let there: Vec<&Node> = match spec.environment_id {
        Some(_) => fleet.nodes.iter().filter(|node| node.environment_id == spec.environment_id).collect(),
        None => fleet.nodes.iter().collect(),
    };
    if let (Some(_), Target::Nodes(named)) = (spec.environment_id, &spec.target) {
        let elsewhere = |node: &&Node| named.contains(&node.id) && node.environment_id != spec.environment_id;
        let elsewhere: Vec<String> =
            fleet.nodes.iter().filter(elsewhere).map(|node| node.name.clone()).collect();
        if !elsewhere.is_empty() {
            return Err(PlanError::Elsewhere(elsewhere));
        }
    }
    let mut selected = select(spec, &there, fleet.groups)?;
    selected.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    if spec.blue_green.is_some() {
        return slots::plan(spec, &selected, fleet.version);
    }
    let one_by_one = matches!(spec.target, Target::Nodes(_));
    let (mut excluded, mut moved, mut conflicts) = (Vec::new(), Vec::new(), Vec::new());
    for node in selected {
        let runs_already = || (!one_by_one && runs_already(node, spec)).then_some(Reason::RunsAlready);
        let left_out = kept_out(node, spec.bundle_id, fleet.version).or_else(runs_already);
        match (left_out, owned(node)) {
            // What runs the bundle already and belongs to another rollout is about to be moved.
            (Some(reason @ (Reason::PinnedTo(_) | Reason::OtherVersions)), _) | (Some(reason), None) => {
                excluded.push(Excluded { node_id: node.id, name: node.name.clone(), reason });
            }
            (_, Some(owned)) => {
                conflicts.push(owned);
                moved.push(node);
            }
            (None, None) => moved.push(node),
        }
    }
    if !conflicts.is_empty() && spec.on_conflict == OnConflict::Refuse {
        return Err(PlanError::Conflict(conflicts));
    }
    if moved.is_empty() {
        return Err(PlanError::AllExcluded(excluded));
    }
    if moved.len() > NODES_MAX {
        return Err(PlanError::TooMany(moved.len()));
    }
    let steps = match &spec.canary {
        Some(canary) => canary_steps(spec, canary, &moved)?,
        None if spec.failure_domain.is_some() => {
            let size = step_size(spec.batch, moved.len());
            Spread::over(spec, &moved).cut(|_, taken| Some(taken + size))
        }
        None => {
            let chunks = moved.chunks(step_size(spec.batch, moved.len()));
            chunks.map(|step| step.iter().map(|node| node.id).collect()).collect()
        }
    };
    let domains = domains::shares(spec, &moved, &steps);
    Ok(Plan { steps, live: Vec::new(), excluded, conflicts, domains })
}

/// The steps of a canary: each share is of all nodes and counts those of the steps before; at least one node is first.
///
/// Each step is like the rest in what its nodes are labelled with: nodes are put in the order of their labels, and taken from it
/// evenly. Where failure domains are told apart, evenly from these first.
fn canary_steps(spec: &RolloutSpec, canary: &Canary, moved: &[&Node]) -> Result<Vec<Vec<NodeId>>, PlanError> {
    let mut alike: Vec<&Node> = moved.to_vec();
    alike.sort_by(|a, b| (&a.labels, &a.name, a.id).cmp(&(&b.labels, &b.name, b.id)));
    let up_to = |share: &u8| (alike.len() * usize::from(*share)).div_ceil(100);
    let steps = if spec.failure_domain.is_some() {
        let last = canary.steps.len().saturating_sub(1);
        let shares = |index: usize, _| canary.steps.get(index).filter(|_| index < last).map(up_to);
        Spread::over(spec, &spread(&alike)).cut(shares)
    } else {
        let mut spread = spread(&alike).into_iter().map(|node| node.id);
        let mut steps: Vec<Vec<NodeId>> = Vec::new();
        let mut taken = 0;
        for up_to in canary.steps.iter().map(up_to) {
            let step: Vec<NodeId> = spread.by_ref().take(up_to - taken).collect();
            taken = up_to;
            if !step.is_empty() {
                steps.push(step);
            }
        }
        steps
    };
    match steps.len() {
        0 | 1 => Err(PlanError::NothingToCompare(alike.len())),
        _ => Ok(steps),
    }
}

/// The same nodes in an order whose every beginning is spread evenly over the whole: by turns from both halves, and within each
/// half likewise. It is van der Corput's sequence when the number is a power of two.
fn spread<'a>(nodes: &[&'a Node]) -> Vec<&'a Node> {
    if nodes.len() <= 2 {
        return nodes.to_vec();
    }
    let (first, second) = nodes.split_at(nodes.len().div_ceil(2));
    let (first, second) = (spread(first), spread(second));
    let mut mixed = Vec::with_capacity(nodes.len());
    for (place, node) in first.into_iter().enumerate() {
        mixed.push(node);
        mixed.extend(second.get(place));
    }
    mixed
}

/// Nodes in one step: never zero, whatever the share.
fn step_size(batch: Batch, nodes: usize) -> usize {
    let size = match batch {
        Batch::Size(size) => usize::try_from(size).unwrap_or(usize::MAX),
        Batch::Percent(percent) => nodes * usize::from(percent) / 100,
    };
    size.max(1)
}

/// Why a node may not be given the bundle.
fn kept_out(node: &Node, bundle: BundleId, version: &str) -> Option<Reason> {
    match node.pinned_bundle_id {
        Some(pinned) if pinned != bundle => Some(Reason::PinnedTo(pinned)),
        _ => (!node.versions.admits(version)).then_some(Reason::OtherVersions),
    }
}

fn select<'a>(
    spec: &RolloutSpec,
    nodes: &[&'a Node],
    known: &[NodeGroup],
) -> Result<Vec<&'a Node>, PlanError> {
    let selected: Vec<&Node> = match &spec.target {
        Target::All => nodes.to_vec(),
        Target::Labels(labels) => nodes
            .iter()
            .copied()
            .filter(|node| labels.iter().all(|(key, value)| node.labels.get(key) == Some(value)))
            .collect(),
        Target::Nodes(ids) => {
            let wanted: BTreeSet<NodeId> = ids.iter().copied().collect();
            let selected: Vec<&Node> =
                nodes.iter().copied().filter(|node| wanted.contains(&node.id)).collect();
            let known: BTreeSet<NodeId> = selected.iter().map(|node| node.id).collect();
            let unknown: Vec<NodeId> = wanted.difference(&known).copied().collect();
            if !unknown.is_empty() {
                return Err(PlanError::UnknownNodes(unknown));
            }
            selected
        }
        Target::Groups(ids) => {
            let groups = groups(ids, known)?;
            nodes.iter().copied().filter(|node| groups.iter().any(|group| group.holds(node))).collect()
        }
    };
    if selected.is_empty() {
        return Err(PlanError::NothingToMove(nothing_selected(spec, nodes.len(), known)));
    }
    Ok(selected)
}

/// The groups that a target names.
fn groups<'a>(ids: &[NodeGroupId], known: &'a [NodeGroup]) -> Result<Vec<&'a NodeGroup>, PlanError> {
    let wanted: BTreeSet<NodeGroupId> = ids.iter().copied().collect();
    let groups: Vec<&NodeGroup> = known.iter().filter(|group| wanted.contains(&group.id)).collect();
    let found: BTreeSet<NodeGroupId> = groups.iter().map(|group| group.id).collect();
    let unknown: Vec<NodeGroupId> = wanted.difference(&found).copied().collect();
    if unknown.is_empty() { Ok(groups) } else { Err(PlanError::UnknownGroups(unknown)) }
}

fn nothing_selected(spec: &RolloutSpec, nodes: usize, known: &[NodeGroup]) -> String {
    let whose = if spec.environment_id.is_some() { "environment" } else { "project" };
    match &spec.target {
        Target::All => format!("the {whose} has no nodes"),
        Target::Labels(labels) => {
            let labels = named(labels.iter().map(|(key, value)| format!("{key}={value}")));
            format!("none of the {whose}'s {nodes} nodes carries the labels {labels}")
        }
        Target::Nodes(_) => "no node is named".into(),
        Target::Groups(ids) => {
            let groups = known.iter().filter(|group| ids.contains(&group.id));
            let names: Vec<String> = groups.map(|group| group.name.clone()).collect();
            format!("none of the {whose}'s {nodes} nodes belongs to the groups {}", named(names.into_iter()))
        }
    }
}

fn owned(node: &Node) -> Option<Owned> {
    node.owner.map(|rollout_id| Owned { node_id: node.id, name: node.name.clone(), rollout_id })
}

/// Desired and proven, both: a node that merely happens to run the bundle, against its assignment, is moved.
fn runs_already(node: &Node, spec: &RolloutSpec) -> bool {
    let desired = node.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == spec.bundle_id);
    let proven = node.effective.is_some_and(|fact| fact.bundle_id == spec.bundle_id);
    desired && proven && node.converged() && !node.failed_current()
}

/// Nodes by the reason for which they are left out.
fn left_out(excluded: &[Excluded]) -> String {
    let of = |what: fn(&Reason) -> bool| -> Vec<&Excluded> {
        excluded.iter().filter(|node| what(&node.reason)).collect()
    };
    let groups = [
        ("these nodes run this bundle already", of(|reason| matches!(reason, Reason::RunsAlready))),
        ("these are pinned to another bundle", of(|reason| matches!(reason, Reason::PinnedTo(_)))),
        ("these take other versions only", of(|reason| matches!(reason, Reason::OtherVersions))),
    ];
    let groups = groups.into_iter().filter(|(_, nodes)| !nodes.is_empty());
    let told =
        groups.map(|(what, nodes)| format!("{what}: {}", named(nodes.iter().map(|node| node.name.clone()))));
    told.collect::<Vec<_>>().join("; ")
}

fn named(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(NAMED_MAX);
    let mut text = names.take(NAMED_MAX).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    text
}

/// The same where there are no groups.
#[cfg(test)]
fn plan_over(spec: &RolloutSpec, nodes: &[Node]) -> Result<Plan, PlanError> {
    plan_rollout(spec, Fleet { nodes, groups: &[], version: "2.0.0" })
}

#[cfg(test)]
mod tests;
