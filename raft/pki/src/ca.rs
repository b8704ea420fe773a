//! The authority of a cluster: it says which key belongs to which member.

use std::fmt;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SanType, SerialNumber, SubjectPublicKeyInfo,
};
use rustls::pki_types::CertificateDer;
use sentinel_model::{ClusterId, Sha256Digest, Time};
use sha2::{Digest as _, Sha256};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

use crate::certificate::{self, CertificateError, DER_MAX, fingerprint};
use crate::key::KeyError;
use crate::name::{self, MemberName};
use crate::p256::P256Key;
use crate::secret::SecretDer;
use crate::validity::{self, Validity};

/// How long a CA lasts. Before it ends, another one is trusted beside it, then issues in its place.
pub const CA_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The CA of one cluster, with its key (ECDSA P-256).
pub struct Ca {
    cluster_id: ClusterId,
    certificate: CertificateDer<'static>,
    validity: Validity,
    key: P256Key,
}

/// A CA cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The certificate is not that of a CA.
    #[error("the CA's certificate cannot be used: {0}")]
    Certificate(#[from] CertificateError),
    /// The key is none.
    #[error("the CA's key cannot be used: {0}")]
    Key(#[from] KeyError),
    /// They do not belong together.
    #[error("the CA's key is not the one of its certificate; restore both from the same backup")]
    OtherKey,
    /// The library refused.
    #[error("the CA's certificate could not be written: {0}")]
    Write(String),
}

/// A certificate is not issued.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// The member belongs to another cluster.
    #[error("{asked} is not a member of this cluster ({cluster_id}); join with a token of its own cluster")]
    OtherCluster {
        /// Who asks.
        asked: MemberName,
        /// The CA's cluster.
        cluster_id: ClusterId,
    },
    /// The request is none.
    #[error("the certificate request cannot be read (PKCS#10 DER of at most {DER_MAX} bytes is expected)")]
    Unreadable,
    /// The key is of a kind that members do not use.
    #[error("the key in the certificate request is not an ECDSA P-256 key")]
    KeyKind,
    /// Who asks does not have the key.
    #[error("the certificate request is not signed by the key in it")]
    NotPossessed,
    /// The CA itself is no longer good.
    #[error(
        "the cluster's CA has expired and issues nothing; create another one and have the members trust it"
    )]
    CaExpired,
    /// The library refused.
    #[error("the certificate could not be written: {0}")]
    Write(String),
}

impl Ca {
    /// A new CA with a fresh key, good from now on for [`CA_LIFETIME`].
    pub fn create(cluster_id: ClusterId, now: Time) -> Result<Self, CaError> {
        let key = P256Key::generate()?;
        let validity = Validity::starting(now, CA_LIFETIME);
        let written = ca_params(cluster_id, &key, validity).and_then(|params| params.self_signed(&key));
        let certificate = written.map_err(|error| CaError::Write(error.to_string()))?.der().clone();
        Ok(Self { cluster_id, certificate, validity, key })
    }

    /// A CA that exists, from its certificate and its key in PKCS#8. The certificate says which cluster it is of.
    pub fn from_parts(certificate: CertificateDer<'static>, key: &SecretDer) -> Result<Self, CaError> {
        let key = P256Key::from_pkcs8(key.expose())?;
        let (cluster_id, validity) = {
            let parsed = certificate::parse(&certificate)?;
            if certificate::point(&parsed) != key.point() {
                return Err(CaError::OtherKey);
            }
            (certificate::cluster_of_ca(&parsed)?, Validity::of(&parsed))
        };
        Ok(Self { cluster_id, certificate, validity, key })
    }

    /// Whose CA this is.
    pub fn cluster_id(&self) -> ClusterId {
        self.cluster_id
    }

    /// Its certificate: public.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// What a join token pins.
    pub fn fingerprint(&self) -> Sha256Digest {
        fingerprint(&self.certificate)
    }

    /// How long it is good.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Its key, to be sealed and kept.
    pub fn key(&self) -> &SecretDer {
        self.key.pkcs8()
    }

