//! API keys and their scopes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, InvalidValue, OrgId, ProjectId, Sha256Digest, Time, UserId};

/// A credential for programs. The key itself is shown once; only its digest is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Identity.
    pub id: ApiKeyId,
    /// The org in which it acts.
    pub org_id: OrgId,
    /// Set: the key reaches this project only.
    pub project_id: Option<ProjectId>,
    /// Who made it; the key dies with that person's membership.
    pub user_id: UserId,
    /// Display name.
    pub name: String,
    /// First eight characters of the key, to recognise it.
    pub prefix: String,
    /// Digest of the key.
    pub key_digest: Sha256Digest,
    /// What it may do. Never empty.
    pub scopes: Vec<Scope>,
    /// No use after this time.
    pub expires_at: Option<Time>,
    /// Set: revoked then.
    pub revoked_at: Option<Time>,
    /// When it was made.
    pub created_at: Time,
}

/// One right of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// See nodes.
    #[serde(rename = "nodes:read")]
    NodesRead,
    /// Change nodes.
    #[serde(rename = "nodes:write")]
    NodesWrite,
    /// See bundles.
    #[serde(rename = "bundles:read")]
    BundlesRead,
    /// Make, assign, revoke bundles.
    #[serde(rename = "bundles:write")]
    BundlesWrite,
    /// See rollouts.
    #[serde(rename = "rollouts:read")]
    RolloutsRead,
    /// Start and steer rollouts.
    #[serde(rename = "rollouts:write")]
    RolloutsWrite,
    /// See services and what belongs to them.
    #[serde(rename = "services:read")]
    ServicesRead,
    /// Change services and what belongs to them.
    #[serde(rename = "services:write")]
    ServicesWrite,
    /// Manage API keys.
    #[serde(rename = "api_keys:admin")]
    ApiKeysAdmin,
}

impl Scope {
    /// All nine, in the order in which they are shown.
    pub const ALL: [Scope; 9] = [
        Scope::NodesRead,
        Scope::NodesWrite,
        Scope::BundlesRead,
        Scope::BundlesWrite,
        Scope::RolloutsRead,
        Scope::RolloutsWrite,
        Scope::ServicesRead,
        Scope::ServicesWrite,
        Scope::ApiKeysAdmin,
    ];

    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scope::NodesRead => "nodes:read",
            Scope::NodesWrite => "nodes:write",
            Scope::BundlesRead => "bundles:read",
            Scope::BundlesWrite => "bundles:write",
            Scope::RolloutsRead => "rollouts:read",
            Scope::RolloutsWrite => "rollouts:write",
            Scope::ServicesRead => "services:read",
            Scope::ServicesWrite => "services:write",
            Scope::ApiKeysAdmin => "api_keys:admin",
        }
    }
}

impl FromStr for Scope {
    type Err = InvalidValue;
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| {
            let known = Scope::ALL.map(Scope::as_str).join(", ");
            InvalidValue::new("scopes", format!("unknown scope '{text}'; the scopes are {known}"))
        })
    }
}
