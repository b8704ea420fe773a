//! Rollouts: a bundle carried to nodes in steps, with gates between and a way back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::blue_green::{BAKE_ROOM_S, Before, BlueGreen, Shift};
use crate::canary::Canary;
use crate::check::{self, HttpCheck};
use crate::governance::Governance;
use crate::name::{LABEL_TEXT_MAX, LABELS_MAX, check_labels};
use crate::node::Node;
use crate::template::TemplateRef;
use crate::{
    BundleId, EnvironmentId, Generation, InvalidValue, NodeGroupId, NodeId, ProjectId, RolloutId, Time,
};

mod conflict;
pub mod life;
mod outcome;

pub use conflict::{OnConflict, Queued};
pub use life::{Deed, Phase};
pub use outcome::NodeOutcome;

/// Most nodes that a rollout may name one by one.
pub const TARGET_NODES_MAX: usize = 10_000;
/// Most groups that a rollout may name.
pub const TARGET_GROUPS_MAX: usize = 50;
/// Shortest step deadline, in seconds.
pub const DEADLINE_MIN_S: u32 = 1;
/// Longest step deadline, in seconds: a week.
pub const DEADLINE_MAX_S: u32 = 604_800;

/// What the operator asks for. Checked by [`RolloutSpec::check`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutSpec {
    /// What shall run.
    pub bundle_id: BundleId,
    /// Where.
    pub target: Target,
    /// In which portions; a canary has its own.
    pub batch: Batch,
    /// How many nodes of a step may be unreachable or fail without stopping it. Where failure domains are told apart: how many of each
    /// domain, of all steps that have begun so far.
    pub max_unavailable: u32,
    /// Longest time that a step may take, in seconds, pauses not counted.
    pub step_deadline_s: u32,
    /// What must hold before the next step starts.
    pub gates: Gates,
    /// Take everything back by itself when a step fails.
    pub auto_rollback: bool,
    /// Compare the nodes that have the bundle with those that do not have it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<Canary>,
    /// Give the bundle to the slot without traffic, and then the traffic to the bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue_green: Option<BlueGreen>,
    /// What it does when another rollout has nodes that it wants.
    #[serde(default, skip_serializing_if = "OnConflict::is_default")]
    pub on_conflict: OnConflict,
    /// Label whose values are failure domains: each step is spread over them, and none takes all of one that has more than one node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_domain: Option<String>,
    /// Share of all the rollout's nodes, in percent: when as many of those that have the bundle have failed, it fails at once, however
    /// many each step may lose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollback_threshold: Option<u8>,
    /// What must answer while a step is observed, besides the nodes' own gates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<HttpCheck>,
    /// Of these, only nodes in this environment; `None`: wherever they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
    /// Each step after the first begins only when a person says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// Which nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Every node of the project.
    All,
    /// Nodes that carry all of these labels.
    Labels(BTreeMap<String, String>),
    /// Exactly these.
    Nodes(Vec<NodeId>),
    /// Nodes that belong to any of these groups when it is planned.
    Groups(Vec<NodeGroupId>),
}

/// How many nodes a step takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Batch {
    /// This many.
    Size(u32),
    /// This share of the targets, rounded down, at least one node.
    Percent(u8),
}

/// What must hold on each node of a step, measured after the switch. Missing, stale or earlier data never passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gates {
    /// A fresh heartbeat says healthy.
    pub heartbeat: bool,
    /// Highest share of 5xx answers, in percent.
    pub max_error_percent: Option<f64>,
    /// Highest 99th percentile of latency, in milliseconds.
    pub max_latency_ms: Option<f64>,
    /// Most processor time of the proxy since the switch, in percent of one processor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_cpu_percent: Option<f64>,
    /// Most memory of the proxy, in percent of what the machine has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_memory_percent: Option<f64>,
    /// Fewest requests before error rate or latency are judged.
    pub min_requests: u32,
    /// How long each node must be observed after its switch, in seconds.
    pub observe_s: u32,
    /// How long a gate must be broken without a break before the step fails, in seconds.
    pub fail_after_s: u32,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            heartbeat: true,
            max_error_percent: None,
            max_latency_ms: None,
            max_cpu_percent: None,
            max_memory_percent: None,
            min_requests: 1,
            observe_s: 0,
            fail_after_s: 15,
        }
    }
}

