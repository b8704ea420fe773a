//! Each member has each archive, whatever became of its disk.

use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use sentinel_kit::{Api, Cluster, until};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::BINARY;
use crate::compile::CONFIG;
use crate::disk::has_problem;

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
        fs::remove_dir_all(cluster.data_dir(member)).unwrap();
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
        fs::remove_file(place(&cluster, member, &digest)).unwrap();
    }
    let body = json!({"version": "1.0.1", "config_source": CONFIG});
    api.post("/api/v1/projects/kept/bundles", &body).await.unwrap();
    until("an archive that nobody has is a finding", 60, || async {
        let findings = api.get("/api/v1/cluster").await.ok()?["findings"].to_string();
        findings.contains("archives of bundles that no member has that answers: 1.").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_disk_changes_or_loses_is_found_and_mended_before_anybody_asks_for_it() {
    let mut cluster = Cluster::start(BINARY, 3, &["--archive-check-every", "1s"]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "kept").await.unwrap();
    let digest = bundle(&api, "1.0.0").await;
    for member in 0..3 {
        until("every member has the archive", 30, || async { holds(&cluster, member, &digest) }).await;
    }
    let victim = 2;
    let file = place(&cluster, victim, &digest);
    let good = fs::read(&file).unwrap();

    let mut damaged = good.clone();
    damaged[good.len() / 2] ^= 0x10;
    fs::write(&file, damaged).unwrap();
    until("the damaged copy is replaced", 30, || async {
        fs::read(&file).is_ok_and(|bytes| bytes == good).then_some(())
    })
    .await;
    let aside = file.with_extension("corrupt");
    assert!(aside.is_file(), "what was damaged can be looked at");
    let words = has_problem(&cluster, victim, "archives_damaged", true).await;
    assert!(words.contains("set aside: 1."), "{words}");
    until("any member says which disk it was", 30, || async {
        let page = api.get("/api/v1/cluster").await.ok()?;
        let text = "the archives of 1 bundle were damaged on the disk of member-3";
        page["findings"].to_string().contains(text).then_some(())
    })
    .await;
    let counted = Api::new(&cluster.url(victim)).bytes("/metrics").await.unwrap();
    let counted = String::from_utf8(counted).unwrap();
    for line in ["archives_damaged_total 1\n", "archives_mended_total 1\n", "archives_set_aside 1\n"] {
        assert!(counted.contains(line), "{line}{counted}");
    }
    // Somebody has looked.
    fs::remove_file(&aside).unwrap();
    has_problem(&cluster, victim, "archives_damaged", false).await;

    fs::remove_file(&file).unwrap();
    until("what is gone comes back", 30, || async { holds(&cluster, victim, &digest) }).await;
    assert_eq!(fs::read(&file).unwrap(), good);
    until("any member sees that it is well again", 30, || async {
        let archives = archives(&api, victim).await?;
        (archives["count"] == 1 && archives["missing"] == 0 && archives["damaged"] == 0).then_some(())
    })
    .await;

    // A copy that nobody can replace is not thrown away with the rest.
    cluster.kill9(0);
    cluster.kill9(1);
    fs::write(&file, b"rubbish").unwrap();
    until("it is set aside all the same", 30, || async { aside.is_file().then_some(()) }).await;
    assert!(!file.exists());
    cluster.launch(0);
    cluster.launch(1);
    until("with the others, the good copy is back", 60, || async { holds(&cluster, victim, &digest) }).await;
    assert_eq!(fs::read(&file).unwrap(), good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_bundle_names_goes_after_the_grace_and_nothing_goes_without_a_majority() {
    let grace = Duration::from_secs(5);
    let options = ["--archive-check-every", "1s", "--archive-grace", "5s"];
    let mut cluster = Cluster::start(BINARY, 3, &options).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "kept").await.unwrap();
    let named = bundle(&api, "1.0.0").await;
    for member in 0..3 {
        until("every member has the archive", 30, || async { holds(&cluster, member, &named) }).await;
    }
    // Bundles that were never made: each member has one from long ago.
    cluster.kill9(1);
    cluster.kill9(2);
    let stray = hex::encode(Sha256::digest(b"never named"));
    for member in 0..3 {
        let file = place(&cluster, member, &stray);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, b"never named").unwrap();
        for old in [&file, &place(&cluster, member, &named)] {
            let long_ago = SystemTime::now() - Duration::from_secs(3_600);
            File::open(old).unwrap().set_modified(long_ago).unwrap();
        }
    }
    let began = Timestamp::now();
    until("the member that is alone has gone on reading for longer than the grace", 60, || async {
        let checked: Timestamp = archives(&api, 0).await?["checked_at"].as_str()?.parse().ok()?;
        (checked > began + 2 * grace).then_some(())
    })
    .await;
    assert!(holds(&cluster, 0, &stray).is_some(), "a state that may be old does not say what may go");

    cluster.launch(1);
    cluster.launch(2);
    for member in 0..3 {
        until("what nothing names is gone", 60, || async {
            holds(&cluster, member, &stray).is_none().then_some(())
        })
        .await;
        assert!(holds(&cluster, member, &named).is_some(), "what is named stays, however old it is");
    }
    let seen = until("each tells what it has", 30, || async {
        let seen = [archives(&api, 0).await?, archives(&api, 1).await?, archives(&api, 2).await?];
        seen.iter().all(|archives| archives["count"] == 1).then_some(seen)
    })
    .await;
    assert!(seen.iter().all(|archives| archives["missing"] == 0), "{seen:?}");
}

/// Makes a bundle and returns the digest of its archive.
async fn bundle(api: &Api, version: &str) -> String {
    let body = json!({"version": version, "config_source": CONFIG});
    let made = api.post("/api/v1/projects/kept/bundles", &body).await.unwrap();
    made["bundle"]["checksum"].as_str().unwrap().to_owned()
}

/// What a member has told of its archives.
async fn archives(api: &Api, member: usize) -> Option<Value> {
    let page = api.get("/api/v1/cluster?consistency=stale").await.ok()?;
    let archives = page["members"][member]["archives"].clone();
    archives.is_object().then_some(archives)
}

fn holds(cluster: &Cluster, member: usize, digest: &str) -> Option<()> {
    place(cluster, member, digest).is_file().then_some(())
}

fn place(cluster: &Cluster, member: usize, digest: &str) -> PathBuf {
    cluster.data_dir(member).join("blobs").join(&digest[..2]).join(digest)
}
