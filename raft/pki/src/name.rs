//! The name of a member, as its certificate carries it.

use std::fmt;
use std::str::FromStr;

use rustls::pki_types::CertificateDer;
use sentinel_model::{ClusterId, MemberId};

use crate::certificate::{self, CertificateError};

/// What every name of ours ends in. `internal` is reserved for private use, so nobody else can own such a name.
const SUFFIX: &str = ".sentinel.internal";
/// What the name of a member begins with.
const MEMBER: &str = "member-";
/// What the name of a CA begins with.
const CA: &str = "ca.";

/// One member of one cluster. Text form, and the one DNS name in its certificate: `member-<id>.<cluster>.sentinel.internal`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberName {
    /// The cluster.
    pub cluster_id: ClusterId,
    /// The member in it.
    pub member_id: MemberId,
}

/// A name is not that of a member.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    /// It looks different.
    #[error("{0:?} is not the name of a member, which looks like member-1.<cluster id>.sentinel.internal")]
    NotAMember(String),
    /// A certificate of a member carries exactly one name.
    #[error("the certificate carries {0} names; that of a member carries one")]
    NotOne(usize),
    /// The certificate cannot be read.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl MemberName {
    /// The name of a member of a cluster.
    pub fn new(cluster_id: ClusterId, member_id: MemberId) -> Self {
        Self { cluster_id, member_id }
    }

    /// Reads the name out of a certificate. That says nothing yet about who issued it.
    pub fn of_certificate(certificate: &CertificateDer<'_>) -> Result<Self, NameError> {
        let certificate = certificate::parse(certificate)?;
        match certificate::names(&certificate)?.as_slice() {
            [Some(name)] => name.parse(),
            [None] => Err(NameError::NotAMember("an address or another kind of name".to_owned())),
            names => Err(NameError::NotOne(names.len())),
        }
    }
}

impl fmt::Display for MemberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MEMBER}{}.{}{SUFFIX}", self.member_id, self.cluster_id)
    }
}

impl FromStr for MemberName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let parse = || {
            let (member, cluster) = text.strip_prefix(MEMBER)?.strip_suffix(SUFFIX)?.split_once('.')?;
            let name = Self::new(cluster.parse().ok()?, MemberId(member.parse().ok()?));
            // One spelling only: no `+1`, no `01`, no other form of the cluster's id.
            (name.to_string() == text).then_some(name)
        };
        parse().ok_or_else(|| NameError::NotAMember(text.chars().take(120).collect()))
    }
}

/// Whether names like this one are the members' and the CAs': no certificate for anything else may carry one.
pub(crate) fn is_reserved(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.ends_with(SUFFIX) || name == SUFFIX[1..]
}

/// The name in the certificate of a cluster's CA.
pub(crate) fn of_ca(cluster: ClusterId) -> String {
    format!("{CA}{cluster}{SUFFIX}")
}

/// The cluster whose CA has this name.
pub(crate) fn cluster_of_ca(name: &str) -> Option<ClusterId> {
    let cluster = name.strip_prefix(CA)?.strip_suffix(SUFFIX)?.parse().ok()?;
    (of_ca(cluster) == name).then_some(cluster)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const CLUSTER: &str = "0190a6b5-7c3e-7000-8000-0123456789ab";

    #[test]
    fn a_name_is_read_back_as_it_was_written() {
        for member in [0, 1, u64::MAX] {
            let name = MemberName::new(CLUSTER.parse().expect("an id"), MemberId(member));
            assert_eq!(name.to_string(), format!("member-{member}.{CLUSTER}.sentinel.internal"));
            assert_eq!(name.to_string().parse::<MemberName>().ok(), Some(name));
        }
    }

    #[test]
    fn only_the_one_spelling_is_a_name() {
        let simple = CLUSTER.replace('-', "");
        let upper = CLUSTER.to_uppercase();
        let wrong = [
            String::new(),
            format!("member-.{CLUSTER}.sentinel.internal"),
            format!("member-+1.{CLUSTER}.sentinel.internal"),
            format!("member-01.{CLUSTER}.sentinel.internal"),
            format!("member-1.{simple}.sentinel.internal"),
            format!("member-1.{upper}.sentinel.internal"),
            format!("member-1.{CLUSTER}.sentinel.internal."),
            format!("member-1.{CLUSTER}.sentinel.internal.example.com"),
            format!("member-1.x.{CLUSTER}.sentinel.internal"),
            format!("member-18446744073709551616.{CLUSTER}.sentinel.internal"),
            format!("ca.{CLUSTER}.sentinel.internal"),
            format!("*.{CLUSTER}.sentinel.internal"),
        ];
        for text in wrong {
            assert!(text.parse::<MemberName>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_name_of_a_ca_is_not_that_of_a_member() {
        let cluster = ClusterId(Uuid::from_u128(7));
        assert_eq!(cluster_of_ca(&of_ca(cluster)), Some(cluster));
        assert_eq!(cluster_of_ca(&MemberName::new(cluster, MemberId(1)).to_string()), None);
        assert!(of_ca(cluster).parse::<MemberName>().is_err());
    }
}
