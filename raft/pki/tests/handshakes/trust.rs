//! Whom a member takes for a member.

use rustls::{HandshakeKind, ProtocolVersion};
use sentinel_model::MemberId;
use sentinel_pki::{Ca, MemberName, Refusal, join_client_config};

use crate::cluster::{CLUSTER, NOW, OTHER_CLUSTER, ca, clock, member, name, stray, twin};
use crate::shake::{old_client, rogue_client, rogue_server, shake};

#[tokio::test]
async fn two_members_know_each_other_by_name() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let (server, client) = shake(one.server_config(), two.client_config(MemberId(1))).await.both();
    assert_eq!(server.peer, Some(name(2)));
    assert_eq!(client.peer, Some(name(1)));
    for end in [server, client] {
        assert_eq!(end.version, Some(ProtocolVersion::TLSv1_3));
        assert_eq!(end.alpn.as_deref(), Some(&b"h2"[..]));
    }
}

#[tokio::test]
async fn a_member_of_another_ca_is_refused_by_either_side_however_much_the_ca_looks_like_ours() {
    let ca = ca();
    let real = member(&ca, 1);
    for (other, why) in [(crate::cluster::ca(), "UnknownIssuer"), (twin(&ca), "BadSignature")] {
        let fake = member(&other, 2);
        let key = fake.identity().key().pkcs8().expose().to_vec().try_into().unwrap();
        let chain = vec![fake.identity().certificate().clone(), other.certificate().clone()];
        // It trusts the real CA, to get as far as showing its own certificate.
        let caller = rogue_client(&ca, (chain, key), clock(NOW));
        let error = shake(real.server_config(), caller).await.refused_by_server();
        assert!(error.to_string().contains(why), "{error}");
        let error = shake(fake.server_config(), real.client_config(MemberId(2))).await.refused_by_client();
        assert!(error.to_string().contains(why), "{error}");
        let join = join_client_config(ca.fingerprint(), &clock(NOW));
        let error = shake(fake.server_config(), join).await.refused_by_client();
        assert!(matches!(Refusal::of(&error), Some(Refusal::OtherCa(_))), "{error}");
    }
}

#[tokio::test]
async fn another_member_than_the_one_that_was_called_is_refused() {
    let ca = ca();
    let (one, three) = (member(&ca, 1), member(&ca, 3));
    let error = shake(three.server_config(), one.client_config(MemberId(2))).await.refused_by_client();
    let refusal = Refusal::of(&error);
    assert!(
        matches!(refusal, Some(Refusal::OtherMember { expected: MemberId(2), found }) if *found == name(3)),
        "{error}"
    );
    assert!(error.to_string().contains("compare the addresses"), "{error}");
}

#[tokio::test]
async fn a_name_of_another_cluster_is_refused_even_when_the_right_ca_issued_it() {
    let ca = ca();
    let one = member(&ca, 1);
    let stranger = MemberName::new(OTHER_CLUSTER, MemberId(2));
    let chain = || stray(&ca, &[&stranger.to_string()]);
    let other_cluster = |error: &std::io::Error| matches!(Refusal::of(error), Some(Refusal::OtherCluster { expected: CLUSTER, found }) if *found == stranger);
    let caller = rogue_client(&ca, chain(), clock(NOW));
    let error = shake(one.server_config(), caller).await.refused_by_server();
    assert!(other_cluster(&error), "{error}");
    let error = shake(rogue_server(chain()), one.client_config(MemberId(2))).await.refused_by_client();
    assert!(other_cluster(&error), "{error}");
    let join = join_client_config(ca.fingerprint(), &clock(NOW));
    let error = shake(rogue_server(chain()), join).await.refused_by_client();
    assert!(other_cluster(&error), "{error}");
}

#[tokio::test]
async fn a_certificate_that_the_ca_issued_for_something_else_makes_no_member() {
    let ca = ca();
    let one = member(&ca, 1);
    let two = name(2).to_string();
    let kinds: [&[&str]; 5] =
        [&["control.example.com"], &[], &["127.0.0.1"], &[&two, "example.com"], &[&two, &two]];
    for names in kinds {
        let caller = rogue_client(&ca, stray(&ca, names), clock(NOW));
        let error = shake(one.server_config(), caller).await.refused_by_server();
        assert!(matches!(Refusal::of(&error), Some(Refusal::NotAMember(_))), "{names:?}: {error}");
        let server = rogue_server(stray(&ca, names));
        let error = shake(server, one.client_config(MemberId(2))).await.refused_by_client();
        assert!(matches!(Refusal::of(&error), Some(Refusal::NotAMember(_))), "{names:?}: {error}");
    }
}

#[tokio::test]
async fn the_ca_itself_is_no_member() {
    let ca = ca();
    let one = member(&ca, 1);
    let key = ca.key().expose().to_vec();
    let chain = (vec![ca.certificate().clone()], key.try_into().unwrap());
    let error = shake(rogue_server(chain), one.client_config(MemberId(2))).await.refused_by_client();
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
}

#[tokio::test]
async fn a_client_without_a_certificate_is_served_and_has_no_name() {
    let ca = ca();
    let one = member(&ca, 1);
    let join = join_client_config(ca.fingerprint(), &clock(NOW));
    let (server, client) = shake(one.server_config(), join).await.both();
    assert_eq!((server.peer, server.certificate), (None, None));
    assert_eq!(client.peer, Some(name(1)));
}

#[tokio::test]
async fn tls_1_2_is_not_spoken() {
    let ca = ca();
    let error = shake(member(&ca, 1).server_config(), old_client(&ca, clock(NOW))).await.refused_by_server();
    assert!(error.to_string().contains("peer is incompatible"), "{error}");
}

#[tokio::test]
async fn every_connection_is_a_full_handshake() {
    let ca: Ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let (serve, call) = (one.server_config(), two.client_config(MemberId(1)));
    for _ in 0..3 {
        let (server, client) = shake(serve.clone(), call.clone()).await.both();
        assert_eq!((server.kind, client.kind), (Some(HandshakeKind::Full), Some(HandshakeKind::Full)));
    }
}
