//! What the real proxy reads: JSON, for bundles of a text and of a document of the configuration model, and after an agent of an earlier version.

use std::process::{Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use sentinel_bundle::node_vars::{self, METRICS_ADDR, OPS_ADDR, Values};
use sentinel_kit::{Agent, Traffic, Upstream, until, zentinel};
use serde_json::{Value, json};

use crate::edge::Edge;
use crate::fleet::config;

/// Pages of it may use the service.
const SHOP: &str = "https://shop.example.com";

async fn start() -> Edge {
    Edge::start(1, &[], &[]).await
}

/// Assigns a bundle of a text, and waits until the node has proven it.
async fn assign(edge: &Edge, version: &str, upstream: &Upstream) {
    edge.give(&json!({"version": version, "config_source": config(&upstream.address())})).await;
}

async fn ask(edge: &Edge, method: Method, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut request = http.request(method, format!("http://{}/api/things", edge.agent.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.headers().clone(), answer.text().await.unwrap())
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

fn document(upstream: &Upstream) -> Value {
    let address = upstream.address();
    let (host, port) = address.split_once(':').unwrap();
    json!({
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
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_goes_from_a_text_to_a_document_and_back_without_losing_a_request() {
    let edge = start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    assign(&edge, "1.0.0", &one).await;
    let file = edge.agent.data_dir().join("current/zentinel.json");
    let written = || serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written()["routes"][0]["id"], "main", "a text reaches the proxy as JSON");
    let traffic = Traffic::start(&[edge.agent.address()]);

    edge.configure("2.0.0", &document(&two)).await;
    assert!(written()["routes"].as_array().unwrap().iter().any(|route| route["id"] == "things"));

    // Two methods on one route, and no third.
    for (method, status) in
        [(Method::GET, 200), (Method::POST, 200), (Method::DELETE, 404), (Method::PUT, 404)]
    {
        let (found, _, body) = ask(&edge, method.clone(), &[]).await;
        assert_eq!(found, status, "{method}");
        assert_eq!(body == "two", status == 200, "{method}: {body}");
    }

    // A page of the shop asks first, and then reads the answer.
    let wanted = [("origin", SHOP), ("access-control-request-method", "POST")];
    let (status, headers, _) = ask(&edge, Method::OPTIONS, &wanted).await;
    let told = |name: &str| headers.get(name).map_or("", |value| value.to_str().unwrap());
    assert_eq!(status, 204);
    assert_eq!(told("access-control-allow-origin"), SHOP);
    assert_eq!(told("access-control-allow-methods"), "GET, POST");
    assert_eq!(told("access-control-allow-headers"), "X-Thing");
    assert_eq!(told("access-control-allow-credentials"), "true");
    assert_eq!(told("access-control-max-age"), "77");
    let (status, headers, body) = ask(&edge, Method::GET, &[("origin", SHOP)]).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, "two"));
    assert_eq!(headers["access-control-allow-origin"], SHOP);
    assert_eq!(headers["access-control-expose-headers"], "X-Count");

    // A page of somebody else is answered without leave to read it.
    for method in [Method::OPTIONS, Method::GET] {
        let other = [("origin", "https://evil.example.com"), ("access-control-request-method", "POST")];
        let (_, headers, _) = ask(&edge, method, &other).await;
        let allows: Vec<_> =
            headers.keys().filter(|name| name.as_str().starts_with("access-control-")).collect();
        assert!(allows.is_empty(), "{headers:?}");
    }

    assign(&edge, "3.0.0", &one).await;
    let (status, _, body) = ask(&edge, Method::DELETE, &[]).await;
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
    let mut edge = start().await;
    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    assign(&edge, "1.0.0", &one).await;
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
    assign(&edge, "2.0.0", &two).await;
    assert_eq!(reads("current/zentinel.json"), fresh, "and from then on it is told to read again");
    traffic.assert_flawless();
}
