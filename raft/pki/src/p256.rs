//! An ECDSA P-256 key and what it signs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm, SigningKey};

use crate::key::KeyError;
use crate::secret::SecretDer;

/// The key of a member or of a CA. The library wipes its own copy.
pub(crate) struct P256Key {
    pair: EcdsaKeyPair,
    pkcs8: SecretDer,
}

impl P256Key {
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        Self::from_pkcs8(document.map_err(|_| KeyError::Generate)?.as_ref())
    }

    pub(crate) fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der);
        Ok(Self { pair: pair.map_err(|_| KeyError::Unreadable)?, pkcs8: SecretDer::new(der.to_vec()) })
    }

    pub(crate) fn pkcs8(&self) -> &SecretDer {
        &self.pkcs8
    }

    /// The point on the curve, uncompressed: what a certificate has as its public key.
    pub(crate) fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

impl PublicKeyData for P256Key {
    fn der_bytes(&self) -> &[u8] {
        self.point()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for P256Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature = self.pair.sign(&SystemRandom::new(), message);
        Ok(signature.map_err(|_| rcgen::Error::RemoteKeyError)?.as_ref().to_vec())
    }
}
