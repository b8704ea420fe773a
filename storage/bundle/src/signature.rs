//! The signature file that travels beside a downloaded bundle: `FILE.sig` next to `FILE`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::archive::OpenBundle;
use crate::sign::{PublicKey, SignatureError, Signer};

/// Longest signature file, in bytes.
const MAX_FILE: usize = 4096;

/// The content of a signature file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detached {
    /// The key that made it, see [`PublicKey::key_id`].
    pub key_id: String,
    /// The digest that was signed: 64 lowercase hexadecimal digits.
    pub manifest_digest: String,
    /// The base64 of the 64 bytes.
    pub signature: String,
}

/// Why a signature file does not vouch for a bundle.
#[derive(Debug, thiserror::Error)]
pub enum DetachedError {
    /// Not the JSON of a signature file, or too long.
    #[error("not a signature file: {0}")]
    Malformed(String),
    /// Made by another key than the one given.
    #[error("the signature was made by the key {found}, not by {expected}")]
    OtherKey {
        /// The key the file names.
        found: String,
        /// The key that was given.
        expected: String,
    },
    /// Made for another bundle.
    #[error("the signature belongs to another bundle")]
    OtherBundle,
    /// The signature is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl Detached {
    /// Signs the digest of a manifest.
    pub fn sign(signer: &Signer, manifest_digest: &[u8; 32]) -> Self {
        Self::new(&signer.public_key().key_id(), manifest_digest, &signer.sign(manifest_digest))
    }

    /// A signature file from a stored signature.
    pub fn new(key_id: &str, manifest_digest: &[u8; 32], signature: &[u8; 64]) -> Self {
        Self {
            key_id: key_id.to_owned(),
            manifest_digest: hex::encode(manifest_digest),
            signature: STANDARD.encode(signature),
        }
    }

    /// Reads a signature file.
    ///
    /// # Errors
    /// [`DetachedError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, DetachedError> {
        if bytes.len() > MAX_FILE {
            return Err(DetachedError::Malformed(format!("longer than {MAX_FILE} bytes")));
        }
        let detached: Self =
            serde_json::from_slice(bytes).map_err(|error| DetachedError::Malformed(error.to_string()))?;
        detached.signature_bytes()?;
        Ok(detached)
    }

    /// The bytes of a signature file.
    ///
    /// # Errors
    /// None in practice: every field has a JSON form.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DetachedError> {
        let mut bytes =
            serde_json::to_vec_pretty(self).map_err(|error| DetachedError::Malformed(error.to_string()))?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// The 64 bytes of the signature.
    ///
    /// # Errors
    /// [`DetachedError::Malformed`].
    pub fn signature_bytes(&self) -> Result<[u8; 64], DetachedError> {
        let bytes = STANDARD.decode(&self.signature).ok().and_then(|bytes| bytes.try_into().ok());
        bytes
            .ok_or_else(|| DetachedError::Malformed("the signature is not the base64 of 64 bytes".to_owned()))
    }

    /// Checks that this file vouches for a bundle under a key.
    ///
    /// # Errors
    /// [`DetachedError`].
    pub fn verify(&self, bundle: &OpenBundle, key: &PublicKey) -> Result<(), DetachedError> {
        if self.key_id != key.key_id() {
            return Err(DetachedError::OtherKey { found: self.key_id.clone(), expected: key.key_id() });
        }
        if self.manifest_digest != hex::encode(bundle.manifest_digest) {
            return Err(DetachedError::OtherBundle);
        }
        Ok(bundle.verify(key, &self.signature_bytes()?)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_signature_file_reads_back_as_written() {
        let detached = Detached::sign(&Signer::from_seed(&[1; 32]), &[2; 32]);
        assert_eq!(Detached::parse(&detached.to_bytes().unwrap()).unwrap(), detached);
    }

    #[test]
    fn other_files_are_refused() {
        let good = Detached::sign(&Signer::from_seed(&[1; 32]), &[2; 32]);
        let short = Detached { signature: "AAAA".to_owned(), ..good.clone() };
        let extra = String::from_utf8(good.to_bytes().unwrap()).unwrap().replacen('{', "{\"x\":1,", 1);
        for bytes in [vec![], b"{}".to_vec(), vec![b' '; 5000], short.to_bytes().unwrap(), extra.into_bytes()]
        {
            assert!(matches!(Detached::parse(&bytes), Err(DetachedError::Malformed(_))), "{bytes:?}");
        }
    }
}
