//! Rollouts that want the same nodes, between the API and the model.

use sentinel_api_types::conflict::{OnConflict, PlanConflict};
use sentinel_machine::{Read, TableError, queue, tables};
use sentinel_model::node::Node;
use sentinel_model::rollout::{self, Rollout};
use sentinel_model::{NodeId, ProjectId};

use super::shape;
use crate::node::Versions;

/// What was asked for.
pub(super) fn asked(policy: OnConflict) -> rollout::OnConflict {
    match policy {
        OnConflict::Refuse => rollout::OnConflict::Refuse,
        OnConflict::Queue => rollout::OnConflict::Queue,
        OnConflict::Supersede => rollout::OnConflict::Supersede,
    }
}

/// The same, as the API shows it.
pub(super) fn policy(asked: rollout::OnConflict) -> OnConflict {
    match asked {
        rollout::OnConflict::Refuse => OnConflict::Refuse,
        rollout::OnConflict::Queue => OnConflict::Queue,
        rollout::OnConflict::Supersede => OnConflict::Supersede,
    }
}

/// Has a node belong to the first rollout that waits for it, where nobody has it: to a plan that comes to the same.
pub(super) fn reserve(read: &dyn Read, project: ProjectId, nodes: &mut [Node]) -> Result<(), TableError> {
    if queue::of_project(read, project)?.is_empty() {
        return Ok(());
    }
    for node in nodes.iter_mut().filter(|node| node.owner.is_none()) {
        node.owner = queue::first_for(read, node.id)?;
    }
    Ok(())
}

/// The rollouts that a plan meets: those that have its nodes, then those that wait for them already, in the order of the queue.
pub(super) fn met(
    read: &dyn Read,
    versions: &mut Versions<'_>,
    planned: impl IntoIterator<Item = NodeId>,
) -> Result<Vec<PlanConflict>, TableError> {
    let load = |id: NodeId| tables::load::<Node>(read, id.as_bytes());
    let nodes: Vec<Node> =
        planned.into_iter().filter_map(|id| load(id).transpose()).collect::<Result<_, _>>()?;
    let mut met = Vec::new();
    for contender in queue::contenders(read, &nodes, None)? {
        let rollout_id = contender.rollout_id;
        let Some(other) = tables::load::<Rollout>(read, rollout_id.as_bytes())? else { continue };
        met.push(PlanConflict {
            rollout_id,
            bundle_version: versions.of(other.spec.bundle_id)?.unwrap_or_default(),
            state: shape::state(&other.state),
            nodes: u64::from(contender.nodes),
        });
    }
    Ok(met)
}
