//! Against a small endpoint on loopback.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use axum::Router;
use tokio::net::TcpListener;

use super::*;

struct Endpoint {
    source: Source,
    text: Arc<Mutex<String>>,
}

async fn endpoint(counted: bool) -> Endpoint {
    let text = Arc::new(Mutex::new(String::new()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shown = Arc::clone(&text);
    let app = Router::new().fallback(move || {
        let text = shown.lock().unwrap().clone();
        async move { text }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    Endpoint { source: Source { address, path: "/metrics".to_owned(), counted }, text }
}

impl Endpoint {
    fn show(&self, upstream: u64, own_errors: u64) {
        *self.text.lock().unwrap() = format!(
            "zentinel_requests_total{{status=\"200\"}} {upstream}\nzentinel_blocked_requests_total{{reason=\"proxy_error_500\"}} {own_errors}\n\
             zentinel_request_duration_seconds_bucket{{le=\"0.1\"}} {upstream}\nzentinel_request_duration_seconds_bucket{{le=\"+Inf\"}} {upstream}\n"
        );
    }

    fn vitals(&self) -> Vitals {
        Vitals { pid: 1, source: Some(self.source.clone()), probes: Probes::default() }
    }
}

fn requests(measured: Measured) -> (u64, u64, Generation) {
    match measured {
        Measured::Answered(Some(traffic)) => (traffic.requests, traffic.errors, traffic.generation),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn only_what_comes_after_the_switch_counts() {
    let endpoint = endpoint(false).await;
    let meter = Meter::new(LocalHttp::new().unwrap());
    assert_eq!(meter.measure().await, Measured::Nothing);
    let vitals = endpoint.vitals();
    endpoint.show(100, 5);
    meter.begin(Generation(3), vitals.clone()).await;
    assert_eq!(meter.measure().await, Measured::Answered(None));
    endpoint.show(110, 7);
    *vitals.probes.lock().await += 2;
    assert_eq!(requests(meter.measure().await), (10, 0, Generation(3)));
    meter.begin(Generation(4), vitals).await;
    endpoint.show(112, 8);
    assert_eq!(requests(meter.measure().await), (3, 1, Generation(4)));
    assert_eq!(meter.pid().await, Some(1));
    meter.end().await;
    assert_eq!(meter.measure().await, Measured::Nothing);
}

#[tokio::test]
async fn an_endpoint_that_is_late_begins_the_window_late() {
    let endpoint = endpoint(false).await;
    let meter = Meter::new(LocalHttp::new().unwrap());
    meter.begin(Generation(3), endpoint.vitals()).await;
    assert!(matches!(meter.measure().await, Measured::Silent(_)), "its answer is not this proxy's metrics");
    endpoint.show(50, 0);
    assert_eq!(meter.measure().await, Measured::Answered(None), "what came before nobody knows");
    endpoint.show(60, 0);
    assert_eq!(requests(meter.measure().await).0, 10);
}

#[tokio::test]
async fn asking_where_asking_counts_does_not_count() {
    let endpoint = endpoint(true).await;
    let meter = Meter::new(LocalHttp::new().unwrap());
    endpoint.show(0, 1);
    meter.begin(Generation(3), endpoint.vitals()).await;
    // The baseline itself was counted by the proxy after it answered.
    endpoint.show(5, 2);
    assert_eq!(requests(meter.measure().await), (5, 0, Generation(3)));
    endpoint.show(9, 3);
    assert_eq!(requests(meter.measure().await), (9, 0, Generation(3)));
}

#[tokio::test]
async fn without_metrics_there_is_nothing_and_no_error() {
    let meter = Meter::new(LocalHttp::new().unwrap());
    meter.begin(Generation(3), Vitals { pid: 1, source: None, probes: Probes::default() }).await;
    assert_eq!(meter.measure().await, Measured::Nothing);
}
