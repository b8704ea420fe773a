//! Rehearsals: what a rollout would come to, played on a copy of the project.

use sentinel_model::RolloutId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::rollout::{NodeRef, RolloutCreate, RolloutState, StepState};

/// What is wrong with the bundle, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BadBundle {
    /// It activates on no node.
    Fails,
    /// It answers a fifth of the requests with errors.
    Errors,
    /// Its answers take ten times as long.
    Slow,
}

/// What is taken for granted; what is left out is as the answer says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RehearsalAssumptions {
    /// What if the bundle is bad? What is said besides goes before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<BadBundle>,
    /// Shortest time from an assignment to its proof, in milliseconds; as measured of late, or 2000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_from_ms: Option<u32>,
    /// Longest time from an assignment to its proof, in milliseconds; as measured of late, or 8000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activation_to_ms: Option<u32>,
    /// How often nodes speak, in seconds; as the members ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 600)]
    pub heartbeat_interval_seconds: Option<u32>,
    /// Share of the nodes that fail to activate the bundle, 0 to 100; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_percent: Option<f64>,
    /// Share of the nodes that are online and fall silent when it begins, 0 to 100; 0. Those that are offline stay so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silent_percent: Option<f64>,
    /// Requests that a node answers in a second, on average; 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<f64>,
    /// Share of the answers of other bundles that are errors, in percent; 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_error_rate: Option<f64>,
    /// Share of the bundle's answers that are errors, in percent; as that of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_error_rate: Option<f64>,
    /// 99th percentile of the latency of other bundles, in milliseconds; 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub old_latency_ms: Option<f64>,
    /// 99th percentile of the bundle's latency, in milliseconds; as that of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_latency_ms: Option<f64>,
    /// What is drawn comes from it: the same seed gives the same course; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
}

/// A rollout, and what is taken for granted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRehearse {
    /// What would be asked for.
    pub rollout: RolloutCreate,
    /// What is taken for granted.
    #[serde(default)]
    pub assumptions: RehearsalAssumptions,
}

/// What was taken for granted, all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RehearsalAssumed {
    /// What was said of the bundle in a word.
    pub bad: Option<BadBundle>,
    /// Shortest time from an assignment to its proof, in milliseconds.
    pub activation_from_ms: u32,
    /// Longest time from an assignment to its proof, in milliseconds.
    pub activation_to_ms: u32,
    /// These two are as the nodes' newest activations took.
    pub activation_measured: bool,
    /// How often nodes speak at least, in seconds.
    pub heartbeat_interval_seconds: f64,
    /// Share of the nodes that fail to activate the bundle, in percent.
    pub failing_percent: f64,
    /// Share of the nodes that are online and fall silent when it begins, in percent.
    pub silent_percent: f64,
    /// Requests that a node answers in a second, on average.
    pub requests_per_second: f64,
    /// Share of the answers of other bundles that are errors, in percent.
    pub old_error_rate: f64,
    /// Share of the bundle's answers that are errors, in percent.
    pub new_error_rate: f64,
    /// 99th percentile of the latency of other bundles, in milliseconds.
    pub old_latency_ms: f64,
    /// 99th percentile of the bundle's latency, in milliseconds.
    pub new_latency_ms: f64,
    /// What is drawn comes from it.
    pub seed: u32,
    /// What is taken for granted besides, in words.
    pub besides: Vec<String>,
}

/// How a rehearsal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsalOutcome {
    /// Every step passed.
    Completed,
    /// Every reachable node went back to what it ran before.
    RolledBack,
    /// It failed and was not taken back.
    Failed,
    /// It was stopped, or never begun.
    Cancelled,
    /// It would not even be created.
    Refused,
    /// It goes on beyond what was rehearsed.
    Unfinished,
}

/// What a rollout waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsedWaitKind {
    /// Its time.
    Schedule,
    /// Nodes that another rollout has.
    Queue,
    /// The end of a freeze.
    Freeze,
    /// Nodes that switch.
    Switching,
    /// Evidence that what has switched is well.
    Observing,
    /// A gate that is broken.
    Gate,
    /// Nodes that go back.
    WayBack,
}

/// A time that was spent on one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedWait {
    /// On what.
    pub kind: RehearsedWaitKind,
    /// Since when, in milliseconds since the beginning.
    pub from_ms: u64,
    /// Until when.
    pub to_ms: u64,
    /// What held it, in the last words for it.
    pub reason: Option<String>,
}

