//! Environments of a project: which there are, who is in which, and in what order bundles go through them.

use std::collections::BTreeSet;

use sentinel_model::bundle::Bundle;
use sentinel_model::environment::Environment;
use sentinel_model::node::Node;
use sentinel_model::{BundleId, EnvironmentId, NodeId, ProjectId};

use crate::apply::{Context, Stop};
use crate::outcome::Rejection;
use crate::promotion;
use crate::query;
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};

/// The environments of a project, in their order.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Environment>, TableError> {
    let mut environments: Vec<Environment> = rows(read, Scan::all(Table::Environments, project.as_bytes()))?;
    environments.sort_by_key(|environment| (environment.ordinal, environment.id));
    Ok(environments)
}

/// One environment of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: EnvironmentId,
) -> Result<Option<Environment>, TableError> {
    load(read, &row(project, id))
}

/// What stands for an environment in words: its name, or its id when it is gone.
pub fn name_of(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: EnvironmentId,
) -> Result<String, TableError> {
    Ok(find(read, project, id)?.map_or_else(|| id.to_string(), |environment| environment.name))
}

/// The environment, or the rejection that says it is not there.
pub(crate) fn require(
    context: &Context<'_>,
    project: ProjectId,
    id: EnvironmentId,
) -> Result<Environment, Stop> {
    find(context.tables(), project, id)?.ok_or_else(|| Rejection::not_found("Environment").into())
}

/// The environments that these nodes of a project are in. Where the project has none, no node is looked at.
pub fn touched<'n>(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    nodes: impl IntoIterator<Item = &'n NodeId>,
) -> Result<BTreeSet<EnvironmentId>, TableError> {
    let mut touched = BTreeSet::new();
    if read.scan(Scan { limit: 1, ..Scan::all(Table::Environments, project.as_bytes()) })?.is_empty() {
        return Ok(touched);
    }
    for node in nodes {
        let node = load::<Node>(read, node.as_bytes())?.filter(|node| node.project_id == project);
        touched.extend(node.and_then(|node| node.environment_id));
    }
    Ok(touched)
}

/// The nodes of an environment.
pub fn nodes(read: &(impl Read + ?Sized), id: EnvironmentId) -> Result<Vec<Node>, TableError> {
    query::behind_key(read, &read.scan(Scan::all(Table::EnvironmentNodes, id.as_bytes()))?)
}

/// Whether there is a node in it.
pub(crate) fn has_nodes(read: &(impl Read + ?Sized), id: EnvironmentId) -> Result<bool, TableError> {
    Ok(!read.scan(Scan { limit: 1, ..Scan::all(Table::EnvironmentNodes, id.as_bytes()) })?.is_empty())
}

/// Keeps the index in step with a node that goes from one environment to another. Its caller writes the node.
pub(crate) fn enter(
    context: &mut Context<'_>,
    node: &mut Node,
    to: Option<EnvironmentId>,
) -> Result<(), TableError> {
    leave(context, node)?;
    node.environment_id = to;
    match to {
        Some(to) => {
            let place = key(&[to.as_bytes(), node.id.as_bytes()]);
            context.write().put(Table::EnvironmentNodes, &place, b"")
        }
        None => Ok(()),
    }
}

/// Takes a node out of the index.
pub(crate) fn leave(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    match node.environment_id {
        Some(from) => {
            let place = key(&[from.as_bytes(), node.id.as_bytes()]);
            context.write().delete(Table::EnvironmentNodes, &place)
        }
        None => Ok(()),
    }
}

/// A bundle is not to go to an environment yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfOrder {
    /// Where it would go.
    pub to: Environment,
    /// The first one before that in which it has not been completed.
    pub missing: Environment,
}

impl std::fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (missing, to) = (&self.missing.name, &self.to.name);
        write!(f, "has not been completed in the environment '{missing}', which comes before '{to}'")
    }
}

/// Whether a bundle may go to nodes in these environments: it must have been completed in each one that has nodes and comes before.
pub fn out_of_order(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    bundle: BundleId,
    touched: &BTreeSet<EnvironmentId>,
) -> Result<Option<OutOfOrder>, TableError> {
    if touched.is_empty() {
        return Ok(None);
    }
    let all = all(read, project)?;
    // Whatever comes before the last one comes before all that matter.
    let Some(last) = all.iter().rposition(|environment| touched.contains(&environment.id)) else {
        return Ok(None);
    };
    for missing in &all[..last] {
        if has_nodes(read, missing.id)? && promotion::find(read, missing.id, bundle)?.is_none() {
            let to = all.iter().find(|to| touched.contains(&to.id) && to.ordinal > missing.ordinal);
            let to = to.unwrap_or(&all[last]).clone();
            return Ok(Some(OutOfOrder { to, missing: missing.clone() }));
        }
    }
    Ok(None)
}

/// Refuses a bundle that skips an environment.
pub(crate) fn require_order(
    context: &Context<'_>,
    bundle: &Bundle,
    touched: &BTreeSet<EnvironmentId>,
) -> Result<(), Stop> {
    match out_of_order(context.tables(), bundle.project_id, bundle.id, touched)? {
        None => Ok(()),
        Some(order) => {
            let slug = &order.missing.slug;
            let message = format!(
                "bundle '{}' {order}: roll it out to '{slug}' first; an administrator can skip the order with a reason",
                bundle.version
            );
            Err(Rejection::WrongState(message).into())
        }
    }
}

pub(crate) fn row(project: ProjectId, id: EnvironmentId) -> Vec<u8> {
    key(&[project.as_bytes(), id.as_bytes()])
}
