//! Nodes as operators see them.

use std::collections::BTreeMap;

use sentinel_model::{BundleId, DriftEventId, Generation, NodeId, RolloutId, node};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;
use crate::blue_green::Slot;
use crate::drift::NodeDrift;
use crate::environment::EnvironmentRef;
use crate::group::NodeGroupRef;

/// Whether heartbeats arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeStatus {
    /// They do.
    Online,
    /// They ceased.
    Offline,
    /// There never was one.
    Unknown,
}

impl From<node::NodeStatus> for NodeStatus {
    fn from(status: node::NodeStatus) -> Self {
        match status {
            node::NodeStatus::Online => NodeStatus::Online,
            node::NodeStatus::Offline => NodeStatus::Offline,
            node::NodeStatus::Unknown => NodeStatus::Unknown,
        }
    }
}

/// How far an activation came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivationStage {
    /// Fetching the archive.
    Download,
    /// Digest, signature, generation.
    Verify,
    /// Unpacking and rendering.
    Stage,
    /// The proxy's own test of the file.
    Test,
    /// Reload or restart.
    Activate,
    /// The probe through a data listener.
    Prove,
}

impl From<node::ActivationStage> for ActivationStage {
    fn from(stage: node::ActivationStage) -> Self {
        match stage {
            node::ActivationStage::Download => ActivationStage::Download,
            node::ActivationStage::Verify => ActivationStage::Verify,
            node::ActivationStage::Stage => ActivationStage::Stage,
            node::ActivationStage::Test => ActivationStage::Test,
            node::ActivationStage::Activate => ActivationStage::Activate,
            node::ActivationStage::Prove => ActivationStage::Prove,
        }
    }
}

impl From<ActivationStage> for node::ActivationStage {
    fn from(stage: ActivationStage) -> Self {
        match stage {
            ActivationStage::Download => node::ActivationStage::Download,
            ActivationStage::Verify => node::ActivationStage::Verify,
            ActivationStage::Stage => node::ActivationStage::Stage,
            ActivationStage::Test => node::ActivationStage::Test,
            ActivationStage::Activate => node::ActivationStage::Activate,
            ActivationStage::Prove => node::ActivationStage::Prove,
        }
    }
}

/// What a node shall run, and who decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Desired {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// The assignment's number; grows with every assignment of the node.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// When it was assigned.
    pub at: Timestamp,
    /// Who decided.
    pub cause: Cause,
}

/// Who decided on an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cause {
    /// In a word.
    #[serde(rename = "type")]
    pub kind: CauseKind,
    /// The rollout, where one decided.
    #[schema(value_type = Option<Uuid>)]
    pub rollout_id: Option<RolloutId>,
    /// The drift for which it was asserted again, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    pub drift_event_id: Option<DriftEventId>,
}

/// Kinds of [`Cause`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A person or program, directly.
    Direct,
    /// The node joined and took the baseline of its environment, or of its project.
    Baseline,
    /// A rollout going forward.
    Rollout,
    /// A rollout being taken back.
    Rollback,
}

/// One of offered, accepted, effective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Fact {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// The assignment's number.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// When a member learned it.
    pub at: Timestamp,
}

/// Why the newest assignment did not become effective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeFailure {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// The assignment's number.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// How far it came.
    pub stage: ActivationStage,
    /// In the proxy's own words where it had any.
    pub message: String,
    /// When a member learned it.
    pub at: Timestamp,
}

/// Traffic through the proxy since its newest switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Which assignment served it.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Length of the window in milliseconds.
    pub window_ms: u64,
    /// Requests in the window, without the agent's own probes.
    pub requests: u64,
    /// Of these, answered with a 5xx.
    pub errors: u64,
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 95th percentile in milliseconds.
    pub p95_ms: f64,
    /// 99th percentile in milliseconds.
    pub p99_ms: f64,
    /// How long the answers took, by rising bounds, at most 32; empty when it is not known, and where nodes are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<LatencyCount>,
}

/// What the proxy uses since its newest switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// Which assignment it ran.
    #[schema(value_type = u64)]
    pub generation: Generation,
    /// Length of the window in milliseconds.
    pub window_ms: u64,
    /// Processor time in the window, in percent of one processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f64>,
    /// Memory at its end, in percent of what the machine has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_percent: Option<f64>,
}

/// One bar of a cumulative histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LatencyCount {
    /// Upper bound in milliseconds; null in the last one, which has all answers.
    pub up_to_ms: Option<f64>,
    /// Answers that took at most so long.
    pub requests: u64,
}

