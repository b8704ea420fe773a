//! Which target of a group a request goes to, and what becomes of it there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sentinel_bundle::capability::Feature;
use sentinel_kit::{Echo, ports};
use serde_json::{Value, json};

use super::Edge;

pub const SHOWN: &[Feature] = &[
    Feature::RoundRobin,
    Feature::Weighted,
    Feature::Random,
    Feature::PowerOfTwoChoices,
    Feature::Adaptive,
    Feature::CircuitBreaker,
    Feature::TargetDisabled,
    Feature::UpstreamTimeouts,
    Feature::UpstreamTls,
    Feature::UpstreamSkipVerify,
    Feature::UpstreamHttp2,
];

/// Who answers so many requests, in order.
async fn order(edge: &Edge, path: &str, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    for _ in 0..count {
        names.push(edge.get(path).await.name());
    }
    names
}

fn tally(names: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name.as_str()).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_spread_as_the_algorithm_says() {
    let (a, b, c) = (Echo::start("a").await, Echo::start("b").await, Echo::start("c").await);
    let weighed = |echo: &Echo, weight: u32| {
        let mut target = echo.target();
        target["weight"] = weight.into();
        target
    };
    let group = |algorithm: &str| {
        let first = if algorithm == "weighted" { 300 } else { 100 };
        json!({ "algorithm": algorithm, "targets": [weighed(&a, first), weighed(&b, 100)] })
    };
    let mut idle = c.target();
    idle["enabled"] = false.into();
    let algorithms = ["round_robin", "weighted", "random", "power_of_two_choices", "adaptive"];
    let slugs = ["round-robin", "weighted", "random", "p2c", "adaptive"];
    let mut document = json!({ "version": 1, "services": {}, "upstream_groups": {} });
    for (algorithm, slug) in algorithms.into_iter().zip(slugs) {
        document["services"][slug] = json!({ "route_path": format!("/{slug}"), "upstream_group": slug });
        document["upstream_groups"][slug] = group(algorithm);
    }
    document["upstream_groups"]["round-robin"]["targets"].as_array_mut().unwrap().push(idle);
    let edge = Edge::start(document).await;

    let turns = order(&edge, "/round-robin", 20).await;
    assert!(turns.windows(2).all(|pair| pair[0] != pair[1]), "{turns:?}");
    assert_eq!(
        tally(&turns),
        BTreeMap::from([("a", 10), ("b", 10)]),
        "and none to the one that is not enabled"
    );
    let turns = order(&edge, "/weighted", 40).await;
    assert_eq!(tally(&turns), BTreeMap::from([("a", 30), ("b", 10)]));
    let turns = order(&edge, "/random", 60).await;
    assert_eq!(tally(&turns).len(), 2, "{turns:?}");
    assert!(turns.windows(2).any(|pair| pair[0] == pair[1]), "{turns:?}");
    for slug in ["/p2c", "/adaptive"] {
        let turns = order(&edge, slug, 60).await;
        assert_eq!(tally(&turns).len(), 2, "{slug}: {turns:?}");
        assert!(turns.windows(2).any(|pair| pair[0] == pair[1]), "{slug}: {turns:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_that_fails_gets_no_requests_for_a_while() {
    let good = Echo::start("good").await;
    let dead = ports::free();
    let group = |breaker: Value| json!({ "targets": [good.target(), { "host": "127.0.0.1", "port": dead }], "circuit_breaker": breaker });
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "quick": { "route_path": "/quick", "upstream_group": "quick" },
            "patient": { "route_path": "/patient", "upstream_group": "patient" },
            "slow": { "route_path": "/slow", "upstream_group": "slow" },
        },
        "upstream_groups": {
            "quick": group(json!({ "failure_threshold": 2, "open_seconds": 60 })),
            "patient": group(json!({ "failure_threshold": 1000 })),
            "slow": { "targets": [good.target()], "timeouts": { "read_seconds": 1 } },
        },
    }))
    .await;
    let failures = |path: &'static str| {
        let edge = &edge;
        async move {
            let mut failed = 0;
            for _ in 0..20 {
                failed += u32::from(edge.get(path).await.status != 200);
            }
            failed
        }
    };
    assert_eq!(failures("/quick").await, 2);
    assert_eq!(failures("/patient").await, 10);
    let began = Instant::now();
    assert_eq!(edge.get("/slow?delay=5000").await.status, 504);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_is_spoken_to_targets_and_their_certificate_looked_at() {
    let upstream = sentinel_kit::TlsEcho::start("tls", "backend.internal").await;
    let group = |tls: Value| json!({ "targets": [upstream.target()], "tls": tls });
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "checked": { "route_path": "/checked", "upstream_group": "checked" },
            "any": { "route_path": "/any", "upstream_group": "any" },
            "two": { "route_path": "/two", "upstream_group": "two" },
            "clear": { "route_path": "/clear", "upstream_group": "clear" },
        },
        "upstream_groups": {
            "checked": group(json!({ "server_name": "backend.internal" })),
            "any": group(json!({ "insecure_skip_verify": true })),
            "two": group(json!({ "insecure_skip_verify": true, "http2": true })),
            "clear": { "targets": [upstream.target()] },
        },
    }))
    .await;
    assert_eq!(edge.get("/any").await.told()["name"], "tls");
    assert_eq!(edge.get("/two").await.told()["version"], "HTTP/2.0");
    for path in ["/checked", "/clear"] {
        let answer = edge.get(path).await;
        assert_ne!(answer.status, 200, "{path}: {answer:?}");
    }
}
