//! Projects.

use sentinel_model::{BundleId, OrgId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::approval::ApprovalRule;
use crate::drift::DriftRemediation;

/// Where bundles, nodes and rollouts live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Project {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: ProjectId,
    /// The org it belongs to.
    #[schema(value_type = Uuid)]
    pub org_id: OrgId,
    /// Slug of the org.
    pub org_slug: String,
    /// Unique in the cluster.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Bundle that nodes start with which join later: that of the newest completed rollout to all nodes.
    #[schema(value_type = Option<Uuid>)]
    pub baseline_bundle_id: Option<BundleId>,
    /// How many people must agree to which rollouts; none when empty.
    #[serde(default)]
    pub approval_rules: Vec<ApprovalRule>,
    /// How long approvals are waited for, in hours.
    #[serde(default)]
    pub approval_expires_hours: u32,
    /// Checks of its rollouts may go to private addresses.
    #[serde(default)]
    pub checks_allow_private: bool,
    /// What is done about drift.
    #[serde(default)]
    pub drift_remediation: DriftRemediation,
    /// How long drift lasts before that, in seconds.
    #[serde(default)]
    pub drift_delay_seconds: u32,
    /// It is a place to try things: its nodes may be simulated.
    #[serde(default)]
    pub sandbox: bool,
    /// When it was created.
    pub inserted_at: Timestamp,
}

/// A project, as other objects name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: ProjectId,
    /// Unique in the cluster.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// It is a place to try things.
    #[serde(default)]
    pub sandbox: bool,
}

/// A new project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectCreate {
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Unique in the cluster; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// It is a place to try things: its nodes may be simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sandbox: bool,
}

/// A change of a project. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectUpdate {
    /// Display name, 1 to 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many people must agree to which rollouts, all rules anew; none when empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_rules: Option<Vec<ApprovalRule>>,
    /// How long approvals are waited for, in hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 8760)]
    pub approval_expires_hours: Option<u32>,
    /// Whether checks of its rollouts may go to private addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checks_allow_private: Option<bool>,
    /// What is done about drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift_remediation: Option<DriftRemediation>,
    /// How long drift lasts before that, in seconds; the pauses between tries grow from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 86400)]
    pub drift_delay_seconds: Option<u32>,
    /// Whether it is a place to try things. A project with real nodes does not become one, and one with a simulator stays one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<bool>,
}

/// One project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectBody {
    /// The project.
    pub project: Project,
}

/// The projects of an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// Oldest first.
    pub projects: Vec<Project>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}
