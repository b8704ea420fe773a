//! The simulator of a sandbox: the leader plays its nodes, and whoever leads next goes on with them.

use std::collections::BTreeSet;

use reqwest::Method;
use sentinel_kit::{Api, Cluster, until};
use serde_json::{Value, json};

use crate::BINARY;

const SOURCE: &str = include_str!("../../deploy/example/edge.kdl");
const NODES: usize = 20;

async fn send(api: &Api, method: Method, path: &str, body: Option<&Value>) -> Value {
    let (status, answer) = api.send(method.clone(), path, body).await.unwrap();
    assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
    answer
}

async fn set(api: &Api, body: Value) -> Value {
    send(api, Method::PUT, "/api/v1/projects/play/simulator", Some(&body)).await["simulator"].clone()
}

/// The simulator, as any member that runs tells it.
async fn simulator(api: &Api) -> Option<Value> {
    Some(api.get("/api/v1/projects/play/simulator").await.ok()?["simulator"].clone())
}

async fn nodes(api: &Api) -> Option<Vec<Value>> {
    let list = api.get("/api/v1/projects/play/nodes?limit=100").await.ok()?;
    Some(list["nodes"].as_array()?.clone())
}

/// Waits until so many nodes are heard and have proven to run the bundle.
async fn all_run(api: &Api, bundle: &Value) -> Vec<Value> {
    until("every simulated node runs the bundle", 90, || async {
        let nodes = nodes(api).await?;
        let runs = |node: &&Value| {
            node["effective"]["bundle_id"] == *bundle
                && node["converged"] == true
                && node["status"] == "online"
        };
        (nodes.iter().filter(runs).count() == NODES).then_some(nodes)
    })
    .await
}

async fn bundle(api: &Api, version: &str) -> Value {
    let body = json!({"version": version, "config_source": SOURCE});
    api.post("/api/v1/projects/play/bundles", &body).await.unwrap()["bundle"]["id"].clone()
}

/// Rolls a bundle out to all, and returns how that ended.
async fn roll_out(api: &Api, bundle: &Value) -> String {
    let body = json!({
        "bundle_id": bundle, "target_selector": {"type": "all"}, "batch_percentage": 50, "auto_rollback": true,
    });
    let rollout = api.post("/api/v1/projects/play/rollouts", &body).await.unwrap();
    let path = format!("/api/v1/projects/play/rollouts/{}", rollout["rollout"]["id"].as_str().unwrap());
    until("the rollout has ended", 120, || async {
        let state = api.get(&path).await.ok()?["rollout"]["state"].as_str()?.to_owned();
        ["completed", "rolled_back", "failed", "cancelled"].contains(&state.as_str()).then_some(state)
    })
    .await
}

fn names(nodes: &[Value]) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes.iter().map(|node| (text(&node["name"]), text(&node["id"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sandbox_is_played_by_whoever_leads_and_shows_what_it_is_told_to() {
    let mut cluster = Cluster::start(BINARY, 3, &["--heartbeat-interval", "1s"]).await;
    let api = cluster.admin(0).await;
    cluster.project(&api, "shop").await.unwrap();
    let path = "/api/v1/projects/shop/simulator";
    let (status, refused) = api.send(Method::PUT, path, Some(&json!({"nodes": 5}))).await.unwrap();
    assert_eq!(status, 409, "{refused}");
    let play = json!({"name": "Play", "sandbox": true});
    assert_eq!(api.post("/api/v1/orgs/default/projects", &play).await.unwrap()["project"]["sandbox"], true);

    let (old, bad) = (bundle(&api, "1.0").await, bundle(&api, "2.0").await);
    let labels = json!({"zone": ["a", "b", "c"]});
    let begun = set(&api, json!({"nodes": NODES, "labels": labels, "lasts_minutes": 60})).await;
    assert_eq!((&begun["state"], &begun["started_by"]), (&json!("running"), &json!("admin@example.com")));
    until("the simulated nodes have joined", 60, || async {
        (simulator(&api).await?["nodes"]["online"] == NODES).then_some(())
    })
    .await;
    assert_eq!(roll_out(&api, &old).await, "completed");
    let fleet = all_run(&api, &old).await;
    assert!(fleet.iter().all(|node| node["simulated"] == true && node["labels"]["simulated"] == "true"));
    let zones = |zone: &str| fleet.iter().filter(|node| node["labels"]["zone"] == zone).count();
    assert_eq!((zones("a"), zones("b"), zones("c")), (7, 7, 6));

    // Most activations fail from now on: the next bundle goes back, and what ran before is there again.
    set(&api, json!({"failure_percent": 90})).await;
    assert_eq!(roll_out(&api, &bad).await, "rolled_back");
    all_run(&api, &old).await;

    // Who leads next goes on with the same nodes, each with a key of its own.
    let leader = cluster.leader(&api).await;
    cluster.kill9(leader);
    let next = (leader + 1) % cluster.len();
    let api = api.at(&cluster.url(next));
    let replaced = "/api/v1/projects/play/audit?action=node.registered&limit=100";
    until("the next leader plays all of them", 90, || async {
        let audit = api.get(replaced).await.ok()?;
        let entries = audit["entries"].as_array()?;
        let again: BTreeSet<_> = entries
            .iter()
            .filter(|entry| entry["changes"]["key_replaced"] == "true")
            .filter_map(|entry| entry["resource_id"].as_str())
            .collect();
        (again.len() == NODES).then_some(())
    })
    .await;
    assert_eq!(names(&all_run(&api, &old).await), names(&fleet));
    set(&api, json!({"failure_percent": 0})).await;
    let new = bundle(&api, "3.0").await;
    assert_eq!(roll_out(&api, &new).await, "completed");
    assert_eq!(names(&all_run(&api, &new).await), names(&fleet));

    // Fewer, and then none: they are removed.
    set(&api, json!({"nodes": 5})).await;
    until("the others are gone", 60, || async { (nodes(&api).await?.len() == 5).then_some(()) }).await;
    let stopping = send(&api, Method::DELETE, "/api/v1/projects/play/simulator", None).await;
    assert_eq!(stopping["simulator"]["state"], "stopping");
    until("all are gone", 60, || async {
        let stopped = simulator(&api).await?["state"] == "stopped";
        (stopped && nodes(&api).await?.is_empty()).then_some(())
    })
    .await;
    let made = api.get("/api/v1/projects/play/audit?action=enrolment_token.created&limit=100").await.unwrap();
    let actors = made["entries"].as_array().unwrap().iter().map(|entry| entry["actor"]["type"].clone());
    assert!(actors.collect::<Vec<_>>().iter().all(|actor| actor == "system"), "{made}");
}
