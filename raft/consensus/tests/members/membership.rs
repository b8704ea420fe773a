//! Who is a member, and how that is proven and changed.

use sentinel_consensus::{MembershipError, Progress};
use sentinel_machine::{ClusterInfo, Consistency, Replica};
use sentinel_model::{ClusterId, MemberId, Time};
use sentinel_pki::grpc::Connector;
use sentinel_pki::{Ca, IdentityHandle};
use tonic::Code;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;

use crate::cluster::{Cluster, eventually, identity};
use crate::commands::nothing;
use crate::protocol::propose_on;

fn ca() -> Ca {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Ca::create(ClusterId(Uuid::from_u128(1)), Time(now.as_millis() as i64)).unwrap()
}

/// A line to a member of somebody with this identity.
async fn line(cluster: &Cluster, to: u64, identity: &IdentityHandle) -> Result<Grpc<Channel>, String> {
    let endpoint = Endpoint::from_shared(format!("http://{}", cluster.nodes[&to].peer_address)).unwrap();
    let connector = Connector::new(identity.client_config(MemberId(to)));
    let channel = endpoint.connect_with_connector(connector).await.map_err(|error| error.to_string())?;
    let mut line = Grpc::new(channel);
    line.ready().await.map_err(|error| error.to_string())?;
    Ok(line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_prove_who_they_are_and_nobody_else_gets_a_word_in() {
    let cluster = Cluster { ca: Some(ca()), ..Cluster::prepare(3) }.begin().await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    let through = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;
    let entry = || nothing(Uuid::new_v4()).encode().unwrap();

    let own = identity(cluster.ca.as_ref().unwrap(), follower);
    let good = line(&cluster, leader, &own).await.unwrap();
    propose_on(good, follower, leader, entry()).await.unwrap();

    // A member's certificate under another member's name.
    let other = (1..=3).find(|id| ![leader, follower].contains(id)).unwrap();
    let lying = line(&cluster, leader, &own).await.unwrap();
    let refused = propose_on(lying, other, leader, entry()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    assert!(refused.message().contains("the certificate is of"), "{refused}");

    // A certificate of this CA for a member that there is not.
    let stranger = identity(cluster.ca.as_ref().unwrap(), 9);
    let refused =
        propose_on(line(&cluster, leader, &stranger).await.unwrap(), 9, leader, entry()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");

    // Another CA, for the same cluster and the same member: forged.
    let forged = identity(&ca(), follower);
    assert!(line(&cluster, leader, &forged).await.is_err(), "the forger does not even trust the member");

    // No TLS at all.
    let plain = Endpoint::from_shared(format!("http://{}", cluster.nodes[&leader].peer_address)).unwrap();
    let refused = match plain.connect().await {
        Ok(channel) => propose_on(Grpc::new(channel), follower, leader, entry()).await.is_err(),
        Err(_) => true,
    };
    assert!(refused, "plain TCP is not understood");
    let through = cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_joins_without_a_vote_gets_one_and_is_taken_out_again() {
    let mut cluster = Cluster { ca: Some(ca()), joined: [4].into(), ..Cluster::prepare(4) }.begin().await;
    let leader = cluster.leader().await;
    for _ in 0..50 {
        cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
    }
    cluster.launch(4).await;
    assert_eq!(cluster.member(leader).progress(4), None, "nobody knows it yet");
    let follower = cluster.follower().await;
    if follower != 4 {
        let refused = cluster.member(follower).add_learner(4, cluster.nodes[&4].clone()).await;
        assert!(matches!(refused, Err(MembershipError::NotLeader)), "{refused:?}");
    }
    cluster.member(leader).add_learner(4, cluster.nodes[&4].clone()).await.unwrap();
    let caught_up = Some(Progress { voter: false, behind: Some(0) });
    eventually(|| cluster.member(leader).progress(4) == caught_up, || "member 4 catches up".into()).await;
    cluster.member(leader).promote(4).await.unwrap();
    eventually(
        || cluster.member(4).status().members.iter().filter(|member| member.voter).count() == 4,
        || format!("{:?}", cluster.member(4).status()),
    )
    .await;
    let through = cluster.member(4).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;

    // It counts: with one of the founders stopped, three of four are a majority.
    let gone = (1..=3).find(|id| *id != leader).unwrap();
    cluster.kill(gone).await;
    let through = cluster.member(4).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(through.index).await;

    // Who is taken out is nobody, with the same certificate.
    let leader = cluster.leader().await;
    cluster.member(leader).remove(gone).await.unwrap();
    cluster.launch(gone).await;
    let entry = nothing(Uuid::new_v4()).encode().unwrap();
    let own = identity(cluster.ca.as_ref().unwrap(), gone);
    let refused =
        propose_on(line(&cluster, leader, &own).await.unwrap(), gone, leader, entry).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    let view = cluster.member(4).read(Consistency::Linearizable).await.unwrap();
    assert!(view.applied >= through.index);
    let left = cluster.member(leader).status().members;
    assert_eq!(left.iter().filter(|member| member.voter).count(), 3, "{left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_voter_cannot_be_taken_out() {
    let cluster = Cluster::prepare(1).begin().await;
    let leader = cluster.leader().await;
    let refused = cluster.member(leader).remove(leader).await;
    assert!(matches!(refused, Err(MembershipError::Refused(_))), "{refused:?}");
}
