//! Clocks that are apart, and certificates whose time is over or has not come.

use sentinel_model::MemberId;
use sentinel_pki::{CLOCK_TOLERANCE, LIFETIME};

use crate::cluster::{DAY, HOUR, after, ca, identity, member, member_at, name};
use crate::shake::shake;

const SECOND: i64 = 1_000;

#[tokio::test]
async fn clocks_two_hours_apart_agree_on_a_fresh_certificate() {
    let ca = ca();
    for off in [-2 * HOUR, 2 * HOUR] {
        let (one, two) = (member(&ca, 1), member_at(&ca, 2, after(off)));
        for (serving, calling, id) in [(&one, &two, 1), (&two, &one, 2)] {
            let (_, client) =
                shake(serving.server_config(), calling.client_config(MemberId(id))).await.both();
            assert_eq!(client.peer, Some(name(id)), "{off}");
        }
    }
}

#[tokio::test]
async fn clocks_two_hours_apart_agree_at_the_end_of_a_certificate() {
    let ca = ca();
    let end = LIFETIME.as_millis() as i64;
    for off in [-2 * HOUR, 2 * HOUR] {
        let (one, two) = (member_at(&ca, 1, after(end)), member_at(&ca, 2, after(end + off)));
        for (serving, calling, id) in [(&one, &two, 1), (&two, &one, 2)] {
            shake(serving.server_config(), calling.client_config(MemberId(id))).await.both();
        }
    }
}

#[tokio::test]
async fn an_expired_certificate_is_refused_by_either_side() {
    let ca = ca();
    let over = LIFETIME.as_millis() as i64 + CLOCK_TOLERANCE.as_millis() as i64 + SECOND;
    let awake = |id| {
        let clock = crate::cluster::clock(after(over));
        sentinel_pki::IdentityHandle::with_clock(identity(&ca, id, after(over)), clock).unwrap()
    };
    // Its clock is still at the day of issue, so it would find everybody's certificate good enough.
    let (sleeper, one) = (member_at(&ca, 2, after(over - 2 * HOUR)), awake(1));
    let error = shake(one.server_config(), sleeper.client_config(MemberId(1))).await.refused_by_server();
    assert!(error.to_string().contains("expired"), "{error}");
    let error = shake(sleeper.server_config(), one.client_config(MemberId(2))).await.refused_by_client();
    assert!(error.to_string().contains("expired"), "{error}");
}

#[tokio::test]
async fn a_certificate_from_beyond_the_tolerance_is_refused_by_either_side() {
    let ca = ca();
    let early = -(CLOCK_TOLERANCE.as_millis() as i64) - SECOND;
    let (fresh, behind) = (member(&ca, 1), member_at(&ca, 2, after(early)));
    let error = shake(fresh.server_config(), behind.client_config(MemberId(1))).await.refused_by_client();
    assert!(error.to_string().contains("not valid yet"), "{error}");
    let caller = identity(&ca, 3, after(0));
    let clock = crate::cluster::clock(after(0));
    let caller = sentinel_pki::IdentityHandle::with_clock(caller, clock).unwrap();
    // The one that is behind has a certificate that is good at both times.
    let early_issue = identity(&ca, 2, after(-DAY));
    behind.swap(early_issue).unwrap();
    let error = shake(behind.server_config(), caller.client_config(MemberId(2))).await.refused_by_server();
    assert!(error.to_string().contains("not valid yet"), "{error}");
}
