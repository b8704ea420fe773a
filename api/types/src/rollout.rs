//! Rollouts.

mod create;
mod plan;

use std::collections::BTreeMap;

use sentinel_model::{BundleId, Generation, NodeGroupId, NodeId, ProjectId, PromotionRuleId, RolloutId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use create::RolloutCreate;
pub use plan::{ExcludedNode, PlannedDomain, PlannedEnvironment, PlannedStep, RolloutPlan};

use crate::Timestamp;
use crate::approval::{BreakGlass, RolloutApproval};
use crate::blue_green::{BlueGreenConfig, Slot};
use crate::bundle::RiskLevel;
use crate::canary::{CanaryAnalysis, CanaryConfig};
use crate::check::{CheckResult, HttpCheck};
use crate::conflict::OnConflict;
use crate::environment::EnvironmentRef;
use crate::group::NodeGroupRef;
use crate::node::{NodeFailure, NodeStatus, Traffic, Usage};
use crate::template::TemplateRef;

/// Which nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum TargetSelector {
    /// Every node of the project.
    All {},
    /// Nodes that carry all of these labels.
    Labels {
        /// At least one.
        labels: BTreeMap<String, String>,
    },
    /// Exactly these.
    NodeIds {
        /// At least one.
        #[schema(value_type = Vec<Uuid>)]
        node_ids: Vec<NodeId>,
    },
    /// Nodes that belong to any of these groups when it is planned.
    Groups {
        /// At least one.
        #[schema(value_type = Vec<Uuid>)]
        group_ids: Vec<NodeGroupId>,
    },
    /// Every node of an environment.
    Environment {
        /// Its id or slug.
        environment: String,
    },
}

/// In which manner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// In portions of `batch_size` or `batch_percentage`.
    #[default]
    Rolling,
    /// In one portion.
    AllAtOnce,
    /// In growing portions, each compared with the nodes that do not have the bundle yet.
    Canary,
    /// The slot without traffic gets the bundle, and then the traffic, share by share; the other one keeps what it runs.
    BlueGreen,
}

/// What must hold before the next step starts. Missing, stale or earlier data never passes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HealthGates {
    /// A fresh heartbeat says healthy.
    pub heartbeat_healthy: bool,
    /// Highest share of 5xx answers, in percent; null: not judged.
    pub max_error_rate: Option<f64>,
    /// Highest 99th percentile of latency, in milliseconds; null: not judged.
    pub max_latency_ms: Option<f64>,
    /// Most processor time of the proxy since its switch, in percent of one processor; null: not judged.
    pub max_cpu_percent: Option<f64>,
    /// Most memory of the proxy, in percent of what the machine has; null: not judged.
    pub max_memory_percent: Option<f64>,
    /// Fewest requests before error rate or latency are judged.
    pub min_requests: u32,
    /// How long each node must be observed after its switch, in seconds.
    pub observe_seconds: u32,
    /// How long a gate must be broken without a break before the step fails, in seconds.
    pub fail_after_seconds: u32,
}

impl Default for HealthGates {
    fn default() -> Self {
        Self {
            heartbeat_healthy: true,
            max_error_rate: None,
            max_latency_ms: None,
            max_cpu_percent: None,
            max_memory_percent: None,
            min_requests: 1,
            observe_seconds: 0,
            fail_after_seconds: 15,
        }
    }
}

/// Why a rollout is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRollback {
    /// For the audit log, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which step may begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutRelease {
    /// The step that waits, from zero: `current_step` of the rollout as it was looked at. Another one is refused.
    pub step_index: u32,
}

/// Members of an earlier build know no other way.
fn by_itself() -> bool {
    true
}

/// Members of an earlier build do not tell.
fn begun() -> bool {
    true
}

/// Where a rollout is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// Waits for approvals. No node belongs to it yet.
    PendingApproval,
    /// Waits for its time, or for the end of a freeze. No node belongs to it yet.
    Scheduled,
    /// Waits for nodes that another rollout has. No node belongs to it yet.
    Pending,
    /// Steps go on.
    Running,
    /// Held by a person.
    Paused,
    /// Nodes go back to what they ran before.
    RollingBack,
    /// Every step passed.
    Completed,
    /// Stopped by failure.
    Failed,
    /// Stopped by a person, or never begun.
    Cancelled,
    /// Every reachable node is back on what it ran before.
    RolledBack,
}

