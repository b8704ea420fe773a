//! Whom a client takes for the member that it dialled.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};

use super::provider;
use super::trouble::OtherCa;
use crate::error::ClientError;
use crate::trust::Trust;

/// See the module.
#[derive(Debug)]
pub(super) struct Verifier(Trusted);

#[derive(Debug)]
enum Trusted {
    /// The system's CAs and these. They are read when the first certificate has to be checked: who asks over `http://` needs none.
    System(Vec<CertificateDer<'static>>, OnceLock<Result<Arc<dyn ServerCertVerifier>, Error>>),
    /// The one with this fingerprint.
    Pinned(Sha256Digest),
}

impl Verifier {
    pub(super) fn new(trust: &Trust) -> Result<Self, ClientError> {
        let beside = trust.certificates()?;
        Ok(Self(match trust.ca_fingerprint {
            Some(pin) => Trusted::Pinned(pin),
            None => Trusted::System(beside, OnceLock::new()),
        }))
    }

    fn of(
        &self,
        own: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
    ) -> Result<Arc<dyn ServerCertVerifier>, Error> {
        match &self.0 {
            Trusted::System(beside, verifier) => verifier.get_or_init(|| system(beside)).clone(),
            Trusted::Pinned(pin) => {
                let is_pinned = |ca: &&CertificateDer<'_>| <[u8; 32]>::from(Sha256::digest(ca)) == pin.0;
                let ca = std::iter::once(own).chain(rest).find(is_pinned).ok_or_else(|| {
                    Error::from(CertificateError::Other(OtherError(Arc::new(OtherCa(*pin)))))
                })?;
                let mut roots = RootCertStore::empty();
                roots.add(ca.clone().into_owned())?;
                let verifier =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider()))
                        .build();
                Ok(verifier.map_err(|error| Error::General(error.to_string()))?)
            }
        }
    }
}

fn system(beside: &[CertificateDer<'static>]) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    let beside = beside.iter().cloned();
    let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(beside, Arc::clone(provider()))?;
    Ok(Arc::new(verifier))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.of(own, rest)?.verify_server_cert(own, rest, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, own, signed, &provider().signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        own: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, own, signed, &provider().signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
