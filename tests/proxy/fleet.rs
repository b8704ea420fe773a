//! Three members, three real proxies with their agents, and what the tests do with them.

use anyhow::{Context, Result};
use sentinel_kit::{Agent, Api, Cluster, Upstream, until};
use serde_json::{Value, json};

use crate::BINARY;

pub const PROJECT: &str = "shop";

/// See the module.
pub struct Fleet {
    // Agents first: they end before the members do.
    pub agents: Vec<Agent>,
    pub cluster: Cluster,
    pub api: Api,
}

impl Fleet {
    /// Starts everything and waits until each node is online.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same, with more flags of the members.
    pub async fn start_with(options: &[&str]) -> Self {
        let options = [&["--heartbeat-interval", "500ms", "--offline-after", "15s"], options].concat();
        let cluster = Cluster::start(BINARY, 3, &options).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let agents = ["edge-1", "edge-2", "edge-3"]
            .map(|name| Agent::start(BINARY, cluster.path(), name, &cluster.urls(), PROJECT, &token))
            .into();
        let fleet = Self { agents, cluster, api };
        until("three nodes online", 30, || async {
            let nodes = fleet.nodes().await.ok()?;
            let online = nodes.iter().filter(|node| node["status"] == "online").count();
            (online == 3).then_some(())
        })
        .await;
        fleet
    }

    /// The nodes, by name.
    pub async fn nodes(&self) -> Result<Vec<Value>> {
        let mut list = self.api.get(&format!("/api/v1/projects/{PROJECT}/nodes?consistency=stale")).await?;
        Ok(serde_json::from_value(list["nodes"].take())?)
    }

    /// Compiles a bundle whose only route leads to `upstream`.
    pub async fn bundle(&self, version: &str, upstream: &Upstream) -> Result<String> {
        let body = json!({"version": version, "config_source": config(&upstream.address())});
        let made = self.api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await?;
        Ok(made["id"].as_str().context("a bundle id")?.to_owned())
    }

    /// Starts a rollout to all nodes, one at a time, with gates on errors.
    pub async fn roll_out(&self, bundle: &str) -> Result<String> {
        let body = json!({
            "bundle_id": bundle,
            "target_selector": {"type": "all"},
            "batch_size": 1,
            "progress_deadline_seconds": 90,
            "health_gates": {
                "heartbeat_healthy": true, "max_error_rate": 5.0,
                "min_requests": 20, "observe_seconds": 2, "fail_after_seconds": 1,
            },
        });
        let made = self.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await?;
        Ok(made["rollout"]["id"].as_str().context("a rollout id")?.to_owned())
    }

    /// A rollout with its steps and nodes.
    pub async fn rollout(&self, id: &str) -> Result<Value> {
        self.api.get(&format!("/api/v1/projects/{PROJECT}/rollouts/{id}?consistency=stale")).await
    }

    /// Waits until a rollout is in `state`.
    pub async fn rollout_is(&self, id: &str, state: &str) -> Value {
        until(&format!("the rollout is {state}"), 120, || async {
            let rollout = self.rollout(id).await.ok()?;
            let found = rollout["rollout"]["state"].as_str()?.to_owned();
            let stuck = ["completed", "failed", "cancelled", "rolled_back"].contains(&found.as_str());
            assert!(found == state || !stuck, "the rollout ended {found}, expected {state}: {rollout}");
            (found == state).then_some(rollout)
        })
        .await
    }

    /// Waits until every node has proven `bundle`.
    pub async fn all_effective(&self, bundle: &str) {
        until("every node effective", 60, || async {
            let nodes = self.nodes().await.ok()?;
            nodes.iter().all(|node| effective(node) == Some(bundle)).then_some(())
        })
        .await;
    }

    /// Rolls the first bundle out to nodes that have none yet.
    pub async fn with_first_bundle(&self, upstream: &Upstream) -> String {
        self.with_next_bundle("1.0.0", upstream).await
    }

    /// Rolls a bundle out to all nodes at once.
    pub async fn with_next_bundle(&self, version: &str, upstream: &Upstream) -> String {
        let bundle = self.bundle(version, upstream).await.unwrap();
        let body = json!({
            "bundle_id": bundle, "target_selector": {"type": "all"}, "batch_size": 3,
            "health_gates": {"heartbeat_healthy": true},
        });
        let made = self.api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
        self.rollout_is(made["rollout"]["id"].as_str().unwrap(), "completed").await;
        self.all_effective(&bundle).await;
        bundle
    }

    /// Addresses of the data listeners.
    pub fn addresses(&self) -> Vec<String> {
        self.agents.iter().map(Agent::address).collect()
    }
}

/// The bundle that a node has proven to run.
pub fn effective(node: &Value) -> Option<&str> {
    node["effective"]["bundle_id"].as_str()
}

/// A configuration with one route to one upstream.
pub fn config(upstream: &str) -> String {
    format!(
        r#"schema-version "1.0"
system {{
    worker-threads 1
}}
listeners {{
    listener "http" {{
        address "127.0.0.1:${{node.http_port}}"
    }}
}}
routes {{
    route "main" {{
        priority "low"
        matches {{
            path-prefix "/"
        }}
        upstream "app"
    }}
}}
upstreams {{
    upstream "app" {{
        target "{upstream}"
        circuit-breaker {{
            failure-threshold 100000
        }}
    }}
}}
observability {{
    logging {{
        error-log {{
            enabled #false
        }}
    }}
}}
"#
    )
}

/// One that no node can activate: it wants an address that somebody else holds.
pub fn impossible_config(upstream: &str, held: &str) -> String {
    let listener = format!(
        r#"listeners {{
    listener "held" {{
        address "{held}"
    }}"#
    );
    config(upstream).replacen("listeners {", &listener, 1)
}
