#![allow(clippy::unwrap_used)]

use std::fs::{Permissions, read, read_dir, set_permissions, write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use uuid::Uuid;

use super::*;
use crate::ca::Ca;
use crate::validity::LIFETIME;

const NOW: Time = Time(1_800_000_000_000);
const CLUSTER: ClusterId = ClusterId(Uuid::from_u128(0x7));

fn issue(ca: &Ca, id: u64, key: &MemberKey) -> CertificateDer<'static> {
    let name = MemberName::new(ca.cluster_id(), MemberId(id));
    ca.issue(&key.csr().unwrap(), name, NOW, LIFETIME).unwrap()
}

fn identity(ca: &Ca, id: u64) -> Identity {
    let key = MemberKey::generate().unwrap();
    Identity::new(vec![ca.certificate().clone()], vec![issue(ca, id, &key)], key).unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn parts_that_do_not_belong_together_make_no_identity() {
    let (ca, forged) = (Ca::create(CLUSTER, NOW).unwrap(), Ca::create(CLUSTER, NOW).unwrap());
    let stranger = Ca::create(ClusterId(Uuid::from_u128(8)), NOW).unwrap();
    let (key, other) = (MemberKey::generate().unwrap(), MemberKey::generate().unwrap());
    let own = issue(&ca, 1, &key);
    let der = |ca: &Ca| ca.certificate().clone();
    let make =
        |cas: Vec<_>, chain: Vec<_>, key: &MemberKey| Identity::new(cas, chain, key.clone()).unwrap_err();
    assert!(matches!(make(vec![], vec![own.clone()], &key), IdentityError::NoCa));
    assert!(matches!(make(vec![der(&ca)], vec![], &key), IdentityError::NoCertificate));
    assert!(matches!(make(vec![der(&ca)], vec![own.clone()], &other), IdentityError::OtherKey(_)));
    assert!(matches!(make(vec![der(&forged)], vec![own.clone()], &key), IdentityError::OtherCa(_)));
    assert!(matches!(make(vec![der(&ca)], vec![der(&ca)], &key), IdentityError::Name(_)));
    assert!(matches!(make(vec![own.clone()], vec![own.clone()], &key), IdentityError::Certificate(_)));
    let beside = make(vec![der(&ca), der(&stranger)], vec![own], &key);
    assert!(matches!(beside, IdentityError::CaOfOtherCluster { .. }), "{beside}");
}

#[test]
fn it_is_to_be_renewed_at_half_life_or_before_its_beginning_and_expired_after_its_end() {
    let me = identity(&Ca::create(CLUSTER, NOW).unwrap(), 1);
    let half = NOW.plus_ms(15 * 86_400_000);
    assert!(!me.renew_due(Time(half.0 - 1)) && me.renew_due(half));
    let begin = me.validity().not_before;
    assert!(me.renew_due(Time(begin.0 - 1)) && !me.renew_due(begin), "made while the clock was ahead");
    let end = me.validity().not_after;
    assert!(!me.expired(end) && me.expired(end.plus_ms(1)));
}

#[test]
fn among_several_cas_it_shows_the_one_that_issued_its_certificate() {
    let (old, new) = (Ca::create(CLUSTER, NOW).unwrap(), Ca::create(CLUSTER, NOW).unwrap());
    let me = identity(&old, 1);
    let both = me.trusting(vec![new.certificate().clone(), old.certificate().clone()]).unwrap();
    assert_eq!(both.issuer(), old.certificate());
    assert_eq!(both.presented(), [me.certificate().clone(), old.certificate().clone()]);
    let key = MemberKey::generate().unwrap();
    let renewed = both.renewed(vec![issue(&new, 1, &key)], key).unwrap();
    assert_eq!(renewed.issuer(), new.certificate());
    assert!(renewed.trusting(vec![old.certificate().clone()]).is_err());
}

#[test]
fn it_is_read_back_as_it_was_saved_and_only_its_owner_may_read_it() {
    let directory = tempfile::tempdir().unwrap();
    let directory = directory.path().join("data").join("identity");
    assert!(matches!(Identity::load(&directory), Err(IdentityFileError::Missing(_))));
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    let other = Ca::create(CLUSTER, NOW).unwrap();
    let cas = vec![ca.certificate().clone(), other.certificate().clone()];
    let me = identity(&ca, 1).trusting(cas).unwrap();
    me.save(&directory).unwrap();
    let again = Identity::load(&directory).unwrap();
    assert_eq!(again.name(), me.name());
    assert_eq!(again.cas(), me.cas());
    assert_eq!(again.chain(), me.chain());
    assert_eq!(again.key().pkcs8().expose(), me.key().pkcs8().expose());
    assert_eq!(mode(&directory), 0o700);
    assert_eq!(mode(&directory.join(FILE)), 0o600);
}

#[test]
fn saving_again_replaces_whole_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let ca = Ca::create(CLUSTER, NOW).unwrap();
    identity(&ca, 1).save(directory.path()).unwrap();
    // What a crash in the middle of an earlier attempt may have left.
    let left = directory.path().join("identity.pem.new");
    write(&left, "half").unwrap();
    set_permissions(&left, Permissions::from_mode(0o644)).unwrap();
    assert!(Identity::load(directory.path()).is_ok());
    let next = identity(&ca, 1);
    next.save(directory.path()).unwrap();
    assert_eq!(Identity::load(directory.path()).unwrap().chain(), next.chain());
    assert_eq!(mode(&directory.path().join(FILE)), 0o600);
    assert_eq!(read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_others_can_read_is_refused_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    identity(&Ca::create(CLUSTER, NOW).unwrap(), 1).save(directory.path()).unwrap();
    set_permissions(directory.path().join(FILE), Permissions::from_mode(0o640)).unwrap();
    let refused = Identity::load(directory.path()).unwrap_err();
    assert!(matches!(refused, IdentityFileError::Exposed { mode: 0o640, .. }));
    assert!(refused.to_string().contains("chmod 600"), "{refused}");
}

#[test]
fn a_damaged_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(FILE);
    identity(&Ca::create(CLUSTER, NOW).unwrap(), 1).save(directory.path()).unwrap();
    let whole = String::from_utf8(read(&path).unwrap()).unwrap();
    let key = whole.find("-----BEGIN PRIVATE KEY").unwrap();
    let cas = whole[key..].find("-----BEGIN CERTIFICATE").unwrap() + key;
    let middle = key + 60;
    let damaged = [
        (String::new(), "there is no key"),
        (whole[..key].to_owned(), "there is no key"),
        (whole[..middle].to_owned(), "damaged"),
        (whole[..cas].to_owned(), "no CA certificate"),
        (whole[key..].to_owned(), "no certificate of this member"),
        (format!("{whole}{}", &whole[key..cas]), "two keys"),
        (whole.replace("PRIVATE KEY", "EC PRIVATE KEY"), "section"),
    ];
    for (text, why) in damaged {
        write(&path, text).unwrap();
        let refused = Identity::load(directory.path()).unwrap_err().to_string();
        assert!(refused.contains(why) && refused.contains("restore it"), "{why}: {refused}");
    }
}

#[test]
fn it_prints_no_key() {
    let me = identity(&Ca::create(CLUSTER, NOW).unwrap(), 1);
    let key = me.key().pkcs8().expose();
    let printed = format!("{me:?}");
    assert!(printed.contains("MemberKey(..)"), "{printed}");
    assert!(!printed.contains(&format!("{:?}", &key[40..60]).trim_matches(['[', ']']).to_owned()));
}
