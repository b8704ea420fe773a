//! Writes and reads at any member.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sentinel_machine::envelope::ENVELOPE_MAX;
use sentinel_machine::tables::Scan;
use sentinel_machine::{ClusterInfo, Consistency, ProposeError, ReadError, Rejection, Replica, Reply, Table};
use uuid::Uuid;

use crate::cluster::{Cluster, eventually};
use crate::commands::{form, large, nothing, org};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_member_writes_any_member_reads_and_a_retry_answers_the_same() {
    let cluster = Cluster::start(10_000).await;
    let follower = cluster.follower().await;
    let request = Uuid::new_v4();
    let first = cluster.member(follower).propose(nothing(request)).await.unwrap();
    assert_eq!(first.outcome, Err(Rejection::not_found("User")));
    for id in 1..=3 {
        let view = cluster.member(id).read(Consistency::Linearizable).await.unwrap();
        assert!(view.applied >= first.index);
        assert!(view.tables.get(Table::Requests, request.as_bytes()).unwrap().is_some());
        let again = cluster.member(id).propose(nothing(request)).await.unwrap();
        assert_eq!((again.index, &again.outcome), (first.index, &first.outcome), "through member {id}");
    }
    let last = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(last.index).await;
    assert_eq!(cluster.everything(1), cluster.everything(2));
    assert_eq!(cluster.everything(1), cluster.everything(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_at_a_follower_sees_what_the_leader_acknowledged_before() {
    let cluster = Cluster::start(10_000).await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    for _ in 0..30 {
        let request = Uuid::new_v4();
        cluster.member(leader).propose(nothing(request)).await.unwrap();
        let view = cluster.member(follower).read(Consistency::Linearizable).await.unwrap();
        assert!(view.tables.get(Table::Requests, request.as_bytes()).unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_an_entry_are_told_on_every_member_when_their_changes_can_be_read() {
    let cluster = Cluster::start(10_000).await;
    let formed = cluster.member(1).propose(form(Uuid::new_v4())).await.unwrap();
    for (id, running) in &cluster.running {
        let told = || running.events.lock().unwrap().iter().any(|event| event.index == formed.index);
        eventually(told, || format!("member {id} told nothing")).await;
        let view = cluster.member(*id).read(Consistency::Stale).await.unwrap();
        assert!(view.tables.get(Table::Cluster, b"cluster").unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_write_is_applied_twice_while_leaders_come_and_go() {
    let mut cluster = Cluster::start(10_000).await;
    cluster.member(1).propose(form(Uuid::new_v4())).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    // Through one member that stays, so that each change of leader hits writes that are under way.
    let first = cluster.leader().await;
    let through = *cluster.running.keys().find(|id| **id != first).unwrap();
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let (member, stop) = (cluster.member(through).clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut written = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let request = Uuid::new_v4();
                    // Whoever is told that it is unknown asks again, as a client does.
                    let applied = loop {
                        match member.propose(org(request)).await {
                            Ok(applied) => break applied,
                            Err(ProposeError::Unknown(_) | ProposeError::NoLeader(_)) => {}
                            Err(error) => panic!("{error}"),
                        }
                    };
                    assert_eq!(applied.outcome, Ok(Reply::Done), "applied a second time");
                    written.push((request, applied.index));
                }
                written
            })
        })
        .collect();
    for _ in 0..3 {
        let leader = cluster.leader().await;
        tokio::time::sleep(Duration::from_millis(200)).await;
        if leader == through {
            cluster.member(leader).hand_over(None).await;
        } else {
            cluster.kill(leader).await;
            cluster.launch(leader).await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    let mut written = Vec::new();
    for writer in writers {
        written.extend(writer.await.unwrap());
    }
    let last = written.iter().map(|(_, index)| *index).max().unwrap();
    cluster.all_applied(last).await;
    let view = cluster.member(through).read(Consistency::Linearizable).await.unwrap();
    let orgs = view.tables.scan(Scan::all(Table::Orgs, &[])).unwrap();
    assert_eq!(orgs.len(), written.len() + 1, "each write is there once");
    let entries = view.tables.scan(Scan::all(Table::Audit, &[])).unwrap();
    assert_eq!(entries.len(), written.len() + 1, "and has one audit entry");
    let last = cluster.member(through).propose(nothing(Uuid::new_v4())).await.unwrap();
    cluster.all_applied(last.index).await;
    for id in 1..=3 {
        assert_eq!(cluster.everything(id), cluster.everything(through), "member {id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_majority_writes_and_reads_are_refused_and_stale_reads_answer() {
    let mut cluster = Cluster { within: Duration::from_secs(3), ..Cluster::prepare(3) }.begin().await;
    let leader = cluster.leader().await;
    cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
    for id in cluster.ids().into_iter().filter(|id| *id != leader) {
        cluster.kill(id).await;
    }
    let alone = cluster.member(leader);
    let read = alone.read(Consistency::Linearizable);
    let write = alone.propose(nothing(Uuid::new_v4()));
    let (read, write) = tokio::join!(read, write);
    assert!(matches!(read.err(), Some(ReadError::NoQuorum(_))));
    assert!(matches!(write.unwrap_err(), ProposeError::Unknown(_) | ProposeError::NoLeader(_)));
    assert!(alone.read(Consistency::Stale).await.is_ok());
    assert!(alone.status().unready.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_hears_no_leader_says_how_old_its_state_is() {
    let mut cluster = Cluster::start(10_000).await;
    let leader = cluster.leader().await;
    cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap();
    let follower = cluster.follower().await;
    for id in cluster.ids().into_iter().filter(|id| *id != follower) {
        cluster.kill(id).await;
    }
    let silent = Instant::now();
    eventually(|| silent.elapsed() > Duration::from_millis(400), String::new).await;
    let view = cluster.member(follower).read(Consistency::Stale).await.unwrap();
    assert!(view.age_ms.is_some_and(|age| (300..5_000).contains(&age)), "{:?}", view.age_ms);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_up_to_the_limit_go_through_and_larger_ones_are_refused() {
    let cluster = Cluster::start(10_000).await;
    let follower = cluster.member(cluster.follower().await);
    // Several at once: together they are larger than one message may be, were they sent in one.
    let writes = (0..20).map(|_| follower.propose(large(Uuid::new_v4(), ENVELOPE_MAX - 1_000)));
    let mut last = 0;
    for written in futures::future::join_all(writes).await {
        last = last.max(written.unwrap().index);
    }
    let refused = follower.propose(large(Uuid::new_v4(), ENVELOPE_MAX)).await;
    assert!(matches!(refused, Err(ProposeError::TooLarge { .. })), "{refused:?}");
    cluster.all_applied(last).await;
}
