//! Enrols a node with a token, and gives it the baseline of its environment or of its project, if there is one.

use std::collections::BTreeMap;

use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::node::{Assignment, AssignmentCause, CAPABILITIES_MAX, Node, NodeStatus, WEIGHT_FULL};
use sentinel_model::project::Project;
use sentinel_model::version::VersionRange;
use sentinel_model::{BundleId, DriftEventId, Generation, InvalidValue, NodeId, Sha256Digest, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::baseline;
use crate::environment;
use crate::drift;
use crate::commands::enrolment_token_create::ASKED_LEVEL;
use crate::commands::node_update::labels_text;
use crate::level::of_cluster;
use crate::outcome::{Rejection, Reply};
use crate::simulator;
use crate::tables::{Table, TableError, key};

/// From which level on a node remembers what it was given.
const GIVEN_LEVEL: u16 = 5;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRegister {
    /// Identity of the new node.
    pub node_id: NodeId,
    /// Digest of the enrolment token. Spending a use happens in this very step.
    pub token_digest: Sha256Digest,
    /// Unique in the project.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Capabilities.
    pub capabilities: Vec<String>,
    /// Version of the agent.
    pub agent_version: String,
    /// Version of the proxy.
    pub proxy_version: String,
    /// Host name.
    pub hostname: String,
    /// Address.
    pub ip: String,
    /// Digest of the node key.
    pub key_digest: Sha256Digest,
}

impl Apply for NodeRegister {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_identifier("name", &self.name)?;
        name::check_labels("labels", &self.labels)?;
        if self.capabilities.len() > CAPABILITIES_MAX {
            return Err(InvalidValue::new("capabilities", format!("at most {CAPABILITIES_MAX}")).into());
        }
        for (field, text) in [
            ("agent_version", &self.agent_version),
            ("proxy_version", &self.proxy_version),
            ("hostname", &self.hostname),
            ("ip", &self.ip),
        ]
        .into_iter()
        .chain(self.capabilities.iter().map(|text| ("capabilities", text)))
        {
            name::check_text(field, text)?;
        }
        let (project, token) = self.spend_token(context)?;
        let environment_id = match token.environment_id {
            None if token.simulated => simulator::remembered(context, &project, &self.name)?,
            asked => asked,
        };
        let by_name = key(&[project.id.as_bytes(), self.name.as_bytes()]);
        if let Some(known) = context.tables().get(Table::NodeNames, &by_name)? {
            let known = context.require::<Node>(&known, "Node")?;
            if token.simulated && known.simulated {
                return self.play_on(context, known, &project);
            }
            let message =
                format!("the project has a node '{}' already; delete it or choose another name", self.name);
            return Err(Rejection::taken("name", message).into());
        }
        context.require_new::<Node>(self.node_id.as_bytes(), "node")?;
        let now = context.time;
        let mut node = Node {
            id: self.node_id,
            project_id: project.id,
            name: self.name.clone(),
            labels: self.labels.clone(),
            capabilities: self.capabilities.clone(),
            agent_version: self.agent_version.clone(),
            proxy_version: self.proxy_version.clone(),
            hostname: self.hostname.clone(),
            ip: self.ip.clone(),
            key_digest: self.key_digest,
            registered_at: now,
            status: NodeStatus::Unknown,
            status_since: now,
            generation: Generation::default(),
            assignment: None,
            offered: None,
            accepted: None,
            effective: None,
            failure: None,
            owner: None,
            weight: WEIGHT_FULL,
            weight_revision: 0,
            pinned_bundle_id: None,
            slot: None,
            versions: VersionRange::default(),
            environment_id: None,
            simulated: token.simulated,
            given: Vec::new(),
        };
        environment::enter(context, &mut node, environment_id)?;
        match baseline::of(context.tables(), &project, environment_id)? {
            Some((bundle, _)) => assign(context, &mut node, bundle, AssignmentCause::Baseline)?,
            None => {
                context.store(&node)?;
                baseline::index(context, &node)?;
            }
        }
        let write = context.write();
        write.put(Table::NodeNames, &by_name, self.node_id.as_bytes())?;
        write.put(Table::NodeKeyDigests, &self.key_digest.0, self.node_id.as_bytes())?;
        let id = self.node_id.to_string();
        let subject = Subject::in_project("node", &id, &project);
        let name = [("name", self.name.clone())];
        let asked = if of_cluster(context.tables())? >= ASKED_LEVEL { self.asked() } else { Vec::new() };
        context.record("node.registered", subject, name.into_iter().chain(asked))?;
        Ok(Reply::Done)
    }
}

impl NodeRegister {
    /// What was asked for beside the name, as the audit entry says it. Not where it comes from: an agent that asks again may have moved.
    pub fn asked(&self) -> Vec<(&'static str, String)> {
        vec![
            ("labels", labels_text(&self.labels)),
            ("capabilities", self.capabilities.join(", ")),
            ("agent_version", self.agent_version.clone()),
            ("proxy_version", self.proxy_version.clone()),
            ("hostname", self.hostname.clone()),
        ]
    }