/// A managed proxy and the agent beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Node {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: NodeId,
    /// Unique in the project.
    pub name: String,
    /// Whether heartbeats arrive.
    pub status: NodeStatus,
    /// Since when.
    pub status_since: Timestamp,
    /// The agent's newest heartbeat calls its proxy healthy; null: this member has not heard one.
    pub healthy: Option<bool>,
    /// What rollouts select by.
    pub labels: BTreeMap<String, String>,
    /// What the agent says it can do.
    pub capabilities: Vec<String>,
    /// Version of the agent.
    pub agent_version: String,
    /// Version of the proxy.
    pub proxy_version: String,
    /// Host name as the agent reports it.
    pub hostname: String,
    /// Address as the agent reports it, else the peer's.
    pub ip: String,
    /// When it enrolled.
    pub registered_at: Timestamp,
    /// When a member last heard of it; null: not since the members started.
    pub last_seen_at: Option<Timestamp>,
    /// What it shall run.
    pub desired: Option<Desired>,
    /// What a member last answered to its poll.
    pub offered: Option<Fact>,
    /// What it verified and staged.
    pub accepted: Option<Fact>,
    /// What it has proven to run.
    pub effective: Option<Fact>,
    /// Why the newest assignment did not become effective, if it did not.
    pub failure: Option<NodeFailure>,
    /// It has proven to run what it shall run.
    pub converged: bool,
    /// The rollout that owns it now.
    #[schema(value_type = Option<Uuid>)]
    pub owner_rollout_id: Option<RolloutId>,
    /// How much of its share of traffic a load balancer in front shall send it, in percent.
    #[serde(default = "full")]
    #[schema(required = true, minimum = 0, maximum = 100)]
    pub weight: u8,
    /// The one bundle that it may be given.
    #[schema(value_type = Option<Uuid>)]
    pub pinned_bundle_id: Option<BundleId>,
    /// Version of that bundle; null as well when the bundle is gone.
    pub pinned_version: Option<String>,
    /// Which half of a blue-green fleet it is in.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// The lowest version of a bundle that it may be given.
    #[serde(default)]
    pub min_bundle_version: Option<String>,
    /// The highest.
    #[serde(default)]
    pub max_bundle_version: Option<String>,
    /// The environment that it is in.
    #[serde(default)]
    pub environment: Option<EnvironmentRef>,
    /// The groups that it is in: those that name it, and those whose rule selects it.
    #[serde(default)]
    pub groups: Vec<NodeGroupRef>,
    /// What it really runs, as far as that was measured; members of earlier versions say nothing.
    #[serde(default)]
    pub drift: Option<NodeDrift>,
    /// The simulator of the project plays it: there is no machine.
    #[serde(default)]
    pub simulated: bool,
    /// Traffic since its newest switch, as its newest heartbeat told.
    pub traffic: Option<Traffic>,
}

/// What a member of an earlier version means.
fn full() -> u8 {
    node::WEIGHT_FULL
}

/// What operators set of a node. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeUpdate {
    /// All of its labels from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// How much of its share of traffic a load balancer in front shall send it, in percent; 0 drains it.
    #[schema(minimum = 0, maximum = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u8>,
    /// The one bundle that it may be given from now on; null: any.
    #[schema(value_type = Option<Uuid>)]
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub pinned_bundle_id: Option<Option<BundleId>>,
    /// Which half of a blue-green fleet it is in from now on; null: none.
    #[schema(value_type = Option<Slot>)]
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub slot: Option<Option<Slot>>,
    /// The lowest version of a bundle that it may be given from now on, such as 1.4.0; null: any.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub min_bundle_version: Option<Option<String>>,
    /// The highest; null: any.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub max_bundle_version: Option<Option<String>>,
    /// Id or slug of the environment that it is in from now on; null: none. It goes on running what it runs.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "named", skip_serializing_if = "Option::is_none")]
    pub environment: Option<Option<String>>,
}

/// A field that is there, null or not.
pub(crate) fn named<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// One node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeBody {
    /// The node.
    pub node: Node,
}

/// Nodes of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeList {
    /// By name.
    pub nodes: Vec<Node>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which nodes. `labels[KEY]=VALUE`, repeatable, selects by label beside these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NodesQuery {
    /// Only nodes with this status.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<NodeStatus>,
    /// Only nodes in this slot.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// Only nodes in this environment, by id or slug.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Only nodes in this group, by id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Only nodes whose name or host name contains this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only nodes with all of these labels; written `labels[KEY]=VALUE`.
    #[param(style = DeepObject, explode, value_type = Option<Object>)]
    #[serde(default, skip)]
    pub labels: BTreeMap<String, String>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Nodes by status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodesByStatus {
    /// Heartbeats arrive.
    pub online: u64,
    /// They ceased.
    pub offline: u64,
    /// There never was one.
    pub unknown: u64,
}

/// Nodes of a project in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeStats {
    /// All.
    pub total: u64,
    /// By status.
    pub by_status: NodesByStatus,
    /// Run what they shall run.
    pub converged: u64,
    /// Their newest assignment failed.
    pub failed: u64,
}

/// Something that an agent found worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeEvent {
    /// What kind of thing.
    pub event_type: crate::agent::NodeEventType,
    /// How much it matters.
    pub severity: crate::agent::Severity,
    /// In words.
    pub message: String,
    /// When a member took it in.
    pub at: Timestamp,
}

/// What a node's agent told, the newest hundred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeEventList {
    /// Newest first.
    pub events: Vec<NodeEvent>,
    /// Length of the list.
    pub total: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_slot_that_is_not_named_stays_and_null_takes_it_away() {
        for (text, slot) in
            [("{}", None), (r#"{"slot":null}"#, Some(None)), (r#"{"slot":"green"}"#, Some(Some(Slot::Green)))]
        {
            let update: NodeUpdate = serde_json::from_str(text).unwrap();
            assert_eq!(update.slot, slot);
            assert_eq!(serde_json::to_string(&update).unwrap(), text);
        }
    }

    #[test]
    fn a_pin_that_is_not_named_stays_and_null_takes_it_away() {
        for (text, pinned) in [
            ("{}", None),
            (r#"{"pinned_bundle_id":null}"#, Some(None)),
            (
                r#"{"pinned_bundle_id":"00000000-0000-0000-0000-000000000000"}"#,
                Some(Some(BundleId(uuid::Uuid::nil()))),
            ),
        ] {
            let update: NodeUpdate = serde_json::from_str(text).unwrap();
            assert_eq!(update.pinned_bundle_id, pinned);
            assert_eq!(serde_json::to_string(&update).unwrap(), text);
        }
    }
}
