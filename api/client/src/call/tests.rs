//! Against small servers on loopback.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use sentinel_api_types::Secret;
use sentinel_api_types::node::NodesQuery;
use sentinel_model::{BundleId, NodeId, Sha256Digest};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{Client, ClientError, Credential, Resume};

/// Answers with one status after the other, the last one for ever, and keeps what it was asked.
#[derive(Clone)]
struct Script {
    answers: Arc<Vec<(u16, serde_json::Value)>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    count: Arc<AtomicUsize>,
}

#[derive(Clone, Debug)]
struct Asked {
    uri: String,
    key: Option<String>,
    authorization: Option<String>,
    node_key: Option<String>,
    range: Option<String>,
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    script.asked.lock().unwrap().push(Asked {
        uri: request.uri().to_string(),
        key: header("idempotency-key"),
        authorization: header("authorization"),
        node_key: header("x-zentinel-node-key"),
        range: header("range"),
    });
    let place = script.count.fetch_add(1, Ordering::SeqCst).min(script.answers.len() - 1);
    let (status, body) = script.answers[place].clone();
    let mut response = (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    if status == 206 {
        response.headers_mut().insert("content-range", "bytes 2-3/4".parse().unwrap());
    }
    response
}

async fn server(answers: Vec<(u16, serde_json::Value)>) -> (String, Script) {
    let script = Script { answers: Arc::new(answers), asked: Arc::default(), count: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(script.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, script)
}

/// A port that nobody listens on.
async fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn refusal(code: &str) -> serde_json::Value {
    json!({"error": "no", "code": code})
}

fn stats() -> serde_json::Value {
    json!({"total": 1, "by_status": {"online": 1, "offline": 0, "unknown": 0}, "converged": 1, "failed": 0})
}

#[tokio::test]
async fn a_member_that_is_away_or_without_leader_is_passed_over() {
    let (busy, asked_busy) = server(vec![(503, refusal("no_leader"))]).await;
    let (good, asked_good) = server(vec![(200, stats())]).await;
    let client = Client::new([dead().await, busy, good], Credential::Anonymous).unwrap();
    assert_eq!(client.node_stats("shop").await.unwrap().total, 1);
    client.node_stats("shop").await.unwrap();
    assert_eq!(asked_busy.count.load(Ordering::SeqCst), 1, "the good one is asked first from then on");
    assert_eq!(asked_good.count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_write_is_repeated_with_the_same_key_and_a_refusal_is_final() {
    let unknown = (504, refusal("outcome_unknown"));
    let (url, script) = server(vec![unknown, (503, refusal("no_leader")), (422, refusal("invalid"))]).await;
    let client = Client::new([url], Credential::Bearer(Secret::new("ses_x"))).unwrap();
    let error = client.delete_node("shop", NodeId(Uuid::nil())).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (Some(422), Some("invalid")));
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 3, "a single member is asked three times at most");
    assert!(asked[0].key.is_some() && asked.iter().all(|other| other.key == asked[0].key));
    assert_eq!(asked[0].authorization.as_deref(), Some("Bearer ses_x"));
}

#[tokio::test]
async fn a_chosen_request_id_is_kept() {
    let (url, script) = server(vec![(422, refusal("invalid"))]).await;
    let client = Client::new([url], Credential::Anonymous).unwrap().with_request_id(Uuid::from_u128(7));
    for _ in 0..2 {
        client.delete_node("shop", NodeId(Uuid::nil())).await.unwrap_err();
    }
    let keys: Vec<_> = script.asked.lock().unwrap().iter().map(|asked| asked.key.clone().unwrap()).collect();
    assert_eq!(keys, vec![Uuid::from_u128(7).to_string(); 2]);
}

#[tokio::test]
async fn when_every_member_is_away_the_error_names_each_with_its_reason() {
    let (first, second) = (dead().await, dead().await);
    let client = Client::new([first.clone(), second.clone()], Credential::Anonymous).unwrap();
    let error = client.cluster().await.unwrap_err();
    assert!(matches!(error, ClientError::Unreachable(_)), "{error}");
    let expected = format!("no member answers: {first} (connection refused), {second} (connection refused)");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn what_a_member_says_goes_before_silence_and_the_others_are_named() {
    let (url, _) = server(vec![(503, refusal("no_quorum"))]).await;
    let away = dead().await;
    let client = Client::new([url.clone(), away.clone()], Credential::Anonymous).unwrap();
    let ClientError::Api(error) = client.node_stats("shop").await.unwrap_err() else { panic!() };
    assert_eq!((error.code.as_str(), error.member.as_str()), ("no_quorum", url.as_str()));
    assert_eq!(error.tried, [format!("{url} (503 no_quorum)"), format!("{away} (connection refused)")]);
    assert_eq!(error.path, ["projects", "shop", "nodes", "stats"]);
}

#[tokio::test]
async fn that_a_write_may_have_happened_is_not_hidden_by_a_later_refusal() {
    let (url, _) = server(vec![(504, refusal("outcome_unknown")), (503, refusal("no_leader"))]).await;
    let client = Client::new([url], Credential::Anonymous).unwrap();
    let error = client.delete_node("shop", NodeId(Uuid::nil())).await.unwrap_err();
    assert_eq!(error.code(), Some("outcome_unknown"));
}

#[tokio::test]
async fn what_is_no_member_is_told_in_one_line() {
    let page = Router::new().fallback(|| async { axum::response::Html("<html>\n<h1>Hello</h1>\n</html>") });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, page).await });
    let error = Client::new([url], Credential::Anonymous).unwrap().cluster().await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("not JSON; another program") && !text.contains("html"), "{text}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // Closed with the request unread it would be a reset.
            let _ = stream.read(&mut [0; 4096]).await.unwrap();
            stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
        }
    });
    let error = Client::new([url], Credential::Anonymous).unwrap().cluster().await.unwrap_err();
    assert!(error.to_string().ends_with("(what listens there does not speak HTTP)"), "{error}");
}

