//! Who leads, and how that changes.

use std::time::{Duration, Instant};

use sentinel_consensus::{PeerServer, ServeError, Transport};
use sentinel_machine::{ClusterInfo, Replica};
use uuid::Uuid;

use crate::cluster::{Cluster, eventually};
use crate::commands::nothing;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_stopped_hands_over_instead_of_being_missed() {
    let patient = Cluster { election_ms: (5_000, 6_000), ..Cluster::prepare(3) };
    let mut cluster = patient.begin().await;
    let leader = cluster.leader().await;
    cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
    let began = Instant::now();
    cluster.stop(leader).await;
    let survivor = *cluster.running.keys().next().unwrap();
    cluster.member(survivor).propose(nothing(Uuid::new_v4())).await.unwrap();
    assert!(
        began.elapsed() < Duration::from_millis(4_000),
        "took {:?}, as long as an election",
        began.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leadership_is_told_to_whoever_watches_and_exactly_one_has_it() {
    let mut cluster = Cluster::start(10_000).await;
    for _ in 0..2 {
        let leading = || {
            let leads = cluster.running.iter().filter(|(_, running)| *running.member.leads().borrow());
            leads.map(|(id, _)| *id).collect::<Vec<_>>()
        };
        // Not by asking who leads: a member may still name one that is gone.
        eventually(|| leading().len() == 1, || format!("{:?} lead", leading())).await;
        let leader = leading()[0];
        let mut watched = cluster.member(leader).leads();
        cluster.kill(leader).await;
        assert!(!*watched.wait_for(|leads| !*leads).await.unwrap());
        cluster.launch(leader).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_member_reached_under_two_ids_does_not_vote_for_two() {
    let mut cluster = Cluster::prepare(3);
    // Member 3's address is that of member 1, which alone is no majority.
    let own = cluster.nodes[&1].clone();
    cluster.nodes.insert(3, own);
    cluster.launch(1).await;
    let alone = cluster.member(1);
    alone.form().await.unwrap();
    let began = Instant::now();
    eventually(|| began.elapsed() > Duration::from_millis(2_500), String::new).await;
    let status = alone.status();
    assert!(status.unready.is_some(), "{status:?}");
    assert!(!*alone.leads().borrow());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_of_one_serves() {
    let mut cluster = Cluster::prepare(1).begin().await;
    cluster.leader().await;
    let written = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    eventually(
        || cluster.member(1).status().unready.is_none(),
        || format!("{:?}", cluster.member(1).status()),
    )
    .await;
    cluster.stop(1).await;
    cluster.launch(1).await;
    cluster.all_applied(written.index).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_lost_everything_does_not_form_a_second_cluster() {
    let mut cluster = Cluster::start(10_000).await;
    let written = cluster.member(2).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.kill(1).await;
    std::fs::remove_dir_all(cluster.data(1)).unwrap();
    cluster.launch(1).await;
    cluster.member(1).form().await.unwrap();
    cluster.all_applied(written.index).await;
    assert_eq!(cluster.everything(1), cluster.everything(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_lost_everything_does_not_make_a_leader_of_one_that_missed_writes() {
    let mut cluster = Cluster::start(10_000).await;
    let first = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(first.index).await;
    cluster.kill(3).await;
    let mut last = 0;
    for _ in 0..5 {
        last = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap().index;
    }
    cluster.kill(2).await;
    cluster.kill(1).await;
    std::fs::remove_dir_all(cluster.data(2)).unwrap();
    cluster.launch(2).await;
    cluster.launch(3).await;
    let began = Instant::now();
    eventually(|| began.elapsed() > Duration::from_secs(3), String::new).await;
    for id in [2, 3] {
        assert!(cluster.member(id).status().unready.is_some(), "{:?}", cluster.member(id).status());
    }
    // With the one that has them, everything is there again.
    cluster.launch(1).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(2), cluster.everything(1));
    assert_eq!(cluster.everything(3), cluster.everything(1));
    // And the newcomer has a say from now on: without member 3 there is a majority.
    cluster.kill(3).await;
    cluster.member(2).propose(nothing(Uuid::new_v4())).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_may_die_right_behind_the_first_write() {
    for _ in 0..3 {
        let mut cluster = Cluster::start(10_000).await;
        let leader = cluster.leader().await;
        let written = cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
        cluster.kill(leader).await;
        let survivor = *cluster.running.keys().next().unwrap();
        cluster.member(survivor).propose(nothing(Uuid::new_v4())).await.unwrap();
        cluster.all_applied(written.index).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_that_is_cut_off_while_it_is_formed_forms_at_the_next_start() {
    for pause_ms in [0, 10, 60, 300] {
        let mut cluster = Cluster::prepare(3).begin().await;
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        for id in cluster.ids() {
            cluster.kill(id).await;
        }
        let mut cluster = cluster.begin().await;
        let written = cluster.member(3).propose(nothing(Uuid::new_v4())).await.unwrap();
        cluster.all_applied(written.index).await;
        cluster.kill(1).await;
    }
}

#[test]
fn members_listen_on_loopback_only() {
    let refused = PeerServer::bind("0.0.0.0:0".parse().unwrap(), Transport::Plain);
    assert!(matches!(refused.err(), Some(ServeError::NotLoopback(_))));
}
