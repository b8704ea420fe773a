//! Nodes and the four facts about each: desired, offered, accepted, effective.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::version::VersionRange;
use crate::{
    BundleId, DriftEventId, EnvironmentId, Generation, NodeId, ProjectId, RolloutId, Sha256Digest, Time,
};

/// Most capabilities that a node may announce.
pub const CAPABILITIES_MAX: usize = 64;
/// Longest failure message kept, in characters; a proxy's own words may be longer.
pub const FAILURE_TEXT_MAX: usize = 2_000;

/// Weight of a node about which nobody has said anything: all of its share, in percent.
pub const WEIGHT_FULL: u8 = 100;

/// A managed proxy and the agent beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Identity.
    pub id: NodeId,
    /// The project it serves.
    pub project_id: ProjectId,
    /// Unique in the project.
    pub name: String,
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
    /// Digest of the node key.
    pub key_digest: Sha256Digest,
    /// When it enrolled.
    pub registered_at: Time,
    /// Whether heartbeats arrive.
    pub status: NodeStatus,
    /// Since when the status is what it is.
    pub status_since: Time,
    /// Newest generation ever given to it; the next assignment carries the one after.
    pub generation: Generation,
    /// Desired: what it shall run.
    pub assignment: Option<Assignment>,
    /// Offered: what a member last answered to its poll.
    pub offered: Option<Fact>,
    /// Accepted: what it verified and staged.
    pub accepted: Option<Fact>,
    /// Effective: what it has proven to run.
    pub effective: Option<Fact>,
    /// Why the newest generation did not become effective, if it did not.
    pub failure: Option<ActivationFailure>,
    /// The rollout that owns it now. One at a time.
    pub owner: Option<RolloutId>,
    /// How much of its share of traffic a load balancer in front shall send it, in percent; 0 is nothing.
    #[serde(default = "full", skip_serializing_if = "is_full")]
    pub weight: u8,
    /// How often the weight was changed, so that nobody takes an older one for a newer.
    #[serde(default, skip_serializing_if = "is_never")]
    pub weight_revision: u64,
    /// The one bundle that it may be given, whoever decides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_bundle_id: Option<BundleId>,
    /// Which half of a blue-green fleet it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// Versions of the bundles that it may be given, whoever decides.
    #[serde(default, skip_serializing_if = "VersionRange::is_open")]
    pub versions: VersionRange,
    /// The environment that it is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
    /// The simulator of its project plays it: there is no machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// What it was given last, the newest last, and what it runs: it may say of itself nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Given>,
}

/// An assignment of now or of before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Its number.
    pub generation: Generation,
    /// The bundle.
    pub bundle_id: BundleId,
}

/// How many of the assignments of a node are remembered beside the one that it runs.
const GIVEN_MAX: usize = 4;

/// One of the two halves between which blue-green rollouts move the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// One.
    Blue,
    /// The other.
    Green,
}

impl Slot {
    /// Both.
    pub const ALL: [Slot; 2] = [Slot::Blue, Slot::Green];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Slot::Blue => Slot::Green,
            Slot::Green => Slot::Blue,
        }
    }

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Slot::Blue => "blue",
            Slot::Green => "green",
        }
    }
}

// What nobody has set is not written: so the rows of a cluster below level 4 are what its older members write.

