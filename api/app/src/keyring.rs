//! Sealing of secrets under the cluster's key-encryption key.
//!
//! Each value has a key of its own: HKDF-SHA256 over the key-encryption key with a random 32-byte salt and the value's context as
//! `info`; AES-256-GCM with the header and the context as associated data. So a sealed value is good only in the place that it
//! was sealed for.
//!
//! ```text
//! version u8 = 1 | key id 8 bytes | salt 32 bytes | nonce 12 bytes | ciphertext with tag
//! ```

use std::fmt;
use std::sync::Arc;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sentinel_machine::tables::rows;
use sentinel_machine::{Read, Scan, Table, TableError};
use sentinel_model::org::Org;
use sentinel_model::secret::Sealed;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const VERSION: u8 = 1;
const KEY_ID: usize = 8;
const SALT: usize = 32;
const NONCE: usize = 12;
const HEADER: usize = 1 + KEY_ID;

/// A sealed value could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Sealed under another key-encryption key.
    #[error(
        "sealed under the key {found}, this member has {ours}: every member needs the same key-encryption key"
    )]
    OtherKey {
        /// Id of the key that sealed it.
        found: String,
        /// Id of this member's key.
        ours: String,
    },
    /// Written by a newer version.
    #[error("sealed in the form {0}, which this version does not know")]
    Version(u8),
    /// Altered, cut, or sealed for another place.
    #[error("the sealed value is damaged or belongs elsewhere")]
    Damaged,
}

/// The key-encryption key, and those of before it, which open what they have sealed and seal nothing more. Cheap to clone; shows nothing in `Debug`.
#[derive(Clone)]
pub struct Keyring {
    first: Arc<Key>,
    former: Arc<[Key]>,
}

struct Key {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// Names a key without telling anything of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; KEY_ID]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keyring({})", self.first.id)
    }
}

