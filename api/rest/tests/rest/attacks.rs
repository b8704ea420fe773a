//! Attempts to go past approvals, freezes and environments: sessions as a browser sends them and as a program does, and API keys.

use axum::body::Body;
use http::{Request, header};
use sentinel_app::Identity;
use sentinel_app::testing::attacks::{ASSIGNMENTS, ATTEMPTS, Answer, Attempt, Deed, Stage};
use sentinel_app::testing::world::Known;
use sentinel_rest::Options;
use serde_json::{Value, json};

use crate::client::{Http, Reply, request};

fn call(stage: &Stage, deed: Deed) -> (String, Value) {
    let of = |verb: &str| format!("/api/v1/projects/shop/rollouts/{}/{verb}", stage.rollout.unwrap());
    let create = |reason| ("/api/v1/projects/shop/rollouts".to_owned(), json!(stage.request(reason)));
    match deed {
        Deed::Create => create(None),
        Deed::CreateThrough(reason) => create(Some(reason)),
        Deed::Skip(reason) => ("/api/v1/projects/shop/rollouts".to_owned(), json!(stage.skipping(reason))),
        Deed::Approve => (of("approve"), json!({"digest": stage.digest.unwrap()})),
        Deed::ApproveAnother => (of("approve"), json!({"digest": "0".repeat(64)})),
        Deed::Reject(comment) => (of("reject"), json!({"comment": comment})),
        Deed::BreakGlass(reason) => (of("break-glass"), json!({"override_freeze_reason": reason})),
        Deed::Resume => (of("resume"), json!({})),
        Deed::Assign => {
            let path = format!("/api/v1/projects/shop/bundles/{}/assign", stage.bundle);
            (path, json!({"node_ids": [stage.free]}))
        }
    }
}

async fn send(http: &Http, path: &str, body: &Value, by: &Known, as_cookie: bool) -> Reply {
    let builder = match &by.caller.identity {
        Identity::User(_) if as_cookie => Request::builder()
            .method("POST")
            .uri(path)
            .header(header::COOKIE, format!("sentinel_session={}", by.secret.expose())),
        _ => request("POST", path, Some(by)),
    };
    let body = if body.as_object().is_some_and(serde_json::Map::is_empty) {
        builder.body(Body::empty())
    } else {
        builder.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
    };
    http.send(body.unwrap()).await
}

async fn try_it(attempt: &Attempt, as_cookie: bool) {
    let stage = Stage::set(attempt.scene).await.unwrap();
    let router = sentinel_rest::router(stage.world.kit.app.clone(), Options::default());
    let (path, body) = call(&stage, attempt.deed);
    let by = stage.by(attempt.who).clone();
    let before = stage.state().await.unwrap();
    let http = Http { world: stage.world, router };
    let reply = send(&http, &path, &body, &by, as_cookie).await;
    let stage = Stage { world: http.world, ..stage };
    let expected = match attempt.answer {
        Answer::NotFound => 404,
        Answer::Forbidden => 403,
        Answer::Conflict => 409,
        Answer::Invalid => 422,
        Answer::Waits => 201,
    };
    assert_eq!(reply.status, expected, "{attempt:?}: {reply:?}");
    assert!(stage.nothing_moved().await.unwrap(), "{attempt:?}");
    if attempt.answer == Answer::Waits {
        assert_eq!(reply.json["rollout"]["state"], "pending_approval", "{attempt:?}");
    } else {
        assert_eq!(stage.state().await.unwrap(), before, "{attempt:?} left a trace");
    }
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes_with_a_browser() {
    for attempt in ATTEMPTS.iter().chain(ASSIGNMENTS) {
        try_it(attempt, true).await;
    }
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes_with_a_token_or_a_key() {
    for attempt in ATTEMPTS.iter().chain(ASSIGNMENTS) {
        try_it(attempt, false).await;
    }
}
