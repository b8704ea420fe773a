//! Secrets on their way to a node: sealed for its key, so that nothing between can read them, whatever it terminates.
//!
//! The sealing is HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; the info is [`INFO`], the associated data are the
//! sixteen bytes of the node's id. What is sealed is the JSON of [`NodeSecrets`].

use std::collections::BTreeMap;

use sentinel_model::{BundleId, NodeId, Sha256Digest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Secret;

/// What tells this use of the node's key from others.
pub const INFO: &[u8] = b"sentinel-node-secrets-v1";

/// A node asks for the values of the secrets that a bundle names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeSecretsRequest {
    /// The bundle: one that the node shall run or runs.
    #[schema(value_type = Uuid)]
    pub bundle_id: BundleId,
    /// The node's X25519 key, base64 of 32 bytes. The first one that a node tells is kept, and no other one is taken.
    pub public_key: String,
}

/// The values, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SealedNodeSecrets {
    /// Which values these are, as polls name it.
    #[schema(value_type = String)]
    pub stamp: Sha256Digest,
    /// The 32 bytes of the encapsulated key, and the sealed JSON; base64.
    pub sealed: String,
}

/// What is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeSecrets {
    /// For this node.
    pub node_id: NodeId,
    /// For this bundle.
    pub bundle_id: BundleId,
    /// Which values these are.
    pub stamp: Sha256Digest,
    /// The values, by the names of the secrets.
    pub values: BTreeMap<String, Secret>,
    /// Certificates with their keys, by their slugs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates: BTreeMap<String, NodeCertificate>,
}

/// A certificate with its key, as a listener shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCertificate {
    /// The chain in PEM, the server's own certificate first.
    pub chain: String,
    /// The private key in PEM.
    pub key: Secret,
}