impl Keyring {
    /// Takes the 32 bytes of the key-encryption key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self::with_former(key, [])
    }

    /// The same with the keys of before it.
    pub fn with_former<'k>(key: &[u8; 32], former: impl IntoIterator<Item = &'k [u8; 32]>) -> Self {
        let former = former.into_iter().map(Key::new).collect();
        Self { first: Arc::new(Key::new(key)), former }
    }

    /// The key that seals.
    pub fn seals_with(&self) -> KeyId {
        self.first.id
    }

    /// The keys that only open.
    pub fn former(&self) -> impl Iterator<Item = KeyId> {
        self.former.iter().map(|key| key.id)
    }

    /// Under which key something is sealed; `None`: it is damaged, or of a form that is not known here.
    pub fn sealed_under(sealed: &Sealed) -> Option<KeyId> {
        let header = sealed.0.get(..HEADER).filter(|header| header[0] == VERSION)?;
        header[1..].try_into().ok().map(KeyId)
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&*self.first).chain(self.former.iter())
    }

    /// Seals `secret` for the place that `context` names. `randomness` gives salt and nonce and must never repeat.
    pub fn seal(
        &self,
        context: &str,
        secret: &[u8],
        randomness: [[u8; 32]; 2],
    ) -> Result<Sealed, KeyringError> {
        let (salt, nonce) = (&randomness[0], &randomness[1][..NONCE]);
        let mut bytes = Vec::with_capacity(HEADER + SALT + NONCE + secret.len() + 16);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.first.id.0);
        let associated = associated(&bytes, context);
        bytes.extend_from_slice(salt);
        bytes.extend_from_slice(nonce);
        let payload = Payload { msg: secret, aad: &associated };
        let nonce = Nonce::try_from(nonce).map_err(|_| KeyringError::Damaged)?;
        let ciphertext = self.first.cipher(salt, context)?.encrypt(&nonce, payload);
        bytes.extend_from_slice(&ciphertext.map_err(|_| KeyringError::Damaged)?);
        Ok(Sealed(bytes))
    }

    /// Opens what was sealed for `context`.
    pub fn unseal(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let bytes = sealed.0.as_slice();
        let header = bytes.get(..HEADER).ok_or(KeyringError::Damaged)?;
        if header[0] != VERSION {
            return Err(KeyringError::Version(header[0]));
        }
        let Some(key) = self.keys().find(|key| header[1..] == key.id.0) else {
            let (found, ours) = (hex::encode(&header[1..]), self.first.id.to_string());
            return Err(KeyringError::OtherKey { found, ours });
        };
        let salt = bytes.get(HEADER..HEADER + SALT).ok_or(KeyringError::Damaged)?;
        let nonce = bytes.get(HEADER + SALT..HEADER + SALT + NONCE).ok_or(KeyringError::Damaged)?;
        let ciphertext = &bytes[HEADER + SALT + NONCE..];
        let associated = associated(header, context);
        let payload = Payload { msg: ciphertext, aad: &associated };
        let nonce = Nonce::try_from(nonce).map_err(|_| KeyringError::Damaged)?;
        let secret = key.cipher(salt, context)?.decrypt(&nonce, payload);
        secret.map(Zeroizing::new).map_err(|_| KeyringError::Damaged)
    }

    /// Opens 32 bytes that were sealed for `context`.
    pub fn unseal_32(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
        let secret = self.unseal(context, sealed)?;
        let array: [u8; 32] = secret.as_slice().try_into().map_err(|_| KeyringError::Damaged)?;
        Ok(Zeroizing::new(array))
    }

    /// Whether this is the key that the cluster's secrets are sealed with. `None` when there are none in the state yet.
    pub fn opens(
        &self,
        state: &(impl Read + ?Sized),
    ) -> Result<Option<Result<(), KeyringError>>, TableError> {
        let first = Scan { limit: 1, ..Scan::all(Table::Orgs, &[]) };
        let org: Option<Org> = rows(state, first)?.pop();
        Ok(org.map(|org| {
            let context = signing_seed_context(&org.signing_key.key_id);
            self.unseal_32(&context, &org.signing_key.sealed_seed).map(|_| ())
        }))
    }

    /// HMAC-SHA256 of `message` under a key that serves only `purpose`.
    pub fn tag(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        self.first.tag(purpose, message)
    }

    /// The same under each key: the members of a cluster are given another key one after the other.
    pub fn tags(&self, purpose: &str, message: &[u8]) -> impl Iterator<Item = [u8; 32]> {
        self.keys().map(move |key| key.tag(purpose, message))
    }
}

impl Key {
    fn new(bytes: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"sentinel-kek-id-v1\0");
        hash.update(bytes);
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; KEY_ID];
        id.copy_from_slice(&digest[..KEY_ID]);
        Self { bytes: Zeroizing::new(*bytes), id: KeyId(id) }
    }

    fn tag(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(b"sentinel-tag-v1"), &self.bytes[..])
            .expand(purpose.as_bytes(), &mut key[..])
            .expect("32 bytes are fewer than the 8,160 that HKDF-SHA256 gives");
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&key[..]).expect("HMAC takes keys of any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    fn cipher(&self, salt: &[u8], context: &str) -> Result<Aes256Gcm, KeyringError> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), &self.bytes[..])
            .expand(context.as_bytes(), &mut key[..])
            .map_err(|_| KeyringError::Damaged)?;
        Aes256Gcm::new_from_slice(&key[..]).map_err(|_| KeyringError::Damaged)
    }
}

fn associated(header: &[u8], context: &str) -> Vec<u8> {
    [header, context.as_bytes()].concat()
}

/// Context of an org's signing seed.
pub fn signing_seed_context(key_id: &str) -> String {
    format!("org-signing-seed:{key_id}")
}

/// Context of the key of the cluster's CA.
pub fn ca_key_context(cluster: sentinel_model::ClusterId) -> String {
    format!("cluster-ca-key:{cluster}")
}

/// Context of a project's marker key.
pub fn marker_key_context(project: sentinel_model::ProjectId) -> String {
    format!("project-marker-key:{project}")
}

