//! The scheduler over a cluster in memory.
#![allow(clippy::unwrap_used)]

mod cluster;

use std::collections::BTreeMap;

use sentinel_machine::Event;
use sentinel_model::Time;
use sentinel_model::rollout::{Rollout, Step, StepState};

use super::*;
use cluster::{Cluster, PROJECT};

fn duty(app: &App) -> Duty {
    let listening = Listening {
        leader_since: app.now(),
        offline_after_ms: 120_000,
        fresh_ms: 30_000,
        unheard_within_ms: 0,
    };
    Duty { app: app.clone(), listening, silence: SilenceQueue::default(), looking: Duration::ZERO }
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
    assert_eq!(duty.under_way().await.unwrap(), [rollouts[1]]);
    let looks = cluster.replica.reads();
    duty.carry_on(rollouts[1]).await.unwrap();
    let one = cluster.replica.reads() - looks;
    duty.round().await;
    assert_eq!(cluster.replica.reads() - looks, one + 1 + one, "one look, and one at what is under way");
    cluster.app.resume_rollout(&cluster.operator(), PROJECT, rollouts[0]).await.unwrap();
    assert_eq!(duty.under_way().await.unwrap().len(), 2);
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
