//! The node protocol. Heartbeats and polls are answered from what this member has, at once; what they tell goes into the log a
//! little later, and only when it is news.

mod events;
mod report;
mod secrets;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use sentinel_api_types::agent::{
    HeartbeatRequest, HeartbeatResponse, LatestQuery, LatestResponse, NoUpdate, NodeTokenResponse,
    RegisterRequest, RegisterResponse, TrustedKey, Update, Weight,
};
use sentinel_api_types::{Secret, timestamp};
use sentinel_bundle::assignment::AssignmentClaim;
use sentinel_bundle::sign::Signer;
use sentinel_engine::nodes::Pace;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::commands::node_update;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport};
use sentinel_machine::{Read, Table, View, drift, tables};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::node::{Assignment, Node};
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::{BundleId, DriftEventId, NodeId, Ordinal, Sha256Digest};

use crate::access::{Operation, Place, require_known};
use crate::app::{App, Standing, digest_of, written};
use crate::caller::{Caller, Identity};
use crate::change::{Change, used_for_another};
use crate::error::AppError;
use crate::node_token;

pub(crate) use events::EventBudget;

/// Longest wait of a poll, in seconds.
pub const WAIT_MAX_S: u32 = 60;
/// When an agent that waits shall ask again, in seconds.
const AFTER_WAIT_S: u64 = 1;

impl App {
    /// Enrols a node. `address` is where the request came from, for agents that do not tell theirs.
    pub async fn register_node(
        &self,
        caller: &Caller,
        slug: &str,
        request: RegisterRequest,
        address: &str,
    ) -> Result<RegisterResponse, AppError> {
        require_known(Operation::NodeRegister, caller)?;
        let view = self.read(caller).await?;
        let token_digest = digest_of(request.enrolment_token.expose());
        let proof: [&[u8]; 2] = [request.enrolment_token.expose().as_bytes(), request.name.as_bytes()];
        let node_key = URL_SAFE_NO_PAD.encode(self.credential(caller, "node-key", &proof));
        let key_digest = digest_of(&node_key);
        let project = self.enrolment_project(&*view.tables, token_digest, slug)?;
        let command = NodeRegister {
            node_id: NodeId(self.inner().parts.ids.id()),
            token_digest,
            name: request.name,
            labels: request.labels,
            capabilities: request.capabilities,
            agent_version: request.version.unwrap_or_default(),
            proxy_version: request.proxy_version.unwrap_or_default(),
            hostname: request.hostname.unwrap_or_default(),
            ip: request.ip.unwrap_or_else(|| address.to_owned()),
            key_digest,
        };
        let mut change = Change::making("node.registered").in_project(project.id);
        for (field, value) in command.asked() {
            change = change.with_if_said(field, value);
        }
        let repeated = self.repeated(&view, caller, &change)?;
        if repeated.is_none() {
            self.check_enrolment(&*view.tables, token_digest)?;
        }
        let committed = match repeated {
            Some(committed) => committed,
            None => self.commit(caller, change, command).await?,
        };
        let node_id: NodeId = committed.id()?;
        let node: Node = written(&committed.view, node_id.as_bytes(), "Node")?;
        // The digest covers request, token and name.
        if node.key_digest != key_digest {
            return Err(used_for_another());
        }
        let org: Org = written(&committed.view, project.org_id.as_bytes(), "Org")?;
        Ok(RegisterResponse {
            node_id,
            node_key: Secret::new(node_key),
            poll_interval_s: self.settings().poll_interval.as_secs(),
            heartbeat_interval_s: self.pace(self.standing(&committed.view)?.nodes).interval_ms / 1_000,
            signing_keys: vec![TrustedKey {
                key_id: org.signing_key.key_id,
                public_key: STANDARD.encode(org.signing_key.public_key),
            }],
            members: self.member_urls(),
        })
    }

