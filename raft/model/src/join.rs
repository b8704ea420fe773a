//! What an operator hands to a new member: everything that it needs to find the cluster, to know it, and to be let in.

use std::fmt;
use std::str::FromStr;

use crate::Sha256Digest;

/// What the text begins with, so that people and scanners of secrets recognise it.
const PREFIX: &str = "sj1.";
/// Bytes of the secret.
pub const SECRET: usize = 32;
/// Longest text, in bytes.
const TEXT_MAX: usize = 4_096;

/// Text form: `sj1.<fingerprint of the CA>.<secret>.<address>,<address>…`, the first two in hexadecimal. The fingerprint pins the
/// cluster: whoever answers at an address and has no certificate of this CA is not asked. Shows nothing in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct JoinTicket {
    /// SHA-256 of the CA's certificate.
    pub ca: Sha256Digest,
    /// Lets in.
    pub secret: [u8; SECRET],
    /// Members to ask, `host:port` each.
    pub addresses: Vec<String>,
}

/// The text is not that of a join token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no join token; make one with `sentinel-cp cluster token create` and pass it as a whole")]
pub struct InvalidTicket;

impl JoinTicket {
    /// As text. A secret.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}.{}.{}", self.ca, Sha256Digest(self.secret), self.addresses.join(","))
    }
}

impl fmt::Debug for JoinTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinTicket({}, ..)", self.ca)
    }
}

impl FromStr for JoinTicket {
    type Err = InvalidTicket;

    fn from_str(text: &str) -> Result<Self, InvalidTicket> {
        let text = text.trim();
        let rest = text.strip_prefix(PREFIX).filter(|_| text.len() <= TEXT_MAX).ok_or(InvalidTicket)?;
        let mut parts = rest.splitn(3, '.');
        let mut digest = || parts.next()?.parse::<Sha256Digest>().ok();
        let (Some(ca), Some(secret)) = (digest(), digest()) else { return Err(InvalidTicket) };
        let addresses: Vec<String> = parts.next().unwrap_or_default().split(',').map(str::to_owned).collect();
        if addresses.iter().any(String::is_empty) {
            return Err(InvalidTicket);
        }
        Ok(Self { ca, secret: secret.0, addresses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_back_and_prints_no_secret() {
        let ticket = JoinTicket {
            ca: Sha256Digest([0xab; 32]),
            secret: [0xcd; 32],
            addresses: vec!["cp-1.example.com:4002".into(), "[::1]:4002".into()],
        };
        assert_eq!(ticket.reveal().parse(), Ok(ticket.clone()));
        assert_eq!(format!(" {}\n", ticket.reveal()).parse(), Ok(ticket.clone()), "pasted with blanks");
        assert!(!format!("{ticket:?}").contains("cdcd"));
        let cut = &ticket.reveal()[..100];
        for wrong in ["", "sj1.", "sj1.a.b.c", cut, &ticket.reveal().replace("sj1", "sj2")] {
            assert_eq!(wrong.parse::<JoinTicket>(), Err(InvalidTicket), "{wrong}");
        }
    }
}
