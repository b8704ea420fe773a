//! Every service to begin with serves, and does what it says.

use reqwest::Method;
use sentinel_bundle::service_template::{ALL, ServiceTemplate, Values};
use sentinel_kit::{Echo, TlsEcho};
use serde_json::{Value, json};

use super::Edge;
use super::policies::{assert_echoes, handshake, upgrading};

fn host(template: &str) -> String {
    format!("{template}.example.com")
}

/// Adds the service of a template, on a host of its own.
fn add(document: &mut Value, template: &ServiceTemplate, port: u16) {
    let values = Values {
        hosts: vec![host(template.name)],
        targets: vec![format!("127.0.0.1:{port}")],
        ..Values::default()
    };
    let part = serde_json::to_value(template.fill(&values).unwrap()).unwrap();
    for kind in ["services", "upstream_groups"] {
        document[kind].as_object_mut().unwrap().extend(part[kind].as_object().unwrap().clone());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_service_to_begin_with_serves_and_does_what_it_says() {
    let echo = Echo::start("echo").await;
    let tls = TlsEcho::start("tls", "grpc-gateway.example.com").await;
    let tls_port = u16::try_from(tls.target()["port"].as_u64().unwrap()).unwrap();
    let (server, websockets) = upgrading().await;
    let mut document = json!({ "version": 1, "services": {}, "upstream_groups": {} });
    for template in ALL {
        let port = match template.name {
            "grpc-gateway" => tls_port,
            "websocket-service" | "websocket-gateway" => websockets,
            _ => echo.port(),
        };
        add(&mut document, template, port);
    }
    // Nobody vouches for the certificate of a test.
    document["upstream_groups"]["grpc-gateway"]["tls"]["insecure_skip_verify"] = json!(true);
    let edge = &Edge::start(document).await;
    let on = |template: &'static str, method: Method, path: &'static str, more: &'static [(&str, &str)]| async move {
        let host = host(template);
        let headers: Vec<(&str, &str)> = [("host", host.as_str())].iter().chain(more).copied().collect();
        edge.ask(method, path, &headers).await
    };

    let origin = [("origin", "https://a.example.org"), ("access-control-request-method", "PUT")];
    let origin: &'static [(&str, &str)] = Box::leak(Box::new(origin));
    let asked = on("rest-api", Method::OPTIONS, "/api/x", origin).await;
    // The proxy says the very origin where every one may ask.
    assert_eq!(asked.header("access-control-allow-origin"), Some("https://a.example.org"), "{asked:?}");
    assert_eq!(asked.header("access-control-allow-headers"), Some("Authorization, Content-Type"));
    assert_eq!(on("rest-api", Method::PUT, "/api/x", origin).await.told()["path"], "/api/x");

    let page = on("web-application", Method::GET, "/", &[]).await;
    assert_eq!((page.header("x-frame-options"), page.status), (Some("SAMEORIGIN"), 200));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));

    for template in ["websocket-service", "websocket-gateway"] {
        let (answer, socket) = handshake(edge, &host(template), "/ws/room").await;
        assert_eq!(answer, "HTTP/1.1 101", "{template}");
        assert_echoes(socket).await;
    }
    server.abort();

    let before = echo.served();
    for _ in 0..3 {
        let file = on("static-files", Method::GET, "/static/a.css", &[]).await;
        assert_eq!((file.status, file.header("x-content-type-options")), (200, Some("nosniff")));
    }
    assert_eq!(echo.served() - before, 1, "the proxy keeps it");

    let authorized = on("auth-protected-api", Method::GET, "/api/x", &[("authorization", "Bearer a")]).await;
    assert_eq!(authorized.told()["headers"]["authorization"], json!(["Bearer a"]));
    let before = echo.served();
    assert_eq!(on("auth-protected-api", Method::GET, "/api/x", &[]).await.status, 404);
    assert_eq!(echo.served(), before, "it does not get there");

    let health = on("health-endpoint", Method::GET, "/health", &[]).await;
    assert_eq!((health.status, health.header("cache-control")), (200, Some("no-store")));
    assert_eq!(on("health-endpoint", Method::GET, "/health?status=503", &[]).await.status, 503);

    assert_eq!(on("llm-inference-gateway", Method::POST, "/v1/chat", &[]).await.told()["path"], "/v1/chat");

    let called = on("grpc-gateway", Method::POST, "/shop.Cart/Add", &[]).await.told();
    assert_eq!((&called["name"], &called["version"]), (&json!("tls"), &json!("HTTP/2.0")));

    for (method, status) in [(Method::GET, 200), (Method::POST, 200), (Method::DELETE, 404)] {
        assert_eq!(on("graphql-gateway", method.clone(), "/graphql", &[]).await.status, status, "{method}");
    }

    let events = on("sse-streaming", Method::GET, "/events/orders", &[]).await;
    assert_eq!((events.status, events.header("cache-control")), (200, Some("no-store")));
    assert_eq!(on("sse-streaming", Method::POST, "/events/orders", &[]).await.status, 404);
}
