//! What a member finds on its disk after it stopped, cleanly or not.

use std::fs;
use std::path::Path;

use sentinel_machine::{Consistency, Cursor, EventHistory, Replica, Table};
use sentinel_store::{OpenError, Store};
use uuid::Uuid;

use crate::cluster::{Cluster, everything, image, open};
use crate::commands::nothing;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_is_there_after_all_members_stopped_uncleanly() {
    let mut cluster = Cluster::start(50).await;
    let mut requests = Vec::new();
    for _ in 0..120 {
        let request = Uuid::new_v4();
        cluster.member(1).propose(nothing(request)).await.unwrap();
        requests.push(request);
    }
    for id in 1..=3 {
        cluster.kill(id).await;
    }
    for id in 1..=3 {
        cluster.launch(id).await;
    }
    for id in 1..=3 {
        let view = cluster.member(id).read(Consistency::Linearizable).await.unwrap();
        for request in &requests {
            assert!(view.tables.get(Table::Requests, request.as_bytes()).unwrap().is_some(), "member {id}");
        }
    }
}

/// A member that led does not remember how far it had committed. If it led again at once, in the same term, a read at it would
/// miss what it acknowledged last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_read_after_all_members_stopped_uncleanly_sees_the_last_write() {
    let mut cluster = Cluster::start(10_000).await;
    for round in 0..5 {
        let leader = cluster.leader().await;
        let mut last = 0;
        for _ in 0..20 {
            last = cluster.member(leader).propose(nothing(Uuid::new_v4())).await.unwrap().index;
        }
        let crashed = |id: u64| cluster.dir.path().join(format!("crashed-{id}-{round}"));
        let images: Vec<_> = (1..=3).map(|id| (cluster.data(id), crashed(id))).collect();
        for (data, crashed) in &images {
            image(data, crashed).await;
        }
        for (id, (data, crashed)) in (1..=3).zip(&images) {
            cluster.kill(id).await;
            fs::remove_dir_all(data).unwrap();
            fs::rename(crashed, data).unwrap();
        }
        for id in 1..=3 {
            cluster.launch(id).await;
        }
        let reads = (1..=3).map(|id| {
            let member = cluster.member(id).clone();
            async move { (id, member.read(Consistency::Linearizable).await.unwrap().applied) }
        });
        for (id, applied) in futures::future::join_all(reads).await {
            assert!(applied >= last, "round {round}: member {id} read at {applied}, acknowledged was {last}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_loses_nothing_that_was_acknowledged_although_state_falls_back_to_a_checkpoint() {
    let mut cluster = Cluster { snapshot_every: 30, ..Cluster::prepare(1) }.begin().await;
    cluster.leader().await;
    let mut fell_back = 0;
    for round in 0..8 {
        let mut last = 0;
        for _ in 0..17 {
            last = cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap().index;
        }
        let before = cluster.everything(1);
        let crashed = cluster.dir.path().join(format!("crashed-{round}"));
        image(&cluster.data(1), &crashed).await;
        cluster.kill(1).await;
        fs::remove_dir_all(cluster.data(1)).unwrap();
        fs::rename(&crashed, cluster.data(1)).unwrap();
        {
            // Opening checks that the log still has whatever state lacks.
            let store = open(&cluster.data(1)).await;
            let applied = store.tables.applied().unwrap().0.map_or(0, |id| id.index);
            assert!(applied <= last);
            fell_back += usize::from(applied < last);
        }
        cluster.launch(1).await;
        cluster.leader().await;
        cluster.member(1).read(Consistency::Linearizable).await.unwrap();
        assert_eq!(cluster.everything(1), before, "round {round}");
    }
    assert!(fell_back > 0, "no crash hit between two checkpoints");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clean_stop_keeps_state_and_events() {
    let mut cluster = Cluster::prepare(1).begin().await;
    cluster.leader().await;
    let formed = cluster.member(1).propose(crate::commands::form(Uuid::new_v4())).await.unwrap();
    let told = cluster.running[&1].events.lock().unwrap().clone();
    cluster.running[&1].store.history.append(&told);
    let before = cluster.everything(1);
    cluster.stop(1).await;
    let store = open(&cluster.data(1)).await;
    assert_eq!(everything(&store), before);
    let first = Cursor { index: formed.index - 1, place: u32::MAX };
    assert_eq!(store.history.since(first, 100).unwrap(), told);
    let last = told.last().unwrap().cursor();
    assert_eq!(store.history.since(last, 100).unwrap(), []);
}

async fn with_purged_log() -> Cluster {
    let mut cluster = Cluster { snapshot_every: 20, ..Cluster::prepare(1) }.begin().await;
    cluster.leader().await;
    for _ in 0..70 {
        cluster.member(1).propose(nothing(Uuid::new_v4())).await.unwrap();
    }
    cluster.stop(1).await;
    cluster
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_state_comes_back_from_snapshot_and_log() {
    let mut cluster = with_purged_log().await;
    let before = everything(&open(&cluster.data(1)).await);
    fs::remove_file(cluster.data(1).join("state.redb")).unwrap();
    cluster.launch(1).await;
    cluster.leader().await;
    cluster.member(1).read(Consistency::Linearizable).await.unwrap();
    assert_eq!(cluster.everything(1), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_state_is_set_aside_and_comes_back_from_snapshot_and_log() {
    let mut cluster = with_purged_log().await;
    let before = everything(&open(&cluster.data(1)).await);
    let path = cluster.data(1).join("state.redb");
    let mut bytes = fs::read(&path).unwrap();
    bytes.chunks_mut(512).skip(8).for_each(|sector| sector[100] ^= 1);
    fs::write(&path, &bytes).unwrap();
    cluster.launch(1).await;
    cluster.leader().await;
    cluster.member(1).read(Consistency::Linearizable).await.unwrap();
    assert_eq!(cluster.everything(1), before);
    assert_eq!(fs::read(cluster.data(1).join("state.redb.damaged")).unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_that_neither_snapshot_nor_log_can_complete_is_refused() {
    let cluster = with_purged_log().await;
    fs::remove_file(cluster.data(1).join("state.redb")).unwrap();
    fs::remove_dir_all(cluster.data(1).join("snapshots")).unwrap();
    let refused = Store::open(&cluster.data(1)).err();
    assert!(matches!(refused, Some(OpenError::Behind { applied: 0, .. })), "{refused:?}");
}

#[test]
fn a_directory_has_one_user_one_member_and_a_known_format() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.claim(3).unwrap();
    store.claim(3).unwrap();
    assert!(matches!(store.claim(4), Err(OpenError::OtherMember { expected: 4, .. })));
    assert!(matches!(Store::open(dir.path()).err(), Some(OpenError::InUse(_))));
    drop(store);
    let again = Store::open(dir.path()).unwrap();
    assert!(matches!(again.claim(4), Err(OpenError::OtherMember { .. })));
    drop(again);
    let mark = dir.path().join("FORMAT");
    let format = fs::read_to_string(&mark).unwrap();
    // An earlier one is taken over, and marked before anything else is written.
    fs::write(&mark, "sentinel-cp data 1\n").unwrap();
    drop(Store::open(dir.path()).unwrap());
    assert_eq!(fs::read_to_string(&mark).unwrap(), format);
    newer(dir.path());
    assert!(matches!(Store::open(dir.path()).err(), Some(OpenError::Newer { .. })));
}

fn newer(dir: &Path) {
    fs::write(dir.join("FORMAT"), "sentinel-cp data 999\n").unwrap();
}
