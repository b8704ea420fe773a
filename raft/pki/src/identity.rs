//! What a member shows to the others, and by what it knows them.

use rustls::pki_types::CertificateDer;
use sentinel_model::{ClusterId, MemberId, Time};

use crate::certificate::{self, CertificateError};
use crate::key::MemberKey;
use crate::name::{MemberName, NameError};
use crate::validity::Validity;

mod file;

pub use file::{FILE, IdentityFileError};

/// A member's certificate with its key, and the CAs that the member trusts. Everything in it fits together: that was checked
/// when it was made. It may have expired.
#[derive(Clone, Debug)]
pub struct Identity {
    name: MemberName,
    cas: Vec<CertificateDer<'static>>,
    issuer: CertificateDer<'static>,
    issuer_validity: Validity,
    chain: Vec<CertificateDer<'static>>,
    key: MemberKey,
    validity: Validity,
}

/// The parts of an identity do not make one.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// No CA.
    #[error("there is no CA certificate: without one this member could trust nobody")]
    NoCa,
    /// No certificate.
    #[error("there is no certificate of this member")]
    NoCertificate,
    /// A certificate is not what it should be.
    #[error("a certificate cannot be used: {0}")]
    Certificate(#[from] CertificateError),
    /// The certificate is not that of a member.
    #[error("the certificate of this member cannot be used: {0}")]
    Name(#[from] NameError),
    /// The key is another.
    #[error("the key is not the one that the certificate of {0} was issued for")]
    OtherKey(MemberName),
    /// None of the CAs issued the certificate.
    #[error("none of the CA certificates here issued the certificate of {0}")]
    OtherCa(MemberName),
    /// A CA of another cluster.
    #[error("a CA certificate of cluster {found} is beside the certificate of {name}: take it away")]
    CaOfOtherCluster {
        /// The member.
        name: MemberName,
        /// Whose CA it is.
        found: ClusterId,
    },
    /// TLS does not take it.
    #[error("the certificate of this member cannot be used for TLS: {0}")]
    Tls(String),
}

impl Identity {
    /// Puts together what belongs together: the CAs to trust (the first is as good as the last), the member's chain (its own
    /// certificate first, the CA not in it), and the key of that certificate.
    pub fn new(
        cas: Vec<CertificateDer<'static>>,
        chain: Vec<CertificateDer<'static>>,
        key: MemberKey,
    ) -> Result<Self, IdentityError> {
        let own = chain.first().ok_or(IdentityError::NoCertificate)?;
        let name = MemberName::of_certificate(own)?;
        let parsed = certificate::parse(own)?;
        if certificate::point(&parsed) != key.point() {
            return Err(IdentityError::OtherKey(name));
        }
        if cas.is_empty() {
            return Err(IdentityError::NoCa);
        }
        let mut issuer = None;
        for der in &cas {
            let ca = certificate::parse(der)?;
            let found = certificate::cluster_of_ca(&ca)?;
            if found != name.cluster_id {
                return Err(IdentityError::CaOfOtherCluster { name, found });
            }
            if issuer.is_none() && certificate::issued(&ca, &parsed) {
                issuer = Some((der.clone(), Validity::of(&ca)));
            }
        }
        let (issuer, issuer_validity) = issuer.ok_or(IdentityError::OtherCa(name))?;
        let validity = Validity::of(&parsed);
        Ok(Self { name, cas, issuer, issuer_validity, chain, key, validity })
    }

    /// The same member, trusting these CAs: while a CA is replaced, first its successor as well, at the end only that.
    pub fn trusting(&self, cas: Vec<CertificateDer<'static>>) -> Result<Self, IdentityError> {
        Self::new(cas, self.chain.clone(), self.key.clone())
    }

    /// The same member with a new chain and the key that it is for.
    pub fn renewed(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: MemberKey,
    ) -> Result<Self, IdentityError> {
        Self::new(self.cas.clone(), chain, key)
    }

    /// Who this is.
    pub fn name(&self) -> MemberName {
        self.name
    }

    /// The cluster.
    pub fn cluster_id(&self) -> ClusterId {
        self.name.cluster_id
    }

    /// The member.
    pub fn member_id(&self) -> MemberId {
        self.name.member_id
    }

    /// The CAs that this member trusts.
    pub fn cas(&self) -> &[CertificateDer<'static>] {
        &self.cas
    }

    /// The CA that issued its certificate.
    pub fn issuer(&self) -> &CertificateDer<'static> {
        &self.issuer
    }

    /// From when to when that CA is good.
    pub fn issuer_validity(&self) -> Validity {
        self.issuer_validity
    }

    /// Its certificate.
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.chain[0]
    }

    /// Its certificate, then what leads from there to the CA.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// Its key.
    pub fn key(&self) -> &MemberKey {
        &self.key
    }

    /// From when to when the certificate is good.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// Whether it is time for a new certificate: half of the lifetime is over, or it has not begun, because the clock was ahead when
    /// the certificate was made. Nobody would take it for as long as the clock had been ahead.
    pub fn renew_due(&self, now: Time) -> bool {
        now >= self.validity.half() || now < self.validity.not_before
    }

    /// Whether nobody takes the certificate any more. It can still be renewed.
    pub fn expired(&self, now: Time) -> bool {
        self.validity.is_over(now)
    }

    /// What goes over the wire: the chain, and the CA that issued it, by which a joiner recognises the cluster.
    pub(crate) fn presented(&self) -> Vec<CertificateDer<'static>> {
        self.chain.iter().chain([&self.issuer]).cloned().collect()
    }
}

#[cfg(test)]
mod tests;
