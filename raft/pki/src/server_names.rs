//! The names under which clients connect.

use std::net::IpAddr;

use rcgen::SanType;
use rustls::pki_types::DnsName;

use crate::name;

/// Names in one certificate, at most.
pub const NAMES_MAX: usize = 64;

/// DNS names and addresses that a server's certificate is for. At least one; none of them can be a member's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerNames {
    dns: Vec<String>,
    ips: Vec<IpAddr>,
}

/// Names cannot be those of a server.
#[derive(Debug, thiserror::Error)]
pub enum ServerNamesError {
    /// A certificate without a name is good for nothing.
    #[error("a certificate for clients needs a DNS name or an address")]
    None,
    /// Each client would have to read them all.
    #[error("a certificate for clients carries at most {NAMES_MAX} names, not {0}")]
    TooMany(usize),
    /// It is no name.
    #[error("{0:?} is not a DNS name such as cp.example.com or *.example.com")]
    NotADnsName(String),
    /// It belongs to members and CAs.
    #[error("{0:?} is a name of members, and no certificate for clients may carry it")]
    Reserved(String),
}

impl ServerNames {
    /// Takes the names as they are given; each once is enough.
    pub fn new<S: AsRef<str>>(
        dns: impl IntoIterator<Item = S>,
        ips: impl IntoIterator<Item = IpAddr>,
    ) -> Result<Self, ServerNamesError> {
        let mut names = Self { dns: Vec::new(), ips: Vec::new() };
        for text in dns {
            let text = text.as_ref();
            let plain = text.strip_prefix("*.").unwrap_or(text);
            if name::is_reserved(plain) {
                return Err(ServerNamesError::Reserved(text.to_owned()));
            }
            if DnsName::try_from(plain).is_err() {
                return Err(ServerNamesError::NotADnsName(text.chars().take(260).collect()));
            }
            names.dns.push(text.to_ascii_lowercase());
        }
        names.ips.extend(ips);
        match names.dns.len() + names.ips.len() {
            0 => Err(ServerNamesError::None),
            count if count > NAMES_MAX => Err(ServerNamesError::TooMany(count)),
            _ => Ok(names),
        }
    }

    pub(crate) fn to_sans(&self) -> Result<Vec<SanType>, rcgen::Error> {
        let dns = self.dns.iter().map(|name| Ok(SanType::DnsName(name.as_str().try_into()?)));
        dns.chain(self.ips.iter().map(|ip| Ok(SanType::IpAddress(*ip)))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const CLUSTER: &str = "0190a6b5-7c3e-7000-8000-0123456789ab";

    #[test]
    fn no_name_of_a_member_or_a_ca_is_taken_however_it_is_written() {
        let member = format!("member-1.{CLUSTER}.sentinel.internal");
        let wrong = [
            member.clone(),
            member.to_uppercase(),
            format!("{member}."),
            format!("*.{CLUSTER}.sentinel.internal"),
            format!("ca.{CLUSTER}.sentinel.internal"),
            "sentinel.internal".to_owned(),
        ];
        for name in wrong {
            let refused = ServerNames::new([&name], []);
            assert!(matches!(refused, Err(ServerNamesError::Reserved(_))), "{name}: {refused:?}");
        }
        assert!(ServerNames::new(["notsentinel.internal", "cp.internal"], []).is_ok());
    }

    #[test]
    fn what_is_no_name_is_refused_and_so_is_none_at_all() {
        for wrong in ["", "*", "a b", "*.*.example.com", "http://example.com", "10.0.0.1"] {
            let refused = ServerNames::new([wrong], []);
            assert!(matches!(refused, Err(ServerNamesError::NotADnsName(_))), "{wrong}: {refused:?}");
        }
        assert!(matches!(ServerNames::new::<&str>([], []), Err(ServerNamesError::None)));
        let many = ServerNames::new(vec!["a.example"; NAMES_MAX + 1], []);
        assert!(matches!(many, Err(ServerNamesError::TooMany(_))), "{many:?}");
    }
}
