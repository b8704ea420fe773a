//! Rollouts that want the same nodes, between the API and the model.

use std::collections::BTreeMap;

use sentinel_api_types::conflict::{OnConflict, PlanConflict};
use sentinel_engine::plan::Owned;
use sentinel_machine::{Read, TableError, queue, tables};
use sentinel_model::node::Node;
use sentinel_model::rollout::{self, Rollout};
use sentinel_model::{ProjectId, RolloutId};

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

/// The rollouts that a plan meets.
pub(super) fn met(
    read: &dyn Read,
    versions: &mut Versions<'_>,
    conflicts: &[Owned],
) -> Result<Vec<PlanConflict>, TableError> {
    let mut nodes: BTreeMap<RolloutId, u64> = BTreeMap::new();
    for owned in conflicts {
        *nodes.entry(owned.rollout_id).or_default() += 1;
    }
    let mut met = Vec::with_capacity(nodes.len());
    for (rollout_id, nodes) in nodes {
        let Some(other) = tables::load::<Rollout>(read, rollout_id.as_bytes())? else { continue };
        met.push(PlanConflict {
            rollout_id,
            bundle_version: versions.of(other.spec.bundle_id)?.unwrap_or_default(),
            state: shape::state(&other.state),
            nodes,
        });
    }
    Ok(met)
}
