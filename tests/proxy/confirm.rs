//! A node whose way to the control plane leads through its own proxy: a bundle without that way goes back by itself, and the node
//! is there for the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use sentinel_kit::{Agent, Api, Cluster, Traffic, Upstream, until};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::BINARY;
use crate::fleet::{PROJECT, config, effective};

/// Where the node knows the control plane, and where that leads.
struct Way {
    port: u16,
    to: Arc<AtomicU16>,
}

impl Way {
    async fn open(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let to = Arc::new(AtomicU16::new(to));
        let leads_to = Arc::clone(&to);
        tokio::spawn(async move {
            while let Ok((mut dialled, _)) = listener.accept().await {
                let to = leads_to.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut there = TcpStream::connect(("127.0.0.1", to)).await?;
                    tokio::io::copy_bidirectional(&mut dialled, &mut there).await
                });
            }
        });
        Self { port, to }
    }
}

/// The usual configuration, with a way to the control plane.
fn with_way(upstream: &str, member: &str) -> String {
    let way = r#"routes {
    route "control-plane" {
        priority "high"
        matches {
            path-prefix "/api"
        }
        upstream "control-plane"
    }"#;
    let target = format!(
        r#"upstreams {{
    upstream "control-plane" {{
        target "{member}"
    }}"#
    );
    config(upstream).replace("routes {", way).replace("upstreams {", &target)
}

async fn roll_out(api: &Api, version: &str, source: &str) -> (String, String) {
    let body = json!({"version": version, "config_source": source});
    let made = api.post(&format!("/api/v1/projects/{PROJECT}/bundles"), &body).await.unwrap();
    let bundle = made["id"].as_str().unwrap().to_owned();
    let body = json!({"bundle_id": bundle, "target_selector": {"type": "all"}, "auto_rollback": true});
    let made = api.post(&format!("/api/v1/projects/{PROJECT}/rollouts"), &body).await.unwrap();
    (bundle, made["rollout"]["id"].as_str().unwrap().to_owned())
}

async fn ended(api: &Api, rollout: &str, state: &str) -> Value {
    until(&format!("the rollout is {state}"), 60, || async {
        let found = api.get(&format!("/api/v1/projects/{PROJECT}/rollouts/{rollout}")).await.ok()?;
        (found["rollout"]["state"] == state).then_some(found)
    })
    .await
}

async fn node(api: &Api) -> Value {
    let list = api.get(&format!("/api/v1/projects/{PROJECT}/nodes")).await.unwrap();
    list["nodes"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bundle_that_cuts_its_node_off_from_the_control_plane_goes_back_by_itself() {
    let way = Way::open(0).await;
    let url = format!("http://127.0.0.1:{}", way.port);
    let options = ["--heartbeat-interval", "500ms", "--api-url", &url];
    let cluster = Cluster::start(BINARY, 1, &options).await;
    let member = cluster.url(0).trim_start_matches("http://").to_owned();
    way.to.store(member.rsplit(':').next().unwrap().parse().unwrap(), Ordering::SeqCst);
    let api = cluster.admin(0).await;
    cluster.project(&api, PROJECT).await.unwrap();
    let token = cluster.enrolment_token(&api, PROJECT).await.unwrap();
    let options = ["--confirm-timeout", "3s"];
    let mut agent = Agent::start_with(
        BINARY,
        cluster.path(),
        "edge-1",
        std::slice::from_ref(&url),
        PROJECT,
        &token,
        &options,
    );

    let (one, two) = (Upstream::start("one", 200).await, Upstream::start("two", 200).await);
    until("the node is online", 30, || async { (node(&api).await["status"] == "online").then_some(()) })
        .await;
    let (first, rollout) = roll_out(&api, "1.0.0", &with_way(&one.address(), &member)).await;
    ended(&api, &rollout, "completed").await;

    // From now on the agent reaches the member through the proxy that it manages, and not otherwise.
    agent.kill9();
    way.to.store(agent.http_port, Ordering::SeqCst);
    agent.launch();
    let traffic = Traffic::start(&[agent.address()]);
    let (second, rollout) = roll_out(&api, "2.0.0", &with_way(&two.address(), &member)).await;
    ended(&api, &rollout, "completed").await;
    assert_ne!(first, second);

    let (_, rollout) = roll_out(&api, "3.0.0", &config(&one.address())).await;
    let taken_back = ended(&api, &rollout, "rolled_back").await;
    let reason = taken_back["rollout"]["error"]["reason"].as_str().unwrap();
    assert!(reason.contains("it cut the node off"), "{reason}");
    assert_eq!(effective(&node(&api).await), Some(second.as_str()));
    traffic.assert_flawless();

    // It is a node like any other.
    let (fourth, rollout) = roll_out(&api, "4.0.0", &with_way(&one.address(), &member)).await;
    ended(&api, &rollout, "completed").await;
    assert_eq!(effective(&node(&api).await), Some(fourth.as_str()));
    traffic.assert_flawless();
}
