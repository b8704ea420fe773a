//! Without a certificate: joining by a token's pin.

use rustls::pki_types::PrivateKeyDer;
use sentinel_model::{MemberId, Sha256Digest};
use sentinel_pki::{Identity, IdentityHandle, LIFETIME, MemberKey, Refusal, fingerprint, join_client_config};

use crate::cluster::{DAY, NOW, after, ca, clock, identity, member, name, twin};
use crate::shake::{rogue_server, shake};

#[tokio::test]
async fn a_joiner_finds_the_cluster_by_the_pin_and_becomes_a_member_of_it() {
    let ca = ca();
    let one = member(&ca, 1);
    let join = join_client_config(ca.fingerprint(), &clock(NOW));
    let (server, client) = shake(one.server_config(), join).await.both();
    assert_eq!((server.peer, client.peer), (None, Some(name(1))));
    // What the join request and its answer carry.
    let key = MemberKey::generate().unwrap();
    let issued = ca.issue(&key.csr().unwrap(), name(2), NOW, LIFETIME).unwrap();
    let cas = one.identity().cas().to_vec();
    assert_eq!(fingerprint(&cas[0]), ca.fingerprint());
    let joined = Identity::new(cas, vec![issued], key).unwrap();
    let two = IdentityHandle::with_clock(joined, clock(NOW)).unwrap();
    let (server, _) = shake(one.server_config(), two.client_config(MemberId(1))).await.both();
    assert_eq!(server.peer, Some(name(2)));
}

#[tokio::test]
async fn a_wrong_pin_is_refused_with_what_to_do() {
    let ca = ca();
    let one = member(&ca, 1);
    let wrong = Sha256Digest([7; 32]);
    let join = join_client_config(wrong, &clock(NOW));
    let error = shake(one.server_config(), join).await.refused_by_client();
    assert!(matches!(Refusal::of(&error), Some(Refusal::OtherCa(pin)) if *pin == wrong), "{error}");
    assert!(error.to_string().contains("make a new token"), "{error}");
}

#[tokio::test]
async fn showing_the_pinned_ca_beside_a_forged_certificate_does_not_help() {
    let ca = ca();
    let forged = twin(&ca);
    let forger = identity(&forged, 1, NOW);
    let key = PrivateKeyDer::try_from(forger.key().pkcs8().expose().to_vec()).unwrap();
    let join = || join_client_config(ca.fingerprint(), &clock(NOW));
    let own = forger.certificate().clone();
    for rest in [vec![ca.certificate()], vec![forged.certificate(), ca.certificate()]] {
        let chain = [&own].into_iter().chain(rest).cloned().collect();
        let error = shake(rogue_server((chain, key.clone_key())), join()).await.refused_by_client();
        assert!(error.to_string().contains("BadSignature"), "{error}");
    }
    // A member of the right cluster, yet the pin is of a certificate that is no CA.
    let two = identity(&ca, 2, NOW);
    let key = PrivateKeyDer::try_from(two.key().pkcs8().expose().to_vec()).unwrap();
    let chain = vec![two.certificate().clone(), two.certificate().clone(), ca.certificate().clone()];
    let join = join_client_config(fingerprint(two.certificate()), &clock(NOW));
    let error = shake(rogue_server((chain, key)), join).await.refused_by_client();
    assert!(matches!(Refusal::of(&error), Some(Refusal::NotAMember(_))), "{error}");
}

#[tokio::test]
async fn a_joiner_does_not_take_an_expired_member() {
    let ca = ca();
    let join = join_client_config(ca.fingerprint(), &clock(after(40 * DAY)));
    let error = shake(member(&ca, 1).server_config(), join).await.refused_by_client();
    assert!(error.to_string().contains("expired"), "{error}");
}
