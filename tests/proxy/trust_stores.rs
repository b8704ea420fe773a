//! A trust store on its way from a project to a real proxy, and the next one in its place.

use reqwest::{Identity, Method};
use sentinel_kit::{Authority, Certificate, Echo, ports};
use serde_json::{Value, json};

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

/// A node with a certificate for its second listener.
struct Stage {
    edge: Edge,
    echo: Echo,
    /// The port of that listener.
    tls: u16,
}

impl Stage {
    async fn new() -> Self {
        let tls = ports::free();
        let edge = Edge::start(1, &[], &["--var", &format!("https_port={tls}")]).await;
        let shown = Certificate::of(&["edge.example.com"]);
        let made = json!({ "slug": "edge", "chain": shown.certificate_pem, "key": shown.key_pem });
        edge.change(Method::POST, "/certificates", Some(&made), 201).await;
        Self { edge, echo: Echo::start("echo").await, tls }
    }
}

/// A configuration whose second listener lets in those for whom a trust store vouches.
fn document(echo: &Echo, clients: &Value) -> Value {
    json!({
        "version": 1,
        "settings": { "worker_threads": 1 },
        "listeners": {
            "http": { "address": "127.0.0.1:${node.http_port}" },
            "https": { "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": {
                "certificate": "edge", "client_trust_store": "clients" } },
        },
        "services": { "all": { "route_path": "/*", "upstream_url": echo.url() } },
        "trust_stores": { "clients": clients },
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_are_let_in_by_the_trust_store_of_the_bundle_that_runs() {
    let Stage { edge, echo, tls } = Stage::new().await;
    let (first, second) = (Authority::new("first"), Authority::new("second"));
    let clients = [first.client("ada"), second.client("ada")];
    for (version, authority, answers) in [
        ("1.0", &first, [Some(200), None]),
        ("1.1", &second, [None, Some(200)]),
        ("1.2", &first, [Some(200), None]),
    ] {
        edge.configure(version, &document(&echo, &json!({ "certificates_pem": authority.pem() }))).await;
        assert_eq!(asked(tls, None).await, None, "{version}");
        for (client, answer) in clients.iter().zip(answers) {
            assert_eq!(asked(tls, Some(client)).await, answer, "{version}");
        }
    }
}

/// What `openssl verify` says of a certificate, with the list of revoked ones.
fn openssl(edge: &Edge, certificate: &str, ca: &str, list: &str) -> (bool, String) {
    let file = |name: &str, text: &str| {
        let path = edge.cluster.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let answer = std::process::Command::new("openssl")
        .args(["verify", "-crl_check", "-purpose", "sslclient", "-CAfile"])
        .arg(file("verify-ca.pem", ca))
        .arg("-CRLfile")
        .arg(file("verify-crl.pem", list))
        .arg(file("verify-client.pem", certificate))
        .output()
        .unwrap_or_else(|error| panic!("openssl cannot be run ({error}): apt-get install -y openssl"));
    let words =
        format!("{}{}", String::from_utf8_lossy(&answer.stdout), String::from_utf8_lossy(&answer.stderr));
    (answer.status.success(), words)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_of_the_internal_ca_is_let_in_and_its_revocation_is_in_the_list() {
    let Stage { edge, echo, tls } = Stage::new().await;
    let ca = json!({ "subject_cn": "Clients of the shop" });
    let made = edge.change(Method::POST, "/internal-ca", Some(&ca), 201).await;
    let ca = made["internal_ca"]["certificate_pem"].as_str().unwrap().to_owned();
    edge.configure("1.0", &document(&echo, &json!({ "internal_ca": true }))).await;
    let refused = edge.change(Method::DELETE, "/internal-ca", None, 409).await;
    assert!(refused["error"].as_str().unwrap().contains("the trust store 'clients' has it"), "{refused}");

    let client = json!({ "name": "ada", "subject_cn": "Ada", "sans": ["ada.example"] });
    let issued = edge.change(Method::POST, "/internal-ca/certificates", Some(&client), 201).await;
    let text = |field: &str| issued[field].as_str().unwrap().to_owned();
    let (own, serial) = (text("certificate_pem"), issued["certificate"]["serial"].as_str().unwrap());
    let identity = format!("{}{}", text("chain_pem"), text("private_key"));
    assert_eq!(asked(tls, Some(&identity)).await, Some(200));
    assert_eq!(asked(tls, None).await, None);

    let list = async || {
        let list = edge.api.bytes(&edge.path("/internal-ca/crl.pem")).await.unwrap();
        String::from_utf8(list).unwrap()
    };
    let (good, words) = openssl(&edge, &own, &ca, &list().await);
    assert!(good, "{words}");
    let revoke = format!("/internal-ca/certificates/{serial}/revoke");
    edge.change(Method::POST, &revoke, Some(&json!({ "reason": "key_compromise" })), 200).await;
    let (good, words) = openssl(&edge, &own, &ca, &list().await);
    assert!(!good && words.contains("certificate revoked"), "{words}");
}
