//! Addresses of members, and the rule that they lie on loopback while members speak plain TCP.

use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::ensure;

/// One member as the operator lists it: `1=127.0.0.1:4002=http://127.0.0.1:4000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSpec {
    /// Its number.
    pub id: u64,
    /// Where other members reach it.
    pub peer: SocketAddr,
    /// Where clients and nodes reach it.
    pub api_url: String,
}

impl FromStr for MemberSpec {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, '=');
        let (Some(id), Some(peer), Some(api_url)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(format!(
                "'{text}': write ID=PEER_ADDRESS=API_URL, such as 1=127.0.0.1:4002=http://127.0.0.1:4000"
            ));
        };
        let id = id.parse().map_err(|_| format!("'{text}': '{id}' is not a number"))?;
        let peer = peer
            .parse()
            .map_err(|_| format!("'{text}': '{peer}' is not an address such as 127.0.0.1:4002"))?;
        if !api_url.starts_with("http://") && !api_url.starts_with("https://") {
            return Err(format!("'{text}': '{api_url}' is not a URL such as http://127.0.0.1:4000"));
        }
        Ok(Self { id, peer, api_url: api_url.trim_end_matches('/').to_owned() })
    }
}

/// Refuses an address that others could reach.
pub fn require_loopback(what: &str, address: SocketAddr) -> anyhow::Result<()> {
    ensure!(
        address.ip().is_loopback(),
        "{what} {address} is not on loopback: members speak plain TCP in this version, so use 127.0.0.1 or [::1]"
    );
    Ok(())
}

/// Refuses an address that others could reach in plain text.
pub fn require_loopback_without_tls(what: &str, address: SocketAddr, tls: bool) -> anyhow::Result<()> {
    ensure!(
        tls || address.ip().is_loopback(),
        "{what} {address} is not on loopback, and passwords and tokens would pass in plain text: give --tls-cert and --tls-key, or \
         use 127.0.0.1 or [::1]"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_member_is_read_or_refused_with_an_example() {
        let member: MemberSpec = "2=127.0.0.1:4012=http://127.0.0.1:4010/".parse().unwrap();
        assert_eq!((member.id, member.api_url.as_str()), (2, "http://127.0.0.1:4010"));
        for wrong in ["", "1", "x=127.0.0.1:1=http://a", "1=localhost=http://a", "1=127.0.0.1:1=a"] {
            let refused = wrong.parse::<MemberSpec>().unwrap_err();
            assert!(refused.contains("such as") || refused.contains("number"), "{wrong}: {refused}");
        }
    }

    #[test]
    fn only_loopback_is_allowed() {
        assert!(require_loopback("HTTP", "127.0.0.1:1".parse().unwrap()).is_ok());
        assert!(require_loopback("HTTP", "[::1]:1".parse().unwrap()).is_ok());
        assert!(require_loopback("HTTP", "0.0.0.0:1".parse().unwrap()).is_err());
        assert!(require_loopback("HTTP", "10.0.0.1:1".parse().unwrap()).is_err());
    }

    #[test]
    fn with_tls_any_address_is_allowed_to_clients() {
        for (address, tls, fine) in
            [("127.0.0.1:1", false, true), ("0.0.0.0:1", false, false), ("0.0.0.0:1", true, true)]
        {
            let checked = require_loopback_without_tls("--http", address.parse().unwrap(), tls);
            assert_eq!(checked.is_ok(), fine, "{address} {tls}");
        }
    }
}
