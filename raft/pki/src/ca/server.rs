//! Certificates for what clients connect to: REST, the web UI, gRPC, the node protocol.

use std::time::Duration;

use rcgen::ExtendedKeyUsagePurpose;
use rustls::pki_types::CertificateDer;
use sentinel_model::Time;

use super::{Ca, IssueError, leaf_params};
use crate::server_names::ServerNames;

/// The title of all of them. It is for people: whoever checks a certificate looks at the names.
const TITLE: &str = "Sentinel control plane";

impl Ca {
    /// A certificate (DER) with which the key in the request serves clients under these names. Who trusts the CA can check it as it
    /// checks any web server. It never passes as a member's: it is good for servers only, and none of its names can be one of a
    /// member. As in [`Ca::issue`], nothing but the key is taken from the request, which must be signed by it; and the certificate
    /// never outlives the CA.
    pub fn issue_server(
        &self,
        csr: &[u8],
        names: &ServerNames,
        now: Time,
        lifetime: Duration,
    ) -> Result<CertificateDer<'static>, IssueError> {
        self.sign(csr, now, lifetime, |validity| {
            leaf_params(TITLE, names.to_sans()?, vec![ExtendedKeyUsagePurpose::ServerAuth], validity)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::IpAddr;

    use sentinel_model::ClusterId;
    use uuid::Uuid;
    use x509_parser::extensions::GeneralName;

    use super::*;
    use crate::certificate;
    use crate::key::MemberKey;
    use crate::name::MemberName;
    use crate::validity::Validity;

    const NOW: Time = Time(1_800_000_000_000);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn ca() -> Ca {
        Ca::create(ClusterId(Uuid::from_u128(7)), NOW).unwrap()
    }

    fn issue(ca: &Ca, now: Time) -> Result<CertificateDer<'static>, IssueError> {
        let ips: [IpAddr; 2] = ["10.0.0.7".parse().unwrap(), "::1".parse().unwrap()];
        let names = ServerNames::new(["cp.example.com", "*.cp.example.com"], ips).unwrap();
        ca.issue_server(&MemberKey::generate().unwrap().csr().unwrap(), &names, now, DAY)
    }

    #[test]
    fn the_certificate_has_the_names_that_were_asked_for_and_serves_only() {
        let certificate = issue(&ca(), NOW).unwrap();
        let parsed = certificate::parse(&certificate).unwrap();
        let names = &parsed.subject_alternative_name().unwrap().unwrap().value.general_names;
        let ipv6 = std::net::Ipv6Addr::LOCALHOST.octets();
        let expected = [
            GeneralName::DNSName("cp.example.com"),
            GeneralName::DNSName("*.cp.example.com"),
            GeneralName::IPAddress(&[10, 0, 0, 7]),
            GeneralName::IPAddress(&ipv6),
        ];
        assert_eq!(*names, expected);
        let usage = parsed.extended_key_usage().unwrap().unwrap().value;
        assert!(usage.server_auth && !usage.client_auth && !usage.any && usage.other.is_empty());
        assert!(!parsed.is_ca());
        assert_eq!(Validity::of(&parsed), Validity::starting(NOW, DAY));
        assert!(MemberName::of_certificate(&certificate).is_err());
    }

    #[test]
    fn it_never_outlives_the_ca() {
        let ca = ca();
        let end = ca.validity().not_after;
        let late = issue(&ca, Time(end.0 - 60_000)).unwrap();
        assert_eq!(Validity::of(&certificate::parse(&late).unwrap()).not_after, end);
        assert!(matches!(issue(&ca, end.plus_ms(1)), Err(IssueError::CaExpired)));
    }

    #[test]
    fn the_request_has_to_be_signed_by_its_key() {
        let names = ServerNames::new(["cp.example.com"], []).unwrap();
        let mut csr = MemberKey::generate().unwrap().csr().unwrap();
        let last = csr.len() - 1;
        csr[last] ^= 1;
        assert!(matches!(ca().issue_server(&csr, &names, NOW, DAY), Err(IssueError::NotPossessed)));
    }
}
