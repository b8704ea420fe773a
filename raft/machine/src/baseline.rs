//! The baseline of a project: what its nodes run as long as nobody has decided otherwise.

use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::project::Project;
use sentinel_model::{BundleId, ProjectId};

use crate::apply::{Context, Stop};
use crate::commands::node_register::assign;
use crate::commands::rollout_create::NODES_MAX;
use crate::query;
use crate::tables::{Scan, Table, TableError, key};

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

/// Makes a bundle the baseline, because a rollout has carried it to every node that was there when it was planned. Those that
/// joined since are given it as well; else they would keep the baseline before for ever, and look converged. Returns how many
/// these were.
///
/// The index holds no others by then, since the rollout has moved the rest, but for nodes that had joined with this very bundle, and
/// those of the slot that a blue-green rollout leaves as it is: it owns them still, so they keep theirs.
/// So this is about as much work as nodes joined, and at most as much as a rollout may be.
pub(crate) fn set(context: &mut Context<'_>, project: ProjectId, bundle: BundleId) -> Result<u64, Stop> {
    let mut project = context.require::<Project>(project.as_bytes(), "Project")?;
    project.baseline = Some(bundle);
    context.store(&project)?;
    let undecided = Scan { limit: NODES_MAX, ..Scan::all(Table::BaselineNodes, project.id.as_bytes()) };
    let pairs = context.tables().scan(undecided)?;
    let mut given = 0;
    for mut node in query::behind_key::<Node>(context.tables(), &pairs)? {
        let has_it = node.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == bundle);
        // What another rollout is about to move is its own, and what is pinned stays.
        if !has_it && node.owner.is_none() && !node.pinned_away_from(bundle) {
            assign(context, &mut node, bundle, AssignmentCause::Baseline)?;
            given += 1;
        }
    }
    Ok(given)
}

fn row(node: &Node) -> Vec<u8> {
    key(&[node.project_id.as_bytes(), node.id.as_bytes()])
}
