//! Environments: the places that a bundle passes one after the other.

use sentinel_model::{BundleId, EnvironmentId, RolloutId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::approval::ApprovalRule;

/// An environment, as other objects name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: EnvironmentId,
    /// Unique in the project; fixed at creation.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// As `#rrggbb`.
    pub color: String,
}

/// A part of a project's fleet with a place in the order in which bundles go through it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Environment {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: EnvironmentId,
    /// Unique in the project; fixed at creation.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// As `#rrggbb`.
    pub color: String,
    /// Its place in the order, from 1.
    pub place: u32,
    /// How many people must agree to which rollouts that have nodes in it, beside the rules of the project; the strictest counts.
    pub approval_rules: Vec<ApprovalRule>,
    /// Nodes in it.
    pub nodes: u64,
    /// Of these, those that heartbeats arrive from.
    pub online: u64,
    /// What its nodes have proven to run, the most common first.
    pub bundles: Vec<EnvironmentBundle>,
    /// What was completed in it, the newest first, at most ten. The first one is what nodes are given that join it.
    pub completed: Vec<Completion>,
    /// The freeze that holds what has nodes in it now, in words.
    pub frozen: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// A bundle that runs in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentBundle {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// On how many nodes.
    pub nodes: u64,
}

/// A rollout has carried a bundle to every node of an environment that may have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Completion {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// The rollout that was completed last.
    #[schema(value_type = Uuid)]
    pub rollout_id: RolloutId,
    /// When.
    pub at: Timestamp,
    /// Who asked for that rollout.
    pub by: String,
}

/// A new environment. It comes last in the order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentCreate {
    /// Display name, 1 to 50 characters.
    pub name: String,
    /// Unique in the project, at most 30 characters; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// As `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How many people must agree to which rollouts that have nodes in it; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_rules: Option<Vec<ApprovalRule>>,
}

/// A change of an environment. What is left out stays as it is; the slug always does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentUpdate {
    /// Display name, 1 to 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// As `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// Its place in the order, from 1; the others make room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 20)]
    pub place: Option<u32>,
    /// How many people must agree to which rollouts that have nodes in it, all rules anew; none when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_rules: Option<Vec<ApprovalRule>>,
}

/// One environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentBody {
    /// The environment.
    pub environment: Environment,
}

/// The environments of a project, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnvironmentList {
    /// In their order.
    pub environments: Vec<Environment>,
    /// How many.
    pub total: u64,
}
