//! Labels, weight and pin of a node, as operators set them.

use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::node::{Node, NodeUpdate};
use sentinel_model::BundleId;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

async fn update(world: &World, request: NodeUpdate) -> Result<Node, AppError> {
    let by = world.operator.again();
    world.kit.app.update_node(&by, PROJECT, world.node.0, request).await.map(|body| body.node)
}

fn pin(bundle: Option<BundleId>) -> NodeUpdate {
    NodeUpdate { pinned_bundle_id: Some(bundle), ..NodeUpdate::default() }
}

#[tokio::test]
async fn what_is_set_is_shown_and_the_rest_stays() {
    let world = raised().await;
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let before = world.kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node;
    assert_eq!((before.weight, before.pinned_bundle_id), (100, None));
    let pinned = update(&world, pin(Some(bundle))).await.unwrap();
    assert_eq!((pinned.pinned_bundle_id, pinned.pinned_version.as_deref()), (Some(bundle), Some("1.0")));
    let labels = [("slot".to_owned(), "green".to_owned())].into();
    let request = NodeUpdate { labels: Some(labels), weight: Some(0), ..NodeUpdate::default() };
    let node = update(&world, request).await.unwrap();
    assert_eq!((node.weight, node.labels["slot"].as_str(), node.labels.len()), (0, "green", 1));
    assert_eq!((node.pinned_bundle_id, &node.desired), (Some(bundle), &before.desired), "nothing is moved");
    let free = update(&world, pin(None)).await.unwrap();
    assert_eq!((free.pinned_bundle_id, free.pinned_version, free.weight), (None, None, 0));
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_words() {
    let world = raised().await;
    let invalid = async |request| match update(&world, request).await {
        Err(AppError::Invalid(fields)) => fields.into_keys().collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(invalid(NodeUpdate::default()).await, ["node"]);
    assert_eq!(invalid(NodeUpdate { weight: Some(101), ..NodeUpdate::default() }).await, ["weight"]);
    let labels = Some([(String::new(), String::new())].into());
    assert_eq!(invalid(NodeUpdate { labels, ..NodeUpdate::default() }).await, ["labels."]);
    let foreign = world.kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
    let refused = update(&world, pin(Some(foreign))).await.unwrap_err();
    assert_eq!(refused.to_string(), "Bundle not found");
    let revoked = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    world.kit.app.revoke_bundle(&world.operator.again(), PROJECT, revoked).await.unwrap();
    let refused = update(&world, pin(Some(revoked))).await.unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(text) if text == "Bundle has been revoked"), "{refused:?}");
    let by = world.outsider.again();
    let elsewhere = world.kit.app.update_node(&by, OTHER_PROJECT, world.node.0, pin(None));
    assert_eq!(elsewhere.await.unwrap_err().to_string(), "Node not found");
}

#[tokio::test]
async fn below_their_level_there_are_no_settings_and_the_refusal_says_what_to_do() {
    let world = World::at_level(3).await.unwrap();
    let refused = update(&world, NodeUpdate { weight: Some(1), ..NodeUpdate::default() }).await.unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(text) if text.contains("level 4")), "{refused:?}");
}

#[tokio::test]
async fn a_pinned_node_is_left_out_of_plans_with_the_version_and_is_assigned_no_other_bundle() {
    let world = raised().await;
    let kit = &world.kit;
    let old = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let new = kit.bundle(&world.operator, PROJECT, "2.0").await.unwrap();
    let (other, _) = kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    update(&world, pin(Some(old))).await.unwrap();
    let plan = kit.app.plan_rollout(&world.operator.again(), PROJECT, create(new)).await.unwrap();
    let moved: Vec<_> = plan.steps.iter().flat_map(|step| &step.nodes).map(|node| node.id).collect();
    assert_eq!(moved, [other]);
    assert_eq!((plan.excluded[0].id, plan.excluded[0].reason.as_str()), (world.node.0, "is pinned to 1.0"));
    let plan = kit.app.plan_rollout(&world.operator.again(), PROJECT, create(old)).await.unwrap();
    assert_eq!(plan.excluded, []);
    let assign = async |bundle| {
        let request = BundleAssign { node_ids: vec![world.node.0] };
        kit.app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await
    };
    let refused = assign(new).await.unwrap_err();
    let words = "node 'edge-1' is pinned to bundle '1.0': that one is the only one that it may be given, unless you unpin it first";
    assert!(matches!(&refused, AppError::Conflict(text) if text == words), "{refused:?}");
    assign(old).await.unwrap();
}
