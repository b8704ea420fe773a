//! Why the other end is refused although its certificate is in order.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::{CertificateError, OtherError};
use sentinel_model::{ClusterId, MemberId, Sha256Digest};

use crate::name::{MemberName, NameError};

/// Why the other end is refused. A certificate of another CA, or out of its time, is refused by rustls in its own words
/// (`UnknownIssuer`, `Expired`, `NotValidYet`).
#[derive(thiserror::Error)]
pub enum Refusal {
    /// The CA issued the certificate to something else.
    #[error("the other end is no member: {0}")]
    NotAMember(#[from] NameError),
    /// A member of another cluster.
    #[error("the other end is {found}, and this is cluster {expected}: compare the addresses of the members")]
    OtherCluster {
        /// This cluster.
        expected: ClusterId,
        /// Who it is.
        found: MemberName,
    },
    /// Another member than the one that was called.
    #[error(
        "the other end is {found}, and member {expected} was called: compare the addresses of the members"
    )]
    OtherMember {
        /// Who was called.
        expected: MemberId,
        /// Who answered.
        found: MemberName,
    },
    /// The CA that a join token pins is not the one of the cluster that answered.
    #[error(
        "the member that answered is not of the cluster that the join token is for (no CA {0}): check the address, or make \
         a new token if the CA was replaced"
    )]
    OtherCa(Sha256Digest),
}

impl Refusal {
    /// The refusal behind an error of a connection, if that is what it is.
    pub fn of(error: &io::Error) -> Option<&Self> {
        match error.get_ref()?.downcast_ref::<rustls::Error>()? {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
                cause.downcast_ref::<Self>()
            }
            _ => None,
        }
    }

    pub(crate) fn tls(self) -> rustls::Error {
        CertificateError::Other(OtherError(Arc::new(self))).into()
    }
}

/// rustls prints its cause in this form, and an operator reads it.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
