//! The node protocol.

use std::time::Duration;

use bytes::Bytes;
use sentinel_api_types::agent::{
    HeartbeatRequest, HeartbeatResponse, LatestResponse, NodeEventReport, NodeEventsResponse,
    NodeTokenResponse, RegisterRequest, RegisterResponse, Update,
};
use sentinel_model::{Generation, NodeId};

use crate::error::ClientError;
use crate::requests::Client;

/// Largest archive taken in, in bytes.
const ARCHIVE_MAX: u64 = 64 * 1024 * 1024;
/// Longest time for an archive.
const ARCHIVE_WITHIN: Duration = Duration::from_secs(120);

/// One node's side of the protocol.
#[derive(Clone)]
pub struct NodeClient {
    client: Client,
    node: NodeId,
}

impl NodeClient {
    /// Speaks for `node` with the credential of `client`.
    pub fn new(client: Client, node: NodeId) -> Self {
        Self { client, node }
    }

    /// The client behind it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Enrols a new node.
    pub async fn register(
        client: &Client,
        project: &str,
        request: &RegisterRequest,
    ) -> Result<RegisterResponse, ClientError> {
        client.post(&format!("/api/v1/projects/{project}/nodes/register"), request).await
    }

    /// Reports.
    pub async fn heartbeat(&self, report: &HeartbeatRequest) -> Result<HeartbeatResponse, ClientError> {
        self.client.post(&format!("/api/v1/nodes/{}/heartbeat", self.node), report).await
    }

    /// Asks for an assignment newer than `have`, waiting for one up to `wait`.
    pub async fn latest(&self, have: Generation, wait: Duration) -> Result<LatestResponse, ClientError> {
        let path =
            format!("/api/v1/nodes/{}/bundles/latest?generation={have}&wait={}", self.node, wait.as_secs());
        self.client.get_waiting(&path, wait).await
    }

    /// The archive of an assignment.
    pub async fn archive(&self, update: &Update) -> Result<Bytes, ClientError> {
        let path = format!("/api/v1/nodes/{}/bundles/{}/archive", self.node, update.bundle_id);
        self.client.bytes(&path, ARCHIVE_MAX, ARCHIVE_WITHIN).await
    }

    /// Exchanges the credential for a token.
    pub async fn token(&self) -> Result<NodeTokenResponse, ClientError> {
        self.client.post(&format!("/api/v1/nodes/{}/token", self.node), &serde_json::json!({})).await
    }

    /// Tells of something.
    pub async fn event(&self, event: &NodeEventReport) -> Result<NodeEventsResponse, ClientError> {
        self.client.post(&format!("/api/v1/nodes/{}/events", self.node), event).await
    }
}
