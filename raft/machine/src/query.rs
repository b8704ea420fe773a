//! Reads that more than one caller needs: typed walks over the indexes.

use sentinel_model::bundle::Bundle;
use sentinel_model::cluster::Cluster;
use sentinel_model::node::Node;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::user::Membership;
use sentinel_model::{Epoch, ProjectId, RolloutId, Time, UserId};
use uuid::Uuid;

use crate::tables::{Pair, Read, Row, Scan, Table, TableError, decode, load, rows};

/// The rows behind the pairs of an index whose key ends in the id of the row.
pub fn behind_key<R: Row>(read: &(impl Read + ?Sized), pairs: &[Pair]) -> Result<Vec<R>, TableError> {
    pairs.iter().filter_map(|(key, _)| load(read, &key[key.len().saturating_sub(16)..]).transpose()).collect()
}

/// The rows behind the pairs of an index whose value is the id of the row.
pub fn behind_value<R: Row>(read: &(impl Read + ?Sized), pairs: &[Pair]) -> Result<Vec<R>, TableError> {
    pairs.iter().filter_map(|(_, id)| load(read, id).transpose()).collect()
}

/// The time of the newest entry of the log.
pub fn log_time(read: &(impl Read + ?Sized)) -> Result<Time, TableError> {
    let bytes = read.get(Table::Machine, b"time")?;
    bytes.map_or(Ok(Time::default()), |bytes| decode(Table::Machine, &bytes).map(Time))
}

/// The epoch of the cluster; the first one before it is formed.
pub fn epoch(read: &(impl Read + ?Sized)) -> Result<Epoch, TableError> {
    let cluster: Option<Cluster> = load(read, b"cluster")?;
    Ok(cluster.map_or(Epoch::FIRST, |cluster| cluster.epoch))
}

/// The project with this slug.
pub fn project_by_slug(read: &(impl Read + ?Sized), slug: &str) -> Result<Option<Project>, TableError> {
    read.get(Table::ProjectSlugs, slug.as_bytes())?.map_or(Ok(None), |id| load(read, &id))
}

/// The org with this slug.
pub fn org_by_slug(read: &(impl Read + ?Sized), slug: &str) -> Result<Option<Org>, TableError> {
    read.get(Table::OrgSlugs, slug.as_bytes())?.map_or(Ok(None), |id| load(read, &id))
}

/// What a person may do, org by org.
pub fn memberships_of(read: &(impl Read + ?Sized), user: UserId) -> Result<Vec<Membership>, TableError> {
    let pairs = read.scan(Scan::all(Table::MembershipsByUser, user.as_bytes()))?;
    let of = |(key, _): &Pair| {
        let (user, org) = key.split_at(16.min(key.len()));
        load(read, &[org, user].concat()).transpose()
    };
    pairs.iter().filter_map(of).collect()
}

/// How many nodes there are, in all projects.
pub fn node_count(read: &(impl Read + ?Sized)) -> Result<u64, TableError> {
    read.count(Table::Nodes)
}

/// Every node of a project, by name.
pub fn nodes_of(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Node>, TableError> {
    behind_value(read, &read.scan(Scan::all(Table::NodeNames, project.as_bytes()))?)
}

/// Rollouts that have begun and are not at their end. Those that wait are in [`crate::waiting`].
pub fn active_rollouts(read: &(impl Read + ?Sized)) -> Result<Vec<Rollout>, TableError> {
    behind_key(read, &read.scan(Scan::all(Table::RolloutsActive, &[]))?)
}

/// The steps of a rollout, in order.
pub fn rollout_steps(read: &(impl Read + ?Sized), rollout: RolloutId) -> Result<Vec<Step>, TableError> {
    rows(read, Scan::all(Table::RolloutSteps, rollout.as_bytes()))
}

/// The nodes of a rollout, by id.
pub fn rollout_nodes(
    read: &(impl Read + ?Sized),
    rollout: RolloutId,
) -> Result<Vec<RolloutNode>, TableError> {
    rows(read, Scan::all(Table::RolloutNodes, rollout.as_bytes()))
}

/// The newest bundle of a project that may be assigned.
pub fn newest_bundle(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Option<Bundle>, TableError> {
    let newest = Scan {
        order: crate::tables::Order::Descending,
        limit: 1,
        ..Scan::all(Table::BundlesByProject, project.as_bytes())
    };
    Ok(behind_key::<Bundle>(read, &read.scan(newest)?)?.pop())
}

/// The id in the last sixteen bytes of an index key.
pub fn id_at_end(key: &[u8]) -> Option<Uuid> {
    key.get(key.len().checked_sub(16)?..).and_then(|bytes| Uuid::from_slice(bytes).ok())
}
