//! A certificate chain with its key, checked before anybody is shown it.

use std::sync::{Arc, OnceLock};

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use sentinel_model::Time;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The one provider of cryptography.
pub(super) fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider()))
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Pair {
    pub(super) certified: Arc<CertifiedKey>,
    /// The last moment at which clients take the chain: when the first of its certificates runs out.
    pub not_after: Time,
}

/// A chain and a key cannot be served with.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// The text holds no certificate.
    #[error("there is no certificate in the chain (PEM, `-----BEGIN CERTIFICATE-----`)")]
    NoCertificate,
    /// The text of the chain is damaged, or is not of certificates.
    #[error("certificate {0} of the chain cannot be read")]
    Certificate(usize),
    /// The text holds no key.
    #[error("there is no private key (PEM, `-----BEGIN PRIVATE KEY-----`, not encrypted)")]
    NoKey,
    /// It is of a kind that TLS does not use.
    #[error("the private key cannot be used: {0}")]
    Key(Error),
    /// They do not belong together.
    #[error("the key is not the one of the first certificate of the chain")]
    OtherKey,
    /// Clients look at names, and there are none.
    #[error(
        "the first certificate of the chain carries no DNS name and no address, so no client would take it"
    )]
    NoName,
}

impl Pair {
    /// From two PEM texts: the chain, the server's own certificate first, and its key.
    ///
    /// # Errors
    /// [`PairError`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, PairError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain)
            .enumerate()
            .map(|(at, certificate)| certificate.map_err(|_| PairError::Certificate(at + 1)))
            .collect::<Result<_, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| PairError::NoKey)?;
        Self::new(chain, key)
    }

    /// From the chain and the key themselves.
    ///
    /// # Errors
    /// [`PairError`].
    pub fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, PairError> {
        let mut not_after = None;
        for (at, der) in chain.iter().enumerate() {
            let Ok(([], certificate)) = X509Certificate::from_der(der) else {
                return Err(PairError::Certificate(at + 1));
            };
            let names = certificate.subject_alternative_name().ok().flatten();
            if at == 0 && names.is_none_or(|names| names.value.general_names.is_empty()) {
                return Err(PairError::NoName);
            }
            let end = Time(certificate.validity().not_after.timestamp().saturating_mul(1_000));
            not_after = Some(not_after.map_or(end, |earlier: Time| earlier.min(end)));
        }
        let not_after = not_after.ok_or(PairError::NoCertificate)?;
        let key = provider().key_provider.load_private_key(key).map_err(PairError::Key)?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            // Unknown: the kind of key does not tell its public half.
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => {}
            Err(_) => return Err(PairError::OtherKey),
        }
        Ok(Self { certified: Arc::new(certified), not_after })
    }

    /// The chain, the server's own certificate first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.certified.cert
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::Issued;
    use super::*;

    #[test]
    fn a_pair_is_good_until_the_first_certificate_of_its_chain_runs_out() {
        let issued = Issued::new(&["cp.example.com"]);
        let pair = Pair::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap();
        assert_eq!(pair.not_after, issued.not_after);
        assert_eq!(pair.certified.cert.len(), 2);
    }

    #[test]
    fn what_cannot_be_served_with_is_refused_in_words_that_tell_which_part_is_wrong() {
        let (one, other) = (Issued::new(&["cp.example.com"]), Issued::new(&["cp.example.com"]));
        let refused = |chain: &str, key: &str| {
            Pair::from_pem(chain.as_bytes(), key.as_bytes()).map(drop).unwrap_err().to_string()
        };
        let said = refused(&one.chain, &other.key);
        assert!(said.contains("not the one of the first certificate"), "{said}");
        let said = refused("", &one.key);
        assert!(said.contains("no certificate"), "{said}");
        let said = refused(&one.key, &one.key);
        assert!(said.contains("no certificate"), "{said}");
        let said = refused(&one.chain, &one.chain);
        assert!(said.contains("no private key"), "{said}");
        let said = refused(&one.chain.replacen("MII", "AII", 1), &one.key);
        assert!(said.contains("certificate 1"), "{said}");
        let cut = &one.chain[..one.chain.len() - 40];
        let said = refused(cut, &one.key);
        assert!(said.contains("certificate 2"), "{said}");
        let nameless = Issued::new(&[]);
        let said = refused(&nameless.chain, &nameless.key);
        assert!(said.contains("no DNS name"), "{said}");
    }
}
