//! Bytes of the state that change on a member's disk.

use std::fs;
use std::path::Path;

use sentinel_kit::{Api, Cluster, until};

use super::has_problem;
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
