//! Asking for a new certificate with the key of the old one.

use std::fmt;

use rustls::pki_types::CertificateDer;
use sentinel_model::{Sha256Digest, Time};

use crate::certificate::{self, CertificateError, fingerprint};
use crate::identity::Identity;
use crate::key::KeyError;
use crate::name::{MemberName, NameError};
use crate::p256;
use crate::validity::{CLOCK_TOLERANCE, Validity};

/// So that the key never signs something that means something else elsewhere.
const CONTEXT: &[u8] = b"sentinel member renewal v1\0";

/// A certificate request together with the certificate that it is to replace, signed by the key of that certificate. It proves
/// who asks, whether or not that certificate has expired; so a member that slept through its renewal needs no new token.
///
/// The fields go over the wire as they are. The proof is not secret, and showing it again yields nothing: what it asks for is
/// a certificate of a key that only the member has.
#[derive(Clone, PartialEq, Eq)]
pub struct RenewalProof {
    /// The certificate to replace, DER.
    pub certificate: Vec<u8>,
    /// The request for the new one, PKCS#10 DER. Its key may be the old one or, better, a fresh one.
    pub csr: Vec<u8>,
    /// When the member signed, by its own clock.
    pub signed_at: Time,
    /// The signature (ECDSA P-256, SHA-256, DER).
    pub signature: Vec<u8>,
}

/// What a proof shows. The service still has to look whether this is a member, and whether the certificate is the last one
/// that was issued to it: the key of an older one may be on a disk that somebody threw away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renewal {
    /// Who asks.
    pub name: MemberName,
    /// Fingerprint of the certificate that was shown.
    pub certificate: Sha256Digest,
    /// From when to when that is good, or was.
    pub validity: Validity,
    /// The request, for [`crate::Ca::issue`].
    pub csr: Vec<u8>,
}

/// A proof does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The certificate is not that of a member.
    #[error("the certificate to be renewed cannot be used: {0}")]
    Certificate(#[from] NameError),
    /// The member belongs to another cluster.
    #[error("{0} is not a member of this cluster; send the request to its own")]
    OtherCluster(MemberName),
    /// None of the CAs that are trusted issued the certificate.
    #[error("no CA of this cluster issued the certificate of {0}; join again with a new token")]
    OtherCa(MemberName),
    /// Whoever sent it does not have the key, or something was changed on the way.
    #[error("the renewal request is not signed by the key of the certificate of {0}")]
    Signature(MemberName),
    /// The proof is from another time.
    #[error("the renewal request of {name} was signed {} s {}: compare the clocks", off_ms / 1_000, if *ahead { "in the future" } else { "ago" })]
    Stale {
        /// Who asks.
        name: MemberName,
        /// How far the times are apart.
        off_ms: u64,
        /// Whether the proof is from the future.
        ahead: bool,
    },
}

impl RenewalProof {
    /// Asks for a certificate for the request (of [`crate::MemberKey::csr`]) with the key of this identity.
    pub fn sign(identity: &Identity, csr: Vec<u8>, now: Time) -> Result<Self, KeyError> {
        let certificate = identity.certificate().to_vec();
        let signature = identity.key().sign(&message(identity.name(), &certificate, &csr, now))?;
        Ok(Self { certificate, csr, signed_at: now, signature })
    }

    /// Checks it by the CAs that `me` trusts. Whether the certificate has expired does not matter; when the proof was signed
    /// does, within [`CLOCK_TOLERANCE`] either way.
    pub fn verify(&self, me: &Identity, now: Time) -> Result<Renewal, ProofError> {
        let certificate = CertificateDer::from(self.certificate.as_slice());
        let name = MemberName::of_certificate(&certificate)?;
        if name.cluster_id != me.cluster_id() {
            return Err(ProofError::OtherCluster(name));
        }
        let parsed = certificate::parse(&certificate).map_err(NameError::from)?;
        let issued = |ca: &CertificateDer<'_>| {
            Ok::<_, CertificateError>(certificate::issued(&certificate::parse(ca)?, &parsed))
        };
        if parsed.is_ca() || !me.cas().iter().any(|ca| issued(ca).unwrap_or(false)) {
            return Err(ProofError::OtherCa(name));
        }
        let message = message(name, &self.certificate, &self.csr, self.signed_at);
        if !p256::signed(certificate::point(&parsed), &message, &self.signature) {
            return Err(ProofError::Signature(name));
        }
        let off_ms = now.since(self.signed_at).max(self.signed_at.since(now));
        if u128::from(off_ms) > CLOCK_TOLERANCE.as_millis() {
            return Err(ProofError::Stale { name, off_ms, ahead: self.signed_at > now });
        }
        Ok(Renewal {
            name,
            certificate: fingerprint(&certificate),
            validity: Validity::of(&parsed),
            csr: self.csr.clone(),
        })
    }
}

impl fmt::Debug for RenewalProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let certificate = fingerprint(&CertificateDer::from(self.certificate.as_slice()));
        write!(f, "RenewalProof({certificate}, signed at {})", self.signed_at.0)
    }
}

/// What is signed. Every part has one length or is preceded by it, so no two requests look alike.
fn message(name: MemberName, certificate: &[u8], csr: &[u8], signed_at: Time) -> Vec<u8> {
    let mut message = CONTEXT.to_vec();
    for part in [name.to_string().as_bytes(), certificate, csr] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part);
    }
    message.extend(signed_at.0.to_be_bytes());
    message
}

#[cfg(test)]
mod tests;
