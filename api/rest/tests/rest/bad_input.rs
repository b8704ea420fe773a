//! What a client can get wrong, and what it is told.

use axum::body::Body;
use http::header;
use sentinel_app::testing::world::SOURCE;
use serde_json::{Value, json};

use crate::client::{Http, request};

const NODES: &str = "/api/v1/projects/shop/nodes";
const BUNDLES: &str = "/api/v1/projects/shop/bundles";
const ROLLOUTS: &str = "/api/v1/projects/shop/rollouts";
const SOME_ID: &str = "00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn bodies_that_are_not_json_are_400_and_larger_ones_than_allowed_413() {
    let http = Http::new().await;
    let long = format!("{{\"version\":\"1\",\"config_source\":\"{}\"}}", "x".repeat(sentinel_rest::BODY_MAX));
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for (what, kind, body, status, code) in [
        ("cut", "application/json", "{\"version\":", 400, "malformed_json"),
        ("no JSON", "application/json", "version=1", 400, "malformed_json"),
        ("empty", "application/json", "", 400, "malformed_json"),
        (
            "two values",
            "application/json",
            "{\"version\":\"1\",\"config_source\":\"\"} {}",
            400,
            "malformed_json",
        ),
        ("deeply nested", "application/json", deep.as_str(), 422, "invalid"),
        ("no UTF-8", "application/json", "{\"version\":\"\\ud800\"}", 400, "malformed_json"),
        ("too long", "application/json", long.as_str(), 413, "body_too_large"),
        (
            "another kind",
            "text/plain",
            "{\"version\":\"1\",\"config_source\":\"\"}",
            415,
            "unsupported_media_type",
        ),
        ("no kind", "", "{\"version\":\"1\",\"config_source\":\"\"}", 415, "unsupported_media_type"),
    ] {
        let mut builder = request("POST", BUNDLES, Some(&http.world.operator));
        if !kind.is_empty() {
            builder = builder.header(header::CONTENT_TYPE, kind);
        }
        let reply = http.send(builder.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{what}: {}", reply.json);
    }
}

