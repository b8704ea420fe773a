//! Whom a client takes for the one that it called.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::verify_tls13_signature;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, PeerIncompatible, RootCertStore, SignatureScheme};
use sentinel_model::{ClusterId, MemberId, Sha256Digest};

use super::{Current, Refusal, current, provider};
use crate::certificate::{self, fingerprint};
use crate::name::{MemberName, NameError};

/// Checks the server of a connection.
#[derive(Debug)]
pub(crate) struct Servers(pub(crate) Expected);

/// Who the server has to be. The name that the connection was opened with plays no part: it comes from an address, and that is
/// what an attacker or a typing error changes.
#[derive(Debug)]
pub(crate) enum Expected {
    /// This member of the cluster.
    Member(Current, MemberId),
    /// Any member of the cluster whose CA has this fingerprint.
    Pinned(Sha256Digest),
}

impl Servers {
    /// The name in the certificate, after the CA's signature, the purpose and the time have been checked.
    fn verify(
        &self,
        own: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<MemberName, Error> {
        match &self.0 {
            Expected::Member(current, expected) => {
                let shown = current.get();
                let found = verify(own, rest, now, &shown.roots, shown.identity().cluster_id())?;
                if found.member_id != *expected {
                    return Err(Refusal::OtherMember { expected: *expected, found }.tls());
                }
                Ok(found)
            }
            Expected::Pinned(pin) => {
                let ca = rest.iter().find(|ca| fingerprint(ca) == *pin);
                let ca = ca.ok_or_else(|| Refusal::OtherCa(*pin).tls())?;
                let parsed =
                    certificate::parse(ca).map_err(|error| Refusal::from(NameError::from(error)).tls())?;
                let cluster = certificate::cluster_of_ca(&parsed);
                let cluster = cluster.map_err(|error| Refusal::from(NameError::from(error)).tls())?;
                verify(own, rest, now, &current::roots(std::slice::from_ref(ca))?, cluster)
            }
        }
    }
}

fn verify(
    own: &CertificateDer<'_>,
    rest: &[CertificateDer<'_>],
    now: UnixTime,
    roots: &RootCertStore,
    cluster: ClusterId,
) -> Result<MemberName, Error> {
    let parsed = ParsedCertificate::try_from(own)?;
    let algorithms = provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&parsed, roots, rest, now, algorithms)?;
    let found = MemberName::of_certificate(own).map_err(|error| Refusal::from(error).tls())?;
    if found.cluster_id != cluster {
        return Err(Refusal::OtherCluster { expected: cluster, found }.tls());
    }
    Ok(found)
}

impl ServerCertVerifier for Servers {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        rest: &[CertificateDer<'_>],
        _dialled: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.verify(own, rest, now).map(|_| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::ServerDoesNotSupportTls12Or13.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &provider().signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        provider().signature_verification_algorithms.supported_schemes()
    }
}
