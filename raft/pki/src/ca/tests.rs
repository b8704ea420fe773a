#![allow(clippy::unwrap_used)]

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384};
use sentinel_model::MemberId;
use uuid::Uuid;

use super::*;
use crate::key::MemberKey;
use crate::validity::{CLOCK_TOLERANCE, LIFETIME};

const NOW: Time = Time(1_800_000_000_000);
const CLUSTER: ClusterId = ClusterId(Uuid::from_u128(0x7));

fn member(id: u64) -> MemberName {
    MemberName::new(CLUSTER, MemberId(id))
}

fn issue(ca: &Ca, csr: &[u8]) -> Result<CertificateDer<'static>, IssueError> {
    ca.issue(csr, member(1), NOW, LIFETIME)
}

#[test]
fn a_ca_is_read_back_from_its_parts() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let again = Ca::from_parts(ca.certificate().clone(), ca.key()).unwrap();
    assert_eq!(again.cluster_id(), CLUSTER);
    assert_eq!(again.fingerprint(), ca.fingerprint());
    assert_eq!(again.validity(), ca.validity());
    let other = Ca::create(CLUSTER, NOW).unwrap();
    let mixed = Ca::from_parts(ca.certificate().clone(), other.key());
    assert!(matches!(mixed, Err(CaError::OtherKey)), "{mixed:?}");
}

#[test]
fn the_certificate_of_a_member_is_not_that_of_a_ca() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let key = MemberKey::generate().unwrap();
    let certificate = issue(&ca, &key.csr().unwrap()).unwrap();
    let refused = Ca::from_parts(certificate, key.pkcs8());
    assert!(matches!(refused, Err(CaError::Certificate(CertificateError::NotACa))), "{refused:?}");
}

#[test]
fn a_certificate_says_who_the_member_is_and_how_long_it_is_good() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let key = MemberKey::generate().unwrap();
    let certificate = issue(&ca, &key.csr().unwrap()).unwrap();
    assert_eq!(MemberName::of_certificate(&certificate).unwrap(), member(1));
    let parsed = certificate::parse(&certificate).unwrap();
    assert_eq!(Validity::of(&parsed), Validity::starting(NOW, LIFETIME));
    assert_eq!(Validity::of(&parsed).not_before.plus_ms(CLOCK_TOLERANCE.as_millis() as u64), NOW);
    assert_eq!(certificate::point(&parsed), key.point());
    assert!(!parsed.is_ca());
    let usage = parsed.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.server_auth && usage.client_auth && !usage.any);
}

#[test]
fn two_certificates_of_one_key_have_two_serial_numbers() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let (first, second) = (issue(&ca, &csr).unwrap(), issue(&ca, &csr).unwrap());
    let serial = |der: &CertificateDer<'static>| certificate::parse(der).unwrap().raw_serial().to_vec();
    assert_ne!(serial(&first), serial(&second));
}

#[test]
fn nothing_but_the_key_is_taken_from_a_request() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let pair = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![member(2).to_string(), "example.com".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let csr = params.serialize_request(&pair).unwrap();
    let certificate = issue(&ca, csr.der()).unwrap();
    assert_eq!(MemberName::of_certificate(&certificate).unwrap(), member(1));
    let parsed = certificate::parse(&certificate).unwrap();
    assert!(!parsed.is_ca());
    assert!(!parsed.key_usage().unwrap().unwrap().value.key_cert_sign());
}

#[test]
fn a_request_has_to_be_signed_by_its_key() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let mut csr = MemberKey::generate().unwrap().csr().unwrap();
    let last = csr.len() - 1;
    csr[last] ^= 1;
    assert!(matches!(issue(&ca, &csr), Err(IssueError::NotPossessed)));
    // Another member's key in a request that is signed by one's own.
    let (mine, other) = (MemberKey::generate().unwrap(), MemberKey::generate().unwrap());
    let csr = mine.csr().unwrap();
    let at = csr.windows(65).position(|window| window == mine.point()).unwrap();
    let swapped = [&csr[..at], other.point(), &csr[at + 65..]].concat();
    assert!(matches!(issue(&ca, &swapped), Err(IssueError::NotPossessed)));
}

#[test]
fn what_is_no_request_or_has_another_kind_of_key_is_refused() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let trailing = [&csr[..], &[0]].concat();
    for wrong in [&[][..], b"request", &csr[..csr.len() - 1], &trailing, &vec![0x30; DER_MAX + 1]] {
        assert!(matches!(issue(&ca, wrong), Err(IssueError::Unreadable)));
    }
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let csr = CertificateParams::default().serialize_request(&pair).unwrap();
    assert!(matches!(issue(&ca, csr.der()), Err(IssueError::KeyKind)));
}

#[test]
fn a_member_of_another_cluster_gets_nothing() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let stranger = MemberName::new(ClusterId(Uuid::from_u128(8)), MemberId(1));
    let refused = ca.issue(&csr, stranger, NOW, LIFETIME);
    assert!(matches!(refused, Err(IssueError::OtherCluster { asked, .. }) if asked == stranger));
}

#[test]
fn no_certificate_outlives_the_ca() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let csr = MemberKey::generate().unwrap().csr().unwrap();
    let end = ca.validity().not_after;
    let late = Time(end.0 - 60_000);
    let certificate = ca.issue(&csr, member(1), late, LIFETIME).unwrap();
    let parsed = certificate::parse(&certificate).unwrap();
    assert_eq!(Validity::of(&parsed).not_after, end);
    let refused = ca.issue(&csr, member(1), end.plus_ms(1), LIFETIME);
    assert!(matches!(refused, Err(IssueError::CaExpired)));
}

#[test]
fn a_ca_prints_no_key() {
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    assert_eq!(format!("{ca:?}"), format!("Ca({CLUSTER}, {})", ca.fingerprint()));
}
