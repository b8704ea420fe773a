//! What is asked of a new rollout.

use sentinel_model::BundleId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HealthGates, Strategy, TargetSelector};
use crate::Timestamp;
use crate::blue_green::BlueGreenConfig;
use crate::canary::CanaryConfig;
use crate::check::HttpCheck;
use crate::conflict::OnConflict;
use crate::promotion::RuleRollout;

/// A new rollout. It starts at once, unless it needs approvals or has a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutCreate {
    /// What shall run.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Id or name of the template that it is made from: what is absent here is as it says, and else as it usually is. What is said here
    /// wins, each field as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Where. Needed without a template. One that is said takes the place of the template's with its environment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_selector: Option<TargetSelector>,
    /// In which manner; `rolling` when absent. Another one than the template's takes nothing of its portions, its canary and its
    /// blue-green.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// Nodes in a step; 1 when neither this nor `batch_percentage` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub batch_size: Option<u32>,
    /// Share of the nodes in a step, 1 to 100; not together with `batch_size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub batch_percentage: Option<u8>,
    /// How a canary goes on, with the strategy `canary` only; what is left out is as it usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary_analysis_config: Option<CanaryConfig>,
    /// How the traffic moves, with the strategy `blue_green` only; what is left out is as it usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue_green_config: Option<BlueGreenConfig>,
    /// How many nodes of a step may be unreachable or fail without stopping it; none when absent. With `failure_domain`: how many of
    /// each domain, of all steps that have begun.
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
    /// Label whose values are failure domains: steps are spread over them, and none takes all of a domain of more than one node. Null: none,
    /// whatever the template says.
    #[serde(default, deserialize_with = "crate::node::named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub failure_domain: Option<Option<String>>,
    /// Share of all its nodes, 1 to 100: when as many have failed with the bundle, it fails at once, however many each step may lose.
    /// Null: none, whatever the template says.
    #[serde(default, deserialize_with = "crate::node::named", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u8>, minimum = 1, maximum = 100)]
    pub rollback_threshold: Option<Option<u8>>,
    /// What must answer over HTTP while a step is observed, at most 10; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks: Option<Vec<HttpCheck>>,
    /// What it does when another rollout has nodes that it wants, or waits for them; `refuse` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_conflict: Option<OnConflict>,
    /// When it shall begin, within a year; at once when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Timestamp>,
    /// Let it through every freeze, and why: for administrators, in person. Kept with the rollout and in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub override_freeze_reason: Option<String>,
    /// Id or slug of an environment: of what the target selects, only nodes in it. `environment_id` means the same.
    #[serde(default, alias = "environment_id", skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Let it past the order of environments, and why: for administrators, in person. Kept with the rollout and in the audit log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_order_reason: Option<String>,
}

impl RolloutCreate {
    /// One of which nothing is said but the bundle, where it goes, and in which manner.
    pub fn in_manner(bundle_id: BundleId, target_selector: TargetSelector, manner: RuleRollout) -> Self {
        // One by one, so that nothing that a manner has is forgotten.
        let RuleRollout {
            strategy,
            batch_size,
            batch_percentage,
            canary_analysis_config,
            blue_green_config,
            max_unavailable,
            progress_deadline_seconds,
            health_gates,
            auto_rollback,
            auto_advance,
            failure_domain,
            rollback_threshold,
            checks,
            on_conflict,
        } = manner;
        Self {
            bundle_id,
            template: None,
            target_selector: Some(target_selector),
            strategy: Some(strategy),
            batch_size,
            batch_percentage,
            canary_analysis_config,
            blue_green_config,
            max_unavailable,
            progress_deadline_seconds,
            health_gates,
            auto_rollback,
            auto_advance,
            failure_domain: Some(failure_domain),
            rollback_threshold: Some(rollback_threshold),
            checks: Some(checks),
            on_conflict,
            scheduled_at: None,
            override_freeze_reason: None,
            environment: None,
            skip_order_reason: None,
        }
    }
}