    /// A sign of life.
    pub async fn heartbeat(
        &self,
        caller: &Caller,
        id: NodeId,
        request: HeartbeatRequest,
    ) -> Result<HeartbeatResponse, AppError> {
        let (view, node) = self.this_node(Operation::NodeHeartbeat, caller, id).await?;
        report::check(&request)?;
        let Standing { epoch, nodes, level } = self.standing(&view)?;
        let request = report::of_epoch(request, epoch);
        let now = self.now();
        let pace = self.pace(nodes);
        self.liveness().hear(report::sample(id, &request, now, pace));
        for fact in report::news(&node, &request) {
            if !self.facts().push(NodeReport { node_id: id, fact }) {
                tracing::warn!(node = %id, "facts wait in large numbers; this one is left to the next heartbeat");
            }
        }
        if level >= drift::LEVEL {
            self.take_measurement(&view, &node, &request)?;
        }
        Ok(HeartbeatResponse {
            status: "ok".to_owned(),
            node_id: id,
            last_seen_at: timestamp(now),
            epoch,
            heartbeat_interval_s: pace.interval_ms / 1_000,
            heartbeat_jitter_ms: Some(pace.jitter_ms),
            return_within_ms: pace.return_within_ms,
            takes_details: true,
            takes_measurements: level >= drift::LEVEL,
            members: self.member_urls(),
        })
    }

    /// What a node has measured goes into the log when it is news.
    fn take_measurement(&self, view: &View, node: &Node, request: &HeartbeatRequest) -> Result<(), AppError> {
        let Some(found) = request.measured.as_ref().map(report::measurement) else { return Ok(()) };
        if !drift::is_news(&*view.tables, node, request.effective_generation, &found)? {
            return Ok(());
        }
        let event_id = DriftEventId(self.inner().parts.ids.id());
        let fact = NodeFact::Measured { event_id, found: Box::new(found) };
        if !self.facts().push(NodeReport { node_id: node.id, fact }) {
            tracing::warn!(node = %node.id, "facts wait in large numbers; this one is left to the next heartbeat");
        }
        Ok(())
    }

    /// What a node shall run, if that is newer than what it knows, and its weight. Waits for either as long as the agent asks for.
    pub async fn latest(
        &self,
        caller: &Caller,
        id: NodeId,
        query: &LatestQuery,
    ) -> Result<LatestResponse, AppError> {
        let have = Ordinal {
            epoch: query.epoch.unwrap_or_default(),
            generation: query.generation.unwrap_or_default(),
        };
        let wait_s = query.wait.unwrap_or(0);
        if wait_s > WAIT_MAX_S {
            return Err(AppError::invalid("wait", format!("must be at most {WAIT_MAX_S} seconds")));
        }
        let poll_after_s = if wait_s > 0 { AFTER_WAIT_S } else { self.settings().poll_interval.as_secs() };
        let knows = query.weight_revision.map(|revision| (query.weight_epoch.unwrap_or_default(), revision));
        let deadline = tokio::time::Instant::now() + Duration::from_secs(u64::from(wait_s));
        // Registered before state is looked at, so that what changes in between wakes us.
        let mut wait = self.events().await_news(id);
        loop {
            let (view, node) = self.this_node(Operation::NodeLatest, caller, id).await?;
            let secrets = self.secrets_stamp(&view, &node)?;
            // Those who change before this is known are looked at again.
            if secrets.is_some() && wait.also_for_secrets(node.project_id) {
                continue;
            }
            let weight = self.weight(&view, &node)?;
            if let Some(update) = self.offer(&view, &node, have, poll_after_s)? {
                return Ok(LatestResponse::Update(Update { weight, secrets, ..update }));
            }
            // An agent that does not say what it knows is not woken for it: it would be woken again at once, for ever.
            let newer = weight.zip(knows).is_some_and(|(now, knows)| (now.epoch, now.revision) > knows);
            let others = secrets.zip(query.secrets).is_some_and(|(now, has)| now != has);
            if newer || others || tokio::time::timeout_at(deadline, wait.news()).await.is_err() {
                let nothing = NoUpdate { no_update: true, poll_after_s, weight, secrets };
                return Ok(LatestResponse::NoUpdate(nothing));
            }
        }
    }

