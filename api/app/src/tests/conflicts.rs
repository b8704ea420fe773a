//! Rollouts that want the same nodes, as whoever asks for them sees it.

use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::rollout::{RolloutCreate, RolloutState, TargetSelector};
use sentinel_model::BundleId;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::PROJECT;

/// A rollout over every node is under way; and another bundle.
async fn busy() -> (World, BundleId) {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let fix = world.kit.bundle(&world.operator, PROJECT, "1.1").await.unwrap();
    world.kit.app.create_rollout(&world.operator.again(), PROJECT, create(bundle)).await.unwrap();
    (world, fix)
}

#[tokio::test]
async fn a_plan_tells_whose_nodes_it_wants_and_the_default_is_to_refuse() {
    let (world, fix) = busy().await;
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let refused = app.plan_rollout(&caller(), PROJECT, create(fix)).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    for policy in [OnConflict::Queue, OnConflict::Supersede] {
        let request = RolloutCreate { on_conflict: Some(policy), ..create(fix) };
        let plan = app.plan_rollout(&caller(), PROJECT, request).await.unwrap();
        assert_eq!(plan.steps.len(), 2);
        let [other] = &plan.conflicts[..] else { panic!("{:?}", plan.conflicts) };
        assert_eq!((other.bundle_version.as_str(), other.state), ("1.0", RolloutState::Running));
        assert_eq!(other.nodes, 2);
    }
}

#[tokio::test]
async fn one_that_queues_names_the_rollout_that_it_waits_for() {
    let (world, fix) = busy().await;
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let request = RolloutCreate { on_conflict: Some(OnConflict::Queue), ..create(fix) };
    let first = app.plan_rollout(&caller(), PROJECT, request.clone()).await.unwrap().conflicts[0].rollout_id;
    let made = app.create_rollout(&caller(), PROJECT, request.clone()).await.unwrap().rollout;
    assert_eq!((made.state, made.waits_for), (RolloutState::Pending, Some(first)));
    assert_eq!(made.on_conflict, OnConflict::Queue);
    assert!(made.hold.unwrap().reason.starts_with("waits for its nodes: the rollout"));
    app.cancel_rollout(&caller(), PROJECT, first).await.unwrap();
    // Its nodes are free, and it is the first that waits for them.
    let plan = app.plan_rollout(&caller(), PROJECT, request).await.unwrap();
    assert_eq!((plan.conflicts[0].rollout_id, plan.conflicts[0].state), (made.id, RolloutState::Pending));
    let plain = app.create_rollout(&caller(), PROJECT, create(fix)).await.unwrap_err();
    assert!(plain.to_string().contains("is waited for by the rollout"), "{plain}");
}

#[tokio::test]
async fn one_that_supersedes_runs_at_once_and_the_other_says_by_whom() {
    let (world, fix) = busy().await;
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let target_selector = Some(TargetSelector::NodeIds { node_ids: vec![world.node.0] });
    let request = RolloutCreate { on_conflict: Some(OnConflict::Supersede), target_selector, ..create(fix) };
    let first = app.plan_rollout(&caller(), PROJECT, request.clone()).await.unwrap().conflicts[0].rollout_id;
    let made = app.create_rollout(&caller(), PROJECT, request).await.unwrap().rollout;
    assert_eq!(made.state, RolloutState::Running);
    let over = app.show_rollout(&caller(), PROJECT, first).await.unwrap().rollout;
    assert_eq!((over.state, over.superseded_by), (RolloutState::Cancelled, Some(made.id)));
    assert_eq!(over.error.unwrap().reason, format!("superseded by the rollout {} of 1.1", made.id));
}
