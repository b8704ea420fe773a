//! Attempts to go past approvals, freezes and environments: sessions as a browser sends them and as a program does, and API keys.

use axum::body::Body;
use http::{Request, header};
use sentinel_app::Identity;
use sentinel_app::testing::attacks::{AROUND, ASSIGNMENTS, ATTEMPTS, Answer, Attempt, DRIFT, Deed, Stage};
use sentinel_app::testing::world::Known;
use sentinel_rest::Options;
use serde_json::{Value, json};

use crate::client::{Http, Reply, request};

fn call(stage: &Stage, deed: Deed) -> (&'static str, String, Value) {
    const SHOP: &str = "/api/v1/projects/shop";
    let drift = |verb: &str| format!("/drift/{}/{verb}", stage.drift.unwrap());
    let config = format!("/nodes/{}/runtime-config", stage.free);
    match deed {
        Deed::Move(to) => ("PATCH", format!("{SHOP}/nodes/{}", stage.free), json!({ "environment": to })),
        Deed::Remove => ("DELETE", format!("{SHOP}/nodes/{}", stage.free), json!({})),
        Deed::Loosen(slug) => {
            let nothing = json!({"place": 1, "approval_rules": []});
            ("PATCH", format!("{SHOP}/environments/{slug}"), nothing)
        }
        Deed::Resolve(reason) => ("POST", format!("{SHOP}{}", drift("resolve")), json!({ "reason": reason })),
        Deed::ResolveElsewhere => {
            let path = format!("/api/v1/projects/other-shop{}", drift("resolve"));
            ("POST", path, json!({"reason": "x"}))
        }
        Deed::ResolveAll => (
            "POST",
            format!("{SHOP}/drift/resolve-all"),
            json!({"reason": "x", "seen_until": "2030-01-01T00:00:00Z"}),
        ),
        Deed::Look => ("GET", format!("{SHOP}{config}"), json!({})),
        Deed::LookElsewhere => ("GET", format!("/api/v1/projects/other-shop{config}"), json!({})),
        Deed::Tell => ("POST", format!("/api/v1{config}"), json!(stage.told())),
        Deed::Remediate(on) => {
            let remediation = if on { "reassert" } else { "off" };
            ("PATCH", SHOP.to_owned(), json!({"drift_remediation": remediation}))
        }
        _ => {
            let (path, body) = of_a_rollout(stage, deed);
            ("POST", path, body)
        }
    }
}

fn of_a_rollout(stage: &Stage, deed: Deed) -> (String, Value) {
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
        _ => unreachable!("{deed:?} is about no rollout"),
    }
}

async fn send(
    http: &Http,
    (method, path, body): &(&str, String, Value),
    by: &Known,
    as_cookie: bool,
) -> Reply {
    let builder = match &by.caller.identity {
        Identity::User(_) if as_cookie => Request::builder()
            .method(*method)
            .uri(path)
            .header(header::COOKIE, format!("sentinel_session={}", by.secret.expose())),
        _ => request(method, path, Some(by)),
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
    let call = call(&stage, attempt.deed);
    let by = stage.by(attempt.who).clone();
    let before = stage.state().await.unwrap();
    let http = Http { world: stage.world, router };
    let reply = send(&http, &call, &by, as_cookie).await;
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
    if stage.drift.is_some() {
        stage.scheduled().await;
        let moved = !stage.nothing_moved().await.unwrap();
        assert_eq!(moved, attempt.scene.lets_reassert(), "{attempt:?}: the leader looks");
    }
}

/// Every attempt that this transport knows.
fn every() -> impl Iterator<Item = &'static Attempt> {
    [ATTEMPTS, ASSIGNMENTS, AROUND, DRIFT].into_iter().flatten()
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes_with_a_browser() {
    for attempt in every() {
        try_it(attempt, true).await;
    }
}

#[tokio::test]
async fn nobody_gets_past_approvals_and_freezes_with_a_token_or_a_key() {
    for attempt in every() {
        try_it(attempt, false).await;
    }
}
