//! The node protocol.

use std::time::Duration;

use sentinel_api_types::agent::{
    HeartbeatRequest, HeartbeatResponse, LatestQuery, LatestResponse, NodeChallenge, NodeEventBatch,
    NodeEventReport, NodeEventsResponse, NodeTokenResponse, RegisterRequest, RegisterResponse,
};
use sentinel_api_types::node_secret::{NodeSecretsRequest, SealedNodeSecrets};
use sentinel_model::{BundleId, NodeId};

use crate::archive::{self, Archive, Resume};
use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

/// Longest wait for the answer to a heartbeat: the next one is due soon.
const HEARTBEAT_WITHIN: Duration = Duration::from_secs(10);
/// How much longer than asked for a member may take to answer a poll.
const POLL_SLACK: Duration = Duration::from_secs(10);

impl Client {
    /// Enrols a node.
    ///
    /// # Errors
    /// [`ClientError`]; 401 when the token is not good.
    pub async fn register_node(
        &self,
        project: &str,
        request: &RegisterRequest,
    ) -> Result<RegisterResponse, ClientError> {
        self.ask(Call::post(&["projects", project, "nodes", "register"]).json(request)).await
    }

    /// Tells that a node lives, and everything its agent knows.
    ///
    /// # Errors
    /// [`ClientError`]; 401 when the credential is not good (any more), 404 when the node was removed.
    pub async fn heartbeat(
        &self,
        node: NodeId,
        request: &HeartbeatRequest,
    ) -> Result<HeartbeatResponse, ClientError> {
        let call = Call::post(&["nodes", &node.to_string(), "heartbeat"]).json(request);
        self.ask(call.within(Some(HEARTBEAT_WITHIN))).await
    }

    /// Asks for an assignment newer than the known one, and waits for it as long as the query says.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn latest(&self, node: NodeId, query: &LatestQuery) -> Result<LatestResponse, ClientError> {
        let wait = Duration::from_secs(u64::from(query.wait.unwrap_or(0)));
        let call = Call::get(&["nodes", &node.to_string(), "bundles", "latest"]).query(query);
        self.ask(call.within(Some(wait + POLL_SLACK))).await
    }

    /// The archive of a bundle that the node shall run or runs.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when the bundle was revoked.
    pub async fn node_archive(
        &self,
        node: NodeId,
        bundle: BundleId,
        resume: Option<Resume>,
    ) -> Result<Archive, ClientError> {
        let path = ["nodes", &node.to_string(), "bundles", &bundle.to_string(), "archive"];
        Archive::new(self.send(archive::call(&path, resume)).await?)
    }

    /// The values of the secrets that a bundle names, which the node shall run or runs.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when a secret has no value for the node, when the bundle was revoked, or when the node has told another key before.
    pub async fn node_secrets(
        &self,
        node: NodeId,
        request: &NodeSecretsRequest,
    ) -> Result<SealedNodeSecrets, ClientError> {
        self.ask(Call::post(&["nodes", &node.to_string(), "secrets"]).json(request)).await
    }

    /// What a certificate authority is to be answered that asks the node for a token (ACME, HTTP-01); `None`: there is no such challenge.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_challenge(&self, node: NodeId, token: &str) -> Result<Option<String>, ClientError> {
        let call = Call::get(&["nodes", &node.to_string(), "acme-challenges", token]);
        match self.ask::<NodeChallenge>(call.within(Some(HEARTBEAT_WITHIN))).await {
            Ok(found) => Ok(Some(found.answer)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Exchanges the node key for a token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_token(&self, node: NodeId) -> Result<NodeTokenResponse, ClientError> {
        let call = Call::post(&["nodes", &node.to_string(), "token"]);
        self.ask(call.within(Some(HEARTBEAT_WITHIN))).await
    }

    /// Tells what happened at a node, at most 50 things at a time.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn append_node_events(
        &self,
        node: NodeId,
        events: Vec<NodeEventReport>,
    ) -> Result<NodeEventsResponse, ClientError> {
        self.ask(Call::post(&["nodes", &node.to_string(), "events"]).json(&NodeEventBatch { events })).await
    }
}
