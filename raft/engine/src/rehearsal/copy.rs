//! The copy of a project: the rows that decide anything about its rollouts, and of those no secret.
//!
//! Rules on approvals are left out: approvals are taken for given at once. Promotion rules and drift are left out as well, so nothing but
//! the rollouts that there are moves nodes.

use std::collections::BTreeSet;

use sentinel_machine::memory::MemoryTables;
use sentinel_machine::tables::{self, Row, key, load, store};
use sentinel_machine::{Read, Scan, Table, TableError, Write, query, waiting};
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::Actor;
use sentinel_model::bundle::Bundle;
use sentinel_model::canary::Analysis;
use sentinel_model::check::Checks;
use sentinel_model::cluster::Cluster;
use sentinel_model::environment::Environment;
use sentinel_model::freeze::FreezeWindow;
use sentinel_model::governance::ApprovalPolicy;
use sentinel_model::group::NodeGroup;
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::promotion::Promotion;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::secret::Sealed;
use sentinel_model::user::Membership;
use sentinel_model::{BundleId, ProjectId, RolloutId, Sha256Digest};

/// Most nodes of a project that are copied.
pub const NODES_MAX: usize = 20_000;

/// No copy was made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// It would be too large.
    #[error("the project has more than {NODES_MAX} nodes; a rehearsal takes at most so many")]
    TooManyNodes,
    /// State could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// A copy, and its nodes.
#[derive(Debug)]
pub struct Copied {
    /// Shares nothing with what it was made from.
    pub tables: MemoryTables,
    /// Every node of the project, by name.
    pub nodes: Vec<Node>,
}

/// Copies what decides about rollouts of a project that somebody asks for.
///
/// # Errors
/// [`CopyError`].
pub fn copy_of(
    read: &dyn Read,
    project: ProjectId,
    bundle: BundleId,
    actor: Actor,
) -> Result<Copied, CopyError> {
    let some = Scan { limit: NODES_MAX + 1, ..Scan::all(Table::NodeNames, project.as_bytes()) };
    if read.scan(some)?.len() > NODES_MAX {
        return Err(CopyError::TooManyNodes);
    }
    let nodes = query::nodes_of(read, project)?;
    let mut copy = Copy {
        read,
        tables: MemoryTables::default(),
        bundles: BTreeSet::from([bundle]),
        rollouts: BTreeSet::new(),
    };
    copy.ground(project, actor)?;
    copy.environments(project)?;
    for node in &nodes {
        copy.node(node)?;
    }
    let live = query::active_rollouts(read)?.into_iter().filter(|one| one.project_id == project);
    copy.rollouts.extend(live.map(|one| one.id));
    copy.rollouts.extend(waiting::of_project(read, project)?.iter().map(|one| one.id));
    for id in std::mem::take(&mut copy.rollouts) {
        copy.rollout(project, id)?;
    }
    copy.queue(project, &nodes)?;
    for id in std::mem::take(&mut copy.bundles) {
        if let Some(bundle) = load::<Bundle>(read, id.as_bytes())?.filter(|one| one.project_id == project) {
            store(&mut copy.tables, &bundle)?;
        }
    }
    Ok(Copied { tables: copy.tables, nodes })
}

struct Copy<'a> {
    read: &'a dyn Read,
    tables: MemoryTables,
    /// Those that anything copied names.
    bundles: BTreeSet<BundleId>,
    /// So with rollouts.
    rollouts: BTreeSet<RolloutId>,
}

