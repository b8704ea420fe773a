//! Projects: where bundles, nodes and rollouts live.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::drift::DriftPolicy;
use crate::governance::ApprovalPolicy;
use crate::secret::Sealed;
use crate::{BundleId, EnvironmentId, OrgId, ProjectId, RolloutId, Time};

/// A project inside an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Identity.
    pub id: ProjectId,
    /// The org it belongs to.
    pub org_id: OrgId,
    /// Display name.
    pub name: String,
    /// Unique in the whole cluster, so that the short API paths are never ambiguous; fixed at creation.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// The key from which revision markers are derived, sealed under the key-encryption key with the project id as context.
    pub sealed_marker_key: Sealed,
    /// Bundle of the newest completed rollout to all nodes. Nodes that join later start with it.
    pub baseline: Option<BundleId>,
    /// When it was created.
    pub created_at: Time,
    /// Nodes that joined while the baseline was carried to the others, and that a freeze keeps waiting for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<CatchUp>,
    /// Who must agree to its rollouts.
    #[serde(default, skip_serializing_if = "ApprovalPolicy::is_default")]
    pub approval: ApprovalPolicy,
    /// Checks of its rollouts may go to private addresses.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub checks_private: bool,
    /// What is done about drift of its nodes.
    #[serde(default, skip_serializing_if = "DriftPolicy::is_default")]
    pub drift: DriftPolicy,
    /// A place to try things: its nodes may be simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
    /// The environments that simulated nodes were in when they were removed, by their places (`sim-007`): who plays such a place again
    /// plays it there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub simulated_in: BTreeMap<String, EnvironmentId>,
}

/// The baseline is owed to nodes that joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatchUp {
    /// The rollout that made it the baseline.
    pub rollout_id: RolloutId,
    /// When the freeze ends, as far as is known.
    pub not_before: Time,
}
