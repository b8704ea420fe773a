//! A small fleet against a control plane of a few lines.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use sentinel_api_types::Secret;
use sentinel_api_types::agent::{
    HeartbeatRequest, LatestQuery, NoUpdate, RegisterRequest, RegisterResponse, TrustedKey, Update,
};
use sentinel_bundle::sign::PublicKey;
use sentinel_model::{Generation, NodeId};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::config::SimConfig;
use super::fleet::{SimHandle, start};
use crate::agent::testing::{bundle, signer};

/// What the control plane knows.
struct Plane {
    archive: Vec<u8>,
    update: Update,
    key: TrustedKey,
    names: Mutex<BTreeMap<String, NodeId>>,
    heard: Mutex<BTreeMap<NodeId, HeartbeatRequest>>,
    downloads: AtomicUsize,
}

type Shared = State<Arc<Plane>>;

async fn register(State(plane): Shared, Json(request): Json<RegisterRequest>) -> Response {
    let mut names = plane.names.lock().unwrap();
    if names.contains_key(&request.name) {
        let body = json!({"error": {"name": ["is taken"]}, "code": "conflict"});
        return (StatusCode::CONFLICT, Json(body)).into_response();
    }
    let node_id = NodeId(Uuid::new_v4());
    names.insert(request.name, node_id);
    let answer = RegisterResponse {
        node_id,
        node_key: Secret::new("key"),
        poll_interval_s: 1,
        heartbeat_interval_s: 1,
        signing_keys: vec![plane.key.clone()],
        members: Vec::new(),
    };
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn heartbeat(
    State(plane): Shared,
    Path(id): Path<NodeId>,
    Json(request): Json<HeartbeatRequest>,
) -> Json<serde_json::Value> {
    plane.heard.lock().unwrap().insert(id, request);
    let seen = "2026-11-24T12:00:00Z";
    Json(
        json!({"status": "ok", "node_id": id, "last_seen_at": seen, "heartbeat_interval_s": 1, "members": []}),
    )
}

async fn latest(State(plane): Shared, Query(query): Query<LatestQuery>) -> Response {
    if query.generation.unwrap_or_default() < plane.update.generation {
        return Json(plane.update.clone()).into_response();
    }
    Json(NoUpdate { no_update: true, poll_after_s: 1, weight: None, secrets: None }).into_response()
}

async fn archive(State(plane): Shared) -> Vec<u8> {
    plane.downloads.fetch_add(1, Ordering::SeqCst);
    plane.archive.clone()
}

async fn plane() -> (String, Arc<Plane>) {
    let made = bundle(3, "1.0");
    let (key_id, key): (String, PublicKey) = signer().keys().into_iter().next().unwrap();
    let plane = Arc::new(Plane {
        archive: made.archive.clone(),
        update: made.update(),
        key: TrustedKey { key_id, public_key: key.to_text() },
        names: Mutex::default(),
        heard: Mutex::default(),
        downloads: AtomicUsize::default(),
    });
    let app = Router::new()
        .route("/api/v1/projects/shop/nodes/register", post(register))
        .route("/api/v1/nodes/{id}/heartbeat", post(heartbeat))
        .route("/api/v1/nodes/{id}/bundles/latest", get(latest))
        .route("/api/v1/nodes/{id}/bundles/{bundle}/archive", get(archive))
        .with_state(Arc::clone(&plane));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, plane)
}

fn config(url: &str, seed: u64) -> SimConfig {
    let mut config = SimConfig::new(vec![url.to_owned()], "shop", Secret::new("enr_x"));
    config.seed = seed;
    config.behaviour.fail_rate = 0.5;
    config.activation = (Duration::from_millis(1), Duration::from_millis(30));
    config
}

async fn settled(fleet: &SimHandle) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while fleet.counts().effective + fleet.counts().failed < fleet.counts().nodes {
        assert!(Instant::now() < deadline, "{:?}", fleet.counts());
        sleep(Duration::from_millis(20)).await;
    }
}