    /// A certificate (DER) that says: the key in the request is that of the member. Nothing else is taken from the request,
    /// and it must be signed by the key. The certificate is good from [`crate::CLOCK_TOLERANCE`] before `now` to as much after
    /// its lifetime, yet never longer than the CA. Whether the member may have one is for the caller to know.
    pub fn issue(
        &self,
        csr: &[u8],
        member: MemberName,
        now: Time,
        lifetime: Duration,
    ) -> Result<CertificateDer<'static>, IssueError> {
        if member.cluster_id != self.cluster_id {
            return Err(IssueError::OtherCluster { asked: member, cluster_id: self.cluster_id });
        }
        self.sign(csr, now, lifetime, |validity| member_params(member, validity))
    }

    /// A certificate of the key in the request, with everything else from `params`.
    fn sign(
        &self,
        csr: &[u8],
        now: Time,
        lifetime: Duration,
        params: impl FnOnce(Validity) -> Result<CertificateParams, rcgen::Error>,
    ) -> Result<CertificateDer<'static>, IssueError> {
        if self.validity.is_over(now) {
            return Err(IssueError::CaExpired);
        }
        let key = requested_key(csr)?;
        let validity = Validity::starting(now, lifetime).within(self.validity);
        let issued = params(validity).and_then(|params| {
            params.signed_by(&key, &Issuer::from_ca_cert_der(&self.certificate, &self.key)?)
        });
        Ok(issued.map_err(|error| IssueError::Write(error.to_string()))?.der().clone())
    }
}

/// The SHA-256 of the key that a request is for, after its owner has shown to have it. The same as
/// [`crate::MemberKey::fingerprint`].
pub fn requested_key_fingerprint(csr: &[u8]) -> Result<Sha256Digest, IssueError> {
    Ok(Sha256Digest(Sha256::digest(requested_key(csr)?.der_bytes()).into()))
}

impl fmt::Debug for Ca {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ca({}, {})", self.cluster_id, self.fingerprint())
    }
}

/// The key that a request is for, after its owner has shown to have it.
fn requested_key(csr: &[u8]) -> Result<SubjectPublicKeyInfo, IssueError> {
    if csr.len() > DER_MAX {
        return Err(IssueError::Unreadable);
    }
    let Ok(([], request)) = X509CertificationRequest::from_der(csr) else {
        return Err(IssueError::Unreadable);
    };
    let key = SubjectPublicKeyInfo::from_der(request.certification_request_info.subject_pki.raw);
    let key = key.map_err(|_| IssueError::KeyKind)?;
    // An uncompressed point: the only form that is understood everywhere.
    let plain = matches!(key.der_bytes(), [4, point @ ..] if point.len() == 64);
    if key.algorithm() != &PKCS_ECDSA_P256_SHA256 || !plain {
        return Err(IssueError::KeyKind);
    }
    request.verify_signature().map_err(|_| IssueError::NotPossessed)?;
    Ok(key)
}

fn ca_params(
    cluster_id: ClusterId,
    key: &P256Key,
    validity: Validity,
) -> Result<CertificateParams, rcgen::Error> {
    // Two CAs of one cluster have two titles: what the other one issued is of an unknown issuer, not badly signed.
    let digest = Sha256Digest(Sha256::digest(key.point()).into()).to_string();
    let title = format!("Sentinel cluster CA {}", &digest[..8]);
    let mut params = params(&title, vec![dns(name::of_ca(cluster_id))?], validity)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn member_params(member: MemberName, validity: Validity) -> Result<CertificateParams, rcgen::Error> {
    let title = format!("member-{}", member.member_id);
    let purposes = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    leaf_params(&title, vec![dns(member.to_string())?], purposes, validity)
}

/// What is no CA.
fn leaf_params(
    title: &str,
    names: Vec<SanType>,
    purposes: Vec<ExtendedKeyUsagePurpose>,
    validity: Validity,
) -> Result<CertificateParams, rcgen::Error> {
    let mut params = params(title, names, validity)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = purposes;
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

fn dns(name: String) -> Result<SanType, rcgen::Error> {
    Ok(SanType::DnsName(name.try_into()?))
}

/// What all have: a title for people, names for programs, a serial number of its own.
fn params(title: &str, names: Vec<SanType>, validity: Validity) -> Result<CertificateParams, rcgen::Error> {
    let time = |time| validity::asn1(time).map(|time| time.to_datetime()).ok_or(rcgen::Error::Time);
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).map_err(|_| rcgen::Error::RingUnspecified)?;
    let mut params = CertificateParams::default();
    params.not_before = time(validity.not_before)?;
    params.not_after = time(validity.not_after)?;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params.subject_alt_names = names;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, title);
    Ok(params)
}

mod server;
#[cfg(test)]
mod tests;
