//! What the real proxy reads: JSON, for bundles of a text and of a document of the configuration model, and after an agent of an earlier version.
//!
//! No member compiles documents yet. So a liar stands before the member: it has the node trust a key of this test, and offers a bundle of a
//! document, signed with that key, in the place of the one that was assigned.

use std::process::{Command, Stdio};

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use sentinel_bundle::assignment::AssignmentClaim;
use sentinel_bundle::compile::{Artefact, CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::node_vars::{self, METRICS_ADDR, OPS_ADDR, Values};
use sentinel_bundle::sign::Signer;
use sentinel_kit::{Agent, Api, Cluster, Liar, Traffic, Upstream, until, zentinel};
use sentinel_model::config::Document;
use sentinel_model::{Epoch, Generation, Ordinal, Sha256Digest};
use serde_json::{Value, json};

use crate::BINARY;
use crate::fleet::{PROJECT, config, effective};

/// Pages of it may use the service.
const SHOP: &str = "https://shop.example.com";

/// One member, a liar before it, and one node with a real proxy that trusts a key of this test as well.
struct Edge {
    // The agent first: it ends before the member does.
    agent: Agent,
    liar: Liar,
    api: Api,
    project: String,
    _cluster: Cluster,
}

impl Edge {
    async fn start() -> Self {
        let cluster = Cluster::start(BINARY, 1, &["--heartbeat-interval", "500ms"]).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let liar = Liar::start(&cluster.url(0)).await;
        liar.lies(|path, honest| {
            let mut answer: Value =
                serde_json::from_slice(honest).ok().filter(|_| path.ends_with("/register"))?;
            let key = signer().public_key();
            let trusted = json!({"key_id": key.key_id(), "public_key": key.to_text()});
            answer["signing_keys"].as_array_mut()?.push(trusted);
            Some(answer.to_string().into())
        });
        let agent = Agent::start(BINARY, cluster.path(), "edge-1", &[liar.url()], PROJECT, &token);
        let shown = api.get(&format!("/api/v1/projects/{PROJECT}")).await.unwrap();
        let project = shown["project"]["id"].as_str().unwrap().to_owned();
        let edge = Self { agent, liar, api, project, _cluster: cluster };
        until("the node is there", 30, || async { edge.find().await }).await;
        edge.liar.repents();
        edge
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/projects/{PROJECT}{rest}")
    }

    async fn find(&self) -> Option<Value> {
        let mut list = self.api.get(&self.path("/nodes")).await.ok()?;
        list["nodes"].as_array_mut()?.pop()
    }

    /// Assigns a bundle of a text, and waits until the node has proven what it was offered.
    async fn assign(&self, version: &str, upstream: &Upstream) {
        let body = json!({"version": version, "config_source": config(&upstream.address())});
        let made = self.api.post(&self.path("/bundles"), &body).await.unwrap();
        let id = made["id"].as_str().unwrap();
        let node = self.find().await.unwrap();
        let assign = self.path(&format!("/bundles/{id}/assign"));
        self.api.post(&assign, &json!({"node_ids": [node["id"]]})).await.unwrap();
        until("the bundle is effective", 60, || async {
            let node = self.find().await?;
            assert!(node["failure"].is_null(), "{node}");
            (effective(&node) == Some(id)).then_some(())
        })
        .await;
    }

    /// From now on the node is offered this instead of what it is assigned.
    fn exchange_for(&self, document: &Document) {
        let made = compiled(document, &self.project);
        self.liar.lies(move |path, honest| {
            if path.ends_with("/archive") {
                return Some(made.archive.clone().into());
            }
            path.ends_with("/latest").then(|| exchanged(honest, path, &made)).flatten()
        });
    }

    async fn ask(&self, method: Method, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = http.request(method, format!("http://{}/api/things", self.agent.address()));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.headers().clone(), answer.text().await.unwrap())
    }
}

