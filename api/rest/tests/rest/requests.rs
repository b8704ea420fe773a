//! What is the same for every request.

use axum::body::Body;
use http::header;
use sentinel_app::testing::{Trouble, World};
use sentinel_rest::Options;
use serde_json::json;

use crate::client::{Http, request};

const KEY: &str = "11111111-2222-4333-8444-555555555555";

fn token(http: &Http, name: &str, key: &str) -> http::Request<Body> {
    request("POST", "/api/v1/projects/shop/enrolment-tokens", Some(&http.world.operator))
        .header("idempotency-key", key)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(json!({"name": name}).to_string()))
        .unwrap()
}

#[tokio::test]
async fn a_write_repeated_with_its_key_happens_once_and_is_answered_alike() {
    let http = Http::new().await;
    http.world.kit.replica.trouble(Trouble::LostAnswer);
    let lost = http.send(token(&http, "fleet", KEY)).await;
    assert_eq!((lost.status, lost.code()), (504, "outcome_unknown"));
    http.world.kit.replica.trouble(Trouble::None);
    let changes = http.world.kit.changes();
    let first = http.send(token(&http, "fleet", KEY)).await;
    let second = http.send(token(&http, "fleet", KEY)).await;
    assert_eq!((first.status, &first.json), (201, &second.json));
    assert_eq!(first.header("x-request-id"), KEY);
    assert_eq!(http.world.kit.changes(), changes);
    let other = http.send(token(&http, "another", KEY)).await;
    assert_eq!((other.status, other.code()), (409, "conflict"));
    let wrong = http.send(token(&http, "fleet", "not a uuid")).await;
    assert_eq!((wrong.status, wrong.code()), (400, "malformed_header"));
}

#[tokio::test]
async fn without_a_leader_reads_are_503_stale_ones_answer_with_their_age_and_writes_say_nothing_happened() {
    let http = Http::new().await;
    let nodes = "/api/v1/projects/shop/nodes";
    let fresh = http.get(&format!("{nodes}?consistency=stale"), &http.world.reader).await;
    assert_eq!((fresh.status, fresh.header("x-consistency"), fresh.header("x-age-ms")), (200, "stale", "0"));
    http.world.kit.replica.trouble(Trouble::NoLeader);
    let reply = http.get(nodes, &http.world.reader).await;
    assert_eq!((reply.status, reply.code()), (503, "no_quorum"));
    let stale = http.get(&format!("{nodes}?consistency=stale&limit=1"), &http.world.reader).await;
    assert_eq!(
        (stale.status, stale.header("x-consistency"), stale.header("x-age-ms")),
        (200, "stale", "1500")
    );
    let write = http.post(
        "/api/v1/projects/shop/enrolment-tokens?consistency=stale",
        &http.world.operator,
        json!({"name": "x"}),
    );
    let write = write.await;
    assert_eq!((write.status, write.code()), (422, "invalid"), "a write is not decided on old state");
    let id = http.world.node.0;
    let beat = http.post(&format!("/api/v1/nodes/{id}/heartbeat"), &http.world.node.1, json!({})).await;
    assert_eq!(beat.status, 200, "a heartbeat needs no leader");
}

#[tokio::test]
async fn a_write_tells_where_it_stands_and_a_read_that_asks_for_it_waits_for_it() {
    let http = Http::new().await;
    let made = http.send(token(&http, "fleet", KEY)).await;
    let index: u64 = made.header("x-log-index").parse().unwrap();
    let again = http.send(token(&http, "fleet", KEY)).await;
    assert_eq!(again.header("x-log-index"), made.header("x-log-index"), "it stands where it stood");
    let read = async |index: &str, consistency: &str| {
        let path = format!("/api/v1/projects/shop/enrolment-tokens?{consistency}");
        let request = request("GET", &path, Some(&http.world.operator)).header("x-min-index", index);
        http.send(request.body(Body::empty()).unwrap()).await
    };
    for consistency in ["", "consistency=stale"] {
        let seen = read(&index.to_string(), consistency).await;
        assert_eq!((seen.status, seen.header("x-log-index")), (200, ""), "a read writes nothing");
        let behind = read(&(index + 1_000).to_string(), consistency).await;
        assert_eq!((behind.status, behind.code()), (503, "behind"));
        let words = behind.json["error"].as_str().unwrap();
        assert!(words.contains(&format!("asks for {}", index + 1_000)), "{words}");
        let wrong = read("soon", consistency).await;
        assert_eq!((wrong.status, wrong.code()), (400, "malformed_header"));
    }
    let stranger = request("GET", "/api/v1/projects/shop", None).header("authorization", "Bearer nobody");
    let stranger = http.send(stranger.header("x-min-index", u64::MAX).body(Body::empty()).unwrap()).await;
    assert_eq!(stranger.status, 401, "nobody waits, or learns where the log stands, who is not known");
    let refused = http.send(token(&http, "another", KEY)).await;
    assert_eq!((refused.status, refused.header("x-log-index")), (409, ""), "only of what was done");
    http.world.kit.replica.trouble(Trouble::NoLeader);
    let stale = read(&index.to_string(), "consistency=stale").await;
    assert_eq!(stale.status, 200, "a stale read needs no leader for it");
}

