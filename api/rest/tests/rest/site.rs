//! The web UI's files beside the API.

use axum::body::Body;

use crate::client::{Http, request};

#[tokio::test]
async fn pages_get_the_ui_and_programs_get_json() {
    let http = Http::new().await;
    let page = |path: &str, accept: &str| {
        request("GET", path, None).header("accept", accept).body(Body::empty()).unwrap()
    };
    for path in ["/", "/p/shop/nodes", "/login?next=%2F"] {
        let reply = http.raw(page(path, "text/html,application/xhtml+xml")).await;
        assert_eq!(reply.status().as_u16(), 200, "{path}");
        assert!(reply.headers()["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        let policy = reply.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
        assert_eq!(reply.headers()["cache-control"], "no-cache", "{path}");
    }
    let first = http.raw(page("/", "text/html")).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    let again = request("GET", "/", None).header("if-none-match", tag).body(Body::empty()).unwrap();
    assert_eq!(http.raw(again).await.status().as_u16(), 304);
    for (method, path, accept) in [
        ("GET", "/p/shop/nodes", "application/json"),
        ("GET", "/api/v1/nothing", "text/html"),
        ("POST", "/p/shop/nodes", "text/html"),
    ] {
        let request = request(method, path, None).header("accept", accept).body(Body::empty()).unwrap();
        let reply = http.send(request).await;
        assert_eq!((reply.status, reply.code()), (404, "not_found"), "{method} {path}");
    }
}