    /// Another member leads by now, and plays the node from here on: it is the same node with another key, so that nobody else
    /// plays it any more.
    fn play_on(&self, context: &mut Context<'_>, known: Node, project: &Project) -> Result<Reply, Stop> {
        let node = Node {
            key_digest: self.key_digest,
            agent_version: self.agent_version.clone(),
            proxy_version: self.proxy_version.clone(),
            ..known
        };
        context.store(&node)?;
        let write = context.write();
        write.delete(Table::NodeKeyDigests, &known.key_digest.0)?;
        write.put(Table::NodeKeyDigests, &self.key_digest.0, node.id.as_bytes())?;
        let id = node.id.to_string();
        let changes = [("name", self.name.clone()), ("key_replaced", true.to_string())];
        let changes = changes.into_iter().chain(self.asked());
        context.record("node.registered", Subject::in_project("node", &id, project), changes)?;
        Ok(Reply::Done)
    }

    fn spend_token(&self, context: &mut Context<'_>) -> Result<(Project, EnrolmentToken), Stop> {
        let refused =
            || Rejection::WrongState("the enrolment token is unknown, expired, revoked or used up".into());
        let id = context.tables().get(Table::EnrolmentDigests, &self.token_digest.0)?.ok_or_else(refused)?;
        let mut token = context.load::<EnrolmentToken>(&id)?.ok_or_else(refused)?;
        let expired = token.expires_at.is_some_and(|expiry| expiry <= context.time);
        if expired || token.revoked_at.is_some() || token.uses_left == Some(0) {
            return Err(refused().into());
        }
        if let Some(left) = &mut token.uses_left {
            *left -= 1;
            context.store(&token)?;
        }
        let project = context.require::<Project>(token.project_id.as_bytes(), "Project")?;
        if let Some(id) = token.environment_id
            && environment::find(context.tables(), project.id, id)?.is_none()
        {
            let message = "the environment that nodes join with this enrolment token is gone; make a new token";
            return Err(Rejection::WrongState(message.into()).into());
        }
        if token.simulated {
            simulator::require_running(context, &project)?;
        }
        Ok((project, token))
    }
}

/// Gives `node` a new assignment with the next generation, and writes the node.
pub(crate) fn assign(
    context: &mut Context<'_>,
    node: &mut Node,
    bundle_id: BundleId,
    cause: AssignmentCause,
) -> Result<(), TableError> {
    drift::superseded(context, node)?;
    give(context, node, bundle_id, (cause, None, None))
}

/// Gives `node` its assignment again, with the next generation, so that its agent brings the proxy to it anew. Who decided on it stays
/// the same: a rollout that is taken back takes it from the node as well, and the baseline stays the baseline.
pub(crate) fn reassert(
    context: &mut Context<'_>,
    node: &mut Node,
    assigned: &Assignment,
    event: DriftEventId,
) -> Result<(), TableError> {
    let decided = assigned.asserts.unwrap_or(assigned.generation);
    give(context, node, assigned.bundle_id, (assigned.cause, Some(event), Some(decided)))
}

fn give(
    context: &mut Context<'_>,
    node: &mut Node,
    bundle_id: BundleId,
    (cause, reasserts, asserts): (AssignmentCause, Option<DriftEventId>, Option<Generation>),
) -> Result<(), TableError> {
    node.generation = node.generation.next();
    let (generation, at) = (node.generation, context.time);
    node.assignment = Some(Assignment { bundle_id, generation, at, cause, reasserts, asserts });
    node.failure = None;
    if of_cluster(context.tables())? >= GIVEN_LEVEL {
        node.remember_given();
    }
    context.store(node)?;
    baseline::index(context, node)?;
    let data = BTreeMap::from([
        ("bundle_id".to_owned(), bundle_id.to_string()),
        ("generation".to_owned(), node.generation.to_string()),
    ]);
    tell(context, node, "node.assigned", data);
    Ok(())
}

/// Takes the node's assignment back without giving it another, and writes the node. Its generation stays spent.
pub(crate) fn withdraw(context: &mut Context<'_>, node: &mut Node) -> Result<(), TableError> {
    drift::superseded(context, node)?;
    node.assignment = None;
    node.failure = None;
    context.store(node)?;
    baseline::index(context, node)?;
    tell(
        context,
        node,
        "node.unassigned",
        BTreeMap::from([("generation".to_owned(), node.generation.to_string())]),
    );
    Ok(())
}

/// One more event about a node, for those who watch its project.
pub(crate) fn tell(context: &mut Context<'_>, node: &Node, kind: &str, data: BTreeMap<String, String>) {
    let id = node.id.to_string();
    let subject =
        Subject { resource_type: "node", resource_id: &id, org_id: None, project_id: Some(node.project_id) };
    context.event(kind, subject, data);
}
