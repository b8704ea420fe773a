//! Configurations over HTTP: tags, refusals and limits.

use axum::body::Body;
use http::header;
use sentinel_app::testing::world::Known;
use serde_json::{Value, json};

use crate::client::{Http, Reply, request};

const SERVICES: &str = "/api/v1/projects/shop/services";

async fn raised() -> Http {
    let http = Http::new().await;
    http.world.kit.raise().await.unwrap();
    http
}

/// A request with `If-Match`.
async fn matching(
    http: &Http,
    method: &str,
    path: &str,
    by: &Known,
    tag: &str,
    body: Option<Value>,
) -> Reply {
    let builder = request(method, path, Some(by))
        .header(header::IF_MATCH, tag)
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    http.send(builder.body(body).unwrap()).await
}

fn answers(path: &str) -> Value {
    json!({"name": "The Shop", "route_path": path, "respond_status": 404})
}

#[tokio::test]
async fn an_object_has_a_tag_and_a_change_of_an_older_one_is_told_what_changed() {
    let http = raised().await;
    let (admin, operator) = (&http.world.admin, &http.world.operator);
    let made = http.post(SERVICES, operator, answers("/a")).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""));
    let service = &made.json["service"];
    assert_eq!((&service["slug"], &service["revision"]), (&json!("the-shop"), &json!(1)));
    assert_eq!(service["updated_by"], "operator@example.com");
    let path = format!("{SERVICES}/{}", service["id"].as_str().unwrap());
    assert_eq!(http.get(&path, admin).await.header("etag"), "\"1\"");

    let first = matching(&http, "PUT", &path, admin, "\"1\"", Some(answers("/b"))).await;
    assert_eq!((first.status, first.header("etag")), (200, "\"2\""));
    let late = matching(&http, "PUT", &path, operator, "\"1\"", Some(answers("/c"))).await;
    assert_eq!((late.status, late.code()), (412, "precondition_failed"));
    let details = &late.json["details"];
    assert_eq!((&details["revision"], &details["changed_fields"]), (&json!(2), &json!(["route_path"])));
    assert_eq!(details["updated_by"], "admin@example.com");
    assert!(details["updated_at"].as_str().unwrap().ends_with('Z'), "{details}");
    let late = matching(&http, "DELETE", &path, operator, "\"1\"", None).await;
    assert_eq!((late.status, late.code()), (412, "precondition_failed"));

    for wrong in ["2", "W/\"2\"", "\"2\", \"3\"", "\"two\""] {
        let refused = matching(&http, "PUT", &path, operator, wrong, Some(answers("/c"))).await;
        assert_eq!((refused.status, refused.code()), (400, "malformed_header"), "{wrong}");
    }
    let same = matching(&http, "PUT", &path, operator, "*", Some(answers("/b"))).await;
    assert_eq!((same.status, same.header("etag"), same.header("x-log-index")), (200, "\"2\"", ""));
    assert_eq!(matching(&http, "DELETE", &path, operator, "\"2\"", None).await.status, 204);
    assert_eq!(http.get(&path, operator).await.status, 404);
}