impl Copy<'_> {
    fn pairs(&mut self, table: Table, prefix: &[u8]) -> Result<(), TableError> {
        for (key, value) in self.read.scan(Scan::all(table, prefix))? {
            self.tables.put(table, &key, &value)?;
        }
        Ok(())
    }

    fn rows<R: Row>(&mut self, prefix: &[u8]) -> Result<Vec<R>, TableError> {
        let rows: Vec<R> = tables::rows(self.read, Scan::all(R::TABLE, prefix))?;
        for row in &rows {
            store(&mut self.tables, row)?;
        }
        Ok(rows)
    }

    /// What everything stands on: the cluster's level, the time, the project, who asks.
    fn ground(&mut self, id: ProjectId, actor: Actor) -> Result<(), TableError> {
        let read = self.read;
        if let Some(cluster) = load::<Cluster>(read, b"cluster")? {
            store(&mut self.tables, &Cluster { ca: None, backup: None, ..cluster })?;
        }
        if let Some(time) = read.get(Table::Machine, b"time")? {
            self.tables.put(Table::Machine, b"time", &time)?;
        }
        let Some(project) = load::<Project>(read, id.as_bytes())? else { return Ok(()) };
        if let Some(mut org) = load::<Org>(read, project.org_id.as_bytes())? {
            org.signing_key.sealed_seed = Sealed(Vec::new());
            store(&mut self.tables, &org)?;
        }
        let author = match actor {
            Actor::ApiKey(key) => match load::<ApiKey>(read, key.as_bytes())? {
                Some(key) => {
                    let (user, prefix, key_digest) = (key.user_id, String::new(), Sha256Digest([0; 32]));
                    store(&mut self.tables, &ApiKey { prefix, key_digest, ..key })?;
                    Some(user)
                }
                None => None,
            },
            Actor::User(user) => Some(user),
            _ => None,
        };
        if let Some(user) = author
            && let Some(member) =
                load::<Membership>(read, &key(&[project.org_id.as_bytes(), user.as_bytes()]))?
        {
            store(&mut self.tables, &member)?;
        }
        self.bundles.extend(project.baseline);
        if let Some(owed) = &project.catch_up {
            self.rollouts.insert(owed.rollout_id);
            let place = key(&[&owed.not_before.0.to_be_bytes(), id.as_bytes()]);
            self.tables.put(Table::BaselinesDue, &place, b"")?;
        }
        let plain = Project {
            sealed_marker_key: Sealed(Vec::new()),
            approval: ApprovalPolicy { rules: Vec::new(), ..project.approval },
            ..project
        };
        store(&mut self.tables, &plain)?;
        self.rows::<FreezeWindow>(id.as_bytes())?;
        self.rows::<NodeGroup>(id.as_bytes())?;
        self.pairs(Table::BaselineNodes, id.as_bytes())
    }

    fn environments(&mut self, project: ProjectId) -> Result<(), TableError> {
        let found: Vec<Environment> =
            tables::rows(self.read, Scan::all(Table::Environments, project.as_bytes()))?;
        for one in found {
            let id = one.id;
            if let Some(owed) = &one.catch_up {
                self.rollouts.insert(owed.rollout_id);
                let place = key(&[&owed.not_before.0.to_be_bytes(), id.as_bytes()]);
                self.tables.put(Table::EnvironmentBaselinesDue, &place, project.as_bytes())?;
            }
            store(&mut self.tables, &Environment { approval_rules: Vec::new(), ..one })?;
            self.pairs(Table::EnvironmentNodes, id.as_bytes())?;
            self.pairs(Table::PromotionsByTime, id.as_bytes())?;
            for promotion in self.rows::<Promotion>(id.as_bytes())? {
                self.bundles.insert(promotion.bundle_id);
            }
        }
        Ok(())
    }

    fn node(&mut self, node: &Node) -> Result<(), TableError> {
        let facts = [node.offered, node.accepted, node.effective];
        self.bundles.extend(facts.iter().flatten().map(|fact| fact.bundle_id));
        self.bundles.extend(node.assignment.as_ref().map(|given| given.bundle_id));
        self.bundles.extend(node.pinned_bundle_id);
        let cause = node.assignment.as_ref().and_then(|given| match given.cause {
            AssignmentCause::Rollout(id) | AssignmentCause::Rollback(id) => Some(id),
            AssignmentCause::Direct | AssignmentCause::Baseline => None,
        });
        store(&mut self.tables, &Node { key_digest: Sha256Digest([0; 32]), ..node.clone() })?;
        let name = key(&[node.project_id.as_bytes(), node.name.as_bytes()]);
        self.tables.put(Table::NodeNames, &name, node.id.as_bytes())?;
        self.rollouts.extend(cause.into_iter().chain(node.owner));
        Ok(())
    }

    fn rollout(&mut self, project: ProjectId, id: RolloutId) -> Result<(), TableError> {
        let found = load::<Rollout>(self.read, id.as_bytes())?.filter(|one| one.project_id == project);
        let Some(rollout) = found else { return Ok(()) };
        store(&mut self.tables, &rollout)?;
        self.bundles.insert(rollout.spec.bundle_id);
        self.rows::<Step>(id.as_bytes())?;
        for member in self.rows::<RolloutNode>(id.as_bytes())? {
            self.bundles.extend(member.previous.into_iter().chain(member.fallback));
        }
        self.rows::<Analysis>(id.as_bytes())?;
        self.rows::<Checks>(id.as_bytes())?;
        let row = key(&[project.as_bytes(), id.as_bytes()]);
        self.tables.put(Table::RolloutsByProject, &row, b"")?;
        self.pairs(Table::RolloutsActive, id.as_bytes())?;
        if let Some(at) = self.read.get(Table::RolloutsWaiting, &row)? {
            self.tables.put(Table::RolloutsWaiting, &row, &at)?;
            self.tables.put(Table::RolloutsDue, &key(&[&at, id.as_bytes()]), b"")?;
        }
        Ok(())
    }

    fn queue(&mut self, project: ProjectId, nodes: &[Node]) -> Result<(), TableError> {
        self.pairs(Table::RolloutQueue, project.as_bytes())?;
        if self.tables.count(Table::RolloutQueue)? == 0 {
            return Ok(());
        }
        for node in nodes {
            self.pairs(Table::NodeQueue, node.id.as_bytes())?;
        }
        Ok(())
    }
}
