//! Members that come back, by log and by snapshot.

use std::fs;
use std::path::PathBuf;

use sentinel_machine::{ClusterInfo, Replica};
use uuid::Uuid;

use crate::cluster::{Cluster, eventually};
use crate::commands::nothing;

async fn write(cluster: &Cluster, id: u64, count: usize) -> u64 {
    let writes = (0..count).map(|_| cluster.member(id).propose(nothing(Uuid::new_v4())));
    let mut last = 0;
    for written in futures::future::join_all(writes).await {
        last = last.max(written.unwrap().index);
    }
    last
}

fn snapshots(cluster: &Cluster, id: u64) -> Vec<PathBuf> {
    let files = fs::read_dir(cluster.data(id).join("snapshots")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("snapshot-")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_go_on_without_the_old_leader_which_catches_up_by_log_or_by_snapshot() {
    let mut cluster = Cluster::start(40).await;
    let leader = cluster.leader().await;
    write(&cluster, leader, 1).await;
    cluster.kill(leader).await;
    let survivor = *cluster.running.keys().next().unwrap();
    // More entries than are kept: the log alone cannot bring the old leader back.
    let mut last = 0;
    for _ in 0..20 {
        last = write(&cluster, survivor, 10).await;
    }
    cluster.launch(leader).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(leader), cluster.everything(survivor));

    // And an empty disk is filled by a snapshot.
    cluster.kill(leader).await;
    fs::remove_dir_all(cluster.data(leader)).unwrap();
    cluster.launch(leader).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(leader), cluster.everything(survivor));
    assert_eq!(snapshots(&cluster, leader).len(), 1, "it came by snapshot");
    // Nothing of the transfer is left, nor the mark of a member that has not caught up.
    let left = || fs::read_dir(cluster.data(leader).join("snapshots")).unwrap().count();
    eventually(|| left() == 1, || format!("{} files", left())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_snapshot_is_damaged_starts_from_its_state() {
    for place in [9, usize::MAX] {
        let mut cluster = Cluster::start(20).await;
        let last = write(&cluster, 1, 60).await;
        cluster.all_applied(last).await;
        let follower = cluster.follower().await;
        with_snapshot(&cluster, follower).await;
        let before = cluster.everything(follower);
        cluster.kill(follower).await;
        damage(&snapshots(&cluster, follower), place);
        cluster.launch(follower).await;
        cluster.all_applied(last).await;
        assert_eq!(cluster.everything(follower), before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_whose_snapshot_is_damaged_makes_another_for_whoever_needs_it() {
    let mut cluster = Cluster::start(20).await;
    let mut last = 0;
    for _ in 0..10 {
        last = write(&cluster, 1, 10).await;
    }
    cluster.all_applied(last).await;
    let (leader, follower) = (cluster.leader().await, cluster.follower().await);
    with_snapshot(&cluster, leader).await;
    cluster.kill(follower).await;
    fs::remove_dir_all(cluster.data(follower)).unwrap();
    damage(&snapshots(&cluster, leader), usize::MAX);
    cluster.launch(follower).await;
    cluster.all_applied(last).await;
    assert_eq!(cluster.everything(follower), cluster.everything(leader));
    assert_eq!(cluster.member(leader).status().leader.map(|id| id.0), Some(leader), "it still leads");
    assert!(cluster.data(leader).join("snapshots/damaged.snap").exists());
}

async fn with_snapshot(cluster: &Cluster, id: u64) {
    let status = || cluster.member(id).status();
    eventually(|| status().snapshot > 0, || format!("no snapshot: {:?}", status())).await;
}

/// Flips a bit at `place`, or in the middle.
fn damage(files: &[PathBuf], place: usize) {
    assert!(!files.is_empty(), "there is a snapshot");
    for path in files {
        let mut bytes = fs::read(path).unwrap();
        let place = if place == usize::MAX { bytes.len() / 2 } else { place };
        bytes[place] ^= 0x10;
        fs::write(path, bytes).unwrap();
    }
}
