//! Facts on their way into the log.

use std::time::Duration;

use sentinel_api_types::agent::HeartbeatRequest;
use sentinel_api_types::node::NodeStatus;
use tokio::sync::oneshot;

use crate::testing::world::PROJECT;
use crate::testing::{Trouble, World};

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn facts_survive_a_time_without_a_leader_and_a_lost_answer() {
    let world = World::new().await.unwrap();
    let kit = world.kit.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn({
        let app = kit.app.clone();
        async move { app.run_facts(async { stopped.await.unwrap_or_default() }).await }
    });
    let status = async || {
        let view = kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await;
        view.map(|body| body.node.status)
    };
    kit.replica.trouble(Trouble::NoLeader);
    kit.app.heartbeat(&world.node.1.again(), world.node.0, HeartbeatRequest::default()).await.unwrap();
    until("a proposal failed", async || kit.replica.refused() > 0).await;
    until("the fact waits again", async || kit.app.facts().len() == 1).await;
    kit.replica.trouble(Trouble::LostAnswer);
    until("the fact is in the log", async || matches!(status().await, Ok(NodeStatus::Online))).await;
    kit.replica.trouble(Trouble::None);
    until("the queue is empty", async || kit.app.facts().is_empty()).await;
    stop.send(()).unwrap();
    running.await.unwrap();
}

#[tokio::test]
async fn a_refusal_for_good_does_not_end_the_duty() {
    let world = World::new().await.unwrap();
    let kit = world.kit.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn({
        let app = kit.app.clone();
        async move { app.run_facts(async { stopped.await.unwrap_or_default() }).await }
    });
    kit.replica.trouble(Trouble::Refusing);
    kit.app.heartbeat(&world.node.1.again(), world.node.0, HeartbeatRequest::default()).await.unwrap();
    until("it was tried again", async || kit.replica.refused() > 2).await;
    kit.replica.trouble(Trouble::None);
    until("the queue is empty", async || kit.app.facts().is_empty()).await;
    stop.send(()).unwrap();
    running.await.unwrap();
    let node = kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node;
    assert_eq!(node.status, NodeStatus::Online);
}

#[tokio::test]
async fn what_waits_at_the_end_is_proposed_once_more() {
    let world = World::new().await.unwrap();
    world.kit.app.heartbeat(&world.node.1.again(), world.node.0, HeartbeatRequest::default()).await.unwrap();
    world.kit.app.run_facts(std::future::ready(())).await;
    let node = world.kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node;
    assert_eq!(node.status, NodeStatus::Online);
}
