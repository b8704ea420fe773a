//! Ed25519 signatures over manifests.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Precedes the digest in the signed message, so that a signature made for this purpose is good for no other.
pub const DOMAIN: &[u8] = b"sentinel-bundle-manifest-v1\0";

/// Longest text of a public key, in bytes.
const MAX_KEY_TEXT: usize = 1024;

/// A key that signs manifests. The secret is wiped from memory when it is dropped.
pub struct Signer(SigningKey);

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.public_key().key_id())
    }
}

impl Signer {
    /// A key from its 32 secret bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The key that verifies what this one signs.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message that begins with a domain of its own.
    pub(crate) fn sign_message(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// Signs the digest of a manifest.
    pub fn sign(&self, manifest_digest: &[u8; 32]) -> [u8; 64] {
        self.0.sign(&message(manifest_digest)).to_bytes()
    }
}

/// A key that verifies manifests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// The text or bytes are not a usable public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key: expected the base64 of 32 bytes, or PEM")]
pub struct InvalidKey;

/// The signature is not one of this key over this manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not match what it is said to sign, and the key")]
pub struct SignatureError;

impl PublicKey {
    /// A key from its 32 bytes. Keys of small order, for which forged signatures verify, are refused.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidKey> {
        Self::accept(VerifyingKey::from_bytes(bytes).map_err(|_| InvalidKey)?)
    }

    /// A key from text: the base64 of its 32 bytes, or a PEM `PUBLIC KEY` block.
    ///
    /// # Errors
    /// [`InvalidKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        if text.len() > MAX_KEY_TEXT {
            return Err(InvalidKey);
        }
        let text = text.trim();
        if text.starts_with("-----BEGIN") {
            return Self::accept(VerifyingKey::from_public_key_pem(text).map_err(|_| InvalidKey)?);
        }
        let bytes: [u8; 32] =
            STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(InvalidKey)?;
        Self::from_bytes(&bytes)
    }

    fn accept(key: VerifyingKey) -> Result<Self, InvalidKey> {
        if key.is_weak() { Err(InvalidKey) } else { Ok(Self(key)) }
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The base64 of the 32 bytes.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0.as_bytes())
    }

    /// `sk_` and the base64url of the first 16 bytes of the SHA-256 of the key.
    pub fn key_id(&self) -> String {
        let digest: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        format!("sk_{}", URL_SAFE_NO_PAD.encode(&digest[..16]))
    }

    /// Verifies a signature over a message that begins with a domain of its own.
    pub(crate) fn verify_message(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), SignatureError> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| SignatureError)
    }

    /// Verifies a signature, strictly: malleable forms are refused.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, manifest_digest: &[u8; 32], signature: &[u8; 64]) -> Result<(), SignatureError> {
        let signature = Signature::from_bytes(signature);
        self.0.verify_strict(&message(manifest_digest), &signature).map_err(|_| SignatureError)
    }
}

fn message(manifest_digest: &[u8; 32]) -> Vec<u8> {
    [DOMAIN, manifest_digest].concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn signer() -> Signer {
        Signer::from_seed(&[7; 32])
    }

    #[test]
    fn a_signature_verifies_only_with_its_key_and_its_digest() {
        let digest = [1; 32];
        let signature = signer().sign(&digest);
        assert_eq!(signer().public_key().verify(&digest, &signature), Ok(()));
        assert_eq!(signer().public_key().verify(&[2; 32], &signature), Err(SignatureError));
        let other = Signer::from_seed(&[8; 32]).public_key();
        assert_eq!(other.verify(&digest, &signature), Err(SignatureError));
        for at in 0..64 {
            let mut forged = signature;
            forged[at] ^= 1;
            assert_eq!(signer().public_key().verify(&digest, &forged), Err(SignatureError), "byte {at}");
        }
    }

    #[test]
    fn a_signature_without_the_domain_does_not_verify() {
        let digest = [1; 32];
        let plain = SigningKey::from_bytes(&[7; 32]).sign(&digest).to_bytes();
        assert_eq!(signer().public_key().verify(&digest, &plain), Err(SignatureError));
    }

    #[test]
    fn keys_are_read_from_base64_and_pem() {
        let key = signer().public_key();
        assert_eq!(PublicKey::parse(&format!(" {}\n", key.to_text())).unwrap(), key);
        let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
        der.extend(key.to_bytes());
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der));
        assert_eq!(PublicKey::parse(&pem).unwrap(), key);
        for wrong in
            ["", "AAAA", "not base64 at all", "-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----"]
        {
            assert_eq!(PublicKey::parse(wrong), Err(InvalidKey), "{wrong:?}");
        }
        assert_eq!(PublicKey::parse(&"A".repeat(5000)), Err(InvalidKey));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(InvalidKey));
        assert_eq!(PublicKey::from_bytes(&[0; 32]), Err(InvalidKey));
    }

    #[test]
    fn the_key_id_is_short_and_stable() {
        assert_eq!(signer().public_key().key_id(), "sk__oEsEvOrTOasXbaaw1L5Bg");
        assert_eq!(format!("{:?}", signer()), "Signer(sk__oEsEvOrTOasXbaaw1L5Bg)");
    }
}
