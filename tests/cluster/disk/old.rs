//! Disks that come back from the past, and disks that are lost.

use std::fs;
use std::path::Path;
use std::process::Command;

use sentinel_kit::{Api, Cluster, until, until_ok};
use serde_json::json;

use super::has_problem;
use crate::BINARY;

const TOKENS: &str = "/api/v1/projects/shop/enrolment-tokens";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_on_an_older_copy_of_its_disk_or_on_none_has_no_say_until_it_has_caught_up() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    // Whoever joined knows the others from then on.
    let victim = 2;
    let copy = cluster.path().join("copy");
    cluster.stop(victim);
    copy_dir(&cluster.data_dir(victim), &copy);
    cluster.launch(victim);
    cluster.ready(victim).await;
    let here = api.at(&cluster.url(victim));
    for number in 0..20 {
        here.post(TOKENS, &json!({"name": format!("n{number}")})).await.unwrap();
    }
    both_have_heard(&cluster, &api, victim).await;

    cluster.kill9(victim);
    fs::remove_dir_all(cluster.data_dir(victim)).unwrap();
    copy_dir(&copy, &cluster.data_dir(victim));
    cluster.launch(victim);
    cluster.ready(victim).await;
    until("it finds that it has forgotten something", 10, || async {
        cluster.log(victim).contains("the disk of this member is older than what it has done").then_some(())
    })
    .await;
    assert_eq!(tokens(&here).await, 20);
    has_problem(&cluster, victim, "disk_old", false).await;
    votes(&mut cluster, &api, victim).await;

    // Everything is lost but who it is.
    both_have_heard(&cluster, &api, victim).await;
    cluster.kill9(victim);
    for lost in ["raft-log", "snapshots", "blobs", "history"] {
        fs::remove_dir_all(cluster.data_dir(victim).join(lost)).unwrap();
    }
    fs::remove_file(cluster.data_dir(victim).join("state.redb")).unwrap();
    cluster.launch(victim);
    cluster.ready(victim).await;
    assert!(tokens(&here).await >= 20);
    votes(&mut cluster, &api, victim).await;
}

/// Waits until the others have heard how far the member's disk has come.
async fn both_have_heard(cluster: &Cluster, api: &Api, index: usize) {
    let goal =
        until_ok("the newest entry", 20, || api.get("/api/v1/cluster")).await["committed"].as_u64().unwrap();
    for other in (0..3).filter(|other| *other != index) {
        let there = api.at(&cluster.url(other));
        until("the others hear how far it has come", 20, || async {
            let page = there.get("/api/v1/cluster").await.ok()?;
            let member =
                page["members"].as_array()?.iter().find(|one| one["id"] == index as u64 + 1)?.clone();
            (member["matched"].as_u64()? >= goal).then_some(())
        })
        .await;
    }
}

/// Without the leader it takes this member's vote to go on.
pub(super) async fn votes(cluster: &mut Cluster, api: &Api, index: usize) {
    let here = api.at(&cluster.url(index));
    let gone = match cluster.leader(api).await {
        leader if leader == index => (index + 1) % 3,
        leader => leader,
    };
    cluster.kill9(gone);
    let body = json!({"name": format!("without-{gone}-{}", uuid::Uuid::new_v4())});
    until_ok("a write with its vote", 20, || here.post(TOKENS, &body)).await;
    cluster.launch(gone);
    cluster.ready(gone).await;
}

async fn tokens(api: &Api) -> usize {
    let page = api.get(&format!("{TOKENS}?limit=200")).await.unwrap();
    page["enrolment_tokens"].as_array().unwrap().len()
}

fn copy_dir(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success(), "{} to {}", from.display(), to.display());
}
