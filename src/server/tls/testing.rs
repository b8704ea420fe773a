//! Certificates for tests, fresh for each.
#![allow(clippy::unwrap_used)]

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use sentinel_model::Time;

/// A server's certificate by a CA of its own, as the files of an operator hold it.
pub struct Issued {
    /// PEM: the server's own certificate, then the CA's.
    pub chain: String,
    /// PEM.
    pub key: String,
    /// The CA.
    pub ca: CertificateDer<'static>,
    /// When the first of both ends.
    pub not_after: Time,
}

impl Issued {
    /// For these DNS names, good until 2100.
    pub fn new(names: &[&str]) -> Self {
        Self::until(names, 2100)
    }

    /// For these DNS names, good until the beginning of that year.
    pub fn until(names: &[&str], year: i32) -> Self {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.not_before = date_time_ymd(2000, 1, 1);
        ca.not_after = date_time_ymd(2200, 1, 1);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut own = CertificateParams::new(names).unwrap();
        own.not_before = date_time_ymd(2000, 1, 1);
        own.not_after = date_time_ymd(year, 1, 1);
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let not_after = Time(own.not_after.unix_timestamp() * 1_000);
        let key = KeyPair::generate().unwrap();
        let own = own.signed_by(&key, &ca).unwrap();
        Self {
            chain: format!("{}{}", own.pem(), ca.pem()),
            key: key.serialize_pem(),
            ca: ca.der().clone(),
            not_after,
        }
    }
}
