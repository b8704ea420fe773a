//! Backups that make themselves, in a directory and in an S3 store.

use std::process::Command;

use sentinel_kit::{Api, Cluster, S3, until};
use serde_json::Value;

use crate::BINARY;

async fn newest(api: &Api, other_than: &Value) -> Value {
    until("a scheduled backup is made and verified", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        let backup = status["backup"].clone();
        (backup != *other_than && backup["verified_at"].is_string()).then_some(backup)
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_makes_backups_keeps_as_many_as_it_is_told_and_says_when_it_cannot() {
    let dir = tempfile::tempdir().unwrap();
    let to = format!("file://{}/depot", dir.path().display());
    let options = ["--backup-to", &to, "--backup-every", "1s", "--backup-keep", "2"];
    let cluster = Cluster::start(BINARY, 1, &options).await;
    let api = cluster.admin(0).await;
    let mut backup = Value::Null;
    for _ in 0..3 {
        backup = newest(&api, &backup).await;
    }
    assert!(backup["place"].as_str().unwrap().starts_with(&to), "{backup}");
    let depot = dir.path().join("depot");
    let whole = || {
        let names = std::fs::read_dir(&depot).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| !name.to_str().unwrap().starts_with('.')).count()
    };
    until("no more than two are left", 30, || async { (whole() <= 2).then_some(()) }).await;
    // Something else stands in its place: that is said, and taken back when it is over.
    let aside = dir.path().join("aside");
    std::fs::rename(&depot, &aside).unwrap();
    std::fs::write(&depot, b"no directory").unwrap();
    let concerns =
        || async { api.get("/api/v1/cluster").await.ok().map(|status| status["findings"].to_string()) };
    until("the failure is a concern", 60, || async { concerns().await?.contains("backup to").then_some(()) })
        .await;
    std::fs::remove_file(&depot).unwrap();
    std::fs::rename(&aside, &depot).unwrap();
    until("it is over", 60, || async { (!concerns().await?.contains("backup to")).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_go_to_an_s3_store_and_come_back_from_it() {
    let dir = tempfile::tempdir().unwrap();
    let s3 = S3::start(dir.path(), "vault").await;
    let options = ["--backup-to", "s3://vault/cp", "--backup-every", "1h"];
    let cluster = Cluster::start_with(BINARY, 1, &options, &s3.environment()).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let backup = newest(&api, &Value::Null).await;
    assert!(backup["place"].as_str().unwrap().starts_with("s3://vault/cp/sentinel-"), "{backup}");
    let ctl = |args: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(args).envs(s3.environment());
        command.args(["--server", &cluster.url(0)]).env("SENTINEL_CP_TOKEN", api.token().unwrap());
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let by_hand = "s3://vault/by-hand.scpbackup";
    let made = ctl(&["cluster", "backup", "create", by_hand]).await.unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let twice = ctl(&["cluster", "backup", "create", by_hand]).await.unwrap();
    assert!(String::from_utf8_lossy(&twice.stderr).contains("exists already"));
    let key = cluster.key_file(0).display().to_string();
    for url in [by_hand, backup["place"].as_str().unwrap()] {
        let held =
            ctl(&["cluster", "backup", "verify", url, "--kek-file", &key, "-o", "json"]).await.unwrap();
        assert!(held.status.success(), "{}", String::from_utf8_lossy(&held.stderr));
        let held: Value = serde_json::from_slice(&held.stdout).unwrap();
        assert_eq!(held["orgs"], 1, "{held}");
    }
    let nowhere =
        ctl(&["cluster", "backup", "verify", "s3://vault/nothing", "--kek-file", &key]).await.unwrap();
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("cannot read s3://vault/nothing"));
}
