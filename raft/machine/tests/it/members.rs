//! Members of the cluster: tokens, who is let in, who moves, who goes.

use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::cluster_member_admit::{ClusterMemberAdmit, next_id, token};
use sentinel_machine::commands::cluster_member_move::ClusterMemberMove;
use sentinel_machine::commands::cluster_member_remove::ClusterMemberRemove;
use sentinel_machine::commands::join_token_create::{JoinTokenCreate, LIFE_MAX_MS, TOKENS_MAX};
use sentinel_machine::commands::join_token_revoke::JoinTokenRevoke;
use sentinel_machine::commands::leadership_hand_over::LeadershipHandOver;
use sentinel_machine::tables::rows;
use sentinel_machine::{Rejection, Scan, Table};
use sentinel_model::cluster::{Cluster, ClusterMember, MEMBERS_MAX, MemberPlace};
use sentinel_model::{JoinTokenId, MemberId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::samples;
use crate::samples::{admit, founding, join_token, place};
use crate::stage::Stage;

/// Formed with its first member, and with a token for two.
fn formed() -> Stage {
    let mut stage = Stage::empty();
    stage.done(ClusterInit { founding: Some(founding()), ..samples::cluster_init() });
    stage.done(join_token());
    stage
}

fn members(stage: &Stage) -> Vec<ClusterMember> {
    rows(&stage.tables, Scan::all(Table::ClusterMembers, &[])).unwrap()
}

fn wrong(text: &str) -> Rejection {
    Rejection::WrongState(text.into())
}

#[test]
fn a_cluster_begins_with_its_ca_and_its_founder() {
    let stage = formed();
    assert_eq!(stage.get::<Cluster>(b"cluster").unwrap().ca, Some(founding().ca));
    let all = members(&stage);
    assert_eq!((all.len(), all[0].id, all[0].token_id), (1, MemberId(1), None));
    assert_eq!(next_id(&all), MemberId(2));
}

#[test]
fn a_token_lets_in_as_many_as_it_says_and_numbers_are_given_in_order() {
    let mut stage = formed();
    stage.done(admit(2));
    stage.refuses([
        (
            ClusterMemberAdmit { member_id: MemberId(2), ..admit(3) }.into(),
            Rejection::Stale { decided_on: 2, current: 3 },
        ),
        (
            ClusterMemberAdmit { place: place(1), ..admit(3) }.into(),
            Rejection::taken(
                "peer_address",
                "member 1 is at 10.0.0.1:4002 already; remove it first, or choose another address",
            ),
        ),
        (
            ClusterMemberAdmit { key_digest: digest(0xa2), ..admit(3) }.into(),
            Rejection::taken("key", "a member has joined with this key already"),
        ),
        (
            ClusterMemberAdmit { secret_digest: digest(0x56), ..admit(3) }.into(),
            wrong("the join token is unknown"),
        ),
    ]);
    let nowhere = MemberPlace { peer_address: "nowhere".into(), ..place(3) };
    stage.refuses_fields([("peer_address", ClusterMemberAdmit { place: nowhere, ..admit(3) }.into())]);
    stage.done(admit(3));
    stage.refuses([(admit(4).into(), wrong("the join token was used already"))]);
    assert_eq!(members(&stage).iter().map(|member| member.id.0).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_token_that_is_revoked_or_expired_lets_nobody_in() {
    let mut stage = formed();
    let mut late = stage.clone();
    late.now = Time(9_000_000);
    late.refuses([(admit(2).into(), wrong("the join token has expired"))]);
    stage.done(JoinTokenRevoke { token_id: JOIN });
    stage.refuses([
        (admit(2).into(), wrong("the join token was revoked")),
        (JoinTokenRevoke { token_id: JOIN }.into(), wrong("the join token is revoked already")),
        (JoinTokenRevoke { token_id: JoinTokenId(NOBODY) }.into(), Rejection::not_found("Join token")),
    ]);
}

#[test]
fn tokens_have_limits_and_spent_ones_make_room() {
    let mut stage = formed();
    let fresh = |at: usize| JoinTokenCreate {
        token_id: JoinTokenId(Uuid::from_u128(0x5500 + at as u128)),
        secret_digest: digest(u8::try_from(at).unwrap()),
        ..join_token()
    };
    let far = Time(stage.now.0 + i64::try_from(LIFE_MAX_MS).unwrap() + 1);
    stage.refuses_fields([
        ("uses", JoinTokenCreate { uses: 0, ..fresh(1) }.into()),
        ("uses", JoinTokenCreate { uses: 17, ..fresh(1) }.into()),
        ("ttl_s", JoinTokenCreate { expires_at: stage.now, ..fresh(1) }.into()),
        ("ttl_s", JoinTokenCreate { expires_at: far, ..fresh(1) }.into()),
    ]);
    for at in 100..99 + TOKENS_MAX {
        stage.done(fresh(at));
    }
    let full = format!("there are {TOKENS_MAX} join tokens already; revoke one");
    stage.refuses([(fresh(1).into(), Rejection::Limit(full))]);
    stage.done(JoinTokenRevoke { token_id: JOIN });
    stage.done(fresh(1));
    assert_eq!(token(&stage.tables, digest(0x55)).unwrap(), None, "the revoked one is forgotten");
}

#[test]
fn whoever_was_removed_never_returns() {
    let mut stage = formed();
    stage.refuses([
        (
            ClusterMemberRemove { member_id: MemberId(1) }.into(),
            wrong("member 1 is the only one: nobody would be left"),
        ),
        (ClusterMemberRemove { member_id: MemberId(7) }.into(), Rejection::not_found("Cluster member")),
    ]);
    stage.done(admit(2));
    stage.done(ClusterMemberRemove { member_id: MemberId(2) });
    stage.refuses([
        (ClusterMemberRemove { member_id: MemberId(2) }.into(), wrong("member 2 is removed already")),
        (ClusterMemberMove { member_id: MemberId(2), place: place(9) }.into(), wrong("member 2 was removed")),
        (LeadershipHandOver { to: Some(MemberId(2)) }.into(), wrong("member 2 was removed")),
        (admit(2).into(), Rejection::Stale { decided_on: 2, current: 3 }),
    ]);
    // Its address and its key are free again; its number is not.
    stage.done(ClusterMemberAdmit { member_id: MemberId(3), ..admit(2) });
}

#[test]
fn a_member_moves_but_not_to_where_another_is() {
    let mut stage = formed();
    stage.done(admit(2));
    stage.done(ClusterMemberMove { member_id: MemberId(2), place: place(9) });
    assert_eq!(members(&stage)[1].place, place(9));
    let taken = "member 1 is at 10.0.0.1:4002 already; remove it first, or choose another address";
    stage.refuses([(
        ClusterMemberMove { member_id: MemberId(2), place: place(1) }.into(),
        Rejection::taken("peer_address", taken),
    )]);
}

#[test]
fn the_number_of_members_has_a_limit() {
    let mut stage = formed();
    stage.done(JoinTokenCreate {
        token_id: JoinTokenId(NOBODY),
        secret_digest: digest(0x56),
        uses: 16,
        ..join_token()
    });
    let next = |member: u8| ClusterMemberAdmit { secret_digest: digest(0x56), ..admit(member) };
    for member in 2..=u8::try_from(MEMBERS_MAX).unwrap() {
        stage.done(next(member));
    }
    let full = format!("the cluster has {MEMBERS_MAX} members already");
    stage.refuses([(next(10).into(), Rejection::Limit(full))]);
}

#[test]
fn a_hand_over_tells_the_leader_and_changes_nothing() {
    let mut stage = formed();
    stage.done(admit(2));
    stage.done(LeadershipHandOver { to: Some(MemberId(2)) });
    assert_eq!(
        (stage.events[0].kind.as_str(), stage.events[0].data["to"].as_str()),
        ("leadership.hand_over", "2")
    );
    stage.done(LeadershipHandOver { to: None });
    stage.refuses([(
        LeadershipHandOver { to: Some(MemberId(7)) }.into(),
        Rejection::not_found("Cluster member"),
    )]);
}
