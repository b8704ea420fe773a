//! Certificates for tests, fresh for each.
#![allow(clippy::unwrap_used)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    date_time_ymd,
};
use sentinel_model::Time;

/// Somebody who issues certificates.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    /// PEM of those that vouch for it.
    above: String,
}

/// A certificate with its key.
pub struct Issued {
    /// PEM of the certificate itself.
    pub own: String,
    /// PEM of those that vouch for it.
    pub above: String,
    /// PEM.
    pub key: String,
    /// When it ends.
    pub not_after: Time,
}

impl Authority {
    /// One that vouches for itself.
    pub fn new(name: &str) -> Self {
        Self::with(name, IsCa::Ca(BasicConstraints::Unconstrained))
    }

    /// The same, which says of itself that it is a CA or not.
    pub fn with(name: &str, is_ca: IsCa) -> Self {
        let issuer = CertifiedIssuer::self_signed(params(name, is_ca), KeyPair::generate().unwrap()).unwrap();
        Self { issuer, above: String::new() }
    }

    /// One that this one vouches for.
    pub fn authority(&self, name: &str) -> Self {
        let params = params(name, IsCa::Ca(BasicConstraints::Unconstrained));
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), &self.issuer).unwrap();
        Self { issuer, above: self.chain() }
    }

    /// PEM of its own certificate.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    fn chain(&self) -> String {
        format!("{}{}", self.pem(), self.above)
    }

    /// A certificate for these names, until 2100.
    pub fn issue(&self, names: &[&str], key: KeyPair) -> Issued {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut own = CertificateParams::new(names).unwrap();
        own.not_before = date_time_ymd(2000, 1, 1);
        own.not_after = date_time_ymd(2100, 1, 1);
        self.sign(own, key)
    }

    /// A certificate that says what is given.
    pub fn sign(&self, own: CertificateParams, key: KeyPair) -> Issued {
        let not_after = Time(own.not_after.unix_timestamp() * 1_000);
        let own = own.signed_by(&key, &self.issuer).unwrap();
        Issued { own: own.pem(), above: self.chain(), key: key.serialize_pem(), not_after }
    }
}

impl Issued {
    /// For these names, by an authority called `Test CA`.
    pub fn new(names: &[&str]) -> Self {
        Authority::new("Test CA").issue(names, KeyPair::generate().unwrap())
    }

    /// PEM of all of them.
    pub fn chain(&self) -> String {
        format!("{}{}", self.own, self.above)
    }
}

fn params(name: &str, is_ca: IsCa) -> CertificateParams {
    let mut params = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, name);
    params.distinguished_name = subject;
    params.is_ca = is_ca;
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2200, 1, 1);
    params
}