impl RolloutSpec {
    /// It is to every node of the project, in whatever environment.
    pub fn to_whole_project(&self) -> bool {
        self.target == Target::All && self.environment_id.is_none()
    }

    /// The failure domain of a node, by its labels as they are now; `None` for the nodes without the label, and where no domains are
    /// told apart.
    pub fn domain_of<'n>(&self, node: &'n Node) -> Option<&'n str> {
        node.labels.get(self.failure_domain.as_ref()?).map(String::as_str)
    }

    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        match &self.target {
            Target::All => {}
            Target::Labels(labels) if labels.is_empty() || labels.len() > LABELS_MAX => {
                return Err(InvalidValue::new(
                    "target_selector.labels",
                    format!("must name 1 to {LABELS_MAX} labels; use the type \"all\" for every node"),
                ));
            }
            Target::Labels(labels) => check_labels("target_selector.labels", labels)?,
            Target::Nodes(nodes) if nodes.is_empty() || nodes.len() > TARGET_NODES_MAX => {
                return Err(InvalidValue::new(
                    "target_selector.node_ids",
                    format!("must name 1 to {TARGET_NODES_MAX} nodes"),
                ));
            }
            Target::Groups(groups) if groups.is_empty() || groups.len() > TARGET_GROUPS_MAX => {
                return Err(InvalidValue::new(
                    "target_selector.group_ids",
                    format!("must name 1 to {TARGET_GROUPS_MAX} groups"),
                ));
            }
            Target::Nodes(_) | Target::Groups(_) => {}
        }
        match self.batch {
            Batch::Size(0) => return Err(InvalidValue::new("batch_size", "must be at least 1")),
            Batch::Percent(percent) if percent == 0 || percent > 100 => {
                return Err(InvalidValue::new("batch_percentage", "must lie between 1 and 100"));
            }
            _ => {}
        }
        if !(DEADLINE_MIN_S..=DEADLINE_MAX_S).contains(&self.step_deadline_s) {
            return Err(InvalidValue::new(
                "progress_deadline_seconds",
                format!("must lie between {DEADLINE_MIN_S} and {DEADLINE_MAX_S}"),
            ));
        }
        if let Some(canary) = &self.canary {
            canary.check()?;
            if canary.bake_s >= self.step_deadline_s {
                return Err(InvalidValue::new(
                    "canary_analysis_config.bake_seconds",
                    "must be shorter than progress_deadline_seconds, else no step could ever pass",
                ));
            }
        }
        if let Some(blue_green) = &self.blue_green {
            blue_green.check()?;
            if self.canary.is_some() {
                let message = "a rollout is a canary or blue-green, not both";
                return Err(InvalidValue::new("strategy", message));
            }
            if blue_green.bake_s.saturating_add(BAKE_ROOM_S) >= self.step_deadline_s {
                return Err(InvalidValue::new(
                    "blue_green_config.bake_seconds",
                    format!(
                        "must be more than {BAKE_ROOM_S} s shorter than progress_deadline_seconds: each share is observed from the \
                         first heartbeat after it was shifted, and would else fail by its deadline while all is well"
                    ),
                ));
            }
        }
        if let Some(key) = &self.failure_domain {
            if self.blue_green.is_some() {
                let message = "blue-green gives all of a slot the bundle before it has traffic: there is nothing to spread";
                return Err(InvalidValue::new("failure_domain", message));
            }
            if key.is_empty() || key.chars().count() > LABEL_TEXT_MAX {
                let message = format!("names a label: 1 to {LABEL_TEXT_MAX} characters");
                return Err(InvalidValue::new("failure_domain", message));
            }
            if self.canary.is_none() && self.batch == Batch::Percent(100) {
                let message = "needs more than one step; give a size of a batch, or a share below 100";
                return Err(InvalidValue::new("failure_domain", message));
            }
        }
        if self.rollback_threshold.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return Err(InvalidValue::new("rollback_threshold", "must lie between 1 and 100"));
        }
        let gates = &self.gates;
        if gates.max_error_percent.is_some_and(|percent| !(0.0..=100.0).contains(&percent)) {
            return Err(InvalidValue::new(
                "health_gates.max_error_rate",
                "is a percentage: between 0 and 100",
            ));
        }
        if gates.max_latency_ms.is_some_and(|ms| !ms.is_finite() || ms <= 0.0) {
            return Err(InvalidValue::new("health_gates.max_latency_ms", "must be more than 0"));
        }
        if gates.max_cpu_percent.is_some_and(|percent| !percent.is_finite() || percent <= 0.0) {
            return Err(InvalidValue::new(
                "health_gates.max_cpu_percent",
                "is in percent of one processor: more than 0, and 250 for two and a half",
            ));
        }
        if gates.max_memory_percent.is_some_and(|percent| !(percent > 0.0 && percent <= 100.0)) {
            return Err(InvalidValue::new(
                "health_gates.max_memory_percent",
                "is in percent of the machine's memory: more than 0, at most 100",
            ));
        }
        if gates.observe_s >= self.step_deadline_s || gates.fail_after_s > DEADLINE_MAX_S {
            return Err(InvalidValue::new(
                "health_gates.observe_seconds",
                "must be shorter than progress_deadline_seconds, else no step could ever pass",
            ));
        }
        check::check_all(&self.checks, self.step_deadline_s)
    }
}