    /// The archive of a bundle that the node shall run or runs.
    pub async fn node_archive(
        &self,
        caller: &Caller,
        id: NodeId,
        bundle_id: BundleId,
    ) -> Result<(Bundle, Bytes), AppError> {
        let (view, node) = self.this_node(Operation::NodeArchive, caller, id).await?;
        let bundle = its_bundle(&view, &node, bundle_id)?;
        let bytes = self.archive(bundle.digest).await?;
        Ok((bundle, bytes))
    }

    /// A short-lived token in exchange for the node's credential.
    pub async fn node_token(&self, caller: &Caller, id: NodeId) -> Result<NodeTokenResponse, AppError> {
        let (view, node) = self.this_node(Operation::NodeToken, caller, id).await?;
        let project: Project = written(&view, node.project_id.as_bytes(), "Project")?;
        let org: Org = written(&view, project.org_id.as_bytes(), "Org")?;
        let seed = self.signing_seed(&org.signing_key)?;
        let (token, expires_at) =
            node_token::issue(&seed, &org.signing_key.key_id, (id, project.id, org.id), self.now())?;
        Ok(NodeTokenResponse {
            token,
            token_type: "Bearer".to_owned(),
            expires_at: timestamp(expires_at),
            expires_in: node_token::LIFE_S,
        })
    }

    /// The node that calls, from what this member has. A path with another node's id is not there for it.
    pub(crate) async fn this_node(
        &self,
        operation: Operation,
        caller: &Caller,
        id: NodeId,
    ) -> Result<(View, Node), AppError> {
        require_known(operation, caller)?;
        let unknown = || AppError::not_found("Node");
        if !matches!(&caller.identity, Identity::Node { node_id, .. } if *node_id == id) {
            return Err(unknown());
        }
        let mut view = self.read_stale().await?;
        let mut node = tables::load(&*view.tables, id.as_bytes())?;
        if node.is_none() {
            // Enrolled a moment ago at another member; or removed.
            view = self.replica().read(sentinel_machine::Consistency::Linearizable).await?;
            node = tables::load(&*view.tables, id.as_bytes())?;
        }
        self.authorize(operation, caller, Place::Node(id), &view)?;
        Ok((view, node.ok_or_else(unknown)?))
    }

    fn offer(
        &self,
        view: &View,
        node: &Node,
        have: Ordinal,
        poll_after_s: u64,
    ) -> Result<Option<Update>, AppError> {
        let (read, epoch) = (&*view.tables, self.standing(view)?.epoch);
        let newer = |assignment: &&Assignment| Ordinal { epoch, generation: assignment.generation } > have;
        let Some(assignment) = node.assignment.as_ref().filter(newer) else { return Ok(None) };
        let bundle: Option<Bundle> = tables::load(read, assignment.bundle_id.as_bytes())?;
        let Some(bundle) = bundle.filter(|bundle| bundle.state == BundleState::Compiled) else {
            return Ok(None);
        };
        if node.offered.is_none_or(|offered| offered.generation < assignment.generation) {
            let fact = NodeFact::Offered { bundle_id: bundle.id, generation: assignment.generation };
            if !self.facts().push(NodeReport { node_id: node.id, fact }) {
                tracing::warn!(node = %node.id, "facts wait in large numbers; this offer is left to the next poll");
            }
        }
        let claim = AssignmentClaim {
            node: node.id,
            at: Ordinal { epoch, generation: assignment.generation },
            bundle: bundle.id,
            manifest_digest: bundle.manifest_digest,
        };
        let signer = self.node_signer(read, node)?;
        Ok(Some(Update {
            epoch,
            assignment_signature: STANDARD.encode(signer.sign_assignment(&claim)),
            assignment_key_id: signer.public_key().key_id(),
            download_url: format!("/api/v1/nodes/{}/bundles/{}/archive", node.id, bundle.id),
            bundle_id: bundle.id,
            version: bundle.version,
            checksum: bundle.digest,
            size_bytes: bundle.size_bytes,
            generation: assignment.generation,
            signature: STANDARD.encode(&bundle.signature),
            signing_key_id: bundle.signing_key_id,
            manifest_digest: bundle.manifest_digest,
            poll_after_s,
            weight: None,
            secrets: None,
        }))
    }

