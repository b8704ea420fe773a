//! Requests about templates of rollouts.

use futures::FutureExt;
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::TargetSelector;
use sentinel_api_types::template::{RolloutTemplateCreate, RolloutTemplateUpdate};
use sentinel_model::RolloutTemplateId;

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

fn named(name: &str, size: u32) -> RolloutTemplateCreate {
    RolloutTemplateCreate {
        name: name.into(),
        description: None,
        is_default: None,
        target_selector: TargetSelector::All {},
        environment: None,
        rollout: Some(RuleRollout { batch_size: Some(size), ..Default::default() }),
    }
}

pub(super) async fn templates(world: &World) -> [RolloutTemplateId; 2] {
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let app = &world.kit.app;
        let made = app.create_rollout_template(&world.operator.again(), PROJECT, named(name, 1)).await;
        ids.push(made.unwrap().rollout_template.id);
    }
    ids.try_into().unwrap()
}

pub(super) fn of_templates<'a>(world: &'a World, ids: &[RolloutTemplateId; 2]) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let [one, two] = *ids;
    let sized = |size: u32| RolloutTemplateUpdate {
        rollout: Some(RuleRollout { batch_size: Some(size), ..Default::default() }),
        ..Default::default()
    };
    let default = |is_default| RolloutTemplateUpdate { is_default: Some(is_default), ..Default::default() };
    vec![
        row!(
            RolloutTemplateCreate,
            operator,
            |c| app.create_rollout_template(c, PROJECT, named("three", 1)),
            app.create_rollout_template(c, PROJECT, named("three", 2))
        ),
        row!(
            RolloutTemplateUpdate,
            operator,
            |c| app.update_rollout_template(c, PROJECT, one, sized(5)),
            app.update_rollout_template(c, PROJECT, one, sized(6))
        ),
        row!(
            RolloutTemplateUpdate,
            operator,
            |c| app.update_rollout_template(c, PROJECT, one, default(true)),
            app.update_rollout_template(c, PROJECT, one, default(false))
        ),
        row!(
            RolloutTemplateDelete,
            operator,
            |c| app.delete_rollout_template(c, PROJECT, one),
            app.delete_rollout_template(c, PROJECT, two)
        ),
    ]
}
