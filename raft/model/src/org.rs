//! Orgs and their bundle-signing keys.

use serde::{Deserialize, Serialize};

use crate::secret::Sealed;
use crate::{OrgId, Time};

/// The outermost unit of tenancy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Org {
    /// Identity.
    pub id: OrgId,
    /// Display name.
    pub name: String,
    /// Unique in the cluster; fixed at creation.
    pub slug: String,
    /// Signs new bundles and node tokens.
    pub signing_key: SigningKey,
    /// When it was created.
    pub created_at: Time,
}

/// An Ed25519 key of an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// `sk_` and a digest of the public key.
    pub key_id: String,
    /// Raw public key.
    pub public_key: [u8; 32],
    /// The 32-byte seed, sealed under the key-encryption key with the key id as context.
    pub sealed_seed: Sealed,
}
