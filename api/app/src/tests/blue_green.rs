//! Blue-green: slots are set, the plan says what moves, and where the traffic is is shown.

use sentinel_api_types::blue_green::{BlueGreenConfig, Slot};
use sentinel_api_types::node::{NodeUpdate, NodesQuery};
use sentinel_api_types::rollout::{RolloutCreate, RolloutNodeState, RolloutRollback, RolloutState, Strategy};
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::{BundleId, NodeId};

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::PROJECT;

/// Two nodes, one of each slot, and a bundle; the blue one has the traffic.
struct Slots {
    world: World,
    blue: NodeId,
    green: NodeId,
    bundle: BundleId,
}

impl Slots {
    async fn new() -> Self {
        let world = World::new().await.unwrap();
        world.kit.raise().await.unwrap();
        let blue = world.node.0;
        let green = world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap().0;
        let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
        let slots = Self { world, blue, green, bundle };
        slots.set(blue, Slot::Blue, 100).await.unwrap();
        slots.set(green, Slot::Green, 0).await.unwrap();
        slots
    }

    async fn set(&self, node: NodeId, slot: Slot, weight: u8) -> Result<(), AppError> {
        let change = NodeUpdate { slot: Some(Some(slot)), weight: Some(weight), ..NodeUpdate::default() };
        let by = self.world.operator.again();
        self.world.kit.app.update_node(&by, PROJECT, node, change).await.map(drop)
    }

    fn asked(&self) -> RolloutCreate {
        let config = BlueGreenConfig { traffic_steps: vec![25, 100], bake_seconds: 0 };
        RolloutCreate {
            strategy: Some(Strategy::BlueGreen),
            blue_green_config: Some(config),
            ..create(self.bundle)
        }
    }
}

#[tokio::test]
async fn a_plan_says_which_slot_gets_the_bundle_and_which_shares_of_the_traffic_and_the_rollout_does_that() {
    let slots = Slots::new().await;
    let (app, by) = (&slots.world.kit.app, || slots.world.operator.again());
    let plan = app.plan_rollout(&by(), PROJECT, slots.asked()).await.unwrap();
    let steps: Vec<_> = plan.steps.iter().map(|step| (step.deployment_slot, step.traffic_weight)).collect();
    assert_eq!(steps, [0, 25, 100].map(|share| (Some(Slot::Green), Some(share))));
    assert_eq!((plan.steps[1].nodes[0].id, plan.kept[0].id), (slots.green, slots.blue));

    let made = app.create_rollout(&by(), PROJECT, slots.asked()).await.unwrap().rollout;
    assert_eq!((made.strategy, made.steps, made.nodes), (Strategy::BlueGreen, 3, 1));
    assert_eq!((made.deployment_slot, made.standby_slot), (Some(Slot::Blue), Some(Slot::Green)));
    assert_eq!((made.traffic_weight, made.traffic_step_index), (Some(0), Some(0)));
    assert_eq!(made.blue_green_config, slots.asked().blue_green_config);

    for node in [slots.blue, slots.green] {
        slots.world.proves(node).await.unwrap();
    }
    for share in [0, 25, 100] {
        slots.world.decides(made.id, Transition::StartStep).await.unwrap();
        slots.world.proves(slots.green).await.unwrap();
        slots.world.decides(made.id, Transition::VerifyStep).await.unwrap();
        let detail = app.show_rollout(&by(), PROJECT, made.id).await.unwrap();
        assert_eq!(detail.rollout.traffic_weight, Some(share));
        let of = |id: NodeId| detail.nodes.iter().find(|node| node.node_id == id).unwrap();
        let weights = (of(slots.blue).weight, of(slots.green).weight);
        assert_eq!(weights, (Some(100 - share), Some(share)));
        assert_eq!(of(slots.blue).state, RolloutNodeState::Kept);
        assert_eq!(
            (detail.progress.total, detail.progress.active),
            (1, 1),
            "blue is none of those that move"
        );
        let weighed = slots.set(slots.blue, Slot::Blue, 1).await.unwrap_err();
        assert!(weighed.to_string().contains("belongs to the rollout"), "{weighed}");
        slots.world.decides(made.id, Transition::CompleteStep).await.unwrap();
    }
    let done = app.show_rollout(&by(), PROJECT, made.id).await.unwrap().rollout;
    assert_eq!((done.state, done.deployment_slot), (RolloutState::Completed, Some(Slot::Green)));
    assert_eq!(done.traffic_step_index, Some(2));

    // The way back after the end.
    let back =
        app.rollback_rollout(&by(), PROJECT, made.id, RolloutRollback::default()).await.unwrap().rollout;
    assert_eq!((back.state, back.deployment_slot), (RolloutState::RollingBack, Some(Slot::Blue)));
    assert_eq!(back.traffic_weight, Some(0));
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_before_anything_happens() {
    let slots = Slots::new().await;
    let (app, by) = (&slots.world.kit.app, || slots.world.operator.again());
    let refused = async |request: RolloutCreate| match app.plan_rollout(&by(), PROJECT, request).await {
        Err(AppError::Invalid(fields)) => fields.into_iter().next().unwrap(),
        other => panic!("{other:?}"),
    };
    slots.set(slots.green, Slot::Green, 50).await.unwrap();
    let (field, words) = refused(slots.asked()).await;
    assert_eq!(field, "strategy");
    assert!(words[0].ends_with("sentinel-cp node update edge-2 --weight 0"), "{words:?}");
    for (field, request) in [
        ("blue_green_config", RolloutCreate { strategy: Some(Strategy::Rolling), ..slots.asked() }),
        ("blue_green_config", RolloutCreate { strategy: Some(Strategy::Canary), ..slots.asked() }),
        (
            "blue_green_config.traffic_steps",
            RolloutCreate {
                blue_green_config: Some(BlueGreenConfig { traffic_steps: vec![50], bake_seconds: 0 }),
                ..slots.asked()
            },
        ),
        (
            "blue_green_config.bake_seconds",
            RolloutCreate {
                blue_green_config: Some(BlueGreenConfig { bake_seconds: 600, ..Default::default() }),
                ..slots.asked()
            },
        ),
    ] {
        assert_eq!(refused(request).await.0, field);
    }
}

#[tokio::test]
async fn nodes_are_found_by_their_slot_and_leave_it() {
    let slots = Slots::new().await;
    let (app, by) = (&slots.world.kit.app, || slots.world.operator.again());
    let green = async || {
        let query = NodesQuery { slot: Some(Slot::Green), ..NodesQuery::default() };
        let found = app.list_nodes(&by(), PROJECT, &query).await.unwrap().nodes;
        found.into_iter().map(|node| node.id).collect::<Vec<_>>()
    };
    assert_eq!(green().await, [slots.green]);
    let change = NodeUpdate { slot: Some(None), ..NodeUpdate::default() };
    let node = app.update_node(&by(), PROJECT, slots.green, change).await.unwrap().node;
    assert_eq!((node.slot, node.weight), (None, 0), "the rest stays");
    assert!(green().await.is_empty());
}