#[tokio::test]
async fn a_request_for_an_object_is_read_as_strictly_as_a_document() {
    let http = raised().await;
    let operator = &http.world.operator;
    let refused = async |body: Value| {
        let reply = http.post(SERVICES, operator, body).await;
        assert_eq!((reply.status, reply.code()), (422, "invalid"), "{reply:?}");
        reply.json["error"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(refused(json!({"slug": "a", "route_path": "/", "colour": 1})).await, ["colour"]);
    assert_eq!(refused(json!({"slug": 1, "route_path": "/"})).await, ["slug"]);
    assert_eq!(refused(json!({"slug": "a"})).await, ["route_path"]);
    assert_eq!(
        refused(json!({"slug": "a", "route_path": "/", "retry": {"attempts": "x"}})).await,
        ["retry.attempts"]
    );
    assert_eq!(refused(json!({"slug": "a", "route_path": "x"})).await, ["route_path", "upstream_url"]);
    assert_eq!(refused(json!({"slug": "A", "route_path": "/", "respond_status": 404})).await, ["slug"]);
    assert_eq!(refused(json!({"route_path": "/", "respond_status": 404})).await, ["slug"]);
    let twice = r#"{"slug": "a", "slug": "b", "route_path": "/", "respond_status": 404}"#;
    let request = request("POST", SERVICES, Some(operator)).header(header::CONTENT_TYPE, "application/json");
    let reply = http.send(request.body(Body::from(twice)).unwrap()).await;
    assert_eq!(reply.json["error"], json!({"slug": ["is given twice"]}));
    // What is read with an object is no part of what is written.
    let put = http
        .call(
            "PUT",
            "/api/v1/projects/shop/services/a",
            Some(operator),
            Some(json!({"slug": "a", "route_path": "/"})),
        )
        .await;
    assert_eq!(put.status, 422);
    let middlewares = "/api/v1/projects/shop/middlewares";
    let body =
        json!({"slug": "m", "middleware_type": "security", "config": {"no_sniff": true}, "enabled": false});
    let made = http.post(middlewares, operator, body).await;
    assert_eq!((made.status, &made.json["middleware"]["config"]), (201, &json!({"no_sniff": true})));
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_document_is_told_by_its_place() {
    let http = raised().await;
    let operator = &http.world.operator;
    let apply = "/api/v1/projects/shop/config/apply";
    let wrong = json!({
        "version": 1,
        "services": {
            "shop": { "route_path": "x", "upstream_group": "none" },
            "old": { "route_path": "/old", "respond_status": 404, "hosts": ["A"] },
        },
    });
    let reply = http.post(apply, operator, wrong).await;
    assert_eq!((reply.status, reply.code()), (422, "invalid"));
    let places: Vec<&String> = reply.json["error"].as_object().unwrap().keys().collect();
    assert_eq!(places, ["services.old.hosts[0]", "services.shop.route_path", "services.shop.upstream_group"]);
    let unknown = json!({"version": 1, "services": {"shop": {"route_path": "/", "colour": 1}}});
    let reply = http.post(apply, operator, unknown).await;
    assert!(reply.json["error"]["services.shop.colour"].is_array(), "{reply:?}");
    let check = http.post("/api/v1/projects/shop/config/check", operator, json!({"version": 1})).await;
    assert_eq!((check.status, &check.json["valid"]), (200, &json!(false)));
    let own = http.call("POST", "/api/v1/projects/shop/config/check", Some(operator), None).await;
    assert_eq!(own.json["problems"][0]["code"], "no-service");
}

#[tokio::test]
async fn a_document_may_be_larger_than_other_bodies() {
    let http = raised().await;
    let operator = &http.world.operator;
    let document = |stores: usize| {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}", "A".repeat(200_000));
        let stores = (0..stores).map(|number| (format!("s-{number}"), json!({"certificates_pem": pem})));
        json!({"version": 1, "trust_stores": stores.collect::<serde_json::Map<_, _>>()})
    };
    let apply = "/api/v1/projects/shop/config/apply";
    assert_eq!(http.post(apply, operator, document(15)).await.status, 200);
    // More than a project may have.
    let look = http.post(&format!("{apply}?dry_run=true"), operator, document(21)).await;
    assert_eq!(look.status, 200, "a look keeps nothing");
    let large = http.post(apply, operator, document(21)).await;
    assert_eq!((large.status, large.code()), (409, "conflict"), "{large:?}");
    let text = large.json["error"].as_str().unwrap();
    assert!(text.starts_with("the configuration of a project has at most 3145728 bytes"), "{text}");
    let reply = http.post(apply, operator, document(45)).await;
    assert_eq!((reply.status, reply.code()), (413, "body_too_large"));
    assert_eq!(reply.json["error"], "the body has more than 8388608 bytes");
    let other = http
        .post(
            "/api/v1/projects/shop/trust-stores",
            operator,
            json!({"slug": "a", "certificates_pem": "A".repeat(3 << 20)}),
        )
        .await;
    assert_eq!(other.json["error"], "the body has more than 2097152 bytes");
}
