//! Certificates by ACME, against a real certificate authority that refuses every fifth request for its nonce.

use std::collections::BTreeSet;

use sentinel_kit::{Api, Cluster, Front, Pebble, ports, until, until_ok};
use serde_json::{Value, json};

use crate::BINARY;

const CERTIFICATES: &str = "/api/v1/projects/shop/certificates";

struct Stage {
    cluster: Cluster,
    api: Api,
    pebble: Pebble,
    /// Where the certificate authority looks for proofs.
    proofs: u16,
    _dir: tempfile::TempDir,
}

impl Stage {
    async fn of(members: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = ["--allow-checks-to", "127.0.0.0/8,::1/128"];
        let cluster = Cluster::start(BINARY, members, &options).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, "shop").await.unwrap();
        let proofs = ports::free();
        let pebble = Pebble::start(dir.path(), proofs).await;
        Self { cluster, api, pebble, proofs, _dir: dir }
    }

    async fn front(&self) -> Front {
        let members = self.cluster.urls();
        let members = members.iter().map(|url| url.trim_start_matches("http://").to_owned()).collect();
        Front::start(self.proofs, members).await
    }

    async fn request(&self, slug: &str, domains: &[&str]) {
        let request = json!({
            "slug": slug,
            "domains": domains,
            "contact": "ada@example.com",
            "directory_url": self.pebble.directory(),
            "directory_ca": self.pebble.authority(),
        });
        let made = self.api.post("/api/v1/projects/shop/acme-certificates", &request).await.unwrap();
        assert_eq!(made["certificate"]["source"], "acme", "{made}");
    }

    /// The certificate, once it is in this state and at this version.
    async fn reaches(&self, at: usize, slug: &str, state: &str, version: u64) -> Value {
        let api = self.api.at(&self.cluster.url(at));
        let what = format!("{slug} is {state} at version {version}");
        let found = until(&what, 120, || async {
            let found = api.get(&format!("{CERTIFICATES}/{slug}?consistency=stale")).await.ok()?;
            let held = found["certificate"]["current"]["version"].as_u64().unwrap_or(0);
            (found["certificate"]["acme"]["state"] == state && held == version).then_some(found)
        });
        found.await
    }

    async fn actions(&self) -> Vec<String> {
        let audit = self.api.get("/api/v1/projects/shop/audit?limit=100").await.unwrap();
        let entries = audit["entries"].as_array().unwrap();
        entries.iter().rev().map(|entry| entry["action"].as_str().unwrap().to_owned()).collect()
    }
}

fn names(body: &Value) -> BTreeSet<String> {
    let names = body["certificate"]["current"]["names"].as_array().unwrap();
    names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_issued_and_renewed_and_any_member_proves_the_names() {
    let stage = Stage::of(3).await;
    let _front = stage.front().await;
    stage.request("web", &["shop.example.com", "www.example.com", "img.example.com"]).await;
    let first = stage.reaches(0, "web", "issued", 1).await;
    let expected = ["img.example.com", "shop.example.com", "www.example.com"].map(str::to_owned);
    assert_eq!(names(&first), BTreeSet::from(expected));
    assert!(first["chain"].as_str().unwrap().matches("BEGIN CERTIFICATE").count() > 1, "{first}");
    assert!(first["certificate"]["acme"]["next_attempt_at"].is_string(), "{first}");

    stage.api.post(&format!("{CERTIFICATES}/web/renew"), &json!({})).await.unwrap();
    let second = stage.reaches(2, "web", "issued", 2).await;
    let fingerprint = |body: &Value| body["certificate"]["current"]["fingerprint"].clone();
    assert_ne!(fingerprint(&first), fingerprint(&second));

    let actions = stage.actions().await;
    let count = |action: &str| actions.iter().filter(|found| *found == action).count();
    assert_eq!((count("acme_account.created"), count("certificate.issued")), (1, 2), "{actions:?}");
    assert!(stage.pebble.log().contains("Configured to reject 20% of good nonces"));
    let text = reqwest::get(format!("{}/.well-known/acme-challenge/nothing-of-ours", stage.cluster.url(1)));
    assert_eq!(text.await.unwrap().status(), 404, "who asks needs no credential, and learns nothing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_dies_during_an_order_is_followed_by_one_that_goes_on_with_it() {
    let mut stage = Stage::of(3).await;
    let front = stage.front().await;
    front.hold(true);
    stage.request("web", &["shop.example.com"]).await;
    until("the certificate authority asks for the proof", 60, || async {
        (front.waiting() > 0).then_some(())
    })
    .await;
    for index in 0..3 {
        stage.reaches(index, "web", "ordered", 0).await;
    }
    let leader = stage.cluster.leader(&stage.api).await;
    stage.cluster.kill9(leader);
    front.hold(false);
    let left = (0..3).find(|index| *index != leader).unwrap();
    stage.api = stage.api.at(&stage.cluster.url(left));
    stage.reaches(left, "web", "issued", 1).await;
    until_ok("the others know who leads", 30, || stage.api.get("/api/v1/projects/shop/audit")).await;
    let actions = stage.actions().await;
    let ordered = actions.iter().filter(|action| *action == "certificate.ordered").count();
    assert_eq!(ordered, 1, "it is the same order: {actions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_proven_fails_with_the_reason_and_is_tried_again_when_somebody_says_so() {
    let stage = Stage::of(1).await;
    stage.request("web", &["shop.example.com"]).await;
    let failed = stage.reaches(0, "web", "failed", 0).await;
    let acme = &failed["certificate"]["acme"];
    let reason = acme["failure"]["reason"].as_str().unwrap();
    assert!(reason.contains("shop.example.com") && reason.contains("refused"), "{reason}");
    assert!(acme["next_attempt_at"].is_string(), "{acme}");
    let _front = stage.front().await;
    stage.api.post(&format!("{CERTIFICATES}/web/renew"), &json!({})).await.unwrap();
    let issued = stage.reaches(0, "web", "issued", 1).await;
    assert_eq!(issued["certificate"]["acme"]["failure"], Value::Null);
}