#[tokio::test]
async fn internal_causes_stay_inside() {
    let http = Http::new().await;
    let bundle = http.world.kit.bundle(&http.world.operator, "shop", "1.0").await.unwrap();
    let path = format!("/api/v1/projects/shop/bundles/{bundle}");
    let shown = http.get(&path, &http.world.reader).await;
    let digest = shown.json["bundle"]["checksum"].as_str().unwrap();
    http.world.kit.blobs.damage(digest.parse().unwrap(), None);
    let reply = http.get(&format!("{path}/archive"), &http.world.reader).await;
    assert_eq!(
        (reply.status, reply.code(), &reply.json["error"]),
        (500, "internal", &json!("internal error"))
    );
    assert!(!String::from_utf8_lossy(&reply.bytes).contains(digest));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_browsers() {
    let http = Http::new().await;
    for path in ["/api/v1/orgs", "/", "/health", "/nowhere"] {
        let reply =
            http.raw(request("GET", path, Some(&http.world.admin)).body(Body::empty()).unwrap()).await;
        let value = |name: &str| {
            reply.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        assert_eq!(value("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(value("x-frame-options"), "DENY", "{path}");
        assert!(value("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        if path.starts_with("/api/") {
            assert_eq!(value("cache-control"), "no-store", "{path}");
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused_in_our_shape() {
    let http = Http::new().await;
    let reply = http.get("/api/v1/nothing", &http.world.admin).await;
    assert_eq!((reply.status, reply.code()), (404, "not_found"));
    let reply = http.call("PATCH", "/api/v1/orgs", Some(&http.world.admin), None).await;
    assert_eq!((reply.status, reply.code()), (405, "method_not_allowed"));
}

#[tokio::test]
async fn health_and_readiness_need_no_credential_and_say_why_not() {
    let http = Http::new().await;
    assert_eq!(http.call("GET", "/health", None, None).await.json, json!({"status": "ok"}));
    assert_eq!(http.call("GET", "/ready", None, None).await.json, json!({"status": "ok"}));
    http.world.kit.cluster.change(|status| status.unready = Some("no leader for 3 s".into()));
    let reply = http.raw(request("GET", "/ready", None).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status().as_u16(), 503);
    let reply = http.raw(request("GET", "/health", None).body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status().as_u16(), 200, "the process is up all the same");
    let served = http.call("GET", "/openapi.json", None, None).await;
    assert_eq!(served.json, *crate::schema::DOCUMENT);
}

#[tokio::test]
async fn requests_are_counted_by_route_and_never_by_path() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    // For this thread, on which the whole test runs.
    let _guard = metrics::set_default_local_recorder(&recorder);
    let world = World::new().await.unwrap();
    let options = Options { metrics: Some(recorder.handle()), ..Options::default() };
    let http = Http { router: sentinel_rest::router(world.kit.app.clone(), options), world };
    http.get("/api/v1/projects/shop/nodes", &http.world.reader).await;
    http.get("/api/v1/projects/unknown/nodes", &http.world.reader).await;
    http.get("/some/scanner/path.php", &http.world.reader).await;
    let text = http.raw(request("GET", "/metrics", None).body(Body::empty()).unwrap()).await;
    assert_eq!(text.status().as_u16(), 200);
    let text = recorder.handle().render();
    let route = r#"method="GET",route="/api/v1/projects/{slug}/nodes""#;
    assert!(text.contains(&format!("http_requests_total{{{route},status=\"200\"}} 1")), "{text}");
    assert!(text.contains(&format!("http_requests_total{{{route},status=\"404\"}} 1")), "{text}");
    assert!(text.contains(r#"route="unmatched",status="404""#), "{text}");
    assert!(text.contains("http_request_duration_seconds"), "{text}");
    assert!(!text.contains("scanner") && !text.contains("shop"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_outlives_the_time_limit_of_other_requests() {
    let http = Http::new().await;
    let id = http.world.node.0;
    let began = tokio::time::Instant::now();
    let reply = http.get(&format!("/api/v1/nodes/{id}/bundles/latest?wait=60"), &http.world.node.1).await;
    assert_eq!((reply.status, &reply.json["no_update"]), (200, &json!(true)));
    assert!(began.elapsed() >= sentinel_rest::request::ANSWER_WITHIN);
}

#[tokio::test]
async fn a_panic_is_a_500_in_our_shape_and_tells_nothing() {
    use tower::ServiceExt;
    let router = axum::Router::new()
        .route("/", axum::routing::get(|| async { panic!("the secret cause") as &str }))
        .layer(tower_http::catch_panic::CatchPanicLayer::custom(sentinel_rest::refusal::panicked));
    let reply = router.oneshot(request("GET", "/", None).body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(reply.status().as_u16(), 500);
    let cause = reply.extensions().get::<sentinel_rest::refusal::Cause>().unwrap().0.clone();
    assert_eq!(cause, "panic: the secret cause", "for the log");
    let body = http_body_util::BodyExt::collect(reply.into_body()).await.unwrap().to_bytes();
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&body).unwrap(),
        json!({"error": "internal error", "code": "internal"})
    );
}

#[tokio::test]
async fn a_node_that_tells_too_much_is_told_when_to_go_on() {
    let http = Http::new().await;
    let (node, known) = (&http.world.node.0, &http.world.node.1);
    let path = format!("/api/v1/nodes/{node}/events");
    let event = json!({"event_type": "info", "message": "again"});
    for _ in 0..20 {
        assert_eq!(http.post(&path, known, event.clone()).await.status, 201);
    }
    let refused = http.post(&path, known, event).await;
    assert_eq!((refused.status, refused.code()), (429, "too_many_attempts"));
    assert_eq!((refused.header("retry-after"), &refused.json["details"]["retry_after_s"]), ("5", &json!(5)));
    let text = refused.json["error"].as_str().unwrap();
    assert!(text.contains("up to 50 in one request; try again in 5 s"), "{text}");
}
