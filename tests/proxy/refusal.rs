//! What an agent refuses: it says so and stays on what it has. Checked where the bytes come from a member that lies.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use sentinel_kit::{Agent, Api, Cluster, Liar, Upstream, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::fleet::{Fleet, PROJECT, config, effective};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_bit_in_a_bundle_is_refused_and_said() {
    let fleet = Fleet::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    let first = fleet.with_first_bundle(&one).await;

    // Every member's copy of the next bundle is damaged on disk in the same way: no member can serve it.
    let next = fleet.bundle("2.0.0", &two).await.unwrap();
    let shown = fleet.api.get(&format!("/api/v1/projects/{PROJECT}/bundles/{next}")).await.unwrap();
    let digest = shown["bundle"]["checksum"].as_str().unwrap().to_owned();
    for member in 0..3 {
        let path = fleet.cluster.data_dir(member).join("blobs").join(&digest[..2]).join(&digest);
        until("the blob is on every member", 20, || async { path.is_file().then_some(()) }).await;
        let mut bytes = std::fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    let node = fleet.nodes().await.unwrap().remove(0);
    let id = node["id"].as_str().unwrap();
    let assign = format!("/api/v1/projects/{PROJECT}/bundles/{next}/assign");
    fleet.api.post(&assign, &json!({"node_ids": [id]})).await.unwrap();
    let failed = until("the node says why it refuses", 60, || async {
        let nodes = fleet.nodes().await.ok()?;
        nodes.into_iter().find(|node| node["failure"].is_object())
    })
    .await;
    assert!(["download", "verify"].contains(&failed["failure"]["stage"].as_str().unwrap()), "{failed}");
    assert_eq!(effective(&failed), Some(first.as_str()), "it stays on what it has");
    let answer = reqwest::get(format!("http://{}/", fleet.agents[0].address())).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_generation_is_refused_and_said() {
    let edge = Edge::start().await;
    let one = edge.make(PROJECT, "1.0.0", &edge.one).await;
    let two = edge.make(PROJECT, "2.0.0", &edge.two).await;
    let heard = edge.eavesdrop();
    edge.assign(&one).await;
    edge.is_effective(&one).await;
    let first = heard.lock().unwrap().clone().expect("the node was told of its first bundle");
    edge.assign(&two).await;
    edge.is_effective(&two).await;

    // The next assignment is kept back; what the node ran before is offered in its place, word for word as it was offered then.
    let three = edge.make(PROJECT, "3.0.0", &edge.one).await;
    edge.liar.lies(move |path, _| path.ends_with("/bundles/latest").then(|| first.clone()));
    edge.assign(&three).await;
    edge.says("is older than").await;
    assert_eq!(edge.answer().await, "two", "it stays on what it has");
    assert_eq!(effective(&edge.node().await), two["id"].as_str());

    edge.liar.repents();
    edge.is_effective(&three).await;
    assert_eq!(edge.answer().await, "one", "an honest member leads it on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_signed_with_another_key_is_refused_and_said() {
    let edge = Edge::start().await;
    let one = edge.make(PROJECT, "1.0.0", &edge.one).await;
    edge.assign(&one).await;
    edge.is_effective(&one).await;

    // Another org's bundle is whole and well signed, with that org's key. It is handed out in place of the node's own.
    edge.api.post("/api/v1/orgs", &json!({"name": "Other", "slug": "other"})).await.unwrap();
    let project = json!({"name": "Elsewhere", "slug": "elsewhere"});
    edge.api.post("/api/v1/orgs/other/projects", &project).await.unwrap();
    let foreign = edge.make("elsewhere", "9.0.0", &edge.two).await;
    let path = format!("/api/v1/projects/elsewhere/bundles/{}/download", foreign["id"].as_str().unwrap());
    let download = edge.api.get(&path).await.unwrap();
    let archive = edge.api.bytes(download["download_url"].as_str().unwrap()).await.unwrap();

    // The node's own bundle, said to be signed with the other key; then with that key's signature under the own key's name.
    for (version, changed, refusal) in [
        ("2.0.0", &["signing_key_id", "signature"][..], "which this node does not trust"),
        ("3.0.0", &["signature"], "the signature"),
    ] {
        let own = edge.make(PROJECT, version, &edge.two).await;
        let told = foreign.clone();
        edge.liar.lies(move |path, honest| {
            path.ends_with("/bundles/latest").then(|| exchange(honest, &told, changed)).flatten()
        });
        let generation = edge.assign(&own).await;
        let failed = until("the node says why it refuses", 60, || async {
            let node = edge.node().await;
            (node["failure"]["generation"] == generation).then_some(node)
        })
        .await;
        assert_eq!(failed["failure"]["stage"], "verify", "{failed}");
        let words = failed["failure"]["message"].as_str().unwrap();
        assert!(words.contains(refusal), "{words}");
        edge.says(refusal).await;
        assert_eq!(effective(&failed), one["id"].as_str(), "it stays on what it has");
        assert_eq!(edge.answer().await, "one");
    }

    // All of the other bundle in the place of the own one: the assignment is signed too, and is not of this bundle.
    let own = edge.make(PROJECT, "4.0.0", &edge.two).await;
    edge.liar.lies(move |path, honest| {
        if path.ends_with("/bundles/latest") {
            return exchange(honest, &foreign, &OFFERED);
        }
        path.ends_with("/archive").then(|| archive.clone().into())
    });
    edge.assign(&own).await;
    edge.says("bundle 9.0.0 refused: the signature").await;
    let node = edge.node().await;
    assert_eq!(effective(&node), one["id"].as_str(), "it stays on what it has");
    assert_eq!(edge.answer().await, "one");

    edge.liar.repents();
    edge.is_effective(&own).await;
    assert_eq!(edge.answer().await, "two", "an honest member leads it on");
}

/// What an offer says of its bundle.
const OFFERED: [&str; 6] =
    ["version", "checksum", "size_bytes", "signing_key_id", "signature", "manifest_digest"];

/// An honest offer with some of what it says taken from another bundle; `None` when nothing is offered.
fn exchange(honest: &Bytes, other: &Value, fields: &[&str]) -> Option<Bytes> {
    let mut offer: Value = serde_json::from_slice(honest).ok()?;
    offer.get("bundle_id")?;
    for field in fields {
        offer[*field] = other[*field].clone();
    }
    Some(offer.to_string().into())
}

/// One member, a liar before it, and one node with a real proxy that knows nobody but the liar.
struct Edge {
    // The agent first: it ends before the member does.
    agent: Agent,
    liar: Liar,
    api: Api,
    one: Upstream,
    two: Upstream,
    _cluster: Cluster,
}

impl Edge {
    async fn start() -> Self {
        let cluster = Cluster::start(BINARY, 1, &["--heartbeat-interval", "500ms"]).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let liar = Liar::start(&cluster.url(0)).await;
        let agent = Agent::start(BINARY, cluster.path(), "edge-1", &[liar.url()], PROJECT, &token);
        let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
        let edge = Self { agent, liar, api, one, two, _cluster: cluster };
        until("the node is there", 30, || async { edge.find().await }).await;
        edge
    }

    async fn find(&self) -> Option<Value> {
        let mut list = self.api.get(&format!("/api/v1/projects/{PROJECT}/nodes")).await.ok()?;
        list["nodes"].as_array_mut()?.pop()
    }

    async fn node(&self) -> Value {
        self.find().await.unwrap()
    }

    /// Compiles a bundle and shows it.
    async fn make(&self, project: &str, version: &str, upstream: &Upstream) -> Value {
        let bundles = format!("/api/v1/projects/{project}/bundles");
        let body = json!({"version": version, "config_source": config(&upstream.address())});
        let made = self.api.post(&bundles, &body).await.unwrap();
        let mut shown = self.api.get(&format!("{bundles}/{}", made["id"].as_str().unwrap())).await.unwrap();
        shown["bundle"].take()
    }

    /// Assigns a bundle to the node and returns the assignment's number.
    async fn assign(&self, bundle: &Value) -> u64 {
        let path = format!("/api/v1/projects/{PROJECT}/bundles/{}/assign", bundle["id"].as_str().unwrap());
        self.api.post(&path, &json!({"node_ids": [self.node().await["id"]]})).await.unwrap();
        self.node().await["desired"]["generation"].as_u64().unwrap()
    }

    /// Listens to what the node is offered: the newest offer, as it was sent.
    fn eavesdrop(&self) -> Arc<Mutex<Option<Bytes>>> {
        let heard: Arc<Mutex<Option<Bytes>>> = Arc::default();
        let listens = Arc::clone(&heard);
        self.liar.lies(move |path, honest| {
            if path.ends_with("/bundles/latest") && honest.windows(11).any(|bytes| bytes == b"\"bundle_id\"")
            {
                *listens.lock().unwrap() = Some(honest.clone());
            }
            None
        });
        heard
    }

    async fn is_effective(&self, bundle: &Value) {
        until("the bundle is effective", 60, || async {
            (effective(&self.node().await) == bundle["id"].as_str()).then_some(())
        })
        .await;
    }

    /// Waits until the control plane shows an event of the node with these words.
    async fn says(&self, words: &str) {
        let node = self.node().await;
        let path = format!("/api/v1/projects/{PROJECT}/nodes/{}/events", node["id"].as_str().unwrap());
        until("the node says that it refuses", 60, || async {
            let events = self.api.get(&path).await.ok()?;
            events.to_string().contains(words).then_some(())
        })
        .await;
    }

    /// What the proxy answers.
    async fn answer(&self) -> String {
        let answer = reqwest::get(format!("http://{}/", self.agent.address())).await.unwrap();
        answer.text().await.unwrap()
    }
}
