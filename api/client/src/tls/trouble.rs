//! Why no TLS came about, as far as it tells what to do.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::pki_types::ServerName;
use rustls::{CertificateError, InvalidMessage, OtherError};
use sentinel_model::Sha256Digest;

/// Names of a certificate that are listed, at most.
const NAMES_MAX: usize = 5;

/// See the module. In words, it goes behind the address of a member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsTrouble {
    /// Nobody who is trusted here vouches for the certificate.
    #[error("its certificate is by a CA that is not trusted here")]
    UnknownCa,
    /// The CA that was named is not among what the member sends.
    #[error("it does not show the CA with the fingerprint {0}")]
    OtherCa(Sha256Digest),
    /// The certificate is somebody else's, or the member's under another name.
    #[error("its certificate is for {}, not for {asked}", list(.names))]
    WrongName {
        /// The name that was dialled.
        asked: String,
        /// The names that it is for.
        names: Vec<String>,
    },
    /// It was good once, or the clock here is ahead.
    #[error("its certificate has run out")]
    Expired,
    /// It will be good, or the clock here is behind.
    #[error("its certificate is not good yet")]
    NotYetValid,
    /// What listens there answered in plain text.
    #[error("it does not speak TLS")]
    PlainText,
    /// Anything else, in the words of the library.
    #[error("{0}")]
    Other(String),
}

/// The pinned CA was not among what was presented.
#[derive(thiserror::Error)]
#[error("no certificate with the fingerprint {0}")]
pub(super) struct OtherCa(pub(super) Sha256Digest);

/// rustls prints its cause in this form.
impl fmt::Debug for OtherCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TlsTrouble {
    /// The trouble behind an error, if that is what it is.
    pub(crate) fn behind(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut at = Some(error);
        while let Some(cause) = at {
            if let Some(found) = tls(cause) {
                return Some(Self::of(found));
            }
            at = cause.source();
        }
        None
    }

    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(refused) => Self::of_certificate(refused, error),
            rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => Self::PlainText,
            other => Self::Other(other.to_string()),
        }
    }

    fn of_certificate(refused: &CertificateError, error: &rustls::Error) -> Self {
        match refused {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Self::UnknownCa,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::NotValidForNameContext { expected, presented } => {
                let asked = match expected {
                    ServerName::IpAddress(ip) => std::net::IpAddr::from(*ip).to_string(),
                    name => name.to_str().into_owned(),
                };
                Self::WrongName { asked, names: presented.clone() }
            }
            CertificateError::Other(OtherError(cause)) => match cause.downcast_ref::<OtherCa>() {
                Some(OtherCa(pin)) => Self::OtherCa(*pin),
                None => Self::Other(error.to_string()),
            },
            _ => Self::Other(error.to_string()),
        }
    }
}

/// An I/O error hides what it carries from `source`, however often it is wrapped.
fn tls<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref::<rustls::Error>() {
        return Some(found);
    }
    tls(error.downcast_ref::<io::Error>()?.get_ref()?)
}

fn list(names: &[String]) -> String {
    // rustls writes `DnsName("a.example")`; people write a.example.
    let plain = |name: &String| {
        let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
        inner.trim_matches('"').to_owned()
    };
    match names {
        [] => "no name at all".to_owned(),
        names if names.len() > NAMES_MAX => {
            let first: Vec<_> = names[..NAMES_MAX].iter().map(plain).collect();
            format!("{} and {} more", first.join(", "), names.len() - NAMES_MAX)
        }
        names => names.iter().map(plain).collect::<Vec<_>>().join(", "),
    }
}
