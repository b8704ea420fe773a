//! Bundles.

use sentinel_model::{BundleId, NodeId, ProjectId, Sha256Digest, bundle};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Problem, Timestamp};

/// Where a bundle is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BundleStatus {
    /// May be assigned.
    Compiled,
    /// Never handed out again.
    Revoked,
}

impl From<bundle::BundleState> for BundleStatus {
    fn from(state: bundle::BundleState) -> Self {
        match state {
            bundle::BundleState::Compiled => BundleStatus::Compiled,
            bundle::BundleState::Revoked => BundleStatus::Revoked,
        }
    }
}

/// How dangerous a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing of note.
    Low,
    /// Worth a look.
    Medium,
    /// Touches authentication, TLS or the like.
    High,
}

impl From<RiskLevel> for bundle::RiskLevel {
    fn from(level: RiskLevel) -> Self {
        match level {
            RiskLevel::Low => bundle::RiskLevel::Low,
            RiskLevel::Medium => bundle::RiskLevel::Medium,
            RiskLevel::High => bundle::RiskLevel::High,
        }
    }
}

impl From<bundle::RiskLevel> for RiskLevel {
    fn from(level: bundle::RiskLevel) -> Self {
        match level {
            bundle::RiskLevel::Low => RiskLevel::Low,
            bundle::RiskLevel::Medium => RiskLevel::Medium,
            bundle::RiskLevel::High => RiskLevel::High,
        }
    }
}

/// A compiled, signed configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bundle {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: BundleId,
    /// The project it belongs to.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// Unique in the project.
    pub version: String,
    /// Where it is in its life.
    pub status: BundleStatus,
    /// SHA-256 of the archive, hexadecimal.
    #[schema(value_type = String)]
    pub checksum: Sha256Digest,
    /// The same as `checksum`.
    #[schema(value_type = String)]
    pub digest: Sha256Digest,
    /// Size of the archive in bytes.
    pub size_bytes: u64,
    /// SHA-256 of `manifest.json`: what the signature covers.
    #[schema(value_type = String)]
    pub manifest_digest: Sha256Digest,
    /// It has a signature.
    pub signed: bool,
    /// Ed25519, base64.
    pub signature: String,
    /// The key that signed.
    pub signing_key_id: String,
    /// How dangerous the change against what the fleet ran then is.
    pub risk_level: RiskLevel,
    /// Why, one stable word per finding.
    pub risk_reasons: Vec<String>,
    /// What the validator warned about.
    pub warnings: Vec<String>,
    /// The revision of the project's configuration that it was made of; null when it was made of a text.
    #[serde(default)]
    pub config_revision: Option<u64>,
    /// The secrets that it names: nodes that run it are handed their values.
    pub secrets: Vec<String>,
    /// The certificates that its listeners show: nodes that run it are handed them with their keys.
    pub certificates: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A new bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleCreate {
    /// Unique in the project.
    pub version: String,
    /// Configuration of the proxy in KDL, with `${node.NAME}` where nodes differ. When absent, the bundle is made of the configuration that
    /// the project has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_source: Option<String>,
}

/// A bundle as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleCreated {
    /// The same as `bundle.id`.
    #[schema(value_type = Uuid)]
    pub id: BundleId,
    /// The same as `bundle.version`.
    pub version: String,
    /// The same as `bundle.status`.
    pub status: BundleStatus,
    /// The same as `bundle.project_id`.
    #[schema(value_type = Uuid)]
    pub project_id: ProjectId,
    /// The bundle.
    pub bundle: Bundle,
}

/// One bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleBody {
    /// The bundle.
    pub bundle: Bundle,
}

/// Bundles of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleList {
    /// Newest first.
    pub bundles: Vec<Bundle>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BundlesQuery {
    /// Only bundles with this status.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<BundleStatus>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A configuration to look at without keeping it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleValidate {
    /// Configuration of the proxy in KDL.
    pub config_source: String,
    /// Set: also compile it as this version, without keeping it, and tell the digest that the archive would have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// What the validator found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleValidation {
    /// A bundle could be made of it.
    pub valid: bool,
    /// Why not.
    pub problems: Vec<Problem>,
    /// What to look at.
    pub warnings: Vec<Problem>,
    /// SHA-256 of the archive that would be made. Only when a version was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// A bundle's text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BundleSource {
    /// As the operator wrote it.
    pub config_source: String,
    /// As nodes get it.
    pub compiled_source: String,
    /// `manifest.json` of the archive.
    #[schema(value_type = Object)]
    pub manifest: serde_json::Value,
}

/// What to compare with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BundleDiffQuery {
    /// The older bundle.
    #[param(value_type = Uuid)]
    pub against: BundleId,
}

/// The difference of two bundles' sources.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleDiff {
    /// The older bundle.
    #[schema(value_type = Uuid)]
    pub against: BundleId,
    /// Unified diff.
    pub diff: String,
    /// Lines that came.
    pub additions: u64,
    /// Lines that went.
    pub deletions: u64,
}

/// How to get the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleDownload {
    /// Path of the archive at any member.
    pub download_url: String,
    /// SHA-256 of the archive, hexadecimal.
    #[schema(value_type = String)]
    pub checksum: Sha256Digest,
    /// Size of the archive in bytes.
    pub size: u64,
    /// Ed25519 over the manifest digest, base64.
    pub signature: String,
    /// The key that signed.
    pub signing_key_id: String,
    /// SHA-256 of `manifest.json`, hexadecimal.
    #[schema(value_type = String)]
    pub manifest_digest: Sha256Digest,
}

/// Whether the stored bytes are what was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleVerification {
    /// Archive, manifest, every file and the signature agree.
    pub verified: bool,
    /// It has a signature.
    pub signed: bool,
    /// The key that signed.
    pub key_id: Option<String>,
}

/// Nodes that shall run a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundleAssign {
    /// The nodes, all of the bundle's project and owned by no rollout.
    #[schema(value_type = Vec<Uuid>)]
    pub node_ids: Vec<NodeId>,
}

/// The bundle was assigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BundleAssigned {
    /// To so many nodes.
    pub assigned: u64,
}
