//! The scheduler over a cluster in memory.
#![allow(clippy::unwrap_used)]

mod cluster;
mod drift;
mod governance;
mod queue;
mod rules;

use std::collections::BTreeMap;

use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport};
use sentinel_machine::{Event, Table};
use sentinel_model::health::NodeSample;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::rollout::{Rollout, RolloutState, Step, StepState};
use sentinel_model::{Generation, Time};

use super::*;
use cluster::{Cluster, PROJECT};

fn duty(app: &App) -> Duty {
    let limits = Limits { offline_after: Duration::from_secs(120), fresh: Duration::from_secs(30) };
    Duty::new(app.clone(), limits)
}

async fn under_way(duty: &mut Duty) -> Vec<RolloutId> {
    let view = duty.app.replica().read(Consistency::Stale).await.unwrap();
    duty.under_way(&view).unwrap()
}

fn first_step(cluster: &Cluster, rollout: RolloutId) -> StepState {
    let tables = cluster.replica.memory.tables();
    let steps: Vec<Step> = query::rollout_steps(&tables, rollout).unwrap();
    steps[0].state.clone()
}

#[tokio::test]
async fn a_rollout_that_cannot_be_carried_on_holds_up_no_other() {
    let cluster = Cluster::new().await;
    let rollouts = cluster.rollouts(2).await;
    // The one that is looked at first.
    let tables = cluster.replica.memory.tables();
    let first = query::active_rollouts(&tables).unwrap()[0].id;
    *cluster.replica.broken.lock().unwrap() = Some(first);
    duty(&cluster.app).round().await;
    for rollout in &rollouts {
        let started = matches!(first_step(&cluster, *rollout), StepState::Running { .. });
        assert_eq!(started, *rollout != first);
    }
    *cluster.replica.broken.lock().unwrap() = None;
    duty(&cluster.app).round().await;
    assert!(matches!(first_step(&cluster, first), StepState::Running { .. }));
}

#[tokio::test]
async fn a_rollout_that_an_operator_holds_is_not_looked_at() {
    let cluster = Cluster::new().await;
    let rollouts = cluster.rollouts(2).await;
    let mut duty = duty(&cluster.app);
    duty.round().await;
    cluster.app.pause_rollout(&cluster.operator(), PROJECT, rollouts[0]).await.unwrap();
    assert_eq!(under_way(&mut duty).await, [rollouts[1]]);
    let looks = cluster.replica.reads();
    duty.carry_on(rollouts[1]).await.unwrap();
    let one = cluster.replica.reads() - looks;
    duty.round().await;
    assert_eq!(cluster.replica.reads() - looks, one + 1 + one, "one look, and one at what is under way");
    cluster.app.resume_rollout(&cluster.operator(), PROJECT, rollouts[0]).await.unwrap();
    assert_eq!(under_way(&mut duty).await.len(), 2);
}

fn event(index: u64, kind: &str) -> Event {
    Event {
        index,
        place: 0,
        at: Time(0),
        org_id: None,
        project_id: None,
        kind: kind.into(),
        resource_id: String::new(),
        data: BTreeMap::new(),
    }
}

#[tokio::test]
async fn nodes_cannot_make_a_round_come_sooner_and_operators_can() {
    let cluster = Cluster::new().await;
    let mut duty = duty(&cluster.app);
    let mut watching = cluster.bus.subscribe(None);
    let bus = cluster.bus.clone();
    let chatter = tokio::spawn(async move {
        for index in 1.. {
            bus.publish(vec![event(index, "node.effective")]);
            tokio::task::yield_now().await;
        }
    });
    let due = Instant::now() + Duration::from_millis(200);
    assert!(duty.listen(&mut watching, due).await);
    assert!(Instant::now() >= due, "and no later for it either");
    assert!(due.elapsed() < Duration::from_secs(20));
    chatter.abort();
    let _ = chatter.await;

    for command in COMMANDS {
        let mut watching = cluster.bus.subscribe(None);
        cluster.bus.publish(vec![event(u64::MAX, command)]);
        let due = Instant::now() + Duration::from_secs(3_600);
        assert!(duty.listen(&mut watching, due).await, "{command}");
    }
}

#[tokio::test]
async fn rounds_come_at_a_pace_that_leaves_time_for_everything_else() {
    let cluster = Cluster::new().await;
    let mut duty = duty(&cluster.app);
    let begun = Instant::now();
    assert!(duty.round().await >= begun + IDLE, "nothing is under way");
    let rollouts = cluster.rollouts(1).await;
    let begun = Instant::now();
    assert!(duty.round().await >= begun + BUSY);
    let rollout: Rollout =
        tables::load(&cluster.replica.memory.tables(), rollouts[0].as_bytes()).unwrap().unwrap();
    assert_eq!(rollout.state, RolloutState::Running);
}

/// A node that is online, in a log whose time is that of a clock an hour ahead.
async fn in_a_log_that_is_ahead(cluster: &Cluster, told_ago: Duration) -> NodeId {
    cluster.rollouts(1).await;
    let tables = cluster.replica.memory.tables();
    let node = tables::rows::<Node>(&tables, tables::Scan::all(Table::Nodes, &[])).unwrap()[0].id;
    let heard_at = Time(cluster.app.now().0 - told_ago.as_millis() as i64);
    let sample = NodeSample {
        node_id: node,
        heard_at,
        healthy: true,
        effective: Generation::default(),
        traffic: None,
        latency: Vec::new(),
        usage: None,
        next_within_ms: 0,
    };
    cluster.app.liveness().hear(sample);
    let online = NodeReport { node_id: node, fact: NodeFact::Status(NodeStatus::Online) };
    let ahead = cluster.app.now().plus_ms(3_600_000);
    cluster.app.propose_at(ahead, NodesReport { reports: vec![online] }).await.unwrap().unwrap();
    node
}

fn status(cluster: &Cluster, node: NodeId) -> NodeStatus {
    let tables = cluster.replica.memory.tables();
    tables::load::<Node>(&tables, node.as_bytes()).unwrap().unwrap().status
}

#[tokio::test]
async fn silence_is_noticed_in_time_when_the_log_is_an_hour_ahead() {
    let cluster = Cluster::new().await;
    let node = in_a_log_that_is_ahead(&cluster, Duration::ZERO).await;
    let offline_after = Duration::from_millis(50);
    let mut duty = Duty::new(cluster.app.clone(), Limits { offline_after, fresh: offline_after });
    duty.take_over().await.unwrap();
    duty.round().await;
    let begun = Instant::now();
    while status(&cluster, node) == NodeStatus::Online {
        assert!(begun.elapsed() < Duration::from_secs(20), "it waits for the clocks to catch up");
        tokio::time::sleep(offline_after / 5).await;
        duty.round().await;
    }
    assert!(begun.elapsed() >= offline_after / 2, "not before its time");
    let moved = query::log_time(&cluster.replica.memory.tables()).unwrap();
    assert!(moved > cluster.app.now().plus_ms(3_500_000), "decisions carry the log's time");
}

#[tokio::test]
async fn a_time_that_leaps_makes_no_node_offline() {
    let cluster = Cluster::new().await;
    let mut duty = duty(&cluster.app);
    duty.take_over().await.unwrap();
    duty.round().await;
    let node = in_a_log_that_is_ahead(&cluster, Duration::from_secs(10)).await;
    duty.silence.heard(node, cluster.app.now());
    duty.round().await;
    assert_eq!(status(&cluster, node), NodeStatus::Online);
    assert!(duty.listening.leader_since > cluster.app.now().plus_ms(3_500_000));
}