#[tokio::test]
async fn fields_that_are_unknown_missing_or_wrong_are_422_by_name() {
    let http = Http::new().await;
    let rollout = |more: Value| {
        let mut body = json!({"bundle_id": SOME_ID, "target_selector": {"type": "all"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let token = |more: Value| {
        let mut body = json!({"name": "fleet"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let tokens = "/api/v1/projects/shop/enrolment-tokens";
    for (path, body, field) in [
        (BUNDLES, json!({"version": "1", "config_source": "", "risk": 1}), "risk"),
        (BUNDLES, json!({"config_source": ""}), "version"),
        (BUNDLES, json!({"version": 7, "config_source": ""}), "version"),
        (BUNDLES, json!({"version": "../../etc", "config_source": SOURCE}), "version"),
        (BUNDLES, json!({"version": "", "config_source": SOURCE}), "version"),
        (BUNDLES, json!({"version": "v".repeat(101), "config_source": SOURCE}), "version"),
        (ROLLOUTS, rollout(json!({"bundle_id": "not-a-uuid"})), "bundle_id"),
        (ROLLOUTS, rollout(json!({"batch_size": -1})), "batch_size"),
        (ROLLOUTS, rollout(json!({"batch_percentage": 300})), "batch_percentage"),
        (ROLLOUTS, rollout(json!({"health_gates": {"max_cpu": 1}})), "health_gates.max_cpu"),
        (ROLLOUTS, rollout(json!({"health_gates": {"max_error_rate": 101}})), "health_gates.max_error_rate"),
        (ROLLOUTS, rollout(json!({"strategy": "upside_down"})), "strategy"),
        (ROLLOUTS, rollout(json!({"target_selector": {"type": "everything"}})), "target_selector.type"),
        (
            ROLLOUTS,
            rollout(json!({"target_selector": {"type": "all", "labels": {}}})),
            "target_selector.labels",
        ),
        (tokens, token(json!({"name": " padded"})), "name"),
        (tokens, token(json!({"name": "a\u{0}b"})), "name"),
        (tokens, token(json!({"name": "x".repeat(101)})), "name"),
        (tokens, token(json!({"uses": 0})), "uses"),
        (tokens, token(json!({"expires_at": "tomorrow"})), "expires_at"),
        (tokens, token(json!({"expires_at": "1999-01-01T00:00:00Z"})), "expires_at"),
        ("/api/v1/orgs", json!({"name": "Org", "slug": "Not A Slug"}), "slug"),
        (
            "/api/v1/api-keys",
            json!({"org": "default", "name": "k", "scopes": ["nodes:destroy"]}),
            "scopes[0]",
        ),
        ("/api/v1/api-keys", json!({"org": "default", "name": "k", "scopes": []}), "scopes"),
        (
            "/api/v1/orgs/default/members",
            json!({"email": "nobody", "name": "N", "password": "long enough password", "role": "reader"}),
            "email",
        ),
        (
            "/api/v1/orgs/default/members",
            json!({"email": "n@example.com", "name": "N", "password": "short", "role": "reader"}),
            "password",
        ),
        (
            "/api/v1/orgs/default/members",
            json!({"email": "n@example.com", "name": "N", "password": "long enough password", "role": "owner"}),
            "role",
        ),
    ] {
        let reply = http.post(path, &http.world.admin, body.clone()).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid"), "{path} {body}: {}", reply.json);
        assert!(reply.json["error"].get(field).is_some(), "{path} {body}: {field} in {}", reply.json);
    }
}

#[tokio::test]
async fn hostile_configurations_are_422_with_places() {
    let http = Http::new().await;
    for (what, source) in [
        ("deep nesting", "a {".repeat(400)),
        ("deeper nesting", "a {".repeat(100_000)),
        ("nested comments", "/*".repeat(50_000)),
        ("a long name", format!("{} 1", "x".repeat(100_000))),
        ("no UTF-8 text", "\u{fffd}\u{0}".to_owned()),
        ("nothing", String::new()),
        ("another language", "server { listen 80; }".to_owned()),
    ] {
        let body = json!({"version": "1", "config_source": source});
        let reply = http.post(BUNDLES, &http.world.operator, body).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid_config"), "{what}: {}", reply.json);
        let problems = reply.json["details"]["problems"].as_array().unwrap();
        assert!(
            !problems.is_empty() && problems.iter().all(|problem| problem["message"].is_string()),
            "{what}"
        );
    }
}

#[tokio::test]
async fn ids_that_are_no_uuids_are_400_and_unknown_ones_404() {
    let http = Http::new().await;
    let tails = [
        ("GET", format!("{NODES}/ID")),
        ("DELETE", format!("{NODES}/ID")),
        ("GET", format!("{NODES}/ID/events")),
        ("GET", format!("{NODES}/ID/why")),
        ("GET", format!("{BUNDLES}/ID")),
        ("GET", format!("{BUNDLES}/ID/archive")),
        ("GET", format!("{BUNDLES}/ID/diff?against={SOME_ID}")),
        ("POST", format!("{BUNDLES}/ID/revoke")),
        ("GET", format!("{ROLLOUTS}/ID")),
        ("POST", format!("{ROLLOUTS}/ID/pause")),
        ("POST", format!("{ROLLOUTS}/ID/rollback")),
        ("POST", "/api/v1/projects/shop/enrolment-tokens/ID/revoke".to_owned()),
        ("GET", "/api/v1/api-keys/ID".to_owned()),
        ("DELETE", "/api/v1/orgs/default/members/ID".to_owned()),
    ];
    for (method, path) in tails {
        for wrong in ["7", "not-a-uuid", "00000000-0000-0000-0000-00000000000g", "%2e%2e", "%00"] {
            let path = path.replace("ID", wrong);
            let reply = http.call(method, &path, Some(&http.world.admin), None).await;
            assert_eq!(
                (reply.status, reply.code()),
                (400, "malformed_id"),
                "{method} {path}: {}",
                reply.json
            );
        }
        let path = path.replace("ID", SOME_ID);
        let reply = http.call(method, &path, Some(&http.world.admin), None).await;
        assert_eq!((reply.status, reply.code()), (404, "not_found"), "{method} {path}: {}", reply.json);
    }
    let reply = http.get(&format!("{BUNDLES}/{SOME_ID}/diff?against=seven"), &http.world.admin).await;
    assert_eq!((reply.status, reply.code()), (400, "malformed_id"));
    let reply = http.get("/api/v1/projects/no-such-project/nodes", &http.world.admin).await;
    assert_eq!((reply.status, reply.json["error"].as_str()), (404, Some("Project not found")));
}

#[tokio::test]
async fn queries_that_make_no_sense_are_told_by_parameter() {
    let http = Http::new().await;
    for (query, status, field) in [
        ("limit=0", 422, "limit"),
        ("limit=201", 422, "limit"),
        ("limit=many", 422, "limit"),
        ("status=asleep", 422, "status"),
        ("stauts=online", 422, "stauts"),
        ("consistency=eventual", 422, "consistency"),
        ("labels[a]=1&labels[a]=2", 422, "labels[a]"),
        ("labels[]=1", 422, "labels."),
    ] {
        let reply = http.get(&format!("{NODES}?{query}"), &http.world.reader).await;
        assert_eq!((reply.status, reply.code()), (status, "invalid"), "{query}: {}", reply.json);
        assert!(reply.json["error"].get(field).is_some(), "{query}: {}", reply.json);
    }
    for cursor in ["x", "AAAA", &"A".repeat(3_000)] {
        let reply = http.get(&format!("{NODES}?cursor={cursor}"), &http.world.reader).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_cursor"), "{cursor}");
    }
    let reply = http.get(&format!("{NODES}?q={}", "x".repeat(9_000)), &http.world.reader).await;
    assert_eq!((reply.status, reply.code()), (400, "malformed_query"));
}

#[tokio::test]
async fn a_cursor_goes_on_where_the_page_ended_and_with_the_same_filters_only() {
    let http = Http::new().await;
    for name in ["edge-2", "edge-3"] {
        http.world.kit.node(&http.world.operator, "shop", name).await.unwrap();
    }
    let first = http.get(&format!("{NODES}?limit=2&status=unknown"), &http.world.reader).await;
    let names = |json: &Value| -> Vec<String> {
        json["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        (names(&first.json), first.json["total"].as_u64()),
        (vec!["edge-1".into(), "edge-2".into()], Some(2))
    );
    let cursor = first.json["next_cursor"].as_str().unwrap();
    let second =
        http.get(&format!("{NODES}?limit=2&status=unknown&cursor={cursor}"), &http.world.reader).await;
    assert_eq!((names(&second.json), &second.json["next_cursor"]), (vec!["edge-3".to_owned()], &Value::Null));
    for other in [
        format!("{NODES}?limit=2&cursor={cursor}"),
        format!("{NODES}?limit=2&status=online&cursor={cursor}"),
        format!("{BUNDLES}?cursor={cursor}"),
    ] {
        let reply = http.get(&other, &http.world.reader).await;
        assert_eq!((reply.status, reply.code()), (400, "invalid_cursor"), "{other}");
    }
}

#[tokio::test]
async fn credentials_that_are_not_good_are_401_whatever_they_look_like() {
    let http = Http::new().await;
    for (name, value) in [
        ("authorization", "Bearer ses_unknown"),
        ("authorization", "Bearer scp_unknown"),
        ("authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
        ("authorization", "Bearer"),
        ("authorization", "Basic YWRhOnNlY3JldA=="),
        ("authorization", "Bearer something else"),
        ("x-zentinel-node-key", "unknown"),
        ("cookie", "sentinel_session=ses_unknown"),
    ] {
        let builder = request("GET", NODES, None).header(name, value);
        let reply = http.send(builder.body(Body::empty()).unwrap()).await;
        assert_eq!((reply.status, reply.code()), (401, "unauthenticated"), "{name}: {value}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn a_node_path_with_another_nodes_id_is_not_there() {
    let http = Http::new().await;
    let other = http.world.other_node.0;
    let mine = &http.world.node.1;
    let reply = http.post(&format!("/api/v1/nodes/{other}/heartbeat"), mine, json!({})).await;
    assert_eq!((reply.status, reply.json["error"].as_str()), (404, Some("Node not found")));
    let reply = http.get(&format!("/api/v1/nodes/{other}/bundles/latest"), mine).await;
    assert_eq!(reply.status, 404);
    let reply = http.get(NODES, mine).await;
    assert_eq!((reply.status, reply.code()), (403, "forbidden"), "a node is no operator");
    let wrong = http.get(&format!("/api/v1/nodes/{}/bundles/latest?wait=61", http.world.node.0), mine).await;
    assert_eq!(wrong.status, 422);
}
