//! The baseline of a project: what its nodes run as long as nobody has decided otherwise.

use sentinel_model::bundle::Bundle;
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::project::{CatchUp, Project};
use sentinel_model::rollout::Rollout;
use sentinel_model::{ProjectId, Time};

use crate::apply::{Context, Stop};
use crate::commands::node_register::assign;
use crate::commands::rollout_create::NODES_MAX;
use crate::freeze::Frozen;
use crate::query;
use crate::tables::{Read, Scan, Table, TableError, key};
use crate::waiting;

/// A plan is a moment older than the rollout that is made of it: a node may have joined in between.
const PLANNING_MS: u64 = 10_000;

/// Keeps the index of nodes that nobody has decided about in step with the node. Call it when its assignment has changed.
pub(crate) fn index(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    let undecided =
        node.assignment.as_ref().is_none_or(|assignment| assignment.cause == AssignmentCause::Baseline);
    if undecided { context.write().put(Table::BaselineNodes, &row(node), b"") } else { forget(context, node) }
}

/// Takes a node that is removed out of the index.
pub(crate) fn forget(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    context.write().delete(Table::BaselineNodes, &row(node))
}

/// Nodes that joined and have another bundle than the baseline, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    /// So many were given it.
    Given(u64),
    /// So many are given it when the freeze is over.
    Wait(u64),
}

/// Makes a bundle the baseline, because a rollout has carried it to every node that was there when it was planned. Those that
/// joined since are given it as well; else they would keep the baseline before for ever, and look converged. In a freeze they wait
/// for its end: they are not the rollout's own nodes, which have the bundle already.
///
/// Nodes that were there when it was asked for are not given it here, though they may be in the index: a blue-green rollout leaves one
/// slot as it is, and one that was pinned then may not be by now. Nobody has judged or approved that for them.
/// So this is about as much work as nodes joined, and at most as much as a rollout may be.
pub(crate) fn set(
    context: &mut Context<'_>,
    completed: &Rollout,
    frozen: Option<&Frozen>,
) -> Result<Joined, Stop> {
    let mut project = context.require::<Project>(completed.project_id.as_bytes(), "Project")?;
    project.baseline = Some(completed.spec.bundle_id);
    let Some(frozen) = frozen else { return Ok(Joined::Given(catch_up(context, &mut project, completed)?)) };
    let behind = behind(context, &project, completed)?.len() as u64;
    let owed = CatchUp { rollout_id: completed.id, not_before: frozen.until };
    owe(context, &mut project, (behind > 0).then_some(owed))?;
    Ok(Joined::Wait(behind))
}

/// Gives the baseline to whoever joined since this rollout was asked for, lacks it and may have it.
pub(crate) fn catch_up(
    context: &mut Context<'_>,
    project: &mut Project,
    since: &Rollout,
) -> Result<u64, Stop> {
    let mut given = 0;
    if let Some(bundle) = project.baseline {
        for mut node in behind(context, project, since)? {
            assign(context, &mut node, bundle, AssignmentCause::Baseline)?;
            given += 1;
        }
    }
    owe(context, project, None)?;
    Ok(given)
}

/// What another rollout is about to move is its own, and what is pinned stays.
fn behind(context: &Context<'_>, project: &Project, since: &Rollout) -> Result<Vec<Node>, TableError> {
    let Some(bundle) = project.baseline else { return Ok(Vec::new()) };
    let version = context.load::<Bundle>(bundle.as_bytes())?.map(|bundle| bundle.version).unwrap_or_default();
    let undecided = Scan { limit: NODES_MAX, ..Scan::all(Table::BaselineNodes, project.id.as_bytes()) };
    let pairs = context.tables().scan(undecided)?;
    let mut nodes = query::behind_key::<Node>(context.tables(), &pairs)?;
    nodes.retain(|node| {
        let has_it = node.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == bundle);
        let joined = node.registered_at.plus_ms(PLANNING_MS) >= since.created_at;
        let takes_it = !node.pinned_away_from(bundle) && node.versions.admits(&version);
        joined && !has_it && node.owner.is_none() && takes_it
    });
    let mut missed = Vec::with_capacity(nodes.len());
    for node in nodes {
        let planned =
            context.tables().get(Table::RolloutNodes, &key(&[since.id.as_bytes(), node.id.as_bytes()]))?;
        if planned.is_none() {
            missed.push(node);
        }
    }
    Ok(missed)
}

/// Writes the project, and what it owes to nodes that joined.
pub(crate) fn owe(
    context: &mut Context<'_>,
    project: &mut Project,
    owed: Option<CatchUp>,
) -> Result<(), TableError> {
    let place = |owed: &CatchUp| key(&[&owed.not_before.0.to_be_bytes(), project.id.as_bytes()]);
    if let Some(before) = &project.catch_up {
        context.write().delete(Table::BaselinesDue, &place(before))?;
    }
    if let Some(owed) = &owed {
        context.write().put(Table::BaselinesDue, &place(owed), b"")?;
    }
    project.catch_up = owed;
    context.store(project)
}

/// Projects that owe their baseline to nodes that joined, and whose freeze should be over.
pub fn due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<ProjectId>, TableError> {
    Ok(waiting::due_in(read, Table::BaselinesDue, now, most)?.into_iter().map(ProjectId).collect())
}

fn row(node: &Node) -> Vec<u8> {
    key(&[node.project_id.as_bytes(), node.id.as_bytes()])
}
