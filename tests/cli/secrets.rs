//! Secrets from the command line: a value goes in by a file or a pipe, and nothing prints it.

use std::path::{Path, PathBuf};

use crate::cli::{Ran, User};

const NOT_FOUND: i32 = 3;
const REFUSED: i32 = 4;
const CANARY: &str = "canary-5e0b";

const SERVICE: &str = r#"
version: 1
services:
  shop:
    route_path: /
    respond_status: 404
    headers:
      request:
        set:
          x-key: Bearer ${secrets.API_TOKEN}
"#;

fn run(user: &User, line: &[&str], input: &str) -> Ran {
    let line = [line, &["--project", "shop"]].concat();
    let ran = tokio::task::block_in_place(|| user.run_with(&line, input));
    assert!(!ran.out.contains("canary") && !ran.err.contains("canary"), "{line:?}: {} {}", ran.out, ran.err);
    ran
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_comes_from_a_file_or_a_pipe_and_is_never_printed() {
    let user = User::admin().await;
    let by = |line: &[&str], input: &str| run(&user, line, input);
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let file = user.file("token.txt", &format!("{CANARY}\n"));
    let made =
        by(&["secret", "create", "API_TOKEN", "--from-file", &file, "--description", "of the shop"], "");
    assert_eq!(made.ok().trim(), "made secret API_TOKEN for all nodes: version 1");
    by(&["secret", "create", "API_TOKEN"], CANARY).failed(REFUSED);
    by(&["secret", "create", "EMPTY"], "\n").failed(1);
    by(&["environment", "create", "Production", "--slug", "prod"], "").ok();
    let made = by(&["secret", "create", "API_TOKEN", "--environment", "prod", "-o", "json"], CANARY).json();
    assert_eq!(made["secret"]["environment"]["slug"], "prod");
    let rotated = by(&["secret", "rotate", "API_TOKEN", "--env", "prod"], CANARY).ok();
    assert_eq!(rotated.trim(), "rotated secret API_TOKEN for prod: version 2");
    by(&["secret", "update", "API_TOKEN", "--description", "of the payment service"], "").ok();
    let listed = by(&["secret", "list"], "").ok();
    assert!(listed.contains("of the payment service") && listed.contains("all nodes"), "{listed}");

    let document = user.file("shop.yaml", SERVICE);
    by(&["config", "apply", "-f", &document], "").ok();
    let shown = by(&["secret", "show", "API_TOKEN"], "").ok();
    assert!(shown.contains("the service shop: headers.request.set.x-key"), "{shown}");
    let refused = by(&["secret", "delete", "API_TOKEN", "--yes"], "").failed(REFUSED);
    assert!(refused.contains("the secret API_TOKEN is in use: the service 'shop' names it"), "{refused}");
    by(&["secret", "delete", "API_TOKEN", "--env", "prod", "--yes"], "").ok();
    let gone = by(&["secret", "show", "API_TOKEN", "--env", "prod"], "").failed(NOT_FOUND);
    assert!(gone.contains("for nodes in prod") && gone.contains("it is for: all nodes"), "{gone}");
}

/// Files below a folder that hold the canary in clear.
fn with_canary(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(with_canary(&path));
        } else if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            found.extend(bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()).then_some(path));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_in_no_log_no_data_no_backup_and_no_metric_in_clear() {
    let user = User::admin_of(1, &["--log", "debug"]).await;
    let by = |line: &[&str], input: &str| run(&user, line, input);
    tokio::task::block_in_place(|| user.run(&["project", "create", "Shop", "--slug", "shop"])).ok();
    let file = user.file("token.txt", CANARY);
    assert_eq!(with_canary(user.cluster.path()).len(), 1, "what looks for it finds it");
    by(&["secret", "create", "API_TOKEN", "--from-file", &file], "").ok();
    by(&["secret", "rotate", "API_TOKEN", "--from-file", &file], "").ok();
    std::fs::remove_file(user.cluster.path().join(&file)).unwrap();
    by(&["audit", "list"], "").ok();
    let document = user.file("shop.yaml", SERVICE);
    by(&["config", "diff", "-f", &document], "").ok();
    by(&["config", "apply", "-f", &document], "").ok();
    by(&["config", "export"], "").ok();
    let backup = user.cluster.path().join("monday.scpbackup");
    tokio::task::block_in_place(|| user.run(&["cluster", "backup", "create", backup.to_str().unwrap()])).ok();
    assert!(backup.is_file());
    let metrics = reqwest::get(format!("{}/metrics", user.cluster.url(0))).await.unwrap();
    assert!(metrics.status().is_success());
    assert!(!metrics.text().await.unwrap().contains(CANARY));
    assert!(user.cluster.log(0).contains("DEBUG"), "much is logged");
    assert_eq!(with_canary(user.cluster.path()), Vec::<PathBuf>::new());
}
