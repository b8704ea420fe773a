//! Which requests a service gets.

use reqwest::Method;
use sentinel_bundle::capability::Feature;
use sentinel_kit::Echo;
use serde_json::json;

use super::Edge;

pub const SHOWN: &[Feature] = &[
    Feature::PathExact,
    Feature::PathPrefix,
    Feature::PathWildcard,
    Feature::Host,
    Feature::Method,
    Feature::HeaderMatch,
    Feature::Priority,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_gets_the_requests_that_it_names_and_no_others() {
    let names = [
        "all",
        "exact",
        "below",
        "wild",
        "wildbelow",
        "host",
        "hosts",
        "read",
        "beta",
        "first",
        "long",
        "short",
    ];
    let mut echoes = Vec::new();
    for name in names {
        echoes.push(Echo::start(name).await);
    }
    let to = |name: &str, mut service: serde_json::Value| {
        let place = names.iter().position(|one| *one == name).unwrap();
        service["upstream_url"] = echoes[place].url().into();
        (name.to_owned(), service)
    };
    let services: serde_json::Map<_, _> = [
        to("all", json!({ "route_path": "/*" })),
        to("exact", json!({ "route_path": "/exact" })),
        to("below", json!({ "route_path": "/below/*" })),
        to("wild", json!({ "route_path": "/users/*/orders" })),
        to("wildbelow", json!({ "route_path": "/teams/*/files/*" })),
        to("host", json!({ "route_path": "/*", "hosts": ["one.example.com"] })),
        to("hosts", json!({ "route_path": "/*", "hosts": ["*.wild.example.com", "other.example.com"] })),
        to("read", json!({ "route_path": "/below/read/*", "methods": ["GET", "HEAD"] })),
        to("beta", json!({ "route_path": "/exact", "match_headers": { "X-Beta": "1", "X-Any": null } })),
        to("first", json!({ "route_path": "/first/*", "priority": 60 })),
        to("long", json!({ "route_path": "/first/but/longer/*" })),
        to("short", json!({ "route_path": "/a/*", "hosts": ["one.example.com"] })),
    ]
    .into_iter()
    .collect();
    let edge = Edge::start(json!({ "version": 1, "services": services })).await;

    for (path, name) in [
        ("/", "all"),
        ("/exact", "exact"),
        ("/exact?q=1", "exact"),
        ("/exact/more", "all"),
        ("/below", "below"),
        ("/below/x/y", "below"),
        ("/belowe", "all"),
        ("/users/7/orders", "wild"),
        ("/users/7/8/orders", "all"),
        ("/users/7/orders/9", "all"),
        ("/teams/a/files", "wildbelow"),
        ("/teams/a/files/b/c", "wildbelow"),
        ("/teams/a/filesystem", "all"),
        ("/below/read/x", "read"),
        ("/first/but/longer/x", "first"),
    ] {
        assert_eq!(edge.get(path).await.name(), name, "{path}");
    }
    for (host, path, name) in [
        ("one.example.com", "/", "host"),
        ("one.example.com:8080", "/x", "host"),
        ("ONE.example.com", "/x", "host"),
        ("two.example.com", "/", "all"),
        ("a.wild.example.com", "/", "hosts"),
        ("other.example.com", "/", "hosts"),
        ("wild.example.com", "/", "all"),
        // A longer path comes before a host.
        ("one.example.com", "/below/x", "below"),
        ("one.example.com", "/a/x", "short"),
    ] {
        assert_eq!(edge.on(host, path).await.name(), name, "{host}{path}");
    }
    for (method, name) in [(Method::GET, "read"), (Method::POST, "below"), (Method::DELETE, "below")] {
        assert_eq!(edge.ask(method.clone(), "/below/read/x", &[]).await.name(), name, "{method}");
    }
    assert_eq!(edge.ask(Method::HEAD, "/below/read/x", &[]).await.status, 200);
    for (headers, name) in [
        (&[("x-beta", "1"), ("x-any", "thing")][..], "beta"),
        (&[("x-beta", "2"), ("x-any", "thing")], "exact"),
        (&[("x-beta", "1")], "exact"),
    ] {
        assert_eq!(edge.ask(Method::GET, "/exact", headers).await.name(), name, "{headers:?}");
    }
}