/// Context of a version of a project's secret.
pub fn project_secret_context(
    project: sentinel_model::ProjectId,
    secret: sentinel_model::SecretId,
    version: u64,
) -> String {
    format!("project-secret:{project}:{secret}:{version}")
}

/// Context of the private key of a version of a project's certificate.
pub fn certificate_key_context(
    project: sentinel_model::ProjectId,
    certificate: sentinel_model::CertificateId,
    version: u64,
) -> String {
    format!("project-certificate-key:{project}:{certificate}:{version}")
}

/// Context of the private key of a project's internal CA.
pub fn internal_ca_key_context(
    project: sentinel_model::ProjectId,
    ca: sentinel_model::InternalCaId,
) -> String {
    format!("project-internal-ca-key:{project}:{ca}")
}

/// Context of an account of a project with a certificate authority.
pub fn acme_account_context(
    project: sentinel_model::ProjectId,
    directory: &str,
    contact: &str,
    external: &str,
) -> String {
    format!("project-acme-account:{project}:{directory} {contact} {external}")
}

/// Context of the key of the account outside ACME to which that of a certificate is bound.
pub fn acme_external_context(
    project: sentinel_model::ProjectId,
    certificate: sentinel_model::CertificateId,
) -> String {
    format!("project-acme-external:{project}:{certificate}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sealed() -> (Keyring, Sealed) {
        let keyring = Keyring::new(&[1; 32]);
        let sealed = keyring.seal("here", b"the secret", [[2; 32], [3; 32]]).unwrap();
        (keyring, sealed)
    }

    #[test]
    fn a_secret_opens_only_in_its_place_and_with_its_key() {
        let (keyring, sealed) = sealed();
        assert_eq!(keyring.unseal("here", &sealed).unwrap().as_slice(), b"the secret");
        assert_eq!(keyring.unseal("there", &sealed), Err(KeyringError::Damaged));
        let other = Keyring::new(&[9; 32]);
        assert!(matches!(other.unseal("here", &sealed), Err(KeyringError::OtherKey { .. })));
        assert!(matches!(keyring.unseal_32("here", &sealed), Err(KeyringError::Damaged)), "not 32 bytes");
    }

    #[test]
    fn a_key_of_before_opens_and_seals_nothing_more() {
        let (before, sealed) = sealed();
        let (after, both) = (Keyring::new(&[4; 32]), Keyring::with_former(&[4; 32], [&[1; 32]]));
        assert_eq!(both.unseal("here", &sealed).unwrap().as_slice(), b"the secret");
        assert!(matches!(after.unseal("here", &sealed), Err(KeyringError::OtherKey { .. })));
        let anew = both.seal("here", b"the secret", [[2; 32], [3; 32]]).unwrap();
        assert_eq!(anew.0.len(), sealed.0.len());
        assert_eq!(after.unseal("here", &anew).unwrap().as_slice(), b"the secret");
        assert_eq!(Keyring::sealed_under(&sealed), Some(before.seals_with()));
        assert_eq!(Keyring::sealed_under(&anew), Some(both.seals_with()));
        assert_eq!(both.former().collect::<Vec<_>>(), [before.seals_with()]);
        assert!(both.tags("a", b"m").any(|tag| tag == before.tag("a", b"m")));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let (keyring, sealed) = sealed();
        for at in 0..sealed.0.len() {
            let mut altered = sealed.clone();
            altered.0[at] ^= 1;
            assert!(keyring.unseal("here", &altered).is_err(), "byte {at}");
            altered.0.truncate(at);
            assert!(keyring.unseal("here", &altered).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn nothing_of_the_key_or_the_secret_is_shown() {
        let (keyring, sealed) = sealed();
        assert!(!sealed.0.windows(10).any(|window| window == b"the secret"));
        assert!(!format!("{keyring:?}").contains("0101"));
        assert_ne!(keyring.tag("a", b"m"), keyring.tag("b", b"m"));
        assert_ne!(keyring.tag("a", b"m"), Keyring::new(&[2; 32]).tag("a", b"m"));
    }
}
