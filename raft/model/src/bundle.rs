//! Bundles: the immutable compiled artefact.

use serde::{Deserialize, Serialize};

use crate::{BundleId, ProjectId, Sha256Digest, Time};

/// A compiled, signed configuration. Its bytes are a blob named by `digest`; this is what the cluster knows about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Identity.
    pub id: BundleId,
    /// The project it belongs to.
    pub project_id: ProjectId,
    /// Chosen by the operator; unique in the project.
    pub version: String,
    /// Digest of the archive, and the name of its blob.
    pub digest: Sha256Digest,
    /// Size of the archive in bytes.
    pub size_bytes: u64,
    /// Digest of `manifest.json`: what the signature covers.
    pub manifest_digest: Sha256Digest,
    /// Ed25519 over the manifest digest, 64 bytes.
    pub signature: Vec<u8>,
    /// The org key that signed.
    pub signing_key_id: String,
    /// How dangerous the change against what the fleet ran then is: a hint. Whether people must agree is judged against what nodes
    /// run when a rollout begins, see [`crate::risk`].
    pub risk_level: RiskLevel,
    /// Why, one stable word per finding.
    pub risk_reasons: Vec<String>,
    /// What the validator warned about, a line each; bounded by the compiler.
    pub warnings: Vec<String>,
    /// The revision of the project's configuration that it was made of; `None` when it was made of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_revision: Option<u64>,
    /// The secrets that it names: nodes that run it are handed their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// The certificates that its listeners show: nodes that run it are handed them with their keys.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
    /// Where it is in its life.
    pub state: BundleState,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// Life of a bundle. There is no "compiling": a bundle enters the log when its blob is on a majority's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BundleState {
    /// May be assigned.
    Compiled,
    /// Never handed out again.
    Revoked,
}

impl BundleState {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            BundleState::Compiled => "compiled",
            BundleState::Revoked => "revoked",
        }
    }
}

/// Danger of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing of note.
    Low,
    /// Worth a look.
    Medium,
    /// Touches authentication, TLS or the like.
    High,
}

impl RiskLevel {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            RiskLevel::Low => "low",
            RiskLevel::Medium => "medium",
            RiskLevel::High => "high",
        }
    }
}
