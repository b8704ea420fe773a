//! Requests about rollouts.

use futures::FutureExt;
use sentinel_api_types::rollout::{RolloutCreate, RolloutRollback, Strategy, TargetSelector};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_model::{BundleId, NodeId, RolloutId};

use super::bundles::Fleet;
use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

pub(super) struct Rollouts {
    ids: [RolloutId; 2],
    bundle: BundleId,
    nodes: [NodeId; 2],
}

fn rollout(bundle_id: BundleId, node: NodeId, deadline: u32) -> RolloutCreate {
    RolloutCreate {
        bundle_id,
        target_selector: Some(TargetSelector::NodeIds { node_ids: vec![node] }),
        strategy: Some(Strategy::Rolling),
        batch_size: None,
        batch_percentage: None,
        canary_analysis_config: None,
        blue_green_config: None,
        max_unavailable: None,
        progress_deadline_seconds: Some(deadline),
        health_gates: None,
        auto_rollback: None,
        failure_domain: None,
        rollback_threshold: None,
        auto_advance: None,
        checks: None,
        on_conflict: None,
        scheduled_at: None,
        override_freeze_reason: None,
        environment: None,
        skip_order_reason: None,
        template: None,
    }
}

pub(super) async fn rollouts(world: &World, fleet: &Fleet) -> Rollouts {
    let [first, second, third, fourth] = fleet.nodes;
    let [bundle, _] = fleet.bundles;
    let mut ids = Vec::new();
    for node in [first, second] {
        let made =
            world.kit.app.create_rollout(&world.operator.again(), PROJECT, rollout(bundle, node, 60)).await;
        let rollout_id = made.unwrap().rollout.id;
        let start = RolloutAdvance { rollout_id, revision: 1, transition: Transition::StartStep };
        world.kit.app.propose_as_member(start).await.unwrap().unwrap();
        ids.push(rollout_id);
    }
    Rollouts { ids: ids.try_into().unwrap(), bundle, nodes: [third, fourth] }
}

pub(super) fn of_rollouts<'a>(world: &'a World, rollouts: &'a Rollouts) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let ([one, two], [third, fourth], bundle) = (rollouts.ids, rollouts.nodes, rollouts.bundle);
    let back = || RolloutRollback { reason: None };
    vec![
        row!(
            RolloutCreate,
            operator,
            |c| app.create_rollout(c, PROJECT, rollout(bundle, third, 60)),
            app.create_rollout(c, PROJECT, rollout(bundle, fourth, 60))
        ),
        row!(
            RolloutCreate,
            operator,
            |c| app.create_rollout(c, PROJECT, rollout(bundle, fourth, 60)),
            app.create_rollout(c, PROJECT, rollout(bundle, fourth, 61))
        ),
        row!(
            RolloutPause,
            operator,
            |c| app.pause_rollout(c, PROJECT, one),
            app.pause_rollout(c, PROJECT, two)
        ),
        row!(
            RolloutResume,
            operator,
            |c| app.resume_rollout(c, PROJECT, one),
            app.resume_rollout(c, PROJECT, two)
        ),
        row!(
            RolloutRollback,
            operator,
            |c| app.rollback_rollout(c, PROJECT, one, back()),
            app.rollback_rollout(c, PROJECT, two, back())
        ),
        row!(
            RolloutCancel,
            operator,
            |c| app.cancel_rollout(c, PROJECT, one),
            app.cancel_rollout(c, PROJECT, two)
        ),
    ]
}