/// Why a step waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// In words, with the numbers.
    pub reason: String,
    /// A gate is broken, not merely undecided.
    pub broken: bool,
    /// A freeze holds it: no deadline runs.
    #[serde(default)]
    pub frozen: bool,
    /// A person must let the next step begin: no deadline runs.
    #[serde(default)]
    pub for_person: bool,
    /// Since when, without a break.
    pub since: Timestamp,
}

/// What stopped a rollout or a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolloutError {
    /// In words.
    pub reason: String,
    /// Nodes that did not come back, with the cause in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<String>,
}

/// A bundle carried to nodes in steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rollout {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: RolloutId,
    /// The project whose nodes it moves.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// What shall run.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Version of that bundle.
    pub bundle_version: String,
    /// Where.
    pub target_selector: TargetSelector,
    /// In which manner.
    pub strategy: Strategy,
    /// Nodes in a step; null when a share was asked for.
    pub batch_size: Option<u32>,
    /// Share of the nodes in a step; null when a number was asked for.
    pub batch_percentage: Option<u8>,
    /// How the canary goes on; null with another strategy.
    pub canary_analysis_config: Option<CanaryConfig>,
    /// How the traffic moves; null with another strategy.
    #[serde(default)]
    pub blue_green_config: Option<BlueGreenConfig>,
    /// The slot that has the traffic; until the last share is given, the one that keeps what it runs. Null with another strategy.
    #[serde(default)]
    pub deployment_slot: Option<Slot>,
    /// The slot that gets the bundle; null with another strategy.
    #[serde(default)]
    pub standby_slot: Option<Slot>,
    /// Share of the traffic that the slot with the new bundle has now, in percent; null with another strategy.
    #[serde(default)]
    pub traffic_weight: Option<u8>,
    /// How many steps of traffic have passed; null with another strategy.
    #[serde(default)]
    pub traffic_step_index: Option<u32>,
    /// How many nodes of a step, or of each failure domain, may be unreachable or fail without stopping it.
    pub max_unavailable: u32,
    /// Longest time that a step may take, pauses not counted.
    pub progress_deadline_seconds: u32,
    /// What must hold before the next step starts.
    pub health_gates: HealthGates,
    /// Take everything back by itself when a step fails.
    pub auto_rollback: bool,
    /// Each step begins by itself when those before it hold; else a person lets each one after the first begin.
    #[serde(default = "by_itself")]
    pub auto_advance: bool,
    /// Label whose values are failure domains; null when these are not told apart.
    #[serde(default)]
    pub failure_domain: Option<String>,
    /// Share of all its nodes at which failures stop it, in percent; null: only what each step may lose counts.
    #[serde(default)]
    pub rollback_threshold: Option<u8>,
    /// What must answer over HTTP while a step is observed.
    #[serde(default)]
    pub checks: Vec<HttpCheck>,
    /// What it does when another rollout has nodes that it wants.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// Where it is in its life.
    pub state: RolloutState,
    /// Who paused or cancelled it, in these states.
    pub by: Option<String>,
    /// Number of steps.
    pub steps: u32,
    /// Number of nodes that get the bundle.
    pub nodes: u32,
    /// The step that is under way or next, from zero.
    pub current_step: u32,
    /// Why the current step waits.
    pub hold: Option<Hold>,
    /// What stopped it.
    pub error: Option<RolloutError>,
    /// Who must agree to it, and who has; null when nobody must.
    #[serde(default)]
    pub approval: Option<RolloutApproval>,
    /// How dangerous it is, as judged when it was asked for, and again with every approval and when it begins; null where no rule
    /// of the project asks for approvals.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// When it shall begin; null: as soon as it may.
    #[serde(default)]
    pub scheduled_at: Option<Timestamp>,
    /// Who let it through every freeze, and why.
    #[serde(default)]
    pub break_glass: Option<BreakGlass>,
    /// The groups that it is for, those that are still there; their nodes were counted when it was asked for.
    #[serde(default)]
    pub target_groups: Vec<NodeGroupRef>,
    /// The environment that it is to; null: its nodes are wherever they are.
    #[serde(default)]
    pub environment: Option<EnvironmentRef>,
    /// Who let it past the order of environments, and why.
    #[serde(default)]
    pub skip_order: Option<BreakGlass>,
    /// The promotion rule that asked for it.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub promotion_rule_id: Option<PromotionRuleId>,
    /// The template that it was made from.
    #[serde(default)]
    pub template: Option<TemplateRef>,
    /// The rollout that it waits for, in the state `pending`.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub waits_for: Option<RolloutId>,
    /// The rollout that stopped it and took its nodes.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub superseded_by: Option<RolloutId>,
    /// Who asked for it.
    pub created_by: String,
    /// Counts up with every change.
    pub revision: u64,
    /// When it began; when it was asked for, as long as it has not.
    pub started_at: Timestamp,
    /// Whether it has begun. One that waits has not, nor has one that ended before its time came or anybody let it.
    #[serde(default = "begun")]
    pub begun: bool,
    /// When it came to its end.
    pub completed_at: Option<Timestamp>,
    /// When it was asked for.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutBody {
    /// The rollout.
    pub rollout: Rollout,
}

