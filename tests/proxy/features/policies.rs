//! What happens on the way.

use std::time::{Duration, Instant};

use reqwest::Method;
use sentinel_bundle::capability::Feature;
use sentinel_kit::Echo;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::Edge;
use super::edge::Answer;

pub const SHOWN: &[Feature] = &[
    Feature::Timeout,
    Feature::Websocket,
    Feature::Retry,
    Feature::Cache,
    Feature::RateLimit,
    Feature::RequestHeaders,
    Feature::ResponseHeaders,
    Feature::SecurityHeaders,
    Feature::Cors,
    Feature::RewritePrefix,
    Feature::RewritePath,
    Feature::RewriteHost,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_paths_and_hosts_are_changed_on_the_way() {
    let echo = Echo::start("echo").await;
    let service = |path: &str, mut more: Value| {
        more["route_path"] = path.into();
        more["upstream_url"] = echo.url().into();
        more
    };
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "headers": service("/headers", json!({ "headers": {
                "request": {
                    "set": { "X-Set": "new", "X-Quoted": "a \"b\" {c}" },
                    "add": { "X-Added": "two" },
                    "remove": ["X-Secret"],
                    "rename": { "X-Old": "X-New" },
                },
                "response": { "set": { "X-Answer": "set" }, "remove": ["X-Hidden"], "rename": { "X-From": "X-To" } },
            } })),
            "careful": service("/careful", json!({ "middlewares": [{ "middleware": "careful" }] })),
            "prefix": service("/v1/shop/*", json!({ "path_rewrite": { "replace_prefix": "/internal" } })),
            "strip": service("/strip/*", json!({ "path_rewrite": { "replace_prefix": "/" } })),
            "whole": service("/whole/*", json!({ "path_rewrite": { "replace_path": "/one" } })),
            "host": service("/host", json!({ "path_rewrite": { "host": "backend.internal" } })),
        },
        "middlewares": { "careful": { "middleware_type": "security", "config": {
            "hsts_seconds": 3600, "hsts_include_subdomains": true, "frame_options": "deny", "no_sniff": true,
            "referrer_policy": "no-referrer", "content_security_policy": "default-src 'self'", "permissions_policy": "camera=()",
        } } },
    }))
    .await;

    let headers = [("x-set", "old"), ("x-added", "one"), ("x-secret", "s"), ("x-old", "renamed")];
    let answer = edge.ask(Method::GET, "/headers?header=X-Hidden:1", &headers).await;
    let told = answer.told()["headers"].clone();
    assert_eq!(told["x-set"], json!(["new"]));
    assert_eq!(told["x-quoted"], json!(["a \"b\" {c}"]));
    assert_eq!(told["x-added"], json!(["one", "two"]));
    assert_eq!((&told["x-secret"], &told["x-old"]), (&Value::Null, &Value::Null));
    assert_eq!(told["x-new"], json!(["renamed"]));
    assert_eq!((answer.header("x-answer"), answer.header("x-hidden")), (Some("set"), None));
    let renamed = edge.get("/headers?header=X-From:there").await;
    assert_eq!((renamed.header("x-to"), renamed.header("x-from")), (Some("there"), None));

    let careful = edge.get("/careful").await;
    for (name, value) in [
        ("strict-transport-security", "max-age=3600; includeSubDomains"),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'self'"),
        ("permissions-policy", "camera=()"),
    ] {
        assert_eq!(careful.header(name), Some(value), "{name}");
    }

    for (path, asked) in [
        ("/v1/shop/a/b?q=1", "/internal/a/b?q=1"),
        ("/v1/shop", "/internal/"),
        ("/strip/a?q=1", "/a?q=1"),
        ("/strip", "/"),
        ("/whole/a/b?q=1", "/one?q=1"),
    ] {
        assert_eq!(edge.get(path).await.told()["path"], asked, "{path}");
    }
    let told = edge.on("public.example.com", "/host").await.told();
    assert_eq!(told["headers"]["host"], json!(["backend.internal"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_origins_are_answered_as_cors_says() {
    let echo = Echo::start("echo").await;
    let edge = Edge::start(json!({
        "version": 1,
        "services": { "api": { "route_path": "/*", "upstream_url": echo.url(), "cors": {
            "allowed_origins": ["https://shop.example.com"],
            "allowed_methods": ["GET", "PUT"],
            "allowed_headers": ["X-Token"],
            "exposed_headers": ["X-Total"],
            "allow_credentials": true,
            "max_age_seconds": 77,
        } } },
    }))
    .await;
    let allowed = |answer: &Answer| answer.header("access-control-allow-origin").map(str::to_owned);
    let from = |origin: &'static str| [("origin", origin)];
    let answer = edge.ask(Method::GET, "/", &from("https://shop.example.com")).await;
    assert_eq!(allowed(&answer).as_deref(), Some("https://shop.example.com"));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("X-Total"));
    assert_eq!(allowed(&edge.ask(Method::GET, "/", &from("https://evil.example.com")).await), None);
    let preflight = |origin: &'static str| {
        [
            ("origin", origin),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "x-token"),
        ]
    };
    let served = echo.served();
    let answer = edge.ask(Method::OPTIONS, "/", &preflight("https://shop.example.com")).await;
    assert!(matches!(answer.status, 200 | 204), "{answer:?}");
    assert_eq!(allowed(&answer).as_deref(), Some("https://shop.example.com"));
    let methods = answer.header("access-control-allow-methods").unwrap();
    assert!(methods.contains("PUT") && !methods.contains("DELETE"), "{methods}");
    assert_eq!(answer.header("access-control-max-age"), Some("77"));
    assert_eq!(echo.served(), served, "the proxy answers it by itself");
    let refused = edge.ask(Method::OPTIONS, "/", &preflight("https://evil.example.com")).await;
    assert_eq!(allowed(&refused), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_limited_retried_cut_off_and_kept() {
    let echo = Echo::start("echo").await;
    let service = |path: &str, mut more: Value| {
        more["route_path"] = path.into();
        more["upstream_url"] = echo.url().into();
        more
    };
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "limited": service("/limited", json!({ "rate_limit": { "requests": 5, "status": 503, "message": "later" } })),
            "retried": service("/retried", json!({ "retry": { "attempts": 3, "on_status": [503], "backoff_ms": 10 } })),
            "plain": service("/plain", json!({})),
            "timed": service("/timed", json!({ "timeout_seconds": 1 })),
            "kept": service("/kept/*", json!({ "hosts": ["kept.example.com"], "cache": {
                "ttl_seconds": 60, "exclude_paths": ["/kept/never/**"] } })),
        },
    }))
    .await;

    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(edge.get("/limited").await);
    }
    let refused: Vec<&Answer> = statuses.iter().filter(|answer| answer.status == 503).collect();
    assert!((5..=9).contains(&refused.len()), "{} of 12 within a second or two", refused.len());
    assert!(refused[0].text.contains("later"), "{}", refused[0].text);

    assert_eq!(edge.get("/retried?status=503&times=2").await.status, 200);
    assert_eq!(edge.get("/plain?status=503&times=2").await.status, 503);
    let posted = edge.ask(Method::POST, "/retried?status=503&times=2&again=1", &[]).await;
    assert_eq!(posted.status, 503, "what may do something twice is not asked again");

    let began = Instant::now();
    assert_eq!(edge.get("/timed?delay=5000").await.status, 504);
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());

    let (edge, echo) = (&edge, &echo);
    let times = |path: &'static str| async move {
        let before = echo.served();
        for _ in 0..3 {
            assert_eq!(edge.on("kept.example.com", path).await.status, 200);
        }
        echo.served() - before
    };
    assert_eq!(times("/kept/a").await, 1);
    assert_eq!(times("/kept/a?q=1").await, 1, "another query is another answer");
    assert_eq!(times("/kept/never/a").await, 3);
    assert_eq!(times("/kept/a?header=Cache-Control:no-store").await, 3);
}