/// A rollout: what was asked for, and how far it is. Steps and nodes are rows of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// Identity.
    pub id: RolloutId,
    /// The project whose nodes it moves.
    pub project_id: ProjectId,
    /// What was asked for.
    pub spec: RolloutSpec,
    /// Where it is in its life.
    pub state: RolloutState,
    /// Number of steps.
    pub steps: u32,
    /// Number of nodes that get the bundle.
    pub nodes: u32,
    /// The step that is under way, or the next one.
    pub current_step: u32,
    /// Why the current step does not go on, in words; told by the scheduler.
    pub hold: Option<Hold>,
    /// Counts up with every change of this rollout: decisions carry the number they were made on.
    pub revision: u64,
    /// Who asked for it, as the audit log names them.
    pub created_by: String,
    /// When it began.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
    /// When it came to its end.
    pub ended_at: Option<Time>,
    /// Approvals, its time, the broken glass.
    #[serde(default, skip_serializing_if = "Governance::is_empty")]
    pub governance: Governance,
    /// Between which slots it moves traffic, and how far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<Shift>,
    /// Its place among those that wait for their nodes, while it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Queued>,
    /// The rollout that stopped it and took its nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<RolloutId>,
    /// The newest step that a person let go on, where they go on by hand.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub released: u32,
    /// The template that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(released: &u32) -> bool {
    *released == 0
}

impl Rollout {
    /// The step may begin only when a person lets it go on, and nobody has so far.
    pub fn waits_for_person(&self, step: u32) -> bool {
        self.spec.by_hand && step > self.released
    }
}

/// Life of a rollout. What leads from one state to another is [`life::WAYS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// Waits for approvals. It owns no node.
    PendingApproval,
    /// Waits for its time, or for the end of a freeze. It owns no node.
    Scheduled,
    /// Waits for nodes that another rollout has. It owns no node.
    Pending,
    /// Steps go on.
    Running,
    /// Held by a person; resumes where it was.
    Paused {
        /// Who paused it.
        by: String,
    },
    /// Nodes go back to what they ran before.
    RollingBack {
        /// Why.
        reason: String,
        /// When the way back began; its deadline counts from here.
        since: Time,
    },
    /// Every step passed.
    Completed,
    /// Stopped by failure and not taken back, or the way back failed too.
    Failed {
        /// Why.
        reason: String,
    },
    /// Stopped by a person, or never begun; nodes stay as they are.
    Cancelled {
        /// Who.
        by: String,
        /// Why; empty when nothing was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Every reachable node is back on what it ran before.
    RolledBack {
        /// Why it was taken back.
        reason: String,
        /// Nodes that did not come back, with the cause in words.
        exceptions: Vec<String>,
    },
}

impl RolloutState {
    /// Name as the API spells it.
    pub fn as_str(&self) -> &'static str {
        self.phase().as_str()
    }

    /// True when nothing will happen any more.
    pub fn is_final(&self) -> bool {
        self.phase().is_final()
    }
}

/// Why a step waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// In words, with the numbers: "error rate 12.0 % on edge-1, limit 5 %".
    pub reason: String,
    /// A gate is broken (counts towards `fail_after_s`), not merely undecided.
    pub broken: bool,
    /// A freeze holds it: its clock does not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// A person must let the step go on: its clock does not run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub for_person: bool,
    /// Since when, without a break.
    pub since: Time,
    /// Since when something or other holds it, where causes have followed each other; a freeze and a person are none. `None`: since
    /// then, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<Time>,
}

