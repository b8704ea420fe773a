//! Signing in with a browser, and what protects it.

use axum::body::Body;
use http::{Request, header};
use sentinel_app::testing::{ADMIN, PASSWORD};
use sentinel_rest::Options;
use serde_json::json;

use crate::client::{Http, Reply};

async fn login(http: &Http) -> Reply {
    http.call("POST", "/api/v1/session", None, Some(json!({"email": ADMIN, "password": PASSWORD}))).await
}

fn with_cookie(method: &str, path: &str, cookie: &str) -> http::request::Builder {
    Request::builder().method(method).uri(path).header(header::COOKIE, cookie)
}

#[tokio::test]
async fn a_browser_gets_a_cookie_that_scripts_cannot_read_and_no_token() {
    let http = Http::new().await;
    let reply = login(&http).await;
    assert_eq!(reply.status, 200);
    assert!(reply.json.get("token").is_none());
    assert_eq!(reply.json["user"]["cluster_admin"], true);
    let set = reply.header("set-cookie");
    for part in ["sentinel_session=ses_", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    let cookie = set.split(';').next().unwrap();
    let shown = http.send(with_cookie("GET", "/api/v1/session", cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(shown.json["user"]["email"], ADMIN);
    let out = http.send(with_cookie("DELETE", "/api/v1/session", cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
    let ended = http.send(with_cookie("GET", "/api/v1/session", cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(ended.status, 401);
    // A browser that still has the ended session can sign in again.
    let body = json!({"email": ADMIN, "password": PASSWORD}).to_string();
    let again =
        with_cookie("POST", "/api/v1/session", cookie).header(header::CONTENT_TYPE, "application/json");
    assert_eq!(http.send(again.body(Body::from(body)).unwrap()).await.status, 200);
}

#[tokio::test]
async fn over_tls_a_browser_sends_the_cookie_over_nothing_else_and_speaks_nothing_else_here() {
    for https in [true, false] {
        let http = Http::served(Options { https, ..Options::default() }).await;
        let reply = login(&http).await;
        let set = reply.header("set-cookie");
        assert_eq!(set.split("; ").any(|part| part == "Secure"), https, "{set}");
        let hsts = reply.header("strict-transport-security");
        assert_eq!(hsts, if https { "max-age=31536000" } else { "" });
        let cookie = set.split(';').next().unwrap();
        let out =
            http.send(with_cookie("DELETE", "/api/v1/session", cookie).body(Body::empty()).unwrap()).await;
        let removed = out.header("set-cookie");
        assert!(removed.contains("Max-Age=0") && removed.contains("Secure") == https, "{removed}");
    }
}

#[tokio::test]
async fn a_program_gets_a_token_and_no_cookie() {
    let http = Http::new().await;
    let body = json!({"email": ADMIN, "password": PASSWORD, "as": "token"});
    let reply = http.call("POST", "/api/v1/session", None, Some(body)).await;
    assert!(reply.json["token"].as_str().unwrap().starts_with("ses_"));
    assert!(reply.headers.get(header::SET_COOKIE).is_none());
}

#[tokio::test]
async fn what_another_site_makes_a_browser_send_is_refused() {
    let http = Http::new().await;
    let set = login(&http).await;
    let cookie = set.header("set-cookie").split(';').next().unwrap().to_owned();
    let post = |name: &str, value: &str| {
        with_cookie("POST", "/api/v1/orgs", &cookie)
            .header(header::HOST, "127.0.0.1:4000")
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({"name": format!("Org {value}")}).to_string()))
            .unwrap()
    };
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "http://evil.example")]
    {
        let before = http.world.kit.changes();
        let reply = http.send(post(name, value)).await;
        assert_eq!((reply.status, reply.code()), (403, "cross_site"), "{name}: {value}");
        assert_eq!(http.world.kit.changes(), before);
    }
    for (name, value) in [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:4000")] {
        assert_eq!(http.send(post(name, value)).await.status, 201, "{name}: {value}");
    }
}

#[tokio::test]
async fn guessing_is_429_with_the_time_to_wait() {
    let http = Http::new().await;
    let guess = json!({"email": ADMIN, "password": "wrong password 1"});
    for _ in 0..5 {
        let reply = http.call("POST", "/api/v1/session", None, Some(guess.clone())).await;
        assert_eq!((reply.status, reply.code()), (401, "unauthenticated"));
    }
    let reply = login(&http).await;
    assert_eq!((reply.status, reply.code()), (429, "too_many_attempts"));
    assert_eq!(
        (reply.header("retry-after"), reply.json["details"]["retry_after_s"].as_u64()),
        ("1", Some(1))
    );
}
