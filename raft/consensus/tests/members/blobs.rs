//! Blobs of the cluster.

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;
use sentinel_machine::ports::BLOB_MAX;
use sentinel_machine::{BlobError, Blobs};
use sentinel_model::Sha256Digest;

use crate::cluster::{Cluster, DEADLINE, test_bytes};

fn path(cluster: &Cluster, id: u64, digest: Sha256Digest) -> PathBuf {
    let name = digest.to_string();
    cluster.data(id).join("blobs").join(&name[..2]).join(name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_is_on_a_majority_and_a_damaged_copy_is_mended_from_a_peer() {
    let cluster = Cluster::start(10_000).await;
    let bytes = test_bytes(1_300_000);
    let digest = cluster.running[&1].blobs.put(bytes.clone()).await.unwrap();
    let copies = (1..=3).filter(|id| path(&cluster, *id, digest).exists()).count();
    assert!(copies >= 2, "{copies}");
    for id in 1..=3 {
        assert_eq!(cluster.running[&id].blobs.get(digest).await.unwrap(), bytes, "member {id}");
    }
    let mut damaged = std::fs::read(path(&cluster, 2, digest)).unwrap();
    damaged[1_000] ^= 1;
    std::fs::write(path(&cluster, 2, digest), damaged).unwrap();
    assert_eq!(cluster.running[&2].blobs.get(digest).await.unwrap(), bytes);
    assert_eq!(std::fs::read(path(&cluster, 2, digest)).unwrap(), bytes, "its own copy is good again");
    let unknown = Sha256Digest([7; 32]);
    assert!(
        matches!(cluster.running[&1].blobs.get(unknown).await, Err(BlobError::NotFound(digest)) if digest == unknown)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_was_away_fetches_what_it_missed() {
    let mut cluster = Cluster::start(10_000).await;
    cluster.kill(3).await;
    let bytes = test_bytes(700_000);
    let digest = cluster.running[&1].blobs.put(bytes.clone()).await.unwrap();
    cluster.launch(3).await;
    assert!(!path(&cluster, 3, digest).exists());
    assert_eq!(cluster.running[&3].blobs.get(digest).await.unwrap(), bytes);
    assert!(path(&cluster, 3, digest).exists(), "and keeps it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_blob_that_is_not_on_a_majority_is_not_stored() {
    let mut cluster = Cluster::start(10_000).await;
    cluster.kill(2).await;
    cluster.kill(3).await;
    // Their connections outlive them here, where they are no processes, until both sides have noticed.
    let deadline = Instant::now() + DEADLINE;
    let refused = loop {
        let put = cluster.running[&1].blobs.put(test_bytes(1_000)).await;
        if put.is_err() || Instant::now() > deadline {
            break put;
        }
    };
    assert!(matches!(refused, Err(BlobError::NoMajority { stored: 1, needed: 2, .. })), "{refused:?}");
    let refused = cluster.running[&1].blobs.put(Bytes::from(vec![0; BLOB_MAX + 1])).await;
    assert!(matches!(refused, Err(BlobError::TooLarge(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_empty_blob_is_a_blob() {
    let cluster = Cluster::start(10_000).await;
    let digest = cluster.running[&1].blobs.put(Bytes::new()).await.unwrap();
    assert_eq!(cluster.running[&2].blobs.get(digest).await.unwrap(), Bytes::new());
}
