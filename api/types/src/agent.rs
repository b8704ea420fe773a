//! The node protocol: what an agent sends, and what it is answered.

use std::collections::BTreeMap;

use sentinel_model::{BundleId, Epoch, Generation, NodeId, Sha256Digest, node};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::drift::Measured;
use crate::node::{ActivationStage, Traffic, Usage};
use crate::{Secret, Timestamp};

/// A node enrols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterRequest {
    /// Proves that it may join the project.
    #[schema(value_type = String)]
    pub enrolment_token: Secret,
    /// Unique in the project.
    pub name: String,
    /// What rollouts select by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What the agent can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// Version of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Version of the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_version: Option<String>,
    /// Its address; the peer's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Its host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}

/// A key that verifies bundles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrustedKey {
    /// Name of the key, as signatures carry it.
    pub key_id: String,
    /// The raw 32 bytes, base64.
    pub public_key: String,
}

/// A node is enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegisterResponse {
    /// Its identity.
    #[schema(value_type = Uuid)]
    pub node_id: NodeId,
    /// For `X-Zentinel-Node-Key`. Shown once.
    #[schema(value_type = String)]
    pub node_key: Secret,
    /// How often to poll without `wait`, in seconds.
    pub poll_interval_s: u64,
    /// How often to send heartbeats, in seconds.
    pub heartbeat_interval_s: u64,
    /// What the node trusts from now on.
    pub signing_keys: Vec<TrustedKey>,
    /// Base URLs of all members.
    pub members: Vec<String>,
}

/// What the agent thinks of its proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `healthy`; anything else is unhealthy.
    pub status: String,
}

/// An activation that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FailureReport {
    /// The epoch in which it was assigned; the first one when absent.
    #[serde(default, skip_serializing_if = "Epoch::is_first")]
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// The assignment's number.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// How far it came.
    pub stage: ActivationStage,
    /// In the proxy's own words where it had any.
    pub message: String,
}

/// A sign of life with everything the agent knows. Facts are repeated in every heartbeat: whoever hears one knows all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatRequest {
    /// The newest epoch of which the agent has verified an assignment; the first one when absent. All generations that it tells are
    /// of this epoch.
    #[serde(default, skip_serializing_if = "Epoch::is_first")]
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// What the agent thinks of its proxy; absent: unhealthy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Numbers of the agent's own choosing; taken for compatibility. Gates judge `traffic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<BTreeMap<String, f64>>,
    /// The bundle that the proxy has proven to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub active_bundle_id: Option<BundleId>,
    /// The bundle that is verified and staged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub staged_bundle_id: Option<BundleId>,
    /// Number of the assignment behind `active_bundle_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub effective_generation: Option<Generation>,
    /// Number of the assignment behind `staged_bundle_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u64>)]
    pub accepted_generation: Option<Generation>,
    /// Why the newest assignment did not become effective, if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// Traffic since the newest switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// What the proxy uses since the newest switch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// What really runs, as the agent has measured it; absent: it was not measured. Members below cluster level 4 refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
    /// Version of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Version of the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_version: Option<String>,
    /// Its address; taken at enrolment, accepted here for compatibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    /// Its host name; taken at enrolment, accepted here for compatibility.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
}

/// The heartbeat was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeartbeatResponse {
    /// Always `ok`.
    pub status: String,
    /// The node.
    #[schema(value_type = Uuid)]
    pub node_id: NodeId,
    /// When it was heard.
    pub last_seen_at: Timestamp,
    /// The epoch of the cluster. A node that knows an earlier one proves its assignment anew.
    #[serde(default)]
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// How often to send heartbeats, in seconds: it grows with the fleet.
    pub heartbeat_interval_s: u64,
    /// Up to so much is added to each interval, at random, in milliseconds. Members of earlier versions leave that to the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat_jitter_ms: Option<u64>,
    /// When no member answers, a random part of this passes before the next request, in milliseconds, so that a fleet that lost
    /// contact at one moment does not come back at one.
    #[serde(default)]
    pub return_within_ms: u64,
    /// This member takes `traffic.latency` and `usage`; one of an earlier version would refuse a heartbeat with them.
    #[serde(default)]
    pub takes_details: bool,
    /// This member takes `measured`, and the configuration that really runs; one of an earlier version would refuse them.
    #[serde(default)]
    pub takes_measurements: bool,
    /// Base URLs of all members.
    pub members: Vec<String>,
}