fn full() -> u8 {
    WEIGHT_FULL
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_full(weight: &u8) -> bool {
    *weight == WEIGHT_FULL
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_never(revision: &u64) -> bool {
    *revision == 0
}

impl Node {
    /// Remembers what it is assigned now.
    pub fn remember_given(&mut self) {
        let Some(Assignment { generation, bundle_id, .. }) = self.assignment else { return };
        self.given.push(Given { generation, bundle_id });
        let (mut older, runs) = (self.given.len().saturating_sub(GIVEN_MAX), self.effective);
        self.given.retain(|given| {
            let is_old = older > 0;
            older = older.saturating_sub(1);
            !is_old || runs.is_some_and(|runs| runs.generation == given.generation)
        });
    }

    /// True when it shall run this bundle, or was given it lately.
    pub fn was_given(&self, bundle_id: BundleId) -> bool {
        self.assignment.as_ref().is_some_and(|assignment| assignment.bundle_id == bundle_id)
            || self.given.iter().any(|given| given.bundle_id == bundle_id)
    }

    /// The bundle that it should run now: the assigned one; where that failed, or where it has none, what it says that it runs.
    pub fn supposed(&self) -> Option<BundleId> {
        let runs = self.effective.map(|fact| fact.bundle_id).filter(|id| self.was_given(*id));
        let Some(assigned) = &self.assignment else { return runs };
        let failed = self.failure.as_ref().is_some_and(|failure| failure.generation >= assigned.generation);
        runs.filter(|_| failed).or(Some(assigned.bundle_id))
    }

    /// True when what it has proven to run is what it shall run, by generation.
    pub fn converged(&self) -> bool {
        match (&self.assignment, &self.effective) {
            (Some(assignment), Some(effective)) => effective.generation == assignment.generation,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }

    /// True when it has proven to run something that nobody has assigned to it, or not any more.
    pub fn runs_unassigned(&self) -> bool {
        self.assignment.is_none() && self.effective.is_some()
    }

    /// True when its newest assignment is this generation, or only asserts it again.
    pub fn still_given(&self, generation: Generation) -> bool {
        self.assignment.as_ref().is_some_and(|given| {
            given.generation == self.generation
                && [Some(given.generation), given.asserts].contains(&Some(generation))
        })
    }

    /// True when it is pinned, and not to this bundle.
    pub fn pinned_away_from(&self, bundle: BundleId) -> bool {
        self.pinned_bundle_id.is_some_and(|pinned| pinned != bundle)
    }

    /// Gives it a weight; agents learn of it when it is another one.
    pub fn weigh(&mut self, percent: u8) {
        if percent != self.weight {
            self.weight = percent;
            self.weight_revision += 1;
        }
    }

    /// True when the newest assignment was reported as failed.
    pub fn failed_current(&self) -> bool {
        match (&self.assignment, &self.failure) {
            (Some(assignment), Some(failure)) => failure.generation == assignment.generation,
            _ => false,
        }
    }
}

/// Whether heartbeats arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeStatus {
    /// Heartbeats arrive.
    Online,
    /// None for longer than the threshold.
    Offline,
    /// Enrolled, never heard of since.
    Unknown,
}

impl NodeStatus {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            NodeStatus::Online => "online",
            NodeStatus::Offline => "offline",
            NodeStatus::Unknown => "unknown",
        }
    }
}

/// (node, bundle, generation): what a node shall run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The bundle.
    pub bundle_id: BundleId,
    /// Its place in the node's history.
    pub generation: Generation,
    /// When it was made.
    pub at: Time,
    /// Who decided.
    pub cause: AssignmentCause,
    /// The drift for which it was asserted again. Whoever decided is the same as before, so that a rollout that is taken back takes
    /// this back as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasserts: Option<DriftEventId>,
    /// The generation that somebody decided on, where this one only asserts that again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asserts: Option<Generation>,
}

/// Who decided on an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentCause {
    /// A person or program, directly.
    Direct,
    /// The node joined and took the baseline of its environment, or of its project.
    Baseline,
    /// A rollout going forward.
    Rollout(RolloutId),
    /// A rollout being taken back.
    Rollback(RolloutId),
}

/// One of offered, accepted, effective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// The bundle it speaks of.
    pub bundle_id: BundleId,
    /// The assignment's generation.
    pub generation: Generation,
    /// When a member learned it.
    pub at: Time,
}

/// A generation that did not become effective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivationFailure {
    /// The bundle.
    pub bundle_id: BundleId,
    /// The assignment's generation.
    pub generation: Generation,
    /// How far it came.
    pub stage: ActivationStage,
    /// What went wrong, in the proxy's own words where it had any.
    pub message: String,
    /// When a member learned it.
    pub at: Time,
}

/// The steps of an activation, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

impl ActivationStage {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            ActivationStage::Download => "download",
            ActivationStage::Verify => "verify",
            ActivationStage::Stage => "stage",
            ActivationStage::Test => "test",
            ActivationStage::Activate => "activate",
            ActivationStage::Prove => "prove",
        }
    }
}

/// Events kept per node; older ones are forgotten.
pub const EVENTS_KEPT: usize = 100;
/// Most events in one request of an agent.
pub const EVENTS_PER_REQUEST_MAX: usize = 50;

/// Something that an agent found worth telling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeEvent {
    /// What kind of thing.
    pub event_type: NodeEventType,
    /// How much it matters.
    pub severity: Severity,
    /// In words.
    pub message: String,
    /// When a member took it in.
    pub at: Time,
}

/// Kinds of node events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// How much an event matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
