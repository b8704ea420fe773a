//! Reading certificates. What is read here is only what the certificate says: whether to believe it is for the callers.

use rustls::pki_types::CertificateDer;
use sentinel_model::{ClusterId, Sha256Digest};
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use crate::name;

/// Bytes of a certificate or a request for one, at most. Ours have about 600.
pub(crate) const DER_MAX: usize = 16 * 1024;

/// A certificate cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It is no X.509 certificate.
    #[error("this is not an X.509 certificate")]
    Unreadable,
    /// A CA's certificate must say that it is one, and of which cluster.
    #[error("this is not the certificate of a cluster's CA")]
    NotACa,
}

/// The SHA-256 of a certificate's DER: what a join token pins, and what `openssl x509 -fingerprint -sha256` prints.
pub fn fingerprint(certificate: &CertificateDer<'_>) -> Sha256Digest {
    Sha256Digest(Sha256::digest(certificate).into())
}

pub(crate) fn parse<'a>(
    certificate: &'a CertificateDer<'_>,
) -> Result<X509Certificate<'a>, CertificateError> {
    if certificate.len() > DER_MAX {
        return Err(CertificateError::Unreadable);
    }
    match X509Certificate::from_der(certificate) {
        Ok(([], parsed)) => Ok(parsed),
        _ => Err(CertificateError::Unreadable),
    }
}

/// The names that a certificate is for: DNS names as text, `None` for each name of another kind.
pub(crate) fn names<'a>(
    certificate: &'a X509Certificate<'_>,
) -> Result<Vec<Option<&'a str>>, CertificateError> {
    let Some(names) = certificate.subject_alternative_name().map_err(|_| CertificateError::Unreadable)?
    else {
        return Ok(Vec::new());
    };
    let text = |name: &GeneralName<'a>| match name {
        GeneralName::DNSName(text) => Some(*text),
        _ => None,
    };
    Ok(names.value.general_names.iter().map(text).collect())
}

/// The point of an elliptic-curve key, or the bits of another one.
pub(crate) fn point<'a>(certificate: &'a X509Certificate<'_>) -> &'a [u8] {
    &certificate.public_key().subject_public_key.data
}

/// The cluster whose CA has this certificate.
pub(crate) fn cluster_of_ca(certificate: &X509Certificate<'_>) -> Result<ClusterId, CertificateError> {
    let names = names(certificate)?;
    match names.as_slice() {
        [Some(name)] if certificate.is_ca() => name::cluster_of_ca(name).ok_or(CertificateError::NotACa),
        _ => Err(CertificateError::NotACa),
    }
}

/// Whether the CA's key signed the certificate, whatever the time is.
pub(crate) fn issued(ca: &X509Certificate<'_>, certificate: &X509Certificate<'_>) -> bool {
    certificate.issuer() == ca.subject() && certificate.verify_signature(Some(ca.public_key())).is_ok()
}
