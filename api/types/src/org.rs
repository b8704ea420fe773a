//! Orgs and their signing keys.

use sentinel_model::OrgId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// The outermost unit of tenancy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Org {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: OrgId,
    /// Unique in the cluster.
    pub slug: String,
    /// Display name.
    pub name: String,
    /// When it was created.
    pub inserted_at: Timestamp,
}

/// An org, as other objects name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrgRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: OrgId,
    /// Unique in the cluster.
    pub slug: String,
    /// Display name.
    pub name: String,
}

/// A new org. Whoever creates it becomes its administrator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrgCreate {
    /// Display name, 1 to 100 characters.
    pub name: String,
    /// Unique in the cluster; made from the name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
}

/// One org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrgBody {
    /// The org.
    pub org: Org,
}

/// The orgs that the caller belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrgList {
    /// By slug.
    pub orgs: Vec<Org>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// A public key with which an org's bundles and node tokens are verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKey {
    /// Name of the key, as signatures carry it.
    pub key_id: String,
    /// The raw 32 bytes, base64.
    pub public_key: String,
    /// Always `Ed25519`.
    #[serde(default = "ed25519")]
    pub algorithm: String,
    /// New signatures are made with it.
    #[serde(default = "active")]
    pub active: bool,
}

fn ed25519() -> String {
    "Ed25519".to_owned()
}

fn active() -> bool {
    true
}

/// All public keys of an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SigningKeyList {
    /// Newest first.
    pub signing_keys: Vec<SigningKey>,
}
