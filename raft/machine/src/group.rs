//! Groups of nodes: all of a project, and what a group may hold.

use std::collections::BTreeSet;

use sentinel_model::group::NodeGroup;
use sentinel_model::node::Node;
use sentinel_model::{NodeGroupId, NodeId, ProjectId, Sha256Digest};
use sha2::{Digest, Sha256};

use crate::apply::{Context, Stop};
use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};

/// Most nodes that an audit entry names one by one.
const TOLD_MAX: usize = 10;

/// Every group of a project, by id: the oldest first.
pub fn groups(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<NodeGroup>, TableError> {
    rows(read, Scan::all(Table::NodeGroups, project.as_bytes()))
}

/// One group of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: NodeGroupId,
) -> Result<Option<NodeGroup>, TableError> {
    load(read, &key(&[project.as_bytes(), id.as_bytes()]))
}

/// Nodes as the audit entry has them: a few one by one, many by their number and a digest of their ids.
pub fn nodes_text(nodes: &BTreeSet<NodeId>) -> String {
    if nodes.len() <= TOLD_MAX {
        return nodes.iter().map(NodeId::to_string).collect::<Vec<_>>().join(", ");
    }
    let mut hash = Sha256::new();
    nodes.iter().for_each(|node| hash.update(node.as_bytes()));
    format!("{} nodes, sha256 {}", nodes.len(), Sha256Digest(hash.finalize().into()))
}

/// Refuses a second group of one name.
pub(crate) fn require_name_free(groups: &[NodeGroup], group: &NodeGroup) -> Result<(), Stop> {
    match groups.iter().any(|other| other.name == group.name && other.id != group.id) {
        true => Err(Rejection::taken("name", "is taken by another group of this project").into()),
        false => Ok(()),
    }
}

/// Refuses nodes that the project does not have. Those of other projects do not exist.
pub(crate) fn require_own<'n>(
    context: &Context<'_>,
    group: &NodeGroup,
    nodes: impl Iterator<Item = &'n NodeId>,
) -> Result<(), Stop> {
    for id in nodes {
        let node = context.require::<Node>(id.as_bytes(), "Node")?;
        if node.project_id != group.project_id {
            return Err(Rejection::not_found("Node").into());
        }
    }
    Ok(())
}

/// Takes a node that goes away out of the groups that name it.
pub(crate) fn forget(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    for mut group in groups(context.tables(), node.project_id)? {
        if group.nodes.remove(&node.id) {
            context.store(&group)?;
        }
    }
    Ok(())
}
