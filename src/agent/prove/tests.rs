//! Against listeners that answer like a proxy, or not.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;

use axum::Router;
use axum::http::HeaderMap;
use sentinel_bundle::manifest::Probe;
use tokio::net::TcpListener;

use super::*;

const HOST: &str = "rev-1.sentinel-probe.invalid";

/// Answers the probe as this instance, and every other host like an application.
async fn listener(instance: &'static str, host: &'static str) -> SocketAddr {
    let app = Router::new().fallback(move |headers: HeaderMap| async move {
        let asked = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        if asked == host || host.is_empty() {
            format!("{{\"status\":\"ok\",\"instance_id\":\"{instance}\"}}")
        } else {
            "<html>the application</html>".to_owned()
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// An address that nobody listens on.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn target(ops: SocketAddr, proving: &[SocketAddr], accepting: &[SocketAddr]) -> Target {
    let listeners = |addresses: &[SocketAddr]| {
        addresses.iter().map(|address| Listener { id: "public".to_owned(), address: *address }).collect()
    };
    Target {
        probe: Probe {
            host: HOST.to_owned(),
            token: String::new(),
            path: "/".to_owned(),
            route: String::new(),
        },
        proving: listeners(proving),
        accepting: listeners(accepting),
        ops,
        status_path: "/status".to_owned(),
        ops_metrics_path: None,
        metrics: None,
    }
}

async fn outcome(target: &Target) -> (Result<(), String>, u64) {
    let (http, probes) = (LocalHttp::new().unwrap(), Probes::default());
    let proven = prove(&http, target, &probes, Duration::from_millis(200)).await;
    let count = *probes.lock().await;
    (proven, count)
}

#[tokio::test]
async fn every_data_listener_has_to_answer_from_the_process_that_answers_on_the_operations_listener() {
    let ops = listener("a", "").await;
    let (first, second) = (listener("a", HOST).await, listener("a", HOST).await);
    let (proven, count) = outcome(&target(ops, &[first, second], &[first])).await;
    assert_eq!((proven, count), (Ok(()), 3), "what was asked is counted");
    let other = listener("b", HOST).await;
    let (refused, _) = outcome(&target(ops, &[first, other], &[])).await;
    assert!(refused.unwrap_err().contains("from another process"));
}

#[tokio::test]
async fn a_catch_all_route_of_another_revision_proves_nothing() {
    let ops = listener("a", "").await;
    let data = listener("a", "rev-2.sentinel-probe.invalid").await;
    let (refused, count) = outcome(&target(ops, &[data], &[])).await;
    let words = refused.unwrap_err();
    assert!(
        words.contains("\"public\"") && words.contains("with 200 instead of this revision's status"),
        "{words}"
    );
    assert!(count > 1, "only the operations listener gave its status");
}

#[tokio::test]
async fn listeners_that_are_not_there_are_named() {
    let ops = listener("a", "").await;
    let data = listener("a", HOST).await;
    let (refused, _) = outcome(&target(ops, &[data], &[nobody().await])).await;
    assert!(refused.unwrap_err().contains("does not accept connections"));
    let (refused, count) = outcome(&target(nobody().await, &[data], &[])).await;
    assert!(refused.unwrap_err().contains("operations listener"));
    assert_eq!(count, 0);
}