/// What the agent has, and how long it waits for something newer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LatestQuery {
    /// The epoch of the newest assignment that the agent knows; the first one when absent.
    #[param(value_type = Option<u64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Epoch>,
    /// Number of the newest assignment that the agent knows; zero when absent.
    #[param(value_type = Option<u64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Generation>,
    /// How long to wait for a newer one, in seconds; at most 60.
    #[param(maximum = 60)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<u32>,
    /// The epoch of the newest weight that the agent knows; the first one when absent.
    #[param(value_type = Option<u64>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_epoch: Option<Epoch>,
    /// The newest weight that the agent knows: a newer one ends the wait. Only for agents that were told one: members of earlier
    /// versions refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_revision: Option<u64>,
    /// Which values of secrets the agent has for what it runs: others end the wait. Only for agents that were told of some: members of earlier
    /// versions refuse it.
    #[param(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Sha256Digest>,
}

/// How much of its share of traffic a load balancer in front of the node shall send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Weight {
    /// In percent, 0 to 100.
    pub percent: u8,
    /// The epoch of the cluster that says so. A lower revision is newer in a higher epoch.
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// How often it was changed before.
    pub revision: u64,
}

/// Something newer to run, or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and the large one is the one that matters")]
pub enum LatestResponse {
    /// An assignment newer than the agent's.
    Update(Update),
    /// Nothing newer.
    NoUpdate(NoUpdate),
}

/// An assignment newer than the agent's, with everything that verifying it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Update {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version.
    pub version: String,
    /// SHA-256 of the archive, hexadecimal.
    #[schema(value_type = String)]
    pub checksum: Sha256Digest,
    /// Size of the archive in bytes.
    pub size_bytes: u64,
    /// Path of the archive at any member.
    pub download_url: String,
    /// The epoch of the cluster that assigns it. A lower generation is newer in a higher epoch.
    #[serde(default)]
    #[schema(value_type = u64)]
    pub epoch: Epoch,
    /// The assignment's number.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Ed25519 over the manifest digest, base64.
    pub signature: String,
    /// The key that signed.
    pub signing_key_id: String,
    /// SHA-256 of `manifest.json`, hexadecimal.
    #[schema(value_type = String)]
    pub manifest_digest: Sha256Digest,
    /// Ed25519 over node, epoch, generation, bundle and manifest digest, base64: this assignment is for this node, and comes from
    /// the cluster.
    pub assignment_signature: String,
    /// The key that signed the assignment.
    pub assignment_key_id: String,
    /// When to ask again, in seconds.
    pub poll_after_s: u64,
    /// The node's weight; members of earlier versions, and of clusters below level 4, say none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Which values of secrets belong to the bundle that the node is assigned; absent when that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secrets: Option<Sha256Digest>,
}

/// Nothing newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NoUpdate {
    /// Always true.
    pub no_update: bool,
    /// When to ask again, in seconds.
    pub poll_after_s: u64,
    /// The node's weight; members of earlier versions, and of clusters below level 4, say none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Weight>,
    /// Which values of secrets belong to the bundle that the node is assigned; absent when that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub secrets: Option<Sha256Digest>,
}

/// What a certificate authority is to be answered that asks a node for a token (ACME, HTTP-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeChallenge {
    /// The answer, which everybody may know.
    pub answer: String,
}

/// A token in exchange for the node key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeTokenResponse {
    /// A signed token.
    #[schema(value_type = String)]
    pub token: Secret,
    /// Always `Bearer`.
    pub token_type: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Seconds until then.
    pub expires_in: u64,
}

/// Kinds of node events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeEventType {
    /// The proxy reloaded its configuration.
    ConfigReload,
    /// Another bundle became effective.
    BundleSwitch,
    /// Something failed.
    Error,
    /// The agent or proxy started.
    Startup,
    /// The agent or proxy stopped.
    Shutdown,
    /// Something looks wrong.
    Warning,
    /// Anything else.
    Info,
}

