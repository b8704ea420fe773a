//! Enrolment tokens: how a node proves that it may join a project.

use serde::{Deserialize, Serialize};

use crate::{EnrolmentTokenId, EnvironmentId, ProjectId, Sha256Digest, Time};

/// A token with which nodes enrol into one project. Only its digest is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolmentToken {
    /// Identity.
    pub id: EnrolmentTokenId,
    /// The project that nodes join with it.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// First eight characters of the token, to recognise it.
    pub prefix: String,
    /// Digest of the token.
    pub token_digest: Sha256Digest,
    /// How many nodes may still use it; `None` is unlimited.
    pub uses_left: Option<u32>,
    /// No use after this time.
    pub expires_at: Option<Time>,
    /// Set: revoked then.
    pub revoked_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
    /// The environment that nodes join with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_id: Option<EnvironmentId>,
    /// The leader made it for the simulator of the project: nodes that join with it are simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}
