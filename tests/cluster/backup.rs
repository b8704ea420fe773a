//! A cluster is lost and comes back out of a backup, and its nodes go on.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use sentinel_kit::{ADMIN_EMAIL, Api, Cluster, Process, until};
use serde_json::{Value, json};

use crate::BINARY;

const SOURCE: &str = include_str!("../../deploy/example/edge.kdl");

/// Runs the command line and returns what it said.
fn ctl(args: &[&str]) -> Output {
    Command::new(BINARY).args(args).output().unwrap()
}

fn answer(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn words(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Has the administrator make a backup at a member.
async fn backup(cluster: &Cluster, to: &str) -> Value {
    let token = cluster.admin(0).await;
    let mut command = Command::new(BINARY);
    command.args(["cluster", "backup", "create", to, "-o", "json", "--server", &cluster.url(0)]);
    command.env("SENTINEL_CP_TOKEN", token.token().unwrap());
    let made = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    answer(&made)
}

/// Has the command line read the backup and tell the cluster; and who took it can be read as well.
async fn note_that_it_was_read(cluster: &Cluster, api: &Api, file: &str) {
    let unread = "nobody has told of having read the newest backup";
    let findings = |status: &Value| status["findings"].to_string();
    assert!(findings(&api.get("/api/v1/cluster").await.unwrap()).contains(unread));
    let mut command = Command::new(BINARY);
    command.args(["cluster", "backup", "verify", file, "--note", "-o", "json", "--server", &cluster.url(1)]);
    command.arg("--kek-file").arg(cluster.key_file(0)).env("SENTINEL_CP_TOKEN", api.token().unwrap());
    answer(&tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap());
    let status = api.get("/api/v1/cluster").await.unwrap();
    assert!(status["backup"]["verified_at"].is_string() && !findings(&status).contains(unread), "{status}");
    let audit = api.get("/api/v1/cluster/audit?action=cluster.backup_taken").await.unwrap();
    let taken = &audit["entries"][0];
    assert_eq!((&taken["actor"]["name"], &audit["total"]), (&json!(ADMIN_EMAIL), &json!(1)), "{audit}");
}

async fn nodes(api: &Api) -> Vec<Value> {
    let list = api.get("/api/v1/projects/shop/nodes").await.unwrap();
    list["nodes"].as_array().unwrap().clone()
}

async fn all_run(api: &Api, bundle: &Value, count: usize) {
    until("every node has proven the bundle", 60, || async {
        let proven = |node: &&Value| node["effective"]["bundle_id"] == *bundle && node["converged"] == true;
        (nodes(api).await.iter().filter(proven).count() == count).then_some(())
    })
    .await;
}

async fn bundle(api: &Api, version: &str) -> Value {
    let body = json!({"version": version, "config_source": SOURCE});
    api.post("/api/v1/projects/shop/bundles", &body).await.unwrap()["bundle"]["id"].clone()
}

async fn assign(api: &Api, bundle: &Value) {
    let ids: Vec<Value> = nodes(api).await.iter().map(|node| node["id"].clone()).collect();
    let path = format!("/api/v1/projects/shop/bundles/{}/assign", bundle.as_str().unwrap());
    api.post(&path, &json!({"node_ids": ids})).await.unwrap();
}

fn fleet(cluster: &Cluster, token: &str) -> Process {
    let mut command = Command::new(BINARY);
    command.arg("sim");
    for url in cluster.urls() {
        command.args(["--server", &url]);
    }
    command.args(["--project", "shop", "--enrolment-token", token, "--nodes", "3", "--fail-rate", "0"]);
    Process::start("fleet", &mut command, &cluster.dir.join("fleet.log"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_whose_disks_are_all_gone_comes_back_and_its_nodes_go_on() {
    let mut cluster = Cluster::start(BINARY, 3, &["--heartbeat-interval", "1s"]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let token = cluster.enrolment_token(&api, "shop").await.unwrap();
    let _fleet = fleet(&cluster, &token);
    until("the fleet is there", 60, || async { (nodes(&api).await.len() == 3).then_some(()) }).await;
    let old = bundle(&api, "1.0").await;
    assign(&api, &old).await;
    all_run(&api, &old, 3).await;

    let file = cluster.dir.join("monday.scpbackup").display().to_string();
    let made = backup(&cluster, &file).await;
    assert!(made["backup"]["size_bytes"].as_u64().unwrap() > 1_000, "{made}");
    let status = api.get("/api/v1/cluster").await.unwrap();
    assert_eq!((&status["backup"], &status["epoch"]), (&made["backup"], &json!(1)));
    note_that_it_was_read(&cluster, &api, &file).await;

    // Nodes go on to generations that the backup knows nothing of.
    let new = bundle(&api, "2.0").await;
    for bundle in [&new, &old, &new] {
        assign(&api, bundle).await;
        all_run(&api, bundle, 3).await;
    }
    let key = cluster.dir.join("key-apart-from-the-data");
    std::fs::copy(cluster.key_file(0), &key).unwrap();
    let key = key.display().to_string();
    for index in 0..3 {
        cluster.kill9(index);
        std::fs::remove_dir_all(cluster.data_dir(index)).unwrap();
    }

    let began = Instant::now();
    let verified = answer(&ctl(&["cluster", "backup", "verify", &file, "--kek-file", &key, "-o", "json"]));
    assert_eq!(
        (&verified["nodes"], &verified["bundles"], &verified["next_member"]),
        (&json!(3), &json!(1), &json!(4))
    );
    let dir = cluster.data_dir(0);
    let home = dir.display().to_string();
    let restored = answer(&ctl(&[
        "cluster",
        "backup",
        "restore",
        &file,
        "--data-dir",
        &home,
        "--kek-file",
        &key,
        "-o",
        "json",
    ]));
    assert_eq!((&restored["member_id"], &restored["begins_epoch"]), (&json!(4), &json!(2)));
    let again = ctl(&["cluster", "backup", "restore", &file, "--data-dir", &home, "--kek-file", &key]);
    assert!(words(&again).contains("is not empty"), "{}", words(&again));
    std::fs::copy(&key, cluster.key_file(0)).unwrap();
    cluster.launch(0);
    cluster.ready(0).await;
    let api = cluster.admin(0).await;
    let status = until("the new epoch has begun", 30, || async {
        api.get("/api/v1/cluster").await.ok().filter(|status| status["epoch"] == 2)
    })
    .await;
    assert_eq!(status["epoch_began"]["reason"], "restore");
    let members = |status: &Value| -> Vec<u64> {
        status["members"].as_array().unwrap().iter().filter_map(|member| member["id"].as_u64()).collect()
    };
    assert_eq!(members(&status), [4]);
    println!("restored and writable after {:?}", began.elapsed());

    // What the backup says is what nodes run, although its generation is lower than theirs.
    all_run(&api, &old, 3).await;
    println!("nodes proven after {:?}", began.elapsed());
    assert_eq!(nodes(&api).await[0]["effective"]["generation"], 1);
    let newest = bundle(&api, "3.0").await;
    assign(&api, &newest).await;
    all_run(&api, &newest, 3).await;

    // Tokens of before are good for nothing; with a new one, others join.
    let mut command = cluster.command(1);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap());
    assert!(words(&output.await.unwrap()).contains("the join token was revoked"));
    cluster.renew_token().await;
    for index in [1, 2] {
        cluster.launch(index);
        cluster.ready(index).await;
    }
    until("three vote", 60, || async {
        let status = api.get("/api/v1/cluster").await.ok()?;
        let voters = status["members"].as_array()?.iter().filter(|member| member["voter"] == true).count();
        (voters == 3 && members(&status) == [4, 5, 6]).then_some(())
    })
    .await;
    // The archives came with the backup, and are on every member by and by.
    let path = format!("/api/v1/projects/shop/bundles/{}/verify", old.as_str().unwrap());
    for index in 0..3 {
        assert_eq!(api.at(&cluster.url(index)).get(&path).await.unwrap()["verified"], true, "at {index}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_was_changed_or_cut_or_is_of_another_key_is_refused() {
    let cluster = Cluster::start(BINARY, 1, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    bundle(&api, "1.0").await;
    let file = cluster.dir.join("a.scpbackup");
    backup(&cluster, &file.display().to_string()).await;
    let left: Vec<_> = std::fs::read_dir(cluster.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("partial"))
        .collect();
    assert_eq!(left, [""; 0], "nothing is left under another name");
    let key = cluster.key_file(0).display().to_string();
    let verify = |path: &Path, key: &str| {
        ctl(&["cluster", "backup", "verify", &path.display().to_string(), "--kek-file", key])
    };
    assert!(verify(&file, &key).status.success());
    let bytes = std::fs::read(&file).unwrap();
    let bad = cluster.dir.join("bad.scpbackup");
    for at in [9, 60, bytes.len() / 2, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        std::fs::write(&bad, &changed).unwrap();
        let said = words(&verify(&bad, &key));
        assert!(said.contains("damaged") || said.contains("encrypted under"), "byte {at}: {said}");
    }
    std::fs::write(&bad, &bytes[..bytes.len() - 100]).unwrap();
    assert!(words(&verify(&bad, &key)).contains("cut off"));
    let other = cluster.dir.join("other-key");
    std::fs::write(&other, "ab".repeat(32)).unwrap();
    std::fs::set_permissions(&other, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    assert!(words(&verify(&file, &other.display().to_string())).contains("key-encryption key"));
    let there = file.display().to_string();
    let mut command = Command::new(BINARY);
    command.args(["cluster", "backup", "create", &there, "--server", &cluster.url(0)]);
    command.env("SENTINEL_CP_TOKEN", api.token().unwrap());
    let twice = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(words(&twice).contains("exists already"));
}
