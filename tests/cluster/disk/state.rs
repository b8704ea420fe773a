//! Bytes of the state that change on a member's disk.

use std::fs;
use std::path::Path;

use sentinel_kit::{Api, Cluster, until};
use serde_json::json;

use super::{has_problem, old};
use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn state_that_changed_on_disk_is_set_aside_and_rebuilt_and_is_never_served() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    for number in 0..40 {
        cluster.project(&api, &format!("project-{number}")).await.unwrap();
    }
    let expected = projects(&api).await;
    let victim = 2;
    for clean in [true, false] {
        if clean {
            cluster.stop(victim);
        } else {
            cluster.kill9(victim);
        }
        damage(&cluster.data_dir(victim).join("state.redb"));
        cluster.launch(victim);
        cluster.ready(victim).await;
        let words = has_problem(&cluster, victim, "state_damaged", true).await;
        assert!(words.contains("set aside as state.redb.damaged"), "{words}");
        assert!(cluster.log(victim).contains("the state is damaged: it is set aside"));
        let here = api.at(&cluster.url(victim));
        assert_eq!(projects(&here).await, expected, "stopped cleanly: {clean}");
        until("the page of the cluster says it as well", 10, || async {
            let page = here.get("/api/v1/cluster").await.ok()?;
            page["findings"].to_string().contains("damaged").then_some(())
        })
        .await;
        // Somebody has looked.
        fs::remove_file(cluster.data_dir(victim).join("state.redb.damaged")).unwrap();
        has_problem(&cluster, victim, "state_damaged", false).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_state_and_snapshot_are_damaged_begins_anew_and_votes_when_it_has_everything() {
    let mut cluster = Cluster::start(BINARY, 3, &["--snapshot-every", "100"]).await;
    let api = cluster.admin(0).await;
    for number in 0..40 {
        cluster.project(&api, &format!("project-{number}")).await.unwrap();
    }
    let slug = cluster.project(&api, "shop").await.unwrap();
    // The one that began the cluster was told of nobody when it joined.
    let victim = 0;
    fill(&cluster, &api, victim, &slug).await;
    let expected = projects(&api).await;
    cluster.stop(victim);
    damage(&cluster.data_dir(victim).join("state.redb"));
    damage_snapshots(&cluster.data_dir(victim));
    cluster.launch(victim);
    cluster.ready(victim).await;
    assert!(cluster.log(victim).contains("it begins anew, and has no vote until"), "{}", cluster.log(victim));
    let words = has_problem(&cluster, victim, "state_damaged", true).await;
    assert!(words.contains("set aside as state.redb.damaged and raft-log.damaged"), "{words}");
    assert_eq!(projects(&api.at(&cluster.url(victim))).await, expected);
    old::votes(&mut cluster, &api, victim).await;
    // Somebody has looked.
    fs::remove_file(cluster.data_dir(victim).join("state.redb.damaged")).unwrap();
    fs::remove_dir_all(cluster.data_dir(victim).join("raft-log.damaged")).unwrap();
    has_problem(&cluster, victim, "state_damaged", false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_that_is_alone_keeps_what_is_left_and_says_that_it_takes_a_backup() {
    let mut cluster = Cluster::start(BINARY, 1, &["--snapshot-every", "100"]).await;
    let api = cluster.admin(0).await;
    let slug = cluster.project(&api, "shop").await.unwrap();
    fill(&cluster, &api, 0, &slug).await;
    cluster.stop(0);
    damage(&cluster.data_dir(0).join("state.redb"));
    damage_snapshots(&cluster.data_dir(0));
    cluster.launch(0);
    until("it refuses to begin with nothing", 30, || async {
        cluster.log(0).contains("knows no other one that has it: restore a backup").then_some(())
    })
    .await;
    assert!(
        cluster.data_dir(0).join("raft-log").is_dir()
            && !cluster.data_dir(0).join("raft-log.damaged").exists()
    );
}

/// Writes until a member has given up the beginning of its log.
async fn fill(cluster: &Cluster, api: &Api, index: usize, slug: &str) {
    for number in 0..250 {
        let body = json!({"name": format!("n{number}")});
        api.post(&format!("/api/v1/projects/{slug}/enrolment-tokens"), &body).await.unwrap();
    }
    until("there is a snapshot of it", 30, || async {
        let page = api.at(&cluster.url(index)).get("/api/v1/cluster").await.ok()?;
        (page["snapshot"].as_u64()? >= 150).then_some(())
    })
    .await;
}

/// One byte of each snapshot.
fn damage_snapshots(dir: &Path) {
    let mut damaged = 0;
    for file in fs::read_dir(dir.join("snapshots")).unwrap() {
        let path = file.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("snapshot-") {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x10;
            fs::write(&path, bytes).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0, "there is no snapshot");
}

/// One byte in each page behind the header, as after a controller that wrote rubbish.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes.chunks_mut(4_096).skip(1).for_each(|page| page[200] ^= 0x10);
    fs::write(path, bytes).unwrap();
}

/// What a member answers from its own state, when that has all that was acknowledged.
async fn projects(api: &Api) -> Vec<String> {
    let orgs = api.get("/api/v1/orgs").await.unwrap();
    let org = orgs["orgs"][0]["slug"].as_str().unwrap().to_owned();
    let page = api.get(&format!("/api/v1/orgs/{org}/projects?limit=200")).await.unwrap();
    let mut slugs: Vec<String> = page["projects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["slug"].as_str().unwrap().to_owned())
        .collect();
    slugs.sort();
    assert!(slugs.len() >= 40, "{page}");
    slugs
}