/// Rollouts of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutList {
    /// Newest first.
    pub rollouts: Vec<Rollout>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which rollouts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RolloutsQuery {
    /// Only rollouts in this state.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<RolloutState>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Where a step is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Its nodes have the new assignment; not all have proven it.
    Running,
    /// All have proven it; gates are judged.
    Verifying,
    /// Gates passed.
    Completed,
    /// Deadline, gate, or too many failed nodes.
    Failed,
}

/// A portion of the nodes, or a share of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolloutStep {
    /// Place, from zero.
    pub step_index: u32,
    /// Its nodes. Those of a share of the traffic are all that get the bundle.
    #[schema(value_type = Vec<Uuid>)]
    pub node_ids: Vec<NodeId>,
    /// The slot of these nodes; null with another strategy than blue-green.
    #[serde(default)]
    pub deployment_slot: Option<Slot>,
    /// Share of the traffic that the slot gets in this step, in percent; 0 while it gets the bundle. Null with another strategy.
    #[serde(default)]
    pub traffic_weight: Option<u8>,
    /// Where it is in its life.
    pub state: StepState,
    /// Milliseconds that it ran before the newest pause; they count against the deadline.
    pub ran_ms: u64,
    /// Since when it runs without a pause.
    pub running_since: Option<Timestamp>,
    /// When it first started.
    pub started_at: Option<Timestamp>,
    /// When it came to its end.
    pub completed_at: Option<Timestamp>,
    /// What stopped it.
    pub error: Option<RolloutError>,
}

/// Where a node is inside a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RolloutNodeState {
    /// Untouched so far.
    Pending,
    /// Has the new assignment.
    Assigned,
    /// Its step completed with it.
    Completed,
    /// Has its previous bundle assigned again.
    Restoring,
    /// Had no previous bundle: nothing to restore.
    NothingToRestore,
    /// Keeps what it runs: only its traffic goes to other nodes.
    Kept,
}

