//! A certificate on its way from whoever uploads it to a real proxy, and the next one without a dropped request.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use reqwest::Method;
use reqwest::tls::TlsInfo;
use sentinel_kit::{Certificate, Echo, Pebble, ports, until};
use serde_json::{Value, json};

use crate::edge::Edge;

/// Whose certificate it is.
const NAME: &str = "edge.example.com";

/// A node with a listener that speaks TLS.
struct Showing {
    edge: Edge,
    echo: Echo,
    tls: u16,
}

impl Deref for Showing {
    type Target = Edge;

    fn deref(&self) -> &Edge {
        &self.edge
    }
}

impl Showing {
    async fn start(members: usize) -> Self {
        let tls = ports::free();
        // The certificate authority of the tests is on this machine.
        let options = ["--allow-checks-to", "127.0.0.0/8,::1/128"];
        let edge = Edge::start(members, &options, &["--var", &format!("https_port={tls}")]).await;
        Self { edge, echo: Echo::start("echo").await, tls }
    }

    /// Has the node run a configuration, with a listener that shows the certificate `edge`, or without one.
    async fn serve(&self, version: &str, certificate: bool) {
        let mut document = json!({
            "version": 1,
            "settings": { "worker_threads": 1 },
            "listeners": { "http": { "address": "127.0.0.1:${node.http_port}" } },
            "services": { "all": { "route_path": "/*", "upstream_url": self.echo.url() } },
        });
        if certificate {
            let tls = json!({ "certificate": "edge" });
            document["listeners"]["https"] =
                json!({ "address": "127.0.0.1:${node.https_port}", "protocol": "https", "tls": tls });
        }
        self.configure(version, &document).await;
    }

    fn client(&self) -> reqwest::Client {
        reqwest::Client::builder()
            .no_proxy()
            .tls_info(true)
            .danger_accept_invalid_certs(true)
            .pool_max_idle_per_host(0)
            .resolve(NAME, ([127, 0, 0, 1], self.tls).into())
            .build()
            .unwrap()
    }

    /// The certificate that a client is shown, as DER.
    async fn shown(&self) -> Option<Vec<u8>> {
        let answer = self.client().get(format!("https://{NAME}:{}/", self.tls)).send().await.ok()?;
        Some(answer.extensions().get::<TlsInfo>()?.peer_certificate()?.to_vec())
    }

    /// Asks over TLS, one request after the other, each over a connection of its own, until it is stopped.
    fn traffic(&self) -> Asking {
        let asking = Asking::default();
        let (client, url) = (self.client(), format!("https://{NAME}:{}/", self.tls));
        let own = asking.clone();
        tokio::spawn(async move {
            while !own.stopped.load(Ordering::SeqCst) {
                let well = client.get(&url).send().await.is_ok_and(|answer| answer.status() == 200);
                let count = if well { &own.answered } else { &own.failed };
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        asking
    }
}

/// Requests that go on.
#[derive(Clone, Default)]
struct Asking {
    stopped: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
    failed: Arc<AtomicU64>,
}

impl Asking {
    /// No more than some dozens; none of those that were failed.
    async fn end(&self) {
        until("enough was asked", 60, || async {
            let asked = self.answered.load(Ordering::SeqCst) + self.failed.load(Ordering::SeqCst);
            (asked >= 50).then_some(())
        })
        .await;
        self.stopped.store(true, Ordering::SeqCst);
        let (answered, failed) = (self.answered.load(Ordering::SeqCst), self.failed.load(Ordering::SeqCst));
        assert!(failed == 0, "{failed} of {} failed", answered + failed);
    }
}

fn content(certificate: &Certificate) -> Value {
    json!({ "chain": certificate.certificate_pem, "key": certificate.key_pem })
}

fn der(certificate: &Certificate) -> Vec<u8> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    CertificateDer::from_pem_slice(certificate.certificate_pem.as_bytes()).unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_shown_by_the_proxy_and_the_next_one_without_a_dropped_request() {
    let edge = Showing::start(1).await;
    let (first, second) = (Certificate::of(&[NAME]), Certificate::of(&[NAME]));
    let mut made = content(&first);
    made["slug"] = "edge".into();
    edge.api.post(&edge.path("/certificates"), &made).await.unwrap();
    edge.serve("1.0", true).await;
    assert_eq!(edge.shown().await, Some(der(&first)));

    let asking = edge.traffic();
    edge.change(Method::POST, "/certificates/edge/replace", Some(&content(&second)), 200).await;
    until("the next certificate is shown", 60, || async {
        (edge.shown().await? == der(&second)).then_some(())
    })
    .await;
    asking.end().await;
    let answer = edge.change(Method::DELETE, "/certificates/edge", None, 409).await;
    assert!(answer["error"].as_str().unwrap().contains("the listener 'https' shows it"), "{answer}");
}

/// The certificate `edge`, once it has been issued so often.
async fn issued(edge: &Showing, times: u64) -> Vec<u8> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let chain = until("the certificate is issued", 120, || async {
        let found = edge.api.get(&edge.path("/certificates/edge")).await.ok()?;
        let held = found["certificate"]["current"]["version"].as_u64()?;
        (found["certificate"]["acme"]["state"] == "issued" && held == times)
            .then(|| found["chain"].as_str().unwrap().to_owned())
    })
    .await;
    CertificateDer::from_pem_slice(chain.as_bytes()).unwrap().to_vec()
}

/// The authority refuses a fifth of all requests for their nonce, and asks for its proofs at the proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_authority_issues_is_proven_through_the_proxy_shown_by_it_and_renewed() {
    let edge = Showing::start(3).await;
    edge.serve("1.0", false).await;
    let dir = edge.cluster.path().join("pebble");
    std::fs::create_dir(&dir).unwrap();
    let pebble = Pebble::start(&dir, edge.agent.http_port).await;
    let request = json!({
        "slug": "edge",
        "domains": [NAME],
        "contact": "ada@example.com",
        "directory_url": pebble.directory(),
        "directory_ca": pebble.authority(),
    });
    edge.api.post(&edge.path("/acme-certificates"), &request).await.unwrap();
    let first = issued(&edge, 1).await;
    edge.serve("1.1", true).await;
    assert_eq!(edge.shown().await.as_ref(), Some(&first));

    let asking = edge.traffic();
    edge.api.post(&edge.path("/certificates/edge/renew"), &json!({})).await.unwrap();
    let second = issued(&edge, 2).await;
    assert_ne!(first, second);
    until("the renewed one is shown", 60, || async {
        (edge.shown().await.as_ref() == Some(&second)).then_some(())
    })
    .await;
    asking.end().await;
}
