//! What an agent refuses: it says so and stays on what it has. Checked where the bytes come from a member that lies.

use sentinel_kit::{Upstream, until};
use serde_json::json;

use crate::fleet::{Fleet, PROJECT, effective};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_bundle_is_refused_and_said() {
    let fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let first = fleet.with_first_bundle(&one).await;

    // Every member's copy of the next bundle is damaged on disk in the same way: no member can serve it.
    let next = fleet.bundle("2.0.0", &two).await.unwrap();
    let shown = fleet.api.get(&format!("/api/v1/projects/{PROJECT}/bundles/{next}")).await.unwrap();
    let digest = shown["bundle"]["checksum"].as_str().unwrap().to_owned();
    for member in 0..3 {
        let path = fleet.cluster.data_dir(member).join("blobs").join(&digest[..2]).join(&digest);
        until("the blob is on every member", 20, || async { path.is_file().then_some(()) }).await;
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    let node = fleet.nodes().await.unwrap().remove(0);
    let id = node["id"].as_str().unwrap();
    let assign = format!("/api/v1/projects/{PROJECT}/bundles/{next}/assign");
    fleet.api.post(&assign, &json!({"node_ids": [id]})).await.unwrap();
    let failed = until("the node says why it refuses", 60, || async {
        let nodes = fleet.nodes().await.ok()?;
        nodes.into_iter().find(|node| node["failure"].is_object())
    })
    .await;
    assert!(["download", "verify"].contains(&failed["failure"]["stage"].as_str().unwrap()), "{failed}");
    assert_eq!(effective(&failed), Some(first.as_str()), "it stays on what it has");
    let answer = reqwest::get(format!("http://{}/", fleet.agents[0].address())).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "one");
}
