//! One node with a real proxy, the members that it knows, and what the tests do with them.

use reqwest::Method;
use sentinel_kit::{Agent, Api, Cluster, until};
use serde_json::{Value, json};

use crate::BINARY;
use crate::fleet::{PROJECT, effective};

/// See the module.
pub struct Edge {
    // The agent first: it ends before the members do.
    pub agent: Agent,
    pub api: Api,
    pub cluster: Cluster,
}

impl Edge {
    /// So many members with these flags, and an agent with those.
    pub async fn start(members: usize, options: &[&str], of_agent: &[&str]) -> Self {
        let options = [&["--heartbeat-interval", "500ms"], options].concat();
        let cluster = Cluster::start(BINARY, members, &options).await;
        let api = cluster.admin(0).await;
        cluster.project(&api, PROJECT).await.unwrap();
        let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
        let (path, urls) = (cluster.path(), cluster.urls());
        let agent = Agent::start_with(BINARY, path, "edge-1", &urls, PROJECT, &token, of_agent);
        let edge = Self { agent, api, cluster };
        until("the node is there", 30, || async { edge.find().await }).await;
        edge
    }

    /// A path in the project.
    pub fn path(&self, rest: &str) -> String {
        format!("/api/v1/projects/{PROJECT}{rest}")
    }

    /// The node, once it is there.
    pub async fn find(&self) -> Option<Value> {
        let mut list = self.api.get(&self.path("/nodes")).await.ok()?;
        list["nodes"].as_array_mut()?.pop()
    }

    /// Gives the project this configuration, and the node a bundle of it.
    pub async fn configure(&self, version: &str, document: &Value) -> String {
        let applied = self.api.post(&self.path("/config/apply"), document).await.unwrap();
        assert_eq!(applied["removed"], 0, "{applied}");
        self.give(&json!({"version": version})).await
    }

    /// Makes a bundle, assigns it, and waits until the node has proven it. Returns its id.
    pub async fn give(&self, bundle: &Value) -> String {
        let made = self.api.post(&self.path("/bundles"), bundle).await.unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        let node = self.find().await.unwrap();
        let assign = self.path(&format!("/bundles/{id}/assign"));
        self.api.post(&assign, &json!({"node_ids": [node["id"]]})).await.unwrap();
        until("the bundle is effective", 60, || async {
            let node = self.find().await?;
            assert!(node["failure"].is_null(), "{node}");
            (effective(&node) == Some(&id)).then_some(())
        })
        .await;
        id
    }

    /// Changes something, and expects this status.
    pub async fn change(&self, method: Method, rest: &str, body: Option<&Value>, expected: u16) -> Value {
        let (status, answer) = self.api.send(method, &self.path(rest), body).await.unwrap();
        assert_eq!(status, expected, "{answer}");
        answer
    }
}