/// A server that speaks as much of RFC 6455 as a handshake takes, and then echoes; and its port.
pub(super) async fn upgrading() -> (JoinHandle<()>, u16) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut head = [0; 4_096];
                let _ = socket.read(&mut head).await;
                let switch =
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
                let _ = socket.write_all(switch.as_bytes()).await;
                let mut frame = [0; 5];
                while socket.read_exact(&mut frame).await.is_ok() {
                    let _ = socket.write_all(&frame).await;
                }
            });
        }
    });
    (server, port)
}

/// Asks a path of a host for a WebSocket: the beginning of the answer, and the connection.
pub(super) async fn handshake(edge: &Edge, host: &str, path: &str) -> (String, TcpStream) {
    let mut socket = TcpStream::connect(("127.0.0.1", edge.port())).await.unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    (String::from_utf8_lossy(&answer).into_owned(), socket)
}

/// What is sent comes back, after the rest of the handshake.
pub(super) async fn assert_echoes(mut socket: TcpStream) {
    socket.write_all(b"hello").await.unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"hello") {
        assert_ne!(socket.read_buf(&mut read).await.unwrap(), 0, "{}", String::from_utf8_lossy(&read));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_websocket_is_let_through_where_it_is_allowed() {
    let (server, port) = upgrading().await;
    let url = format!("http://127.0.0.1:{port}");
    let edge = Edge::start(json!({
        "version": 1,
        "services": {
            "ws": { "route_path": "/ws", "upstream_url": url, "websocket": true },
            "plain": { "route_path": "/plain", "upstream_url": url },
        },
    }))
    .await;
    let (answer, socket) = handshake(&edge, "a", "/ws").await;
    assert_eq!(answer, "HTTP/1.1 101");
    assert_echoes(socket).await;
    assert_eq!(handshake(&edge, "a", "/plain").await.0, "HTTP/1.1 403");
    server.abort();
}
