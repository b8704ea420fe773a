//! A release: a bundle as it was assigned to this node, under one generation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::agent::Update;
use sentinel_model::{BundleId, Epoch, Generation, Ordinal, Sha256Digest};
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The epoch in which it was assigned; the first one in what was written before there were epochs.
    #[serde(default)]
    pub epoch: Epoch,
    /// The assignment's number.
    pub generation: Generation,
    /// The bundle.
    pub bundle_id: BundleId,
    /// Its version.
    pub version: String,
    /// SHA-256 of the archive.
    pub checksum: Sha256Digest,
    /// SHA-256 of `manifest.json`.
    pub manifest_digest: Sha256Digest,
    /// Ed25519 over the manifest digest, base64.
    pub signature: String,
    /// The key that signed.
    pub signing_key_id: String,
}

impl Release {
    /// From a member's answer.
    pub fn new(update: &Update) -> Self {
        Self {
            epoch: update.epoch,
            generation: update.generation,
            bundle_id: update.bundle_id,
            version: update.version.clone(),
            checksum: update.checksum,
            manifest_digest: update.manifest_digest,
            signature: update.signature.clone(),
            signing_key_id: update.signing_key_id.clone(),
        }
    }

    /// Its place among all that this node was given.
    pub fn at(&self) -> Ordinal {
        Ordinal { epoch: self.epoch, generation: self.generation }
    }

    /// The 64 bytes of the signature, if they are 64 bytes.
    pub fn signature_bytes(&self) -> Option<[u8; 64]> {
        STANDARD.decode(&self.signature).ok()?.try_into().ok()
    }

    /// Name of its directory: the generation, behind the epoch unless that is the first, and the first twelve digits of the digest.
    pub fn dir_name(&self) -> String {
        let digest: String = self.checksum.to_string().chars().take(12).collect();
        match self.epoch {
            Epoch::FIRST => format!("{}-{digest}", self.generation),
            epoch => format!("{epoch}.{}-{digest}", self.generation),
        }
    }
}
