//! Where requests go.

use reqwest::Method;
use sentinel_bundle::capability::Feature;
use sentinel_kit::Echo;
use serde_json::json;

use super::Edge;

pub const SHOWN: &[Feature] = &[
    Feature::UpstreamUrl,
    Feature::UpstreamGroup,
    Feature::SplitWeight,
    Feature::SplitHeader,
    Feature::Redirect,
    Feature::RespondNotFound,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_go_where_a_service_says() {
    let (one, two) = (Echo::start("one").await, Echo::start("two").await);
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "url": { "route_path": "/url", "upstream_url": one.url() },
            "group": { "route_path": "/group", "upstream_group": "two" },
            "split": { "route_path": "/split", "traffic_split": {
                "splits": [{ "upstream_group": "one", "weight": 75 }, { "upstream_group": "two", "weight": 25 }],
                "match_rules": [
                    { "type": "header", "name": "X-Try", "value": "two", "upstream_group": "two" },
                    { "type": "header", "name": "X-Stay", "value": "yes", "upstream_group": "one" },
                ],
            } },
            "moved": { "route_path": "/moved/*", "redirect_url": "https://new.example.com:8443/there" },
            "host": { "route_path": "/elsewhere/*", "redirect_url": "http://new.example.com", "redirect_status": 307 },
            "path": { "route_path": "/old", "redirect_url": "https://new.example.com/new", "redirect_status": 308 },
            "gone": { "route_path": "/group/gone/*", "respond_status": 404 },
            "all": { "route_path": "/*", "upstream_url": two.url() },
        },
        "upstream_groups": {
            "one": { "targets": [one.target()] },
            "two": { "targets": [two.target()] },
        },
    }))
    .await;

    assert_eq!(edge.get("/url").await.name(), "one");
    assert_eq!(edge.get("/group").await.name(), "two");
    let mut to_two = 0;
    for _ in 0..80 {
        to_two += u32::from(edge.get("/split").await.name() == "two");
    }
    assert_eq!(to_two, 20, "a quarter of 80");
    for _ in 0..8 {
        assert_eq!(edge.ask(Method::GET, "/split", &[("x-try", "two")]).await.name(), "two");
        assert_eq!(edge.ask(Method::GET, "/split", &[("x-stay", "yes")]).await.name(), "one");
        let both = [("x-stay", "yes"), ("x-try", "two")];
        assert_eq!(edge.ask(Method::GET, "/split", &both).await.name(), "two", "the first rule counts");
    }
    for (path, status, location) in [
        ("/moved/x", 301, "https://new.example.com:8443/there"),
        ("/elsewhere/x", 307, "http://new.example.com/elsewhere/x"),
    ] {
        let answer = edge.get(path).await;
        assert_eq!((answer.status, answer.header("location")), (status, Some(location)), "{path}");
    }
    let answer = edge.on("a.example.com", "/old?q=1").await;
    assert_eq!((answer.status, answer.header("location")), (308, Some("https://new.example.com/new")));
    assert_eq!(edge.get("/group/gone/x").await.status, 404);
}
