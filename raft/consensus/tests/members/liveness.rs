//! Liveness digests.

use bytes::Bytes;

use crate::cluster::{Cluster, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_member_hears_about_nodes_the_others_hear_from_it() {
    let cluster = Cluster::start(10_000).await;
    let digest = Bytes::from_static(b"a node");
    *cluster.running[&2].digests.to_tell.lock().unwrap() = Some(digest.clone());
    for id in [1, 3] {
        let heard = || cluster.running[&id].digests.heard.lock().unwrap().contains(&(2, digest.clone()));
        eventually(heard, || format!("member {id} heard nothing")).await;
    }
    assert!(cluster.running[&2].digests.heard.lock().unwrap().is_empty());
}
