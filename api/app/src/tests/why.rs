//! Why a node runs what it runs, as whoever asks sees it.

use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_api_types::why::{NodeWhy, NodeWhyQuery, WhyKind};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};

use super::rollouts::create;
use crate::testing::World;
use crate::testing::world::PROJECT;

async fn ask(world: &World, generation: Option<u64>) -> NodeWhy {
    let query = NodeWhyQuery { generation };
    world.kit.app.node_why(&world.reader.again(), PROJECT, world.node.0, query).await.unwrap()
}

fn kinds(why: &NodeWhy) -> Vec<WhyKind> {
    why.findings.iter().map(|finding| finding.kind).collect()
}

#[tokio::test]
async fn a_node_is_explained_from_what_has_to_do_with_it() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let (app, caller) = (&world.kit.app, || world.operator.again());
    assert_eq!(kinds(&ask(&world, None).await), [WhyKind::Unassigned, WhyKind::Silent]);
    let first = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let second = world.kit.bundle(&world.operator, PROJECT, "1.1").await.unwrap();
    let owner = app.create_rollout(&caller(), PROJECT, create(first)).await.unwrap().rollout;
    let queue = RolloutCreate { on_conflict: Some(OnConflict::Queue), ..create(second) };
    let queued = app.create_rollout(&caller(), PROJECT, queue).await.unwrap().rollout;
    let start = RolloutAdvance { rollout_id: owner.id, revision: 1, transition: Transition::StartStep };
    app.propose_as_member(start).await.unwrap().unwrap();
    let why = ask(&world, Some(7)).await;
    let expected =
        [WhyKind::Generation, WhyKind::OnItsWay, WhyKind::Silent, WhyKind::Owner, WhyKind::Waiting];
    assert_eq!(kinds(&why), expected);
    assert!(!why.runs);
    assert_eq!(why.node.desired.unwrap().version.as_deref(), Some("1.0"));
    assert_eq!(why.findings[3].rollout_id, Some(owner.id));
    assert_eq!(why.findings[4].rollout_id, Some(queued.id));
    app.cancel_rollout(&caller(), PROJECT, queued.id).await.unwrap();
    app.cancel_rollout(&caller(), PROJECT, owner.id).await.unwrap();
    // What was withdrawn leaves nothing; a newer rollout passes the node by.
    let other = world.kit.node(&world.operator, PROJECT, "edge-9").await.unwrap();
    let target_selector = Some(TargetSelector::NodeIds { node_ids: vec![other.0] });
    let passing = RolloutCreate { target_selector, ..create(second) };
    let passing = app.create_rollout(&caller(), PROJECT, passing).await.unwrap().rollout;
    let why = ask(&world, None).await;
    assert_eq!(kinds(&why), [WhyKind::Unassigned, WhyKind::Silent, WhyKind::LeftOut]);
    assert_eq!(why.findings[2].rollout_id, Some(passing.id));
}
