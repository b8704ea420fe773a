//! Each member has each archive, whatever became of its disk.

use std::path::PathBuf;

use sentinel_kit::{Cluster, until};
use serde_json::json;

use crate::BINARY;
use crate::compile::CONFIG;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disks_lost_one_after_the_other_lose_no_archive() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "kept").await.unwrap();
    // Made while a member was away: two have it.
    cluster.stop(2);
    let body = json!({"version": "1.0.0", "config_source": CONFIG});
    let made = api.post("/api/v1/projects/kept/bundles", &body).await.unwrap();
    let id = made["id"].as_str().unwrap().to_owned();
    let digest = made["bundle"]["checksum"].as_str().unwrap().to_owned();
    cluster.launch(2);
    cluster.ready(2).await;
    until("the member that was away has the archive", 30, || async { holds(&cluster, 2, &digest) }).await;

    // The two that had it first lose everything, one after the other. Whoever has lost its disk is somebody new.
    for member in [0, 1] {
        cluster.stop(member);
        std::fs::remove_dir_all(cluster.data_dir(member)).unwrap();
        let others = api.at(&cluster.url(2));
        others.delete(&format!("/api/v1/cluster/members/{}", member + 1)).await.unwrap();
        cluster.launch(member);
        cluster.ready(member).await;
        until("a member with a new disk has the archive", 30, || async { holds(&cluster, member, &digest) })
            .await;
        cluster.all_vote().await;
    }
    let api = cluster.admin(1).await;
    let archive = api.bytes(&format!("/api/v1/projects/kept/bundles/{id}/archive")).await.unwrap();
    assert_eq!(made["bundle"]["size_bytes"], archive.len());

    // Somebody removes it everywhere: that is found, at the latest when the next bundle is made.
    for member in 0..3 {
        std::fs::remove_file(place(&cluster, member, &digest)).unwrap();
    }
    let body = json!({"version": "1.0.1", "config_source": CONFIG});
    api.post("/api/v1/projects/kept/bundles", &body).await.unwrap();
    until("an archive that nobody has is a finding", 60, || async {
        let findings = api.get("/api/v1/cluster").await.ok()?["findings"].to_string();
        findings.contains("archives of bundles that no member has that answers: 1.").then_some(())
    })
    .await;
}

fn holds(cluster: &Cluster, member: usize, digest: &str) -> Option<()> {
    place(cluster, member, digest).is_file().then_some(())
}

fn place(cluster: &Cluster, member: usize, digest: &str) -> PathBuf {
    cluster.data_dir(member).join("blobs").join(&digest[..2]).join(digest)
}
