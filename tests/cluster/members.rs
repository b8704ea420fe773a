//! Any member takes any request, and refuses to be reached from elsewhere.

use std::process::Command;

use sentinel_kit::{Cluster, until};
use serde_json::json;

use crate::BINARY;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_at_any_member_is_read_at_every_other_and_a_stale_read_says_its_age() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    for member in 0..3 {
        let slug = format!("made-at-{member}");
        cluster.project(&api.at(&cluster.url(member)), &slug).await.unwrap();
        for reader in 0..3 {
            // Linearizable: no waiting, no retrying.
            api.at(&cluster.url(reader)).get(&format!("/api/v1/projects/{slug}")).await.unwrap();
        }
    }
    let (status, _) =
        api.send(reqwest::Method::GET, "/api/v1/projects/made-at-0?consistency=stale", None).await.unwrap();
    assert_eq!(status, 200);

    // Without a majority: linearizable reads and writes say so, stale reads and the node API still answer.
    let leader = cluster.leader(&api).await;
    let survivor = (leader + 1) % 3;
    for member in 0..3 {
        if member != survivor {
            cluster.kill9(member);
        }
    }
    let alone = api.at(&cluster.url(survivor));
    until("the survivor says that it is not ready", 30, || async {
        let (status, body) = alone.send(reqwest::Method::GET, "/ready", None).await.ok()?;
        (status == 503 && body.to_string().contains("reason")).then_some(())
    })
    .await;
    let (status, body) = alone.send(reqwest::Method::GET, "/api/v1/projects/made-at-0", None).await.unwrap();
    assert_eq!(status, 503, "{body}");
    let (status, _) =
        alone.send(reqwest::Method::GET, "/api/v1/projects/made-at-0?consistency=stale", None).await.unwrap();
    assert_eq!(status, 200);
    let (status, body) = alone
        .send(
            reqwest::Method::POST,
            "/api/v1/projects/made-at-0/enrolment-tokens",
            Some(&json!({"name": "x"})),
        )
        .await
        .unwrap();
    assert!(status == 503 || status == 504, "{status} {body}");
}

#[test]
fn a_member_refuses_to_listen_beyond_loopback() {
    let dir = tempfile::tempdir().unwrap();
    let output = Command::new(BINARY)
        .args(["server", "--http", "0.0.0.0:0", "--data-dir"])
        .arg(dir.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("loopback"), "{said}");
}
