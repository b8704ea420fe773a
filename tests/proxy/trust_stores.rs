//! A trust store on its way from a project to a real proxy, and the next one in its place.

use reqwest::{Identity, Method};
use sentinel_kit::{Authority, Certificate, Echo, ports};
use serde_json::json;

use crate::edge::Edge;

/// What a client with this certificate is answered; `None`: it is not let in.
async fn asked(port: u16, identity: Option<&str>) -> Option<u16> {
    let client = reqwest::Client::builder().no_proxy().danger_accept_invalid_certs(true);
    let client = match identity {
        Some(pem) => client.identity(Identity::from_pem(pem.as_bytes()).unwrap()),
        None => client,
    };
    let answer = client.build().unwrap().get(format!("https://127.0.0.1:{port}/")).send().await.ok()?;
    Some(answer.status().as_u16())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_let_in_by_the_trust_store_of_the_bundle_that_runs() {
    let tls = ports::free();
    let edge = Edge::start(1, &[], &["--var", &format!("https_port={tls}")]).await;
    let echo = Echo::start("echo").await;
    let shown = Certificate::of(&["edge.example.com"]);
    let made = json!({ "slug": "edge", "chain": shown.certificate_pem, "key": shown.key_pem });
    edge.change(Method::POST, "/certificates", Some(&made), 201).await;
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let clients = [first.client("ada"), second.client("ada")];
    let document = |authority: &Authority| {
        json!({
            "version": 1,
            "settings": { "worker_threads": 1 },
            "listeners": {
                "http": { "address": "127.0.0.1:${node.http_port}" },
                "https": { "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": {
                    "certificate": "edge", "client_trust_store": "clients" } },
            },
            "services": { "all": { "route_path": "/*", "upstream_url": echo.url() } },
            "trust_stores": { "clients": { "certificates_pem": authority.pem() } },
        })
    };
    for (version, authority, answers) in [
        ("1.0", &first, [Some(200), None]),
        ("1.1", &second, [None, Some(200)]),
        ("1.2", &first, [Some(200), None]),
    ] {
        edge.configure(version, &document(authority)).await;
        assert_eq!(asked(tls, None).await, None, "{version}");
        for (client, answer) in clients.iter().zip(answers) {
            assert_eq!(asked(tls, Some(client)).await, answer, "{version}");
        }
    }
}
