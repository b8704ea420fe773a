//! The key-encryption key: a member with another one than the others would seal what nobody else can open.

use std::os::unix::fs::PermissionsExt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sentinel_kit::{Api, Cluster, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::compile::CONFIG;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_with_another_key_does_not_start_and_none_is_made_beside_data() {
    let mut cluster = Cluster::start(BINARY, 1, &[]).await;
    cluster.admin(0).await;
    cluster.stop(0);
    let (key, kept) = (cluster.key_file(0), cluster.key_file(0).with_extension("kept"));
    std::fs::rename(&key, &kept).unwrap();
    cluster.launch(0);
    says(&cluster, "cannot read the key file").await;
    assert!(!key.exists(), "no key is made beside data that another one sealed");

    std::fs::copy(&kept, &key).unwrap();
    let other: String = std::fs::read_to_string(&kept).unwrap().chars().rev().collect();
    std::fs::write(&key, other).unwrap();
    cluster.launch(0);
    says(&cluster, "holds another key than the cluster's").await;

    std::fs::copy(&kept, &key).unwrap();
    cluster.launch(0);
    cluster.ready(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_member_takes_the_clusters_key_in_and_refuses_to_have_another() {
    let mut cluster = Cluster::start(BINARY, 2, &[]).await;
    let keys: Vec<String> =
        (0..2).map(|index| std::fs::read_to_string(cluster.key_file(index)).unwrap()).collect();
    assert_eq!(keys[0], keys[1]);
    let index = cluster.prepare_member();
    std::fs::create_dir_all(cluster.data_dir(index)).unwrap();
    let other: String = keys[0].chars().rev().collect();
    std::fs::write(cluster.key_file(index), &other).unwrap();
    std::fs::set_permissions(cluster.key_file(index), std::fs::Permissions::from_mode(0o600)).unwrap();
    cluster.launch(index);
    until("the member ends", 30, || async {
        cluster.log(index).contains("holds another key than the cluster's").then_some(())
    })
    .await;
    assert_eq!(std::fs::read_to_string(cluster.key_file(index)).unwrap(), other, "it is not overwritten");

    // With its file out of the way it gets in, as the same member: the token's use was not wasted.
    std::fs::remove_file(cluster.key_file(index)).unwrap();
    cluster.launch(index);
    cluster.ready(index).await;
    cluster.all_vote().await;
}

/// What the doctor says to be looked at.
async fn findings(api: &Api) -> String {
    api.get("/api/v1/cluster?consistency=stale")
        .await
        .map(|page| page["findings"].to_string())
        .unwrap_or_default()
}

/// Gives each member other keys, one after the other, as an operator would.
async fn give(cluster: &mut Cluster, keys: &str) {
    for index in 0..cluster.len() {
        cluster.stop(index);
        std::fs::write(cluster.key_file(index), keys).unwrap();
        cluster.launch(index);
        cluster.ready(index).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_gets_another_key_while_it_runs_and_needs_the_one_of_before_no_more() {
    let mut cluster = Cluster::start(BINARY, 3, &[]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let secret = json!({ "name": "TOKEN", "value": "hunter2" });
    api.post("/api/v1/projects/shop/secrets", &secret).await.unwrap();
    let node = Edge::new(&cluster, &api).await;
    node.is_handed_its_secret(&cluster.url(1)).await;
    let before = std::fs::read_to_string(cluster.key_file(0)).unwrap();
    let after = "5e".repeat(32);

    give(&mut cluster, &format!("{before}\n{after}\n")).await;
    let kept = "is sealed under the key-encryption key";
    assert!(!findings(&api).await.contains(kept));
    give(&mut cluster, &format!("{after}\n{before}\n")).await;
    until("the key of before can go", 60, || async { findings(&api).await.contains(kept).then_some(()) })
        .await;
    let audit = api.get("/api/v1/cluster/audit?limit=50").await.unwrap().to_string();
    assert!(audit.contains("cluster.resealed"), "{audit}");

    give(&mut cluster, &after).await;
    node.is_handed_its_secret(&cluster.url(1)).await;
    node.gets_another_bundle(&api).await;
    until("nobody has a word about keys", 60, || async {
        (!findings(&api).await.contains("key-encryption key")).then_some(())
    })
    .await;
    let index = cluster.join().await;
    cluster.ready(index).await;
    assert_eq!(std::fs::read_to_string(cluster.key_file(index)).unwrap(), after);

    cluster.stop(0);
    std::fs::write(cluster.key_file(0), &before).unwrap();
    cluster.launch(0);
    says(&cluster, "holds another key than the cluster's").await;
}

/// A node whose bundle names a secret.
struct Edge {
    id: String,
    key: String,
    bundle: String,
}

impl Edge {
    async fn new(cluster: &Cluster, api: &Api) -> Self {
        let token = cluster.enrolment_token(api, "shop").await.unwrap();
        let body = json!({ "enrolment_token": token, "name": "edge-1" });
        let made = api.post("/api/v1/projects/shop/nodes/register", &body).await.unwrap();
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        let mut edge = Self { id: text("node_id"), key: text("node_key"), bundle: String::new() };
        edge.bundle = edge.assigned(api, "1.0.0").await;
        edge
    }

    async fn assigned(&self, api: &Api, version: &str) -> String {
        let policies =
            r#"route "all" { policies { request-headers { set { "X-Key" "${secrets.TOKEN}"; }; }; };"#;
        let source = CONFIG.replace("route \"all\" {", policies);
        let body = json!({ "version": version, "config_source": source });
        let made = api.post("/api/v1/projects/shop/bundles", &body).await.unwrap();
        let bundle = made["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/projects/shop/bundles/{bundle}/assign");
        api.post(&path, &json!({ "node_ids": [self.id] })).await.unwrap();
        bundle
    }

    async fn gets_another_bundle(&self, api: &Api) {
        self.assigned(api, "2.0.0").await;
    }

    /// The member has to open the value for that; it seals it for this key, of which nobody has the other half.
    async fn is_handed_its_secret(&self, url: &str) {
        let body = json!({ "bundle_id": self.bundle, "public_key": STANDARD.encode([9; 32]) });
        let request = reqwest::Client::new().post(format!("{url}/api/v1/nodes/{}/secrets", self.id));
        let answer = request.header("x-zentinel-node-key", &self.key).json(&body).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["sealed"].as_str().is_some_and(|sealed| sealed.len() > 100), "{answer}");
    }
}

async fn says(cluster: &Cluster, words: &str) {
    until(&format!("the member says that the key {words}"), 30, || async {
        cluster.log(0).contains(words).then_some(())
    })
    .await;
}
