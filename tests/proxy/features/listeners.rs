//! Where the proxy listens.

use std::time::{Duration, Instant};

use reqwest::Method;
use sentinel_bundle::capability::Feature;
use sentinel_kit::Echo;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Edge;

pub const SHOWN: &[Feature] = &[
    Feature::Listener,
    Feature::ListenerTls,
    Feature::TlsMinVersion,
    Feature::ListenerKeepalive,
    Feature::ListenerRequestTimeout,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listeners_speak_what_they_say_and_for_how_long() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "listeners": {
            "http": { "address": "127.0.0.1:${node.http_port}", "keepalive_timeout_seconds": 1, "request_timeout_seconds": 2 },
            "https": { "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": {
                "certificate_file": "DIR/edge.crt", "key_file": "DIR/edge.key", "min_version": "1.3" } },
        },
        "services": { "all": { "route_path": "/*", "upstream_url": echo.url() } },
    }))
    .await;
    assert_eq!(edge.get("/").await.name(), "echo");
    let url = format!("https://127.0.0.1:{}/", edge.tls_port());
    assert_eq!(edge.ask_url(Method::GET, &url, &[]).await.unwrap().name(), "echo");
    let old = reqwest::Client::builder()
        .no_proxy()
        .danger_accept_invalid_certs(true)
        .max_tls_version(reqwest::tls::Version::TLS_1_2)
        .build()
        .unwrap();
    assert!(old.get(&url).send().await.is_err(), "TLS 1.2 is refused");

    let mut kept = TcpStream::connect(("127.0.0.1", edge.port())).await.unwrap();
    kept.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    kept.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(began.elapsed() < Duration::from_secs(10), "closed after {:?}", began.elapsed());

    let mut halting = TcpStream::connect(("127.0.0.1", edge.port())).await.unwrap();
    let head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc";
    halting.write_all(head).await.unwrap();
    let began = Instant::now();
    let mut answer = Vec::new();
    halting.read_to_end(&mut answer).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert!(began.elapsed() < Duration::from_secs(20), "given up after {:?}", began.elapsed());
}