/// A process as an agent of an earlier version has started it, with the text of the bundle, and written down.
fn start_like_an_earlier_agent(agent: &Agent) -> i32 {
    let (dir, current) = (agent.data_dir(), agent.data_dir().join("current"));
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(dir.join("process.json")).unwrap()).unwrap();
    let address = |which: &str| record["addresses"][which].as_str().unwrap().to_owned();
    let values = Values::from([
        ("http_port".to_owned(), agent.http_port.to_string()),
        (OPS_ADDR.to_owned(), address("ops")),
        (METRICS_ADDR.to_owned(), address("metrics")),
    ]);
    let template = std::fs::read_to_string(current.join("content/zentinel.kdl")).unwrap();
    let config = current.join("zentinel.kdl");
    std::fs::write(&config, node_vars::render(&template, &values).unwrap()).unwrap();
    std::fs::remove_file(current.join("zentinel.json")).unwrap();
    let mut command = Command::new(zentinel::binary());
    command.arg("-c").arg(config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let pid = i32::try_from(command.spawn().unwrap().id()).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let started: u64 = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap();
    record["process"] = json!([pid, started]);
    std::fs::write(dir.join("process.json"), record.to_string()).unwrap();
    pid
}

fn signer() -> Signer {
    Signer::from_seed(&[9; 32])
}

