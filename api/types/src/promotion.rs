//! Promotion rules: what was completed in one environment goes on to another one by itself.

use sentinel_model::{BundleId, PromotionRuleId, RolloutId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::blue_green::BlueGreenConfig;
use crate::bundle::RiskLevel;
use crate::canary::CanaryConfig;
use crate::check::HttpCheck;
use crate::conflict::OnConflict;
use crate::environment::EnvironmentRef;
use crate::rollout::{HealthGates, Strategy};

/// What was completed in one environment goes on to another one by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PromotionRule {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: PromotionRuleId,
    /// Where a bundle comes from.
    pub source: EnvironmentRef,
    /// Where it goes to.
    pub target: EnvironmentRef,
    /// How long it stays in the source first, in minutes.
    pub delay_minutes: u32,
    /// How many of the nodes of the source must be online and have proven the bundle then, in percent; null: nobody asks.
    pub healthy_percent: Option<u8>,
    /// The highest risk for the nodes of the target; null: whatever it is.
    pub max_risk: Option<RiskLevel>,
    /// In which manner it is rolled out.
    pub rollout: RuleRollout,
    /// Whether it does anything.
    pub enabled: bool,
    /// Who made it or changed it last: they count as the author of its rollouts, and do not approve them.
    pub created_by: String,
    /// What came of it last.
    pub last: Option<PromotionAttempt>,
    /// When it is looked at next; null: there is nothing to take on.
    pub look_at: Option<Timestamp>,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// In which manner a rule rolls out, as in a new rollout.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleRollout {
    /// In which manner.
    #[serde(default)]
    pub strategy: Strategy,
    /// Nodes in a step; 1 when neither this nor `batch_percentage` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub batch_size: Option<u32>,
    /// Share of the nodes in a step, 1 to 100; not together with `batch_size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub batch_percentage: Option<u8>,
    /// How a canary goes on, with the strategy `canary` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_analysis_config: Option<CanaryConfig>,
    /// How the traffic moves, with the strategy `blue_green` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue_green_config: Option<BlueGreenConfig>,
    /// How many nodes of a step may be unreachable or fail without stopping it; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<u32>,
    /// Longest time that a step may take, pauses not counted; 600 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub progress_deadline_seconds: Option<u32>,
    /// What must hold before the next step starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health_gates: Option<HealthGates>,
    /// Take everything back by itself when a step fails; true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_rollback: Option<bool>,
    /// Whether each step begins by itself when those before it hold; true when absent. Else a person lets each one after the first begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_advance: Option<bool>,
    /// Label whose values are failure domains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_domain: Option<String>,
    /// Share of all its nodes, 1 to 100: when as many have failed with the bundle, it fails at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub rollback_threshold: Option<u8>,
    /// What must answer over HTTP while a step is observed; at most ten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<HttpCheck>,
    /// What it does when another rollout has nodes that it wants, or waits for them; `refuse` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_conflict: Option<OnConflict>,
}

/// What came of a rule for one bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PromotionAttempt {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// What came of it.
    pub outcome: PromotionOutcome,
    /// The rollout that it asked for.
    #[schema(value_type = Option<Uuid>)]
    pub rollout_id: Option<RolloutId>,
    /// Why it waits, or does not take the bundle on.
    pub reason: Option<String>,
    /// When this was noted.
    pub at: Timestamp,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PromotionOutcome {
    /// It has asked for a rollout.
    Started,
    /// A condition does not hold yet; it is looked at again.
    Waits,
    /// It does not take this bundle on.
    Refused,
}

/// A new promotion rule. Whoever makes it counts as the author of its rollouts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionRuleCreate {
    /// Where a bundle comes from: id or slug of an environment.
    pub source: String,
    /// Where it goes to: id or slug of an environment that comes later.
    pub target: String,
    /// How long it stays in the source first, in minutes; not at all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 43200)]
    pub delay_minutes: Option<u32>,
    /// How many of the nodes of the source must be online and have proven the bundle then, in percent; nobody asks when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub healthy_percent: Option<u8>,
    /// The highest risk for the nodes of the target; whatever it is when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_risk: Option<RiskLevel>,
    /// In which manner it is rolled out; one node after the other when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RuleRollout>,
    /// Whether it does anything; true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A change of a promotion rule. What is left out stays as it is. Whoever changes it counts as the author of its rollouts from now on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionRuleUpdate {
    /// How long a bundle stays in the source first, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 43200)]
    pub delay_minutes: Option<u32>,
    /// How many of the nodes of the source must be online and have proven the bundle then, in percent; null: nobody asks.
    #[serde(default, deserialize_with = "crate::node::named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub healthy_percent: Option<Option<u8>>,
    /// The highest risk for the nodes of the target; null: whatever it is.
    #[serde(default, deserialize_with = "crate::node::named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RiskLevel>)]
    pub max_risk: Option<Option<RiskLevel>>,
    /// Whether it does anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// One promotion rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PromotionRuleBody {
    /// The rule.
    pub promotion_rule: PromotionRule,
}

/// The promotion rules of a project, all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PromotionRuleList {
    /// The oldest first.
    pub promotion_rules: Vec<PromotionRule>,
    /// How many.
    pub total: u64,
}
