//! Tokens and keys.
#![allow(clippy::unwrap_used)]

use std::sync::Mutex;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use sentinel_api_types::agent::{HeartbeatRequest, RegisterResponse};
use serde_json::json;
use tokio::net::TcpListener;
use uuid::Uuid;

use std::path::Path;

use super::*;

/// A member that takes these credentials, and what it was shown.
#[derive(Clone)]
struct Member {
    gives_tokens: bool,
    takes_tokens: bool,
    shown: Arc<Mutex<Vec<&'static str>>>,
}

async fn answer(State(member): State<Member>, request: Request) -> Response {
    let bearer = request.headers().contains_key("authorization");
    if request.uri().path().ends_with("/token") {
        member.shown.lock().unwrap().push("token");
        assert!(!bearer, "tokens are given for the key");
        if !member.gives_tokens {
            return StatusCode::NOT_FOUND.into_response();
        }
        let expiry = "2030-01-01T00:00:00Z";
        let body = json!({"token": "eyJ", "token_type": "Bearer", "expires_at": expiry, "expires_in": 43200});
        return Json(body).into_response();
    }
    member.shown.lock().unwrap().push(if bearer { "by token" } else { "by key" });
    if bearer && !member.takes_tokens {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "no", "code": "unauthenticated"})))
            .into_response();
    }
    let body = json!({"status": "ok", "node_id": Uuid::nil(), "last_seen_at": "2026-01-01T00:00:00Z",
        "heartbeat_interval_s": 1, "members": []});
    Json(body).into_response()
}

async fn shown(gives_tokens: bool, takes_tokens: bool, times: u32) -> Vec<&'static str> {
    let member = Member { gives_tokens, takes_tokens, shown: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(member.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let enrolled = RegisterResponse {
        node_id: NodeId(Uuid::nil()),
        node_key: "key".into(),
        poll_interval_s: 1,
        heartbeat_interval_s: 1,
        signing_keys: Vec::new(),
        members: Vec::new(),
    };
    let link = Link::new(
        &[url],
        &Identity::new("shop", "edge", enrolled),
        PathBuf::new(),
        SealingKey::of(Path::new("")),
    )
    .unwrap();
    for _ in 0..times {
        let beat =
            |client: Client| async move { client.heartbeat(link.node, &HeartbeatRequest::default()).await };
        link.ask(beat).await.unwrap();
    }
    member.shown.lock().unwrap().clone()
}

#[tokio::test]
async fn a_token_is_fetched_once_and_used() {
    assert_eq!(shown(true, true, 2).await, ["token", "by token", "by token"]);
}

#[tokio::test]
async fn without_a_token_the_key_does() {
    assert_eq!(shown(false, true, 2).await, ["token", "by key", "by key"], "and is not asked for each time");
}

#[tokio::test]
async fn a_token_that_is_refused_is_given_up_for_the_key() {
    assert_eq!(shown(true, false, 2).await, ["token", "by token", "by key", "by key"]);
}
