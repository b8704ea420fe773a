//! Nodes that a benchmark speaks as: enrolled through the public API.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use reqwest::Method;
use sentinel_kit::{Api, Cluster};
use serde_json::json;
use tokio::task::JoinSet;

/// Enrolments under way at a time.
const AT_ONCE: usize = 64;
/// The project of every benchmark.
pub const PROJECT: &str = "bench";

/// One node and the key that it proves itself with.
pub struct Node {
    /// Identity.
    pub id: String,
    /// For the header `x-zentinel-node-key`.
    pub key: String,
}

/// Makes the project and enrols `count` nodes, spread over the members.
pub async fn enrol(cluster: &Cluster, count: usize) -> Result<Arc<Vec<Node>>> {
    let admin = cluster.admin(0).await;
    cluster.project(&admin, PROJECT).await?;
    let token: Arc<str> = cluster.enrolment_token(&admin, PROJECT).await?.into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..AT_ONCE.min(count) {
        let api = Api::new(&cluster.url(task % cluster.len()));
        let (token, next) = (Arc::clone(&token), Arc::clone(&next));
        tasks.spawn(async move {
            let mut enrolled = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return anyhow::Ok(enrolled);
                }
                enrolled.push(register(&api, &token, number).await?);
            }
        });
    }
    let mut nodes = Vec::with_capacity(count);
    while let Some(done) = tasks.join_next().await {
        nodes.extend(done.context("an enrolment ended")??);
    }
    Ok(Arc::new(nodes))
}

async fn register(api: &Api, token: &str, number: usize) -> Result<Node> {
    let path = format!("/api/v1/projects/{PROJECT}/nodes/register");
    let body = json!({
        "enrolment_token": token,
        "name": format!("node-{number:05}"),
        "labels": {"site": format!("site-{}", number % 20), "ring": format!("{}", number % 5)},
        "capabilities": ["reload"],
        "version": "1.0.0",
        "proxy_version": "0.6.45",
        "hostname": format!("host-{number:05}"),
    });
    let (status, answer) = api.send(Method::POST, &path, Some(&body)).await?;
    anyhow::ensure!(status == 201, "enrolment of node {number}: {status} {answer}");
    let text = |name: &str| answer[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
    Ok(Node { id: text("node_id")?, key: text("node_key")? })
}