/// A portion of the nodes, or a share of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Place, from zero.
    pub index: u32,
    /// Its nodes. Those of a share of traffic are all that have been given the bundle.
    pub node_ids: Vec<NodeId>,
    /// It gives these nodes so much of the traffic, in percent; `None`: it gives them the bundle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<u8>,
    /// Where it is in its life.
    pub state: StepState,
    /// Milliseconds that it ran before the newest pause; they count against the deadline.
    pub ran_ms: u64,
    /// When it first started.
    pub started_at: Option<Time>,
    /// When it came to its end.
    pub ended_at: Option<Time>,
}

/// Life of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Its nodes have the new assignment; not all have proven it.
    Running {
        /// Since when it runs without a pause.
        since: Time,
    },
    /// All have proven it; gates are judged.
    Verifying {
        /// Since when it runs without a pause.
        since: Time,
    },
    /// Gates passed.
    Completed,
    /// Deadline, gate, or too many failed nodes.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Hold {
    /// The clock of a step that has not begun runs while this holds it.
    pub fn counts(&self) -> bool {
        !self.frozen && !self.for_person
    }
}

impl StepState {
    /// Name as the API spells it.
    pub fn as_str(&self) -> &'static str {
        match self {
            StepState::Pending => "pending",
            StepState::Running { .. } => "running",
            StepState::Verifying { .. } => "verifying",
            StepState::Completed => "completed",
            StepState::Failed { .. } => "failed",
        }
    }
}

/// One node of a rollout: what it ran before, and what it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutNode {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// The node.
    pub node_id: NodeId,
    /// The step that moves it.
    pub step: u32,
    /// The bundle to go back to: the one assigned before, or, if the node had failed that, the one that it ran. Recorded when
    /// its step starts, restored by the way back.
    pub previous: Option<BundleId>,
    /// The other one of these two, if it is another; restored when `previous` may not be handed out any more.
    #[serde(default)]
    pub fallback: Option<BundleId>,
    /// What it was like before traffic was shifted; `None`: none was so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Before>,
    /// What the rollout came to on it, once that has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<NodeOutcome>,
    /// Where it is.
    pub state: RolloutNodeState,
}

/// Life of a node inside a rollout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutNodeState {
    /// Untouched so far.
    Pending,
    /// Has the new assignment.
    Assigned {
        /// Which generation.
        generation: Generation,
    },
    /// Its step completed with it.
    Completed {
        /// Which generation.
        generation: Generation,
    },
    /// Has its previous bundle assigned again.
    Restoring {
        /// Which generation.
        generation: Generation,
    },
    /// Had no previous bundle: nothing to restore.
    NothingToRestore,
    /// Keeps what it runs: only its traffic goes to other nodes.
    Kept,
}

impl RolloutNode {
    /// True when the node has proven to run what the rollout gave it last, going forward or back.
    pub fn proven_by(&self, node: &Node) -> bool {
        let Some(given) = self.state.generation() else { return false };
        let Some(effective) = node.effective.map(|fact| fact.generation) else { return false };
        // What only asserts again what the rollout gave it proves that as well.
        let again = || {
            node.still_given(given) && node.assignment.as_ref().map(|own| own.generation) == Some(effective)
        };
        effective == given || again()
    }
}

impl RolloutNodeState {
    /// The generation that the rollout gave to the node last, if it gave any.
    pub fn generation(self) -> Option<Generation> {
        match self {
            RolloutNodeState::Assigned { generation }
            | RolloutNodeState::Completed { generation }
            | RolloutNodeState::Restoring { generation } => Some(generation),
            RolloutNodeState::Pending | RolloutNodeState::NothingToRestore | RolloutNodeState::Kept => None,
        }
    }

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            RolloutNodeState::Pending => "pending",
            RolloutNodeState::Assigned { .. } => "assigned",
            RolloutNodeState::Completed { .. } => "completed",
            RolloutNodeState::Restoring { .. } => "restoring",
            RolloutNodeState::NothingToRestore => "nothing_to_restore",
            RolloutNodeState::Kept => "kept",
        }
    }

    /// True when the new bundle was given to the node and not taken back.
    pub fn moved(self) -> bool {
        matches!(self, RolloutNodeState::Assigned { .. } | RolloutNodeState::Completed { .. })
    }
}
