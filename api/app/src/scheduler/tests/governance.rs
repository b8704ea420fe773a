//! Rollouts that wait: looked at when their time has come, and not before.

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rollout::RolloutCreate;
use sentinel_api_types::timestamp;
use sentinel_model::rollout::RolloutState;

use super::cluster::{Cluster, PROJECT};
use super::*;

const HOUR_MS: u64 = 3_600_000;

/// The log's clock moves on.
pub async fn pass(cluster: &Cluster, ms: u64) {
    let read = cluster.replica.memory.tables();
    let later = query::log_time(&read).unwrap().max(cluster.app.now()).plus_ms(ms);
    let nobody = NodesReport { reports: Vec::new() };
    // What is refused moves the clock as well.
    let _ = cluster.app.propose_at(later, nobody).await.unwrap();
}

pub fn rollout(cluster: &Cluster, id: RolloutId) -> Rollout {
    tables::load(&cluster.replica.memory.tables(), id.as_bytes()).unwrap().unwrap()
}

async fn in_an_hour(cluster: &Cluster, count: usize) -> Vec<RolloutId> {
    let at = timestamp(cluster.app.now().plus_ms(HOUR_MS));
    cluster.rollouts_as(count, |request| RolloutCreate { scheduled_at: Some(at), ..request }).await
}

#[tokio::test]
async fn every_scheduled_rollout_begins_at_its_time() {
    let cluster = Cluster::new().await;
    let rollouts = in_an_hour(&cluster, 3).await;
    let mut duty = duty(&cluster.app);
    assert_eq!(under_way(&mut duty).await, [], "nothing is looked at before its time");
    pass(&cluster, HOUR_MS + 1_000).await;
    duty.round().await;
    for id in rollouts {
        assert_eq!(rollout(&cluster, id).state, RolloutState::Running);
        assert!(matches!(first_step(&cluster, id), StepState::Running { .. }));
    }
}

#[tokio::test]
async fn a_freeze_is_told_and_waited_for() {
    let cluster = Cluster::new().await;
    let begun = cluster.rollouts(1).await[0];
    let until = timestamp(cluster.app.now().plus_ms(HOUR_MS));
    let freeze = FreezeWindowCreate {
        name: "sales".into(),
        reason: None,
        from: None,
        until,
        recurrence: None,
        environment: None,
    };
    cluster.app.create_freeze_window(&cluster.operator(), PROJECT, freeze).await.unwrap();
    let mut duty = duty(&cluster.app);
    duty.round().await;
    let held = rollout(&cluster, begun);
    assert!(held.hold.is_some_and(|hold| hold.frozen && hold.reason.contains("window 'sales'")));
    assert_eq!(first_step(&cluster, begun), StepState::Pending);
    duty.round().await;
    assert_eq!(rollout(&cluster, begun).revision, held.revision, "it is told once");
    pass(&cluster, HOUR_MS + 1_000).await;
    duty.round().await;
    assert!(matches!(first_step(&cluster, begun), StepState::Running { .. }));
    assert!(rollout(&cluster, begun).hold.is_none_or(|hold| !hold.frozen));
}

#[tokio::test]
async fn what_nobody_decides_about_ends() {
    let cluster = Cluster::new().await;
    let rule = ApprovalRule { risk_at_least: None, approvals: 1 };
    let rules = ProjectUpdate {
        approval_rules: Some(vec![rule]),
        approval_expires_hours: Some(1),
        ..ProjectUpdate::default()
    };
    cluster.app.update_project(&cluster.operator(), PROJECT, rules).await.unwrap();
    let waiting = cluster.rollouts(1).await[0];
    let mut duty = duty(&cluster.app);
    assert_eq!(under_way(&mut duty).await, []);
    pass(&cluster, HOUR_MS + 1_000).await;
    duty.round().await;
    let RolloutState::Cancelled { reason, .. } = rollout(&cluster, waiting).state else { panic!() };
    assert_eq!(reason, "approval expired");
}