impl From<NodeEventType> for node::NodeEventType {
    fn from(kind: NodeEventType) -> Self {
        match kind {
            NodeEventType::ConfigReload => node::NodeEventType::ConfigReload,
            NodeEventType::BundleSwitch => node::NodeEventType::BundleSwitch,
            NodeEventType::Error => node::NodeEventType::Error,
            NodeEventType::Startup => node::NodeEventType::Startup,
            NodeEventType::Shutdown => node::NodeEventType::Shutdown,
            NodeEventType::Warning => node::NodeEventType::Warning,
            NodeEventType::Info => node::NodeEventType::Info,
        }
    }
}

impl From<node::NodeEventType> for NodeEventType {
    fn from(kind: node::NodeEventType) -> Self {
        match kind {
            node::NodeEventType::ConfigReload => NodeEventType::ConfigReload,
            node::NodeEventType::BundleSwitch => NodeEventType::BundleSwitch,
            node::NodeEventType::Error => NodeEventType::Error,
            node::NodeEventType::Startup => NodeEventType::Startup,
            node::NodeEventType::Shutdown => NodeEventType::Shutdown,
            node::NodeEventType::Warning => NodeEventType::Warning,
            node::NodeEventType::Info => NodeEventType::Info,
        }
    }
}

/// How much an event matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For developers.
    Debug,
    /// For the record.
    #[default]
    Info,
    /// Look at it today.
    Warn,
    /// Look at it now.
    Error,
}

impl From<Severity> for node::Severity {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Debug => node::Severity::Debug,
            Severity::Info => node::Severity::Info,
            Severity::Warn => node::Severity::Warn,
            Severity::Error => node::Severity::Error,
        }
    }
}

impl From<node::Severity> for Severity {
    fn from(severity: node::Severity) -> Self {
        match severity {
            node::Severity::Debug => Severity::Debug,
            node::Severity::Info => Severity::Info,
            node::Severity::Warn => Severity::Warn,
            node::Severity::Error => Severity::Error,
        }
    }
}

/// One event, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum NodeEventsRequest {
    /// Several, in order; all are taken or none.
    Many(NodeEventBatch),
    /// One.
    One(NodeEventReport),
}

impl<'de> Deserialize<'de> for NodeEventsRequest {
    /// Decides by the field `events`, so that a refusal speaks of the shape that was meant.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let decoded = if value.get("events").is_some() {
            serde_json::from_value(value).map(NodeEventsRequest::Many)
        } else {
            serde_json::from_value(value).map(NodeEventsRequest::One)
        };
        decoded.map_err(serde::de::Error::custom)
    }
}

/// Several events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeEventBatch {
    /// In order; at most 50.
    pub events: Vec<NodeEventReport>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeEventReport {
    /// What kind of thing.
    pub event_type: NodeEventType,
    /// How much it matters; `info` when absent.
    #[serde(default)]
    pub severity: Severity,
    /// In words, at most 1,000 characters.
    pub message: String,
}

/// The events were taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeEventsResponse {
    /// Always `ok`.
    pub status: String,
    /// How many.
    pub count: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn events_come_alone_or_in_a_list_and_refusals_speak_of_what_was_meant() {
        let one = r#"{"event_type":"startup","message":"up"}"#;
        assert!(matches!(serde_json::from_str(one).unwrap(), NodeEventsRequest::One(_)));
        let many = format!(r#"{{"events":[{one}]}}"#);
        assert!(matches!(serde_json::from_str(&many).unwrap(), NodeEventsRequest::Many(_)));
        let wrong = r#"{"events":[{"event_type":"startup"}]}"#;
        let refused = serde_json::from_str::<NodeEventsRequest>(wrong).unwrap_err().to_string();
        assert!(refused.contains("message"), "{refused}");
    }

    #[test]
    fn requests_refuse_unknown_fields_and_answers_do_not() {
        let refused = serde_json::from_str::<HeartbeatRequest>(r#"{"helth":{}}"#).unwrap_err();
        assert!(refused.to_string().contains("helth"));
        let answer = r#"{"no_update":true,"poll_after_s":5,"new_field":1}"#;
        assert!(matches!(serde_json::from_str(answer).unwrap(), LatestResponse::NoUpdate(_)));
    }
}
