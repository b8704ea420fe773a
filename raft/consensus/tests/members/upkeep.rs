//! Disks that hang, and logs that grow.

use sentinel_consensus::NoRoom;
use sentinel_machine::{ClusterInfo, Consistency, ProposeError, Replica};
use uuid::Uuid;

use crate::cluster::{Cluster, eventually};
use crate::commands::{large, nothing};
use crate::gate_disk::GateDisk;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_whose_disk_hangs_gives_way_and_is_there_again_when_it_answers() {
    let mut prepared = Cluster::prepare(3);
    prepared.disks = (1..=3).map(|id| (id, GateDisk::default())).collect();
    let cluster = prepared.begin().await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.disks[&leader].hang();
    // The others are a majority without it.
    let mut last = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap().index;
    let led_by = || cluster.member(follower).status().leader.map(|id| id.0);
    eventually(|| led_by().is_some_and(|id| id != leader), || format!("{:?} leads", led_by())).await;
    for _ in 0..10 {
        last = cluster.member(follower).propose(nothing(Uuid::new_v4())).await.unwrap().index;
    }
    cluster.disks[&leader].go_on();
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(leader), cluster.everything(follower));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_few_but_large_entries_gets_a_snapshot_too() {
    let cluster = Cluster { log_bytes: 2_000_000, ..Cluster::prepare(3) }.begin().await;
    let mut last = 0;
    for _ in 0..30 {
        last = cluster.member(1).propose(large(Uuid::new_v4(), 200_000)).await.unwrap().index;
    }
    for id in cluster.ids() {
        let status = || cluster.member(id).status();
        eventually(|| status().snapshot > 0, || format!("{:?}", status())).await;
    }
    cluster.all_applied(last).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_without_room_takes_nothing_and_does_not_lead_where_another_one_can() {
    let cluster = Cluster::start(10_000).await;
    let (full, other) = (cluster.leader().await, cluster.follower().await);
    let no_room = |entries| Some(NoRoom { reason: "no room".to_owned(), entries });
    cluster.member(full).take_no_writes(no_room(true));
    let led_by = || cluster.member(other).status().leader.map(|id| id.0);
    eventually(|| led_by().is_some_and(|id| id != full), || format!("{:?} leads", led_by())).await;
    let refused = cluster.member(full).propose(nothing(Uuid::new_v4())).await;
    assert!(matches!(&refused, Err(ProposeError::ReadOnly(why)) if why == "no room"), "{refused:?}");
    let before = cluster.member(full).status().applied;
    let mut last = 0;
    for _ in 0..10 {
        last = cluster.member(other).propose(nothing(Uuid::new_v4())).await.unwrap().index;
    }
    let status = cluster.member(full).status();
    assert_eq!(status.unready.as_deref(), Some("no room"));
    assert!(status.applied < last && status.applied <= before + 1, "{status:?}");

    // Nobody has room: somebody leads all the same, and what is there can be read.
    cluster.ids().into_iter().for_each(|id| cluster.member(id).take_no_writes(no_room(false)));
    for id in cluster.ids() {
        let refused = cluster.member(id).propose(nothing(Uuid::new_v4())).await;
        assert!(matches!(refused, Err(ProposeError::ReadOnly(_))), "{refused:?}");
        let read = cluster.member(id).read(Consistency::Linearizable).await.unwrap();
        assert!(read.applied >= last);
    }

    cluster.ids().into_iter().for_each(|id| cluster.member(id).take_no_writes(None));
    cluster.member(full).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(last).await;
}