/// A step as it was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedStep {
    /// Place, from zero.
    pub index: u32,
    /// How many nodes.
    pub nodes: u64,
    /// Share of the traffic that it gives them, in percent; null: it gives them the bundle.
    pub traffic_weight: Option<u8>,
    /// Where it is at the end.
    pub state: StepState,
    /// When it began, in milliseconds since the beginning; null: never.
    pub started_ms: Option<u64>,
    /// When all of its nodes had proven the bundle.
    pub verified_ms: Option<u64>,
    /// When it came to its end.
    pub ended_ms: Option<u64>,
    /// What stopped it.
    pub error: Option<String>,
    /// What it waited for, in order.
    pub waits: Vec<RehearsedWait>,
}

/// Nodes that `max_unavailable` counts together, in their worst moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedGroup {
    /// The step, where these count; null with failure domains.
    pub step: Option<u32>,
    /// Value of the label; null for the nodes without it, and where steps count.
    pub failure_domain: Option<String>,
    /// How many nodes there are.
    pub of: u32,
    /// Most that had failed or were not heard of at the same time.
    pub away: u32,
    /// Most that were switching at the same time. They keep serving.
    pub switching: u32,
}

/// How many nodes were missing in the worst moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedPeak {
    /// Most nodes that had failed or were not heard of at the same time.
    pub away: u32,
    /// Most nodes that were switching at the same time. They keep serving.
    pub switching: u32,
    /// How many of each group may be away.
    pub max_unavailable: u32,
    /// The groups that came worst off, at most 50.
    pub groups: Vec<RehearsedGroup>,
    /// How many there are.
    pub groups_total: u32,
}

/// What the comparison came to in a step of a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RehearsedVerdict {
    /// Too little to say anything.
    Gathering,
    /// Nothing speaks against the bundle.
    Fair,
    /// The bundle is worse.
    Worse,
}

/// What one step of a canary is compared by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedComparison {
    /// The step.
    pub step: u32,
    /// Nodes with the bundle.
    pub canary_nodes: u32,
    /// Nodes without it.
    pub control_nodes: u32,
    /// Requests in a second of those with the bundle.
    pub canary_requests_per_second: f64,
    /// Requests in a second of those without it.
    pub control_requests_per_second: f64,
    /// Requests that were compared, of the group that has fewer.
    pub requests: u64,
    /// So many are asked for.
    pub min_requests: u32,
    /// For how long both were compared, in seconds.
    pub compared_seconds: f64,
    /// What it came to; null: there was nothing to compare.
    pub verdict: Option<RehearsedVerdict>,
    /// How long it takes at this traffic to say that the bundle is no worse, in seconds; null: it never could.
    pub needs_seconds: Option<f64>,
    /// The deadline of the step, in seconds.
    pub deadline_seconds: u32,
}

/// Something that was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RehearsedDecision {
    /// When, in milliseconds since the beginning.
    pub at_ms: u64,
    /// As the audit log would name it.
    pub action: String,
    /// The step that it was about, from one, as the audit log counts.
    pub step: Option<u32>,
    /// In the words that the audit log would have.
    pub detail: String,
    /// The other rollout that it was about; null for the one that is rehearsed.
    #[schema(value_type = Option<Uuid>)]
    pub rollout_id: Option<RolloutId>,
}

/// The course that a rollout would take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rehearsal {
    /// How it ended.
    pub outcome: RehearsalOutcome,
    /// Where the rollout is at the end; null when it was refused.
    pub state: Option<RolloutState>,
    /// Why it ended so, or was left there; null when all went well.
    pub reason: Option<String>,
    /// When it begins.
    pub begins_at: Timestamp,
    /// How long it takes, in milliseconds.
    pub total_ms: u64,
    /// How many nodes get the bundle.
    pub nodes: u64,
    /// In order.
    pub steps: Vec<RehearsedStep>,
    /// What was waited for before the first step, and on the way back.
    pub waits: Vec<RehearsedWait>,
    /// Nodes that failed, at most 100.
    pub failed: Vec<NodeRef>,
    /// How many failed.
    pub failed_total: u64,
    /// How many nodes were missing in the worst moment.
    pub peak: RehearsedPeak,
    /// What a canary is compared by, step by step; empty with another strategy.
    pub comparisons: Vec<RehearsedComparison>,
    /// What was decided, in order, at most 500.
    pub timeline: Vec<RehearsedDecision>,
    /// Decisions beyond these.
    pub timeline_more: u64,
    /// What stopped it first; null when nothing did.
    pub stopped_by: Option<RehearsedDecision>,
    /// How many people would have to agree to it first. Here they do so at once.
    pub approvals_needed: u8,
    /// What to know before it is started.
    pub warnings: Vec<String>,
    /// What was taken for granted.
    pub assumptions: RehearsalAssumed,
    /// Looks that the leader took.
    pub looks: u64,
    /// The nodes of the project that were copied.
    pub copied_nodes: u64,
}
