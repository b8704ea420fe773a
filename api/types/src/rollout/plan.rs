//! What a rollout would do, before anything runs.

use sentinel_model::NodeId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{NodeRef, Risk};
use crate::blue_green::Slot;
use crate::bundle::Bundle;
use crate::conflict::PlanConflict;
use crate::environment::EnvironmentRef;
use crate::template::{RolloutSettings, TemplateRef};

/// A portion of the nodes, or a share of the traffic, as planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedStep {
    /// Place, from zero.
    pub index: u32,
    /// Its nodes.
    pub nodes: Vec<NodeRef>,
    /// The slot of these nodes; null with another strategy than blue-green.
    #[serde(default)]
    pub deployment_slot: Option<Slot>,
    /// Share of the traffic that the slot gets in this step, in percent; 0 while it gets the bundle. Null with another strategy.
    #[serde(default)]
    pub traffic_weight: Option<u8>,
    /// What it takes of which failure domain; empty when these are not told apart.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<PlannedDomain>,
}

/// What a step takes of a failure domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedDomain {
    /// Value of the label; null: the nodes without it.
    pub value: Option<String>,
    /// Nodes of the domain in the step.
    pub nodes: u64,
    /// Nodes of the domain in the whole plan. All of them in one step: it has a single node, or the canary is at its end.
    pub of: u64,
}

/// A node that was selected and is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExcludedNode {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: NodeId,
    /// Its name; null when there is no such node.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
}

/// How many nodes of an environment a rollout would move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlannedEnvironment {
    /// The environment.
    pub environment: EnvironmentRef,
    /// Nodes of it in the plan.
    pub nodes: u64,
}

/// What a rollout would do if it were started now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutPlan {
    /// In order.
    pub steps: Vec<PlannedStep>,
    /// With blue-green, the nodes that have the traffic now and keep what they run; empty with another strategy.
    #[serde(default)]
    pub kept: Vec<NodeRef>,
    /// Selected and left out.
    pub excluded: Vec<ExcludedNode>,
    /// Other rollouts that have these nodes, or wait for them: this one would wait for them or supersede them.
    #[serde(default)]
    pub conflicts: Vec<PlanConflict>,
    /// What would run.
    pub bundle: Bundle,
    /// How dangerous that is for these nodes.
    pub risk: Risk,
    /// How many people would have to agree to it first.
    #[serde(default)]
    pub approvals_needed: u8,
    /// The freeze that would hold it now, in words.
    #[serde(default)]
    pub frozen: Option<String>,
    /// The environments that have nodes in the plan, in their order; empty where there are none.
    #[serde(default)]
    pub environments: Vec<PlannedEnvironment>,
    /// Why the order of environments refuses it, in words; null when it does not.
    #[serde(default)]
    pub out_of_order: Option<String>,
    /// The template that it would be made from.
    #[serde(default)]
    pub template: Option<TemplateRef>,
    /// The default of the project, which nobody has asked for; null with a template, and where there is none.
    #[serde(default)]
    pub default_template: Option<TemplateRef>,
    /// Where and how it would go: what was asked for, what the template says of the rest, and what is usual.
    #[serde(default)]
    pub settings: Option<RolloutSettings>,
}