    /// The node's weight, where nodes have one: what is told here binds the agent to ask in a way that older members refuse, and
    /// from this level on there are none.
    fn weight(&self, view: &View, node: &Node) -> Result<Option<Weight>, AppError> {
        let Standing { epoch, level, .. } = self.standing(view)?;
        let weight = Weight { percent: node.weight, epoch, revision: node.weight_revision };
        Ok((level >= node_update::LEVEL).then_some(weight))
    }

    /// The key of the node's org.
    fn node_signer(&self, read: &dyn Read, node: &Node) -> Result<Signer, AppError> {
        let project: Option<Project> = tables::load(read, node.project_id.as_bytes())?;
        let project = project.ok_or_else(|| AppError::not_found("Project"))?;
        let org: Option<Org> = tables::load(read, project.org_id.as_bytes())?;
        let org = org.ok_or_else(|| AppError::not_found("Org"))?;
        Ok(Signer::from_seed(&*self.signing_seed(&org.signing_key)?))
    }

    /// The project that an enrolment token opens. Unless the token is known, nobody learns whether the slug exists.
    fn enrolment_project(
        &self,
        read: &dyn Read,
        digest: Sha256Digest,
        slug: &str,
    ) -> Result<Project, AppError> {
        let token = enrolment(read, digest)?;
        let project: Option<Project> = tables::load(read, token.project_id.as_bytes())?;
        project.filter(|project| project.slug == slug).ok_or_else(|| AppError::not_found("Project"))
    }

    fn check_enrolment(&self, read: &dyn Read, digest: Sha256Digest) -> Result<(), AppError> {
        let token = enrolment(read, digest)?;
        let expired = token.expires_at.is_some_and(|expiry| expiry <= self.now());
        if expired || token.revoked_at.is_some() || token.uses_left == Some(0) {
            return Err(unusable());
        }
        Ok(())
    }

    /// How often so many nodes are told to speak.
    pub(crate) fn pace(&self, nodes: u64) -> Pace {
        let least = u64::try_from(self.settings().heartbeat_interval.as_millis()).unwrap_or(u64::MAX);
        Pace::of(nodes, least)
    }

    /// Base URLs of all members, for agents to fall back on.
    fn member_urls(&self) -> Vec<String> {
        self.inner().parts.cluster.api_urls()
    }
}

/// A bundle that a node shall run or runs. Not what it was once offered: that may have been withdrawn.
fn its_bundle(view: &View, node: &Node, id: BundleId) -> Result<Bundle, AppError> {
    let assigned = node.assignment.as_ref().map(|assignment| assignment.bundle_id);
    let runs = node.effective.map(|fact| fact.bundle_id);
    let unknown = || AppError::not_found("Bundle");
    if ![assigned, runs].contains(&Some(id)) {
        return Err(unknown());
    }
    let bundle: Bundle = tables::load(&*view.tables, id.as_bytes())?.ok_or_else(unknown)?;
    if bundle.project_id != node.project_id {
        return Err(unknown());
    }
    if bundle.state == BundleState::Revoked {
        return Err(AppError::Conflict("Bundle has been revoked".into()));
    }
    Ok(bundle)
}

fn enrolment(read: &dyn Read, digest: Sha256Digest) -> Result<EnrolmentToken, AppError> {
    let id = read.get(Table::EnrolmentDigests, &digest.0)?.ok_or_else(unusable)?;
    tables::load(read, &id)?.ok_or_else(unusable)
}

fn unusable() -> AppError {
    AppError::Unauthenticated("the enrolment token is unknown, expired, revoked or used up".into())
}