#[tokio::test]
async fn paths_and_parameters_are_written_safely() {
    let (url, script) = server(vec![(200, json!({"nodes": [], "total": 0, "next_cursor": null}))]).await;
    let client = Client::new([format!("{url}/base/")], Credential::NodeKey(Secret::new("k"))).unwrap();
    let labels = [("site".to_owned(), "a&b".to_owned())].into();
    let query = NodesQuery { q: Some("x y".to_owned()), labels, limit: Some(3), ..NodesQuery::default() };
    client.stale().nodes("../odd", &query).await.unwrap();
    let asked = script.asked.lock().unwrap()[0].clone();
    assert_eq!(
        asked.uri,
        "/base/api/v1/projects/..%2Fodd/nodes?limit=3&q=x+y&labels%5Bsite%5D=a%26b&consistency=stale"
    );
    assert_eq!((asked.node_key.as_deref(), asked.key), (Some("k"), None));
}

#[tokio::test]
async fn an_archive_goes_on_where_it_stopped() {
    let (url, script) = server(vec![(206, json!("ab"))]).await;
    let client = Client::new([url], Credential::Anonymous).unwrap();
    let resume = Resume { from: 2, checksum: Sha256Digest([1; 32]) };
    let (node, bundle) = (NodeId(Uuid::nil()), BundleId(Uuid::nil()));
    let mut archive = client.node_archive(node, bundle, Some(resume)).await.unwrap();
    assert_eq!(archive.from, 2);
    assert_eq!(archive.chunk().await.unwrap().unwrap(), "\"ab\"");
    assert_eq!(script.asked.lock().unwrap()[0].range.as_deref(), Some("bytes=2-"));
    let fresh = client.node_archive(node, bundle, None).await.unwrap();
    assert_eq!(fresh.from, 2, "what the server says counts");
}

#[tokio::test]
async fn an_answer_that_is_not_what_was_asked_for_is_told_with_the_member() {
    let (url, _) = server(vec![(200, json!({"total": "many"}))]).await;
    let client = Client::new([url.clone()], Credential::Anonymous).unwrap();
    match client.node_stats("shop").await.unwrap_err() {
        ClientError::Unreadable { member, .. } => assert_eq!(member, url),
        other => panic!("{other}"),
    }
}