fn compiled(document: &Document, project: &str) -> Artefact {
    compile(&CompileInput {
        project_id: project,
        version: "document",
        source: Source::Document(document),
        marker_key: &[3; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    })
    .unwrap()
}

/// An honest offer, for another archive; `None` when nothing is offered.
fn exchanged(honest: &Bytes, path: &str, made: &Artefact) -> Option<Bytes> {
    let mut offer: Value = serde_json::from_slice(honest).ok()?;
    offer.get("bundle_id")?;
    let node = path.split('/').nth_back(2)?;
    let number = |name: &str| offer[name].as_u64();
    let claim = AssignmentClaim {
        node: node.parse().ok()?,
        at: Ordinal { epoch: Epoch(number("epoch")?), generation: Generation(number("generation")?) },
        bundle: offer["bundle_id"].as_str()?.parse().ok()?,
        manifest_digest: Sha256Digest(made.manifest_digest),
    };
    let signer = signer();
    let told = json!({
        "version": made.manifest.version,
        "checksum": Sha256Digest(made.digest),
        "size_bytes": made.archive.len(),
        "signing_key_id": signer.public_key().key_id(),
        "signature": STANDARD.encode(signer.sign(&made.manifest_digest)),
        "manifest_digest": claim.manifest_digest,
        "assignment_key_id": signer.public_key().key_id(),
        "assignment_signature": STANDARD.encode(signer.sign_assignment(&claim)),
    });
    offer.as_object_mut()?.extend(told.as_object()?.clone());
    Some(offer.to_string().into())
}

fn document(upstream: &Upstream) -> Document {
    let address = upstream.address();
    let (host, port) = address.split_once(':').unwrap();
    serde_json::from_value(json!({
        "version": 1,
        "settings": { "worker_threads": 1 },
        "listeners": { "http": { "address": "127.0.0.1:${node.http_port}" } },
        "services": {
            "things": {
                "route_path": "/api/*",
                "methods": ["GET", "POST"],
                "upstream_group": "app",
                "cors": {
                    "allowed_origins": [SHOP],
                    "allowed_methods": ["GET", "POST"],
                    "allowed_headers": ["X-Thing"],
                    "exposed_headers": ["X-Count"],
                    "allow_credentials": true,
                    "max_age_seconds": 77,
                },
            },
            "all": { "route_path": "/", "upstream_group": "app" },
        },
        "upstream_groups": { "app": { "targets": [{ "host": host, "port": port.parse::<u16>().unwrap() }] } },
    }))
    .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_goes_from_a_text_to_a_document_and_back_without_losing_a_request() {
    let edge = Edge::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    edge.assign("1.0.0", &one).await;
    let file = edge.agent.data_dir().join("current/zentinel.json");
    let written = || serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written()["routes"][0]["id"], "main", "a text reaches the proxy as JSON");
    let traffic = Traffic::start(&[edge.agent.address()]);

    edge.exchange_for(&document(&two));
    edge.assign("2.0.0", &one).await;
    assert!(written()["routes"].as_array().unwrap().iter().any(|route| route["id"] == "things"));

    // Two methods on one route, and no third.
    for (method, status) in
        [(Method::GET, 200), (Method::POST, 200), (Method::DELETE, 404), (Method::PUT, 404)]
    {
        let (found, _, body) = edge.ask(method.clone(), &[]).await;
        assert_eq!(found, status, "{method}");
        assert_eq!(body == "two", status == 200, "{method}: {body}");
    }

    // A page of the shop asks first, and then reads the answer.
    let wanted = [("origin", SHOP), ("access-control-request-method", "POST")];
    let (status, headers, _) = edge.ask(Method::OPTIONS, &wanted).await;
    let told = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(status, 204);
    assert_eq!(told("access-control-allow-origin"), SHOP);
    assert_eq!(told("access-control-allow-methods"), "GET, POST");
    assert_eq!(told("access-control-allow-headers"), "X-Thing");
    assert_eq!(told("access-control-allow-credentials"), "true");
    assert_eq!(told("access-control-max-age"), "77");
    let (status, headers, body) = edge.ask(Method::GET, &[("origin", SHOP)]).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, "two"));
    assert_eq!(headers["access-control-allow-origin"], SHOP);
    assert_eq!(headers["access-control-expose-headers"], "X-Count");

    // A page of somebody else is answered without leave to read it.
    for method in [Method::OPTIONS, Method::GET] {
        let other = [("origin", "https://evil.example.com"), ("access-control-request-method", "POST")];
        let (_, headers, _) = edge.ask(method, &other).await;
        let allows: Vec<_> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
        assert!(allows.is_empty(), "{headers:?}");
    }

    edge.liar.repents();
    edge.assign("3.0.0", &one).await;
    let (status, _, body) = edge.ask(Method::DELETE, &[]).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, "one"));
    until("the client has seen all three", 30, || async {
        let seen = &traffic.answers()[0];
        let last = seen.last.as_ref().map(|(_, body)| body.as_str());
        (seen.with_body("two") > 0 && last == Some("one")).then_some(())
    })
    .await;
    traffic.assert_flawless();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_that_an_earlier_agent_has_started_is_replaced_without_losing_a_request() {
    let mut edge = Edge::start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    edge.assign("1.0.0", &one).await;
    edge.agent.kill9();
    for pid in edge.agent.proxy_pids() {
        kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    }
    until("the proxy is gone", 10, || async { edge.agent.proxy_pids().is_empty().then_some(()) }).await;
    let earlier = start_like_an_earlier_agent(&edge.agent);
    until("it serves", 30, || async {
        reqwest::get(format!("http://{}/", edge.agent.address())).await.ok().map(drop)
    })
    .await;
    assert_eq!(edge.agent.proxy_pids(), [earlier]);

    let traffic = Traffic::start(&[edge.agent.address()]);
    edge.agent.launch();
    // The one before finishes its requests meanwhile.
    let reads = |name: &str| -> Vec<i32> {
        let line = |pid: i32| std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let names = |pid: &i32| line(*pid).trim_end_matches('\0').ends_with(name);
        edge.agent.proxy_pids().into_iter().filter(names).collect()
    };
    let fresh = until("another one has taken over", 60, || async {
        let found = reads("current/zentinel.json");
        (!found.is_empty() && edge.agent.log().contains("runs from disk")).then_some(found)
    })
    .await;
    assert_eq!(fresh.len(), 1);
    assert!(!edge.agent.data_dir().join("current/zentinel.kdl").exists());
    edge.assign("2.0.0", &two).await;
    assert_eq!(reads("current/zentinel.json"), fresh, "and from then on it is told to read again");
    traffic.assert_flawless();
}
