//! Which CAs a client takes for those of the cluster, when a member is asked over `https://`.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sentinel_model::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::error::ClientError;

/// See the module. By default: those that the system trusts. It can be kept in a file; it holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// CAs that are trusted beside those of the system, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca: Option<String>,
    /// SHA-256 of a CA's certificate: that one is trusted, which the member has to send along, and no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_fingerprint: Option<Sha256Digest>,
}

impl Trust {
    /// CAs in PEM, beside those of the system.
    ///
    /// # Errors
    /// [`ClientError::Setup`] when the text holds no certificate, or something damaged.
    pub fn ca(pem: impl Into<String>) -> Result<Self, ClientError> {
        let trust = Self { ca: Some(pem.into()), ca_fingerprint: None };
        trust.certificates().map(|_| trust)
    }

    /// One CA, by its fingerprint, and no other.
    pub fn fingerprint(ca: Sha256Digest) -> Self {
        Self { ca: None, ca_fingerprint: Some(ca) }
    }

    /// Whether it is the system's choice alone.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, ClientError> {
        let Some(pem) = &self.ca else { return Ok(Vec::new()) };
        let damaged = |_| ClientError::Setup("a certificate of the CA file is damaged".to_owned());
        let found =
            CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>().map_err(damaged)?;
        if found.is_empty() {
            let text = "the CA file holds no certificate (PEM, `-----BEGIN CERTIFICATE-----`)";
            return Err(ClientError::Setup(text.to_owned()));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused_before_anybody_is_asked() {
        for (text, words) in [
            ("", "no certificate"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "no certificate"),
            ("-----BEGIN CERTIFICATE-----\nA*A\n-----END CERTIFICATE-----\n", "damaged"),
        ] {
            let said = Trust::ca(text).unwrap_err().to_string();
            assert!(said.contains(words), "{text}: {said}");
        }
    }

    #[test]
    fn it_is_kept_as_little_as_it_says() {
        assert_eq!(serde_json::to_string(&Trust::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Trust>("{}").unwrap(), Trust::default());
        let pinned = Trust::fingerprint(Sha256Digest([7; 32]));
        let text = serde_json::to_string(&pinned).unwrap();
        assert_eq!(serde_json::from_str::<Trust>(&text).unwrap(), pinned);
        assert!(!pinned.is_default());
    }
}
