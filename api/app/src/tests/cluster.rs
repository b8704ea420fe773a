//! Who is let into the cluster, and who is kept in it.

use sentinel_api_types::cluster::HandOver;
use sentinel_api_types::join_token::JoinTokenCreate;
use sentinel_model::cluster::MemberPlace;
use sentinel_model::join::JoinTicket;
use sentinel_model::{MemberId, Sha256Digest, Time};

use crate::error::AppError;
use crate::testing::World;

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
    assert_eq!(app.admit_member(&two.secret, key(2), &place(2)).await.unwrap(), MemberId(2));
    assert_eq!(app.admit_member(&two.secret, key(2), &place(2)).await.unwrap(), MemberId(2));
    assert_eq!(app.admit_member(&two.secret, key(3), &place(3)).await.unwrap(), MemberId(3));
    let used = app.admit_member(&two.secret, key(4), &place(4)).await.unwrap_err();
    assert!(matches!(&used, AppError::Conflict(text) if text.contains("used already")), "{used}");
    // The key alone is not enough: it must come with the token that let it in.
    let other = ticket(&world, 1).await;
    assert!(app.admit_member(&other.secret, key(2), &place(2)).await.is_err());
    assert!(app.admit_member(&[9; 32], key(2), &place(2)).await.is_err());
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
