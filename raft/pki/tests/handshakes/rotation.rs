//! An identity is swapped while the member runs: the configurations that are in use show the new one.

use sentinel_model::MemberId;
use sentinel_pki::{SwapError, fingerprint, join_client_config};

use crate::cluster::{DAY, NOW, after, ca, clock, identity, member, name};
use crate::shake::shake;

#[tokio::test]
async fn a_renewed_certificate_is_shown_on_the_next_connection_in_both_roles() {
    let ca = ca();
    let (one, two) = (member(&ca, 1), member(&ca, 2));
    let (serve, call) = (one.server_config(), two.client_config(MemberId(1)));
    shake(serve.clone(), call.clone()).await.both();
    let (new_one, new_two) = (identity(&ca, 1, NOW), identity(&ca, 2, NOW));
    one.swap(new_one.clone()).unwrap();
    two.swap(new_two.clone()).unwrap();
    let (server, client) = shake(serve, call).await.both();
    assert_eq!(client.certificate.as_ref(), Some(new_one.certificate()));
    assert_eq!(server.certificate.as_ref(), Some(new_two.certificate()));
    assert_eq!(one.identity().certificate(), new_one.certificate());
}

#[tokio::test]
async fn a_ca_is_replaced_without_a_connection_that_fails() {
    let (old, new) = (ca(), ca());
    let (one, two) = (member(&old, 1), member(&old, 2));
    let (serve, call) = (one.server_config(), two.client_config(MemberId(1)));
    let both = vec![old.certificate().clone(), new.certificate().clone()];
    let just_new = vec![new.certificate().clone()];
    // All trust both, one after the other.
    for handle in [&one, &two] {
        handle.swap(handle.identity().trusting(both.clone()).unwrap()).unwrap();
        shake(serve.clone(), call.clone()).await.both();
    }
    // Each gets a certificate of the new one.
    for (handle, id) in [(&one, 1), (&two, 2)] {
        handle.swap(identity(&new, id, NOW).trusting(both.clone()).unwrap()).unwrap();
        shake(serve.clone(), call.clone()).await.both();
    }
    // The old one is no longer trusted.
    for handle in [&one, &two] {
        handle.swap(handle.identity().trusting(just_new.clone()).unwrap()).unwrap();
        shake(serve.clone(), call.clone()).await.both();
    }
    shake(serve.clone(), member(&old, 2).client_config(MemberId(1))).await.refused_by_client();
    let stale = join_client_config(old.fingerprint(), &clock(NOW));
    shake(serve.clone(), stale).await.refused_by_client();
    shake(serve, join_client_config(fingerprint(new.certificate()), &clock(NOW))).await.both();
}

#[tokio::test]
async fn an_identity_of_another_member_is_not_taken() {
    let ca = ca();
    let one = member(&ca, 1);
    let refused = one.swap(identity(&ca, 2, after(DAY)));
    assert!(
        matches!(refused, Err(SwapError::OtherMember { me, other }) if me == name(1) && other == name(2))
    );
    assert_eq!(one.identity().name(), name(1));
}