/// The names of the nodes that told of a failure.
fn failed(plane: &Plane) -> BTreeSet<String> {
    let (names, heard) = (plane.names.lock().unwrap(), plane.heard.lock().unwrap());
    let fails = |id: &NodeId| heard.get(id).is_some_and(|request| request.failure.is_some());
    names.iter().filter(|(_, id)| fails(id)).map(|(name, _)| name.clone()).collect()
}

/// Runs a fleet until the control plane has heard of every outcome.
async fn outcome(seed: u64) -> BTreeSet<String> {
    let (url, plane) = plane().await;
    let fleet = start(config(&url, seed)).unwrap();
    settled(&fleet).await;
    let deadline = Instant::now() + Duration::from_secs(30);
    let told =
        |request: &HeartbeatRequest| request.failure.is_some() || request.effective_generation.is_some();
    while plane.heard.lock().unwrap().values().filter(|request| told(request)).count() < 12 {
        assert!(Instant::now() < deadline);
        sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(plane.downloads.load(Ordering::SeqCst), 1, "one download for the whole fleet");
    let heard = plane.heard.lock().unwrap().clone();
    assert!(heard.values().all(|request| request.accepted_generation == Some(Generation(3))));
    fleet.stop().await;
    failed(&plane)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_fleet_and_another_seed_another() {
    let first = outcome(5).await;
    assert!(!first.is_empty() && first.len() < 12, "{first:?}");
    assert_eq!(outcome(5).await, first);
    assert_ne!(outcome(6).await, first);
}

#[tokio::test]
async fn a_second_fleet_takes_other_names() {
    let (url, plane) = plane().await;
    let first = start(config(&url, 1)).unwrap();
    settled(&first).await;
    first.stop().await;
    let second = start(config(&url, 1)).unwrap();
    settled(&second).await;
    assert_eq!(second.counts().enrolled, 12);
    let names: Vec<String> = plane.names.lock().unwrap().keys().cloned().collect();
    assert_eq!(names.len(), 24);
    assert!(names.contains(&"sim-01".to_owned()) && names.contains(&"sim-01.2".to_owned()), "{names:?}");
    second.stop().await;
}

#[tokio::test]
async fn an_archive_with_a_wrong_signature_becomes_effective_nowhere() {
    let (url, plane) = plane().await;
    let mut forged = plane.update.clone();
    forged.signature = bundle(3, "2.0").release.signature;
    let made = bundle(3, "1.0");
    let archives = super::archives::Archives::default();
    let client = sentinel_client::Client::new([url], sentinel_client::Credential::Anonymous).unwrap();
    let keys: Vec<TrustedKey> = signer()
        .keys()
        .into_iter()
        .map(|(key_id, key)| TrustedKey { key_id, public_key: key.to_text() })
        .collect();
    let verdict = archives.verified(&client, NodeId(Uuid::nil()), &forged, &keys).await;
    assert!(verdict.unwrap().unwrap_err().contains("signature"));
    let fresh = super::archives::Archives::default();
    assert_eq!(fresh.verified(&client, NodeId(Uuid::nil()), &made.update(), &keys).await, Some(Ok(())));
}

#[test]
fn a_flapping_node_speaks_for_a_while_and_is_silent_for_a_while() {
    let mut config = config("http://127.0.0.1:1", 1);
    let dice = config.dice(0);
    let silent = |config: &SimConfig, s: u64| config.behaviour.silent(dice, Duration::from_secs(s));
    assert!((0..600).all(|s| silent(&config, s).is_none()));
    config.behaviour.flap_rate = 1.0;
    assert!((0..60).all(|s| silent(&config, s).is_none()), "it begins by speaking");
    let seconds: Vec<u64> = (0..600).filter(|s| silent(&config, *s).is_some()).collect();
    assert!((100..400).contains(&seconds.len()), "{seconds:?}");
    for s in seconds {
        let left = silent(&config, s).unwrap();
        assert!(left <= config.behaviour.flap_for, "{left:?}");
        assert_eq!(silent(&config, s + left.as_secs() + 1), None, "and then it speaks again");
    }
}
