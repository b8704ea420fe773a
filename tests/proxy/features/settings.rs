//! What holds for the whole proxy.

use reqwest::Method;
use sentinel_bundle::capability::Feature;
use sentinel_kit::{Echo, until};
use serde_json::json;

use super::Edge;
use super::edge::SECRET;

pub const SHOWN: &[Feature] = &[
    Feature::WorkerThreads,
    Feature::GlobalRateLimit,
    Feature::Limits,
    Feature::AccessLog,
    Feature::CacheStore,
    Feature::Secrets,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_hold_for_every_service() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "settings": {
            "worker_threads": 3,
            "limits": { "max_header_count": 20 },
            "access_log": { "path": "DIR/access.log" },
            "cache": { "max_bytes": 1048576, "status_header": true },
        },
        "services": { "all": { "route_path": "/*", "hosts": ["a.example.com"], "upstream_url": echo.url(), "cache": {} } },
    }))
    .await;
    let answer = edge.on("a.example.com", "/told").await;
    assert!(answer.header("cache-status").is_some(), "{answer:?}");
    let names: Vec<String> = (0..30).map(|number| format!("x-many-{number}")).collect();
    let mut many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    many.push(("host", "a.example.com"));
    assert_ne!(edge.ask(Method::GET, "/many", &many).await.status, 200);
    let log = edge.dir.path().join("access.log");
    let line = until("the request is in the log", 10, || async {
        let text = std::fs::read_to_string(&log).ok()?;
        text.lines().find(|line| line.contains("/told")).map(str::to_owned)
    })
    .await;
    let line: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["status"], 200);
    let threads = std::fs::read_dir(format!("/proc/{}/task", edge.pid())).unwrap().flatten();
    let names: Vec<String> =
        threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok()).collect();
    let serving = names.iter().filter(|name| name.trim() == "Zentinel Proxy").count();
    assert_eq!(serving, 3, "{names:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_stand_in_texts_as_they_are() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "services": { "all": {
            "route_path": "/*",
            "upstream_url": echo.url(),
            "headers": {
                "request": { "set": { "x-key": "Key ${secrets.KEY}" } },
                "response": { "set": { "x-seen": "${secrets.KEY}" } },
            },
        } },
    }))
    .await;
    let answer = edge.get("/").await;
    assert_eq!(answer.told()["headers"]["x-key"], json!([format!("Key {SECRET}")]), "{answer:?}");
    assert_eq!(answer.header("x-seen"), Some(SECRET));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_takes_so_many_requests_a_second() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "settings": { "requests_per_second": 5 },
        "services": {
            "one": { "route_path": "/one", "upstream_url": echo.url() },
            "two": { "route_path": "/two", "upstream_url": echo.url() },
        },
    }))
    .await;
    let mut refused = 0;
    for turn in 0..20 {
        let path = if turn % 2 == 0 { "/one" } else { "/two" };
        refused += u32::from(edge.get(path).await.status == 429);
    }
    assert!((8..=16).contains(&refused), "{refused} of 20");
}
