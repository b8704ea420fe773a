//! Approvals: who must agree to a rollout, and who has.

use sentinel_model::Sha256Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::bundle::RiskLevel;

/// How many people must agree to which rollouts. The rule that asks for most counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRule {
    /// Rollouts of bundles of at least this risk; null: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk_at_least: Option<RiskLevel>,
    /// How many people.
    #[schema(minimum = 1, maximum = 5)]
    pub approvals: u8,
}

/// Who must agree to a rollout, and who has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RolloutApproval {
    /// What is agreed to: the bundle, the nodes of each step, its portions, gates and canary, and its time. Whoever approves
    /// names it.
    #[schema(value_type = String)]
    pub digest: Sha256Digest,
    /// How many people.
    pub needed: u8,
    /// Who has. Those who lost the role, or left, are taken out when they are counted.
    pub given: Vec<GivenApproval>,
    /// Until when somebody must have decided.
    pub expires_at: Timestamp,
}

/// One person's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenApproval {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody let a rollout through every freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BreakGlass {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// Agreement to a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutApprove {
    /// `approval.digest` of the rollout as it was looked at. Another one is refused.
    #[schema(value_type = String)]
    pub digest: Sha256Digest,
}

/// Refusal of a rollout.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutReject {
    /// Why; not blank, at most 1,000 characters.
    pub comment: String,
}

/// Why a rollout is let through every freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutBreakGlass {
    /// Kept with the rollout and in the audit log; not blank, at most 1,000 characters.
    pub override_freeze_reason: String,
}
