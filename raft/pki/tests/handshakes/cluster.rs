//! A CA and the members that it made, and what a CA that has lost its mind would issue.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use sentinel_model::{ClusterId, MemberId, Time};
use sentinel_pki::{
    Ca, CertificateDer, Clock, Identity, IdentityHandle, LIFETIME, MemberKey, MemberName, SecretDer,
};
use uuid::Uuid;

pub const NOW: Time = Time(1_800_000_000_000);
pub const CLUSTER: ClusterId = ClusterId(Uuid::from_u128(0x7));
pub const OTHER_CLUSTER: ClusterId = ClusterId(Uuid::from_u128(0x8));
pub const HOUR: i64 = 60 * 60 * 1_000;
pub const DAY: i64 = 24 * HOUR;

pub fn ca() -> Ca {
    Ca::create(CLUSTER, NOW).unwrap()
}

/// A forger's CA: everything that can be copied from the real one is, only the key is another.
pub fn twin(ca: &Ca) -> Ca {
    let (_, real) = x509_parser::parse_x509_certificate(ca.certificate()).unwrap();
    let title = real.subject().iter_common_name().next().unwrap().as_str().unwrap();
    let mut params = CertificateParams::new(vec![format!("ca.{CLUSTER}.sentinel.internal")]).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, title);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let forged = params.self_signed(&key).unwrap().der().clone();
    assert_eq!(x509_parser::parse_x509_certificate(&forged).unwrap().1.subject(), real.subject());
    Ca::from_parts(forged, &SecretDer::new(key.serialize_der())).unwrap()
}

/// A clock that stands still.
pub fn clock(now: Time) -> Clock {
    Clock::new(move || now)
}

pub fn after(ms: i64) -> Time {
    Time(NOW.0 + ms)
}

pub fn name(id: u64) -> MemberName {
    MemberName::new(CLUSTER, MemberId(id))
}

/// A member's identity, issued at that time.
pub fn identity(ca: &Ca, id: u64, issued: Time) -> Identity {
    let key = MemberKey::generate().unwrap();
    let name = MemberName::new(ca.cluster_id(), MemberId(id));
    let own = ca.issue(&key.csr().unwrap(), name, issued, LIFETIME).unwrap();
    Identity::new(vec![ca.certificate().clone()], vec![own], key).unwrap()
}

/// A member that was issued its certificate now, and whose clock says so.
pub fn member(ca: &Ca, id: u64) -> IdentityHandle {
    member_at(ca, id, NOW)
}

/// The same with a clock that says something else.
pub fn member_at(ca: &Ca, id: u64, its_now: Time) -> IdentityHandle {
    IdentityHandle::with_clock(identity(ca, id, NOW), clock(its_now)).unwrap()
}

/// A certificate of the CA's key for any names, which [`Ca::issue`] would not give out, and its key.
pub fn stray(ca: &Ca, names: &[&str]) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.extended_key_usages =
        vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    let ca_key = KeyPair::try_from(ca.key().expose()).unwrap();
    let issuer = Issuer::from_ca_cert_der(ca.certificate(), ca_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = params.signed_by(&key, &issuer).unwrap();
    (vec![own.der().clone(), ca.certificate().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
}
