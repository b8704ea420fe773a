//! Rollouts that wait for their nodes: looked at when the one has ended that they wait for, and not before.

use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::rollout::{RolloutCreate, Strategy, TargetSelector};
use sentinel_model::rollout::RolloutState;

use super::cluster::{Cluster, PROJECT};
use super::*;

fn rollout(cluster: &Cluster, id: RolloutId) -> Rollout {
    tables::load(&cluster.replica.memory.tables(), id.as_bytes()).unwrap().unwrap()
}

/// One more rollout of the same bundle over the nodes of this one, in the queue.
async fn queued(cluster: &Cluster, first: RolloutId) -> RolloutId {
    let read = cluster.replica.memory.tables();
    let steps = query::rollout_steps(&read, first).unwrap();
    let request = RolloutCreate {
        blue_green_config: None,
        bundle_id: rollout(cluster, first).spec.bundle_id,
        target_selector: Some(TargetSelector::NodeIds {
            node_ids: steps.into_iter().flat_map(|step| step.node_ids).collect(),
        }),
        strategy: Some(Strategy::Rolling),
        batch_size: None,
        batch_percentage: None,
        canary_analysis_config: None,
        max_unavailable: None,
        progress_deadline_seconds: None,
        health_gates: None,
        auto_rollback: None,
        failure_domain: None,
        rollback_threshold: None,
        auto_advance: None,
        checks: None,
        on_conflict: Some(OnConflict::Queue),
        scheduled_at: None,
        override_freeze_reason: None,
        environment: None,
        skip_order_reason: None,
        template: None,
    };
    cluster.app.create_rollout(&cluster.operator(), PROJECT, request).await.unwrap().rollout.id
}

#[tokio::test]
async fn the_end_of_a_rollout_has_the_next_one_begin() {
    let cluster = Cluster::new().await;
    let first = cluster.rollouts(1).await[0];
    let (second, third) = (queued(&cluster, first).await, queued(&cluster, first).await);
    let mut duty = duty(&cluster.app);
    assert_eq!(under_way(&mut duty).await, [first], "what waits is not looked at");
    cluster.app.cancel_rollout(&cluster.operator(), PROJECT, first).await.unwrap();
    duty.round().await;
    assert_eq!(rollout(&cluster, second).state, RolloutState::Running);
    assert!(matches!(first_step(&cluster, second), StepState::Running { .. }));
    let waits = rollout(&cluster, third);
    assert_eq!((waits.state, waits.queued.unwrap().behind), (RolloutState::Pending, Some(second)));
    assert_eq!(under_way(&mut duty).await, [second]);
}
