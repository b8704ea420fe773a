//! A certificate that nobody vouches for.

use rcgen::{CertifiedKey, generate_simple_self_signed};

/// See the module.
pub struct Certificate {
    /// It as PEM.
    pub certificate_pem: String,
    /// Its private key as PEM.
    pub key_pem: String,
    pub(crate) certificate_der: Vec<u8>,
    pub(crate) key_der: Vec<u8>,
}

impl Certificate {
    /// One for these names.
    pub fn of(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).expect("a certificate");
        Self {
            certificate_pem: cert.pem(),
            key_pem: signing_key.serialize_pem(),
            certificate_der: cert.der().to_vec(),
            key_der: signing_key.serialize_der(),
        }
    }
}
