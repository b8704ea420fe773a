//! The private key of a member.

use std::fmt;
use std::sync::Arc;

use rcgen::{CertificateParams, DistinguishedName};
use sentinel_model::Sha256Digest;
use sha2::{Digest as _, Sha256};

use crate::p256::P256Key;
use crate::secret::SecretDer;

/// The private key of a member (ECDSA P-256). It never leaves the member that generated it, and cannot be printed. Clones
/// share.
#[derive(Clone)]
pub struct MemberKey(Arc<P256Key>);

/// A key cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The system gave no randomness.
    #[error("no key could be generated: the system gave no randomness")]
    Generate,
    /// It is not such a key.
    #[error("this is not an ECDSA P-256 key in PKCS#8; restore it, or join again with a new token")]
    Unreadable,
    /// A request could not be written.
    #[error("the certificate request could not be written: {0}")]
    Request(String),
}

impl MemberKey {
    /// A fresh key.
    pub fn generate() -> Result<Self, KeyError> {
        P256Key::generate().map(|key| Self(Arc::new(key)))
    }

    /// From PKCS#8 DER. The caller wipes what it passed.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        P256Key::from_pkcs8(der).map(|key| Self(Arc::new(key)))
    }

    /// As PKCS#8 DER.
    pub fn pkcs8(&self) -> &SecretDer {
        self.0.pkcs8()
    }

    /// A request for a certificate of this key (PKCS#10 DER). It names nobody: who the member is, is for the issuer to say.
    pub fn csr(&self) -> Result<Vec<u8>, KeyError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        let request = params.serialize_request(&*self.0);
        Ok(request.map_err(|error| KeyError::Request(error.to_string()))?.der().to_vec())
    }

    /// The SHA-256 of its public part: by it somebody is recognised who asks again with the same key.
    pub fn fingerprint(&self) -> Sha256Digest {
        Sha256Digest(Sha256::digest(self.point()).into())
    }

    pub(crate) fn point(&self) -> &[u8] {
        self.0.point()
    }
}

impl fmt::Debug for MemberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_prints_nothing() {
        let key = MemberKey::generate().expect("a key");
        let again = MemberKey::from_pkcs8(key.pkcs8().expose()).expect("the same");
        assert_eq!(key.point(), again.point());
        let csr = key.csr().expect("a request");
        assert_eq!(crate::ca::requested_key_fingerprint(&csr).ok(), Some(again.fingerprint()));
        assert_eq!(format!("{key:?} {:?}", key.pkcs8()), "MemberKey(..) SecretDer(..)");
    }

    #[test]
    fn something_else_is_not_a_key() {
        for bytes in [&b""[..], b"key", &[0x30; 138]] {
            assert!(matches!(MemberKey::from_pkcs8(bytes), Err(KeyError::Unreadable)));
        }
    }
}
