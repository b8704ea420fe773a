//! Groups of nodes, and rollouts to them.

use std::collections::BTreeMap;

use sentinel_api_types::group::{NodeGroupCreate, NodeGroupRef, NodeGroupUpdate};
use sentinel_api_types::node::{NodeUpdate, NodesQuery};
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_model::NodeGroupId;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn to(group_ids: Vec<NodeGroupId>, base: RolloutCreate) -> RolloutCreate {
    RolloutCreate { target_selector: Some(TargetSelector::Groups { group_ids }), ..base }
}

async fn ruled(world: &World) -> NodeGroupId {
    let labels = BTreeMap::from([("tier".to_owned(), "edge".to_owned())]);
    let request = NodeGroupCreate { name: "edges".into(), labels, ..Default::default() };
    let made = world.kit.app.create_node_group(&world.operator.again(), PROJECT, request).await.unwrap();
    made.node_group.id
}

#[tokio::test]
async fn a_group_counts_and_names_those_that_belong_to_it_now() {
    let world = raised().await;
    let app = &world.kit.app;
    let group = ruled(&world).await;
    let shown = app.show_node_group(&world.reader.again(), PROJECT, group).await.unwrap();
    assert_eq!((shown.node_group.nodes, shown.named.len(), shown.selected.len()), (0, 0, 0));
    let labels = Some(BTreeMap::from([("tier".to_owned(), "edge".to_owned())]));
    let update = NodeUpdate { labels, ..NodeUpdate::default() };
    app.update_node(&world.operator.again(), PROJECT, world.node.0, update).await.unwrap();
    let shown = app.show_node_group(&world.reader.again(), PROJECT, group).await.unwrap();
    assert_eq!(shown.selected[0].id, world.node.0, "whoever has the label belongs to it at once");
    let add = NodeGroupUpdate { add_node_ids: vec![world.node.0], ..Default::default() };
    app.update_node_group(&world.operator.again(), PROJECT, group, add).await.unwrap();
    let shown = app.show_node_group(&world.reader.again(), PROJECT, group).await.unwrap();
    assert_eq!((shown.named.len(), shown.selected.len(), shown.node_group.nodes), (1, 0, 1));
    let list = app.list_node_groups(&world.reader.again(), PROJECT).await.unwrap();
    assert_eq!(list.node_groups, [shown.node_group]);
}

#[tokio::test]
async fn a_rollout_goes_to_the_nodes_of_its_groups_at_its_plan() {
    let world = raised().await;
    let (kit, by) = (&world.kit, &world.operator);
    let bundle = kit.bundle(by, PROJECT, "1.0.0").await.unwrap();
    let group = ruled(&world).await;
    let request = to(vec![group], create(bundle));
    let nobody = kit.app.plan_rollout(&by.again(), PROJECT, request.clone()).await.unwrap_err();
    assert!(nobody.to_string().contains("belongs to the groups edges"), "{nobody}");
    let add = NodeGroupUpdate { add_node_ids: vec![world.node.0], ..Default::default() };
    kit.app.update_node_group(&by.again(), PROJECT, group, add).await.unwrap();
    let made = kit.app.create_rollout(&by.again(), PROJECT, request).await.unwrap().rollout;
    assert_eq!((made.nodes, made.target_selector), (1, TargetSelector::Groups { group_ids: vec![group] }));
    assert_eq!(made.target_groups, [NodeGroupRef { id: group, name: "edges".into() }]);
}

#[tokio::test]
async fn nodes_say_which_groups_they_are_in_and_are_listed_by_group() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let ruled = ruled(&world).await;
    world.kit.node(by, PROJECT, "edge-9").await.unwrap();
    let named = NodeGroupCreate { name: "canary".into(), node_ids: vec![world.node.0], ..Default::default() };
    let named = app.create_node_group(&by.again(), PROJECT, named).await.unwrap().node_group.id;
    let labels = Some(BTreeMap::from([("tier".to_owned(), "edge".to_owned())]));
    let update = NodeUpdate { labels, ..NodeUpdate::default() };
    let node = app.update_node(&by.again(), PROJECT, world.node.0, update).await.unwrap().node;
    let names = |groups: Vec<NodeGroupRef>| groups.into_iter().map(|group| group.name).collect::<Vec<_>>();
    assert_eq!(names(node.groups), ["canary", "edges"]);
    let list = async |group: &str| {
        let query = NodesQuery { group: Some(group.to_owned()), ..NodesQuery::default() };
        app.list_nodes(&world.reader.again(), PROJECT, &query).await
    };
    for group in ["canary", "edges", &ruled.to_string(), &named.to_string()] {
        let found = list(group).await.unwrap().nodes;
        assert_eq!((found.len(), found[0].id), (1, world.node.0), "{group}");
    }
    assert_eq!(list("nobody").await.unwrap_err().to_string(), "Group not found");
}

#[tokio::test]
async fn a_node_that_takes_other_versions_is_left_out_of_plans_and_says_so() {
    let world = raised().await;
    let (kit, by) = (&world.kit, &world.operator);
    let bundle = kit.bundle(by, PROJECT, "2.0.0").await.unwrap();
    kit.node(by, PROJECT, "edge-9").await.unwrap();
    let highest = Some(Some("1.99.0".to_owned()));
    let update = NodeUpdate { max_bundle_version: highest, ..NodeUpdate::default() };
    let node = kit.app.update_node(&by.again(), PROJECT, world.node.0, update).await.unwrap().node;
    assert_eq!(node.max_bundle_version.as_deref(), Some("1.99.0"));
    let plan = kit.app.plan_rollout(&by.again(), PROJECT, create(bundle)).await.unwrap();
    assert_eq!(plan.excluded[0].reason, "takes versions 1.99.0 or lower only");
    let why = kit.app.node_why(&by.again(), PROJECT, world.node.0, Default::default()).await.unwrap();
    assert!(why.findings.iter().any(|found| found.text.contains("1.99.0 or lower only")), "{why:?}");
}

#[tokio::test]
async fn groups_of_another_tenant_do_not_exist() {
    let world = raised().await;
    let (app, outsider) = (&world.kit.app, &world.outsider);
    let group = ruled(&world).await;
    let gone = |result: Result<(), AppError>| assert_eq!(result.unwrap_err().to_string(), "Group not found");
    gone(app.show_node_group(&outsider.again(), OTHER_PROJECT, group).await.map(drop));
    gone(app.delete_node_group(&outsider.again(), OTHER_PROJECT, group).await);
    let rename = NodeGroupUpdate { name: Some("mine".into()), ..Default::default() };
    gone(app.update_node_group(&outsider.again(), OTHER_PROJECT, group, rename).await.map(drop));
    let bundle = world.kit.bundle(outsider, OTHER_PROJECT, "1.0.0").await.unwrap();
    let request = to(vec![group], create(bundle));
    gone(app.plan_rollout(&outsider.again(), OTHER_PROJECT, request).await.map(drop));
    let take = NodeGroupCreate { name: "x".into(), node_ids: vec![world.node.0], ..Default::default() };
    let theirs = app.create_node_group(&outsider.again(), OTHER_PROJECT, take).await;
    assert_eq!(theirs.unwrap_err().to_string(), "Node not found");
}
