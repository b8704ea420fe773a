//! A project at a glance.

use sentinel_model::BundleId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditEntry;
use crate::bundle::Bundle;
use crate::rollout::Rollout;

/// A project at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// Nodes in numbers.
    pub nodes: OverviewNodes,
    /// Bundles in numbers.
    pub bundles: OverviewBundles,
    /// Rollouts.
    pub rollouts: OverviewRollouts,
    /// The newest changes, ten at most.
    pub recent: Vec<AuditEntry>,
}

/// Nodes in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverviewNodes {
    /// All.
    pub total: u64,
    /// Heartbeats arrive.
    pub online: u64,
    /// They ceased.
    pub offline: u64,
    /// There never was one.
    pub unknown: u64,
    /// Run what they shall run.
    pub converged: u64,
    /// Their newest assignment failed.
    pub failed: u64,
    /// By the bundle they have proven to run, most nodes first.
    pub by_bundle: Vec<NodesByBundle>,
}

/// Nodes that run one bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodesByBundle {
    /// The bundle.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// Its version; null when the bundle is gone.
    pub version: Option<String>,
    /// So many nodes.
    pub nodes: u64,
}

/// Bundles in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OverviewBundles {
    /// All.
    pub total: u64,
    /// The newest one.
    pub newest: Option<Bundle>,
}

/// Rollouts at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OverviewRollouts {
    /// Not at their end.
    pub active: Vec<Rollout>,
}
