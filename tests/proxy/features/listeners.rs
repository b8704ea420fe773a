//! Where the proxy listens.

use std::time::{Duration, Instant};

use reqwest::Method;
use rustls::pki_types::pem::PemObject;
use sentinel_bundle::capability::Feature;
use sentinel_kit::{Authority, Echo};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Edge;

pub const SHOWN: &[Feature] = &[
    Feature::Listener,
    Feature::ListenerTls,
    Feature::TlsMinVersion,
    Feature::Certificate,
    Feature::CertificateNames,
    Feature::ClientTrustStore,
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_shows_the_certificate_that_is_for_the_name() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "listeners": {
            "http": { "address": "127.0.0.1:${node.http_port}" },
            "https": { "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": {
                "certificate": "edge", "names": [{ "hosts": ["*.wild.example.com"], "certificate": "wild" }] } },
        },
        "services": { "all": { "route_path": "/*", "upstream_url": echo.url() } },
    }))
    .await;
    let shown = async |name: &str| {
        let address = ([127, 0, 0, 1], edge.tls_port()).into();
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_info(true)
            .danger_accept_invalid_certs(true)
            .resolve(name, address)
            .build()
            .unwrap();
        let answer = client.get(format!("https://{name}:{}/", edge.tls_port())).send().await.unwrap();
        let info = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
        info.peer_certificate().unwrap().to_vec()
    };
    let of = |slug: &str| {
        let pem = std::fs::read(edge.dir.path().join("certificates").join(slug).join("chain.pem")).unwrap();
        rustls::pki_types::CertificateDer::from_pem_slice(&pem).unwrap().to_vec()
    };
    assert_eq!(shown("edge.example.com").await, of("edge"));
    assert_eq!(shown("shop.wild.example.com").await, of("wild"));
    assert_eq!(shown("other.example.com").await, of("edge"), "who asks for no name gets the listener's own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_lets_in_whom_its_trust_store_vouches_for() {
    let echo = Echo::start("echo").await;
    let (ours, other) = (Authority::new("ours"), Authority::new("other"));
    let edge = Edge::start(json!({
        "version": 1,
        "listeners": {
            "http": { "address": "127.0.0.1:${node.http_port}" },
            "https": { "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": {
                "certificate_file": "DIR/edge.crt", "key_file": "DIR/edge.key", "client_trust_store": "clients" } },
        },
        "services": { "all": { "route_path": "/*", "upstream_url": echo.url() } },
        "trust_stores": { "clients": { "certificates_pem": ours.pem() } },
    }))
    .await;
    let url = format!("https://127.0.0.1:{}/", edge.tls_port());
    assert!(asked(&url, None).await.is_err(), "without a certificate");
    assert!(asked(&url, Some(&other.client("ada"))).await.is_err(), "with one of another authority");
    assert_eq!(asked(&url, Some(&ours.client("ada"))).await.unwrap(), 200);
}

/// What a client with this certificate is answered.
async fn asked(url: &str, identity: Option<&str>) -> reqwest::Result<u16> {
    let client = reqwest::Client::builder().no_proxy().danger_accept_invalid_certs(true);
    let client = match identity {
        Some(pem) => client.identity(reqwest::Identity::from_pem(pem.as_bytes())?),
        None => client,
    };
    Ok(client.build()?.get(url).send().await?.status().as_u16())
}