/// One node of a rollout. Of a rollout that has ended: as the node was then.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutNode {
    /// The node.
    #[schema(value_type = Uuid)]
    pub node_id: NodeId,
    /// Its name; null when the node was gone before the rollout ended.
    pub name: Option<String>,
    /// The step that moves it.
    pub step: u32,
    /// Its failure domain, by its labels as they are now; null without the label, and when domains are not told apart.
    #[serde(default)]
    pub failure_domain: Option<String>,
    /// Where it is.
    pub state: RolloutNodeState,
    /// The bundle it goes back to.
    #[schema(value_type = Option<Uuid>)]
    pub previous_bundle_id: Option<BundleId>,
    /// Version of that bundle.
    pub previous_version: Option<String>,
    /// The assignment that the rollout gave it last.
    #[schema(value_type = Option<u64>)]
    pub generation: Option<Generation>,
    /// The assignment that it has proven to run.
    #[schema(value_type = Option<u64>)]
    pub effective_generation: Option<Generation>,
    /// The bundle that it has proven to run.
    #[schema(value_type = Option<Uuid>)]
    pub effective_bundle_id: Option<BundleId>,
    /// Whether heartbeats arrive; null when the node is gone.
    pub status: Option<NodeStatus>,
    /// Its newest heartbeat calls the proxy healthy.
    pub healthy: Option<bool>,
    /// It runs what it shall run.
    pub converged: bool,
    /// Why its newest assignment did not become effective.
    pub failure: Option<NodeFailure>,
    /// Traffic since its newest switch.
    pub traffic: Option<Traffic>,
    /// What its proxy uses since then.
    pub usage: Option<Usage>,
    /// The slot that it is in.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// How much of its share of traffic it gets, in percent; null when the node is gone.
    #[serde(default)]
    pub weight: Option<u8>,
    /// What each gate that was asked for says of it, as long as the rollout goes forward and has given it the bundle. Traffic of a
    /// blue-green rollout is judged by the leader alone, since it was shifted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<NodeGate>,
}

/// What a gate says of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeGate {
    /// The gate.
    pub gate: GateKind,
    /// What it says.
    pub verdict: GateVerdict,
    /// Why it does not pass.
    #[serde(default)]
    pub reason: Option<String>,
    /// What was measured since the switch: percent, milliseconds, or for `observed` seconds; null where there is nothing to measure, and
    /// as long as nothing was.
    #[serde(default)]
    pub measured: Option<f64>,
    /// The limit, in the same unit; for `observed`, how long is asked for.
    #[serde(default)]
    pub limit: Option<f64>,
}

/// One gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateKind {
    /// It runs the bundle for as long as it is to be observed.
    Observed,
    /// A fresh heartbeat says healthy.
    Heartbeat,
    /// Share of 5xx answers.
    ErrorRate,
    /// 99th percentile of latency.
    Latency,
    /// Processor time of the proxy.
    Cpu,
    /// Memory of the proxy.
    Memory,
}

/// What a gate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// It holds, on evidence.
    Pass,
    /// The evidence is missing so far.
    Undecided,
    /// The evidence says no.
    Broken,
}

/// How far a rollout is, in nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolloutProgress {
    /// All that get the bundle.
    pub total: u64,
    /// None of the others.
    pub pending: u64,
    /// Have proven to run the new bundle.
    pub active: u64,
    /// Have proven to run again what they ran before.
    pub restored: u64,
    /// Reported that the newest assignment failed.
    pub failed: u64,
}

/// A rollout with its steps and nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutDetail {
    /// The rollout.
    pub rollout: Rollout,
    /// In order.
    pub steps: Vec<RolloutStep>,
    /// By step and name.
    pub nodes: Vec<RolloutNode>,
    /// In numbers.
    pub progress: RolloutProgress,
    /// How the canary compares; null when it is none, and before there was traffic in both groups.
    pub canary_analysis_results: Option<CanaryAnalysis>,
    /// How the checks do, in the order in which they were asked for.
    #[serde(default)]
    pub check_results: Vec<CheckResult>,
    /// The freeze that holds it now, or would when it goes on; null when none does, and when somebody broke the glass or it is over.
    #[serde(default)]
    pub frozen: Option<String>,
}

/// A node, as plans name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: NodeId,
    /// Unique in the project.
    pub name: String,
}

/// How dangerous it is to give a bundle to the nodes of a rollout, by what they run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Risk {
    /// In a word.
    pub level: RiskLevel,
    /// Why.
    pub reasons: Vec<String>,
    /// What the nodes ran, or should have run, when it was judged.
    #[serde(default)]
    pub against: Vec<RiskBase>,
}

/// A bundle that the risk of another one is judged against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RiskBase {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when it is gone.
    pub version: Option<String>,
}
