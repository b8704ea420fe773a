//! The tables as the oracle knows them: rows decoded, one by one as they change.

use std::collections::BTreeMap;

use sentinel_machine::{Table, tables};
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::{Actor, AuditEntry};
use sentinel_model::bundle::Bundle;
use sentinel_model::canary::Analysis;
use sentinel_model::freeze::FreezeWindow;
use sentinel_model::node::Node;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Rollout, RolloutNode, Step};
use sentinel_model::user::{Membership, Role};
use sentinel_model::{
    ApiKeyId, BundleId, FreezeWindowId, Generation, NodeId, OrgId, ProjectId, RolloutId, Time, UserId,
};

/// A key of a table, and its value from now on.
pub struct Touched {
    pub table: Table,
    pub key: Vec<u8>,
    pub value: Option<Vec<u8>>,
}

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    pub time: Time,
    pub projects: BTreeMap<ProjectId, Project>,
    pub rollouts: BTreeMap<RolloutId, Rollout>,
    pub steps: BTreeMap<(RolloutId, u32), Step>,
    pub members: BTreeMap<(RolloutId, NodeId), RolloutNode>,
    pub analyses: BTreeMap<RolloutId, Analysis>,
    pub nodes: BTreeMap<NodeId, Node>,
    pub bundles: BTreeMap<BundleId, Bundle>,
    pub windows: BTreeMap<FreezeWindowId, FreezeWindow>,
    pub roles: BTreeMap<(OrgId, UserId), Role>,
    keys: BTreeMap<ApiKeyId, ApiKey>,
    /// The newest entry.
    pub audit: Option<AuditEntry>,
}

macro_rules! row {
    ($table:expr, $bytes:expr) => {
        tables::decode($table, $bytes).unwrap()
    };
}

fn role_of(table: Table, bytes: &[u8]) -> Role {
    let membership: Membership = row!(table, bytes);
    membership.role
}

fn id(bytes: &[u8]) -> [u8; 16] {
    bytes[bytes.len() - 16..].try_into().unwrap()
}

impl Mirror {
    /// Takes changes over. False when none of them is of anything that is watched.
    pub fn take(&mut self, touched: &[Touched]) -> bool {
        let mut watched = false;
        for Touched { table, key, value } in touched {
            watched |= self.take_one(*table, key, value.as_deref());
        }
        watched
    }

    fn take_one(&mut self, table: Table, key: &[u8], value: Option<&[u8]>) -> bool {
        macro_rules! keep {
            ($map:ident, $key:expr) => {{
                match value {
                    Some(bytes) => drop(self.$map.insert($key, row!(table, bytes))),
                    None => drop(self.$map.remove(&$key)),
                }
                true
            }};
        }
        let uuid = |bytes: &[u8]| uuid::Uuid::from_bytes(id(bytes));
        match table {
            Table::Machine if key == b"time" => {
                self.time = Time(row!(table, value.unwrap_or_default()));
                false
            }
            Table::Projects => keep!(projects, ProjectId(uuid(key))),
            Table::Rollouts => keep!(rollouts, RolloutId(uuid(key))),
            Table::RolloutSteps => {
                let index = u32::from_be_bytes(key[16..].try_into().unwrap());
                keep!(steps, (RolloutId(uuid(&key[..16])), index))
            }
            Table::RolloutNodes => keep!(members, (RolloutId(uuid(&key[..16])), NodeId(uuid(key)))),
            Table::RolloutAnalyses => keep!(analyses, RolloutId(uuid(key))),
            Table::Nodes => keep!(nodes, NodeId(uuid(key))),
            Table::Bundles => keep!(bundles, BundleId(uuid(key))),
            Table::FreezeWindows => keep!(windows, FreezeWindowId(uuid(key))),
            Table::ApiKeys => keep!(keys, ApiKeyId(uuid(key))),
            Table::Memberships => {
                let whose = (OrgId(uuid(&key[..16])), UserId(uuid(key)));
                match value {
                    Some(bytes) => drop(self.roles.insert(whose, role_of(table, bytes))),
                    None => drop(self.roles.remove(&whose)),
                }
                true
            }
            Table::Audit => {
                self.audit = value.map(|bytes| row!(table, bytes));
                true
            }
            _ => false,
        }
    }

    pub fn steps_of(&self, id: RolloutId) -> impl Iterator<Item = &Step> {
        self.steps.range((id, 0)..=(id, u32::MAX)).map(|(_, step)| step)
    }

    pub fn members_of(&self, id: RolloutId) -> impl Iterator<Item = &RolloutNode> {
        self.members.values().filter(move |member| member.rollout_id == id)
    }

    /// The person who acts, or who made the key that does.
    pub fn person_behind(&self, actor: Actor) -> Option<UserId> {
        match actor {
            Actor::User(user) => Some(user),
            Actor::ApiKey(key) => self.keys.get(&key).map(|key| key.user_id),
            Actor::Node(_) | Actor::Member(_) | Actor::Anonymous => None,
        }
    }

    /// What a rollout would do, all of it.
    pub fn plan_of(&self, id: RolloutId) -> String {
        let rollout = &self.rollouts[&id];
        let steps: Vec<_> = self.steps_of(id).map(|step| &step.node_ids).collect();
        let manifest = self.bundles.get(&rollout.spec.bundle_id).map(|bundle| bundle.manifest_digest);
        format!("{:?} {steps:?} {manifest:?} {:?}", rollout.spec, rollout.governance.scheduled_at)
    }
}

/// The generation that a rollout gave to a node and that is the node's newest.
pub fn given(node: &Node, id: RolloutId) -> Option<Generation> {
    use sentinel_model::node::AssignmentCause;
    let assignment = node.assignment.as_ref()?;
    (assignment.cause == AssignmentCause::Rollout(id)).then_some(assignment.generation)
}

pub fn proven(node: &Node, generation: Generation) -> bool {
    node.effective.is_some_and(|fact| fact.generation == generation)
}
