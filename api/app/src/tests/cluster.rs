//! Who is let into the cluster, and who is kept in it.

use sentinel_api_types::cluster::{HandOver, LevelRaise};
use sentinel_api_types::join_token::JoinTokenCreate;
use sentinel_machine::commands::config_change::ConfigChange;
use sentinel_machine::config::{Expected, Operation};
use sentinel_machine::tables::rows;
use sentinel_machine::{Build, Command, MemberStatus, Order, Scan, Table, level};
use sentinel_model::audit::AuditEntry;
use sentinel_model::cluster::MemberPlace;
use sentinel_model::config::Kind;
use sentinel_model::join::JoinTicket;
use sentinel_model::{MemberId, Sha256Digest, Time};

use crate::app::Settings;
use crate::error::AppError;
use crate::testing::{ADMIN, Kit, Trouble, World};

/// What a new member's binary knows.
const KNOWS: u16 = Command::LEVEL;
/// As the kit's cluster begins, and what it can be raised to.
const RAISE: LevelRaise = LevelRaise { from: KNOWS - 1, to: KNOWS };

fn place(member: u8) -> MemberPlace {
    let address = format!("10.0.0.{member}");
    MemberPlace { peer_address: format!("{address}:4002"), api_url: format!("http://{address}:4000") }
}

fn key(byte: u8) -> Sha256Digest {
    Sha256Digest([byte; 32])
}

async fn ticket(world: &World, uses: u32) -> JoinTicket {
    let request = JoinTokenCreate { uses: Some(uses), ttl_s: None };
    let made = world.kit.app.create_join_token(&world.admin.again(), request).await.unwrap();
    made.token.expose().parse().unwrap()
}

#[tokio::test]
async fn a_token_names_the_members_and_pins_the_ca() {
    let world = World::new().await.unwrap();
    let ticket = ticket(&world, 1).await;
    assert_eq!(ticket.addresses, ["127.0.0.1:4002"]);
    let ca = world.kit.app.cluster_ca().await;
    assert!(ca.is_err(), "the kit's CA has no key that opens: {ca:?}");
}

#[tokio::test]
async fn asking_again_with_the_same_key_gives_the_same_number_and_spends_nothing() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let two = ticket(&world, 2).await;
    assert_eq!(app.admit_member(&two.secret, key(2), &place(2), KNOWS).await.unwrap(), MemberId(2));
    assert_eq!(app.admit_member(&two.secret, key(2), &place(2), KNOWS).await.unwrap(), MemberId(2));
    assert_eq!(app.admit_member(&two.secret, key(3), &place(3), KNOWS).await.unwrap(), MemberId(3));
    let used = app.admit_member(&two.secret, key(4), &place(4), KNOWS).await.unwrap_err();
    assert!(matches!(&used, AppError::Conflict(text) if text.contains("used already")), "{used}");
    // The key alone is not enough: it must come with the token that let it in.
    let other = ticket(&world, 1).await;
    assert!(app.admit_member(&other.secret, key(2), &place(2), KNOWS).await.is_err());
    assert!(app.admit_member(&[9; 32], key(2), &place(2), KNOWS).await.is_err());
}

#[tokio::test]
async fn a_member_that_the_majority_needs_is_not_taken_out() {
    let world = World::new().await.unwrap();
    let members = world.kit.members(&world.admin, 2).await.unwrap();
    world.kit.cluster.change(|status| status.members[2].silent_since = Some(Time(1)));
    let remove = |id| world.kit.app.remove_cluster_member(&world.admin.caller, id);
    let refused = remove(members[0]).await.unwrap_err();
    assert!(refused.to_string().contains("1 of 2 voters answer"), "{refused}");
    world.kit.app.remove_cluster_member(&world.admin.again(), members[1]).await.unwrap();
    let shown = world.kit.app.show_cluster(&world.admin.again()).await.unwrap();
    assert!(shown.members.iter().all(|member| !member.joining));
}

#[tokio::test]
async fn only_a_voter_can_be_made_the_leader() {
    let world = World::new().await.unwrap();
    let alone = world.kit.app.hand_over(&world.admin.again(), HandOver { to: None }).await.unwrap_err();
    assert!(alone.to_string().contains("no other member"), "{alone}");
    world.kit.members(&world.admin, 2).await.unwrap();
    world.kit.app.hand_over(&world.admin.again(), HandOver { to: Some(MemberId(3)) }).await.unwrap();
    let refused = world.kit.app.hand_over(&world.admin.again(), HandOver { to: Some(MemberId(9)) }).await;
    assert!(matches!(refused, Err(AppError::Invalid(_))), "{refused:?}");
}

