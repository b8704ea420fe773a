//! Requests about environments and the rules between them.

use futures::FutureExt;
use sentinel_api_types::environment::{EnvironmentCreate, EnvironmentUpdate};
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::promotion::{PromotionRuleCreate, PromotionRuleUpdate, RuleRollout};
use sentinel_model::{NodeId, PromotionRuleId};

use super::{PROJECT_2, Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::{ORG, PROJECT};

pub(super) struct Placed {
    node: NodeId,
    rules: [PromotionRuleId; 2],
}

/// Environments, a node that is in one, and rules between them.
pub(super) async fn placed(world: &World) -> Placed {
    let (app, admin) = (&world.kit.app, &world.admin);
    for name in ["one", "two", "three", "four", "five", "six-to-be"] {
        app.create_environment(&admin.again(), PROJECT, environment(name)).await.unwrap();
    }
    world.kit.project(admin, ORG, "third").await.unwrap();
    let (node, _) = world.kit.node(&world.operator, PROJECT, "placed").await.unwrap();
    let mut rules = Vec::new();
    for target in ["two", "three"] {
        let made = app.create_promotion_rule(&admin.again(), PROJECT, rule(target, None)).await.unwrap();
        rules.push(made.promotion_rule.id);
    }
    Placed { node, rules: rules.try_into().unwrap() }
}

fn environment(name: &str) -> EnvironmentCreate {
    EnvironmentCreate { name: name.into(), ..EnvironmentCreate::default() }
}

fn rule(target: &str, delay_minutes: Option<u32>) -> PromotionRuleCreate {
    PromotionRuleCreate {
        source: "one".into(),
        target: target.into(),
        delay_minutes,
        healthy_percent: None,
        max_risk: None,
        rollout: None,
        enabled: None,
    }
}

pub(super) fn of_environments<'a>(world: &'a World, placed: &'a Placed) -> Vec<Row<'a>> {
    let (app, admin, operator) = (&world.kit.app, &world.admin.caller, &world.operator.caller);
    let (node, [first, second]) = (placed.node, placed.rules);
    let colored = |color: &str| EnvironmentCreate { color: Some(color.into()), ..environment("six") };
    let unavailable = |max: u32| PromotionRuleCreate {
        rollout: Some(RuleRollout { max_unavailable: Some(max), ..RuleRollout::default() }),
        ..rule("six-to-be", None)
    };
    let described = |text: &str| EnvironmentCreate { description: Some(text.into()), ..environment("seven") };
    let named = |name: &str| EnvironmentUpdate { name: Some(name.into()), ..EnvironmentUpdate::default() };
    let to = |slug: &str| NodeUpdate { environment: Some(Some(slug.into())), ..NodeUpdate::default() };
    let delay =
        |minutes| PromotionRuleUpdate { delay_minutes: Some(minutes), ..PromotionRuleUpdate::default() };
    vec![
        row!(
            EnvironmentCreate,
            admin,
            |c| app.create_environment(c, PROJECT, colored("#000000")),
            app.create_environment(c, PROJECT, colored("#000001"))
        ),
        row!(
            EnvironmentCreate,
            admin,
            |c| app.create_environment(c, PROJECT, described("one")),
            app.create_environment(c, PROJECT, described("another"))
        ),
        row!(
            EnvironmentDefaults,
            admin,
            |c| app.create_default_environments(c, PROJECT_2),
            app.create_default_environments(c, "third")
        ),
        row!(
            EnvironmentUpdate,
            admin,
            |c| app.update_environment(c, PROJECT, "one", named("First")),
            app.update_environment(c, PROJECT, "one", named("Erste"))
        ),
        row!(
            EnvironmentDelete,
            admin,
            |c| app.delete_environment(c, PROJECT, "five"),
            app.delete_environment(c, PROJECT, "six-to-be")
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, to("one")),
            app.update_node(c, PROJECT, node, to("two"))
        ),
        row!(
            PromotionRuleCreate,
            operator,
            |c| app.create_promotion_rule(c, PROJECT, rule("four", Some(5))),
            app.create_promotion_rule(c, PROJECT, rule("four", Some(6)))
        ),
        row!(
            PromotionRuleCreate,
            operator,
            |c| app.create_promotion_rule(c, PROJECT, unavailable(1)),
            app.create_promotion_rule(c, PROJECT, unavailable(2))
        ),
        row!(
            PromotionRuleUpdate,
            operator,
            |c| app.update_promotion_rule(c, PROJECT, first, delay(5)),
            app.update_promotion_rule(c, PROJECT, first, delay(6))
        ),
        row!(
            PromotionRuleDelete,
            operator,
            |c| app.delete_promotion_rule(c, PROJECT, first),
            app.delete_promotion_rule(c, PROJECT, second)
        ),
    ]
}