#[tokio::test]
async fn the_level_is_raised_when_every_member_knows_the_next_one_and_answers() {
    let world = World::new().await.unwrap();
    let (kit, app) = (&world.kit, &world.kit.app);
    kit.members(&world.admin, 2).await.unwrap();
    let shown = app.show_cluster(&world.admin.again()).await.unwrap();
    assert_eq!((shown.level.now, shown.level.known, shown.level.raise_to), (RAISE.from, KNOWS, Some(KNOWS)));
    assert_eq!(shown.members[2].level, Some(KNOWS));
    assert_eq!(shown.members[2].version, Build::this().version);

    type Spoil = fn(&mut MemberStatus);
    let older =
        |seat: &mut MemberStatus| seat.build = Some(Build { level: 1, version: Some("0.0.9".into()) });
    let cases: [(Spoil, &str); 3] = [
        (older, "member-3 knows levels up to 1 (version 0.0.9)"),
        (|seat| seat.silent_since = Some(Time(1)), "member-3 does not answer"),
        (|seat| seat.build = None, "member-3 has not said yet what it knows"),
    ];
    for (spoil, words) in cases {
        kit.cluster.change(|status| spoil(&mut status.members[2]));
        let shown = app.show_cluster(&world.admin.again()).await.unwrap();
        assert_eq!((shown.level.raise_to, shown.level.held_back), (None, vec![words.to_owned()]));
        let refused = app.raise_level(&world.admin.again(), RAISE).await.unwrap_err();
        assert!(matches!(&refused, AppError::Conflict(text) if text.contains(words)), "{refused}");
        kit.cluster.change(|status| {
            (status.members[2].silent_since, status.members[2].build) = (None, Some(Build::this()));
        });
    }

    let caller = Kit::repeatable(&world.admin.caller, uuid::Uuid::from_u128(9));
    app.raise_level(&caller, RAISE).await.unwrap();
    // A retry is not held up by what holds back the next one.
    kit.cluster.change(|status| status.members[2].silent_since = Some(Time(1)));
    app.raise_level(&caller, RAISE).await.unwrap();
    let shown = app.show_cluster(&world.admin.again()).await.unwrap();
    assert_eq!((shown.level.now, shown.level.raise_to), (KNOWS, None));
    assert!(shown.level.held_back.is_empty(), "nobody knows more: {:?}", shown.level);
}

#[tokio::test]
async fn somebody_who_joins_just_now_is_waited_for() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let one = ticket(&world, 1).await;
    app.admit_member(&one.secret, key(2), &place(2), KNOWS).await.unwrap();
    let refused = app.raise_level(&world.admin.again(), RAISE).await.unwrap_err();
    assert!(refused.to_string().contains("member-2 joins just now"), "{refused}");
}

#[tokio::test]
async fn the_level_is_raised_once_and_neither_lowered_nor_skipped() {
    let world = World::new().await.unwrap();
    let (app, admin) = (&world.kit.app, &world.admin);
    let raise =
        |from, to| async move { app.raise_level(&admin.again(), LevelRaise { from, to }).await.unwrap_err() };
    world.kit.cluster.change(|status| {
        status.members[0].build = Some(Build { level: KNOWS + 5, version: None });
    });
    assert!(raise(KNOWS - 1, KNOWS + 1).await.to_string().contains("one at a time"));
    assert!(raise(KNOWS - 1, KNOWS - 1).await.to_string().contains("one at a time"));
    assert!(matches!(raise(KNOWS, KNOWS + 1).await, AppError::Conflict(_)), "it is not there yet");
    app.raise_level(&admin.again(), RAISE).await.unwrap();
    let late = raise(RAISE.from, RAISE.to).await;
    assert!(late.to_string().contains("changed by somebody else"), "{late}");
    assert!(raise(KNOWS, KNOWS - 1).await.to_string().contains("one at a time"));
}

#[tokio::test]
async fn what_a_level_brings_waits_for_it_and_who_knows_less_is_refused_from_then_on() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let configure = || ConfigChange {
        project_id: world.project,
        operations: vec![Operation::Delete {
            kind: Kind::Service,
            slug: "none".into(),
            expected: Expected::Anything,
        }],
        based_on: None,
        asked: None,
        by: "somebody".into(),
    };
    let early = app.propose(&world.admin.again(), configure()).await.unwrap_err();
    assert!(matches!(&early, AppError::Conflict(text) if text.contains("cluster upgrade")), "{early}");
    let three = ticket(&world, 3).await;
    let secret = &three.secret;
    let admit = |byte: u8, knows| async move {
        let place = place(byte);
        app.admit_member(secret, key(byte), &place, knows).await
    };
    assert_eq!(admit(2, RAISE.from).await.unwrap(), MemberId(2));
    world.kit.cluster.change(|status| {
        let build = Some(Build::this());
        let seat = MemberStatus { id: MemberId(2), voter: true, build, ..MemberStatus::default() };
        status.members.push(seat);
    });
    app.raise_level(&world.admin.again(), RAISE).await.unwrap();
    app.propose(&world.admin.again(), configure()).await.unwrap();
    // Also one that was let in before, and asks again with a binary of then.
    for byte in [2, 3] {
        let refused = admit(byte, RAISE.from).await.unwrap_err();
        assert!(
            matches!(&refused, AppError::Conflict(text) if *text == level::too_old(KNOWS, RAISE.from)),
            "{refused}"
        );
    }
    assert_eq!(admit(3, KNOWS).await.unwrap(), MemberId(3));
}

#[tokio::test]
async fn who_takes_a_backup_is_in_the_audit_log_before_anything_is_handed_out() {
    let kit = Kit::formed_at(2, Settings::default()).await.unwrap();
    let (app, admin) = (&kit.app, kit.sign_in(ADMIN).await.unwrap());
    // A backup comes before the upgrade that brings the entry.
    let before = kit.changes();
    app.create_backup(&admin.again()).await.unwrap();
    assert_eq!(kit.changes(), before);

    kit.cluster.change(|status| status.members[0].build = Some(Build::this()));
    app.raise_level(&admin.again(), LevelRaise { from: 2, to: 3 }).await.unwrap();
    let caller = admin.again();
    let taken = app.create_backup(&caller).await.unwrap();
    let newest = Scan { order: Order::Descending, limit: 1, ..Scan::all(Table::Audit, &[]) };
    let entry = rows::<AuditEntry>(&kit.replica.memory().tables(), newest).unwrap().remove(0);
    assert_eq!((entry.action.as_str(), entry.actor), ("cluster.backup_taken", caller.actor()));
    assert_eq!((entry.changes["member"].as_str(), &entry.changes["index"]), ("1", &taken.index.to_string()));

    kit.replica.trouble(Trouble::Refusing);
    assert!(app.create_backup(&admin.again()).await.is_err(), "without the entry there is no backup");
}
