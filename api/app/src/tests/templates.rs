//! Templates of rollouts. Upstream's lose gates, deadline and what may be away: its form has no field for them.

use std::collections::BTreeMap;

use sentinel_api_types::blue_green::BlueGreenConfig;
use sentinel_api_types::canary::CanaryConfig;
use sentinel_api_types::check::{CheckMethod, HttpCheck};
use sentinel_api_types::conflict::OnConflict;
use sentinel_api_types::environment::EnvironmentCreate;
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::promotion::RuleRollout;
use sentinel_api_types::rollout::{HealthGates, RolloutCreate, Strategy, TargetSelector};
use sentinel_api_types::template::{RolloutTemplate, RolloutTemplateCreate, RolloutTemplateUpdate};
use sentinel_api_types::timestamp;
use sentinel_model::check::HeaderValue;
use sentinel_model::{BundleId, RolloutTemplateId};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::world::{OTHER_PROJECT, PROJECT};
use crate::testing::{Kit, World};

async fn raised() -> (World, BundleId) {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let mut nodes = vec![world.node.0];
    for name in ["edge-2", "edge-3"] {
        nodes.push(world.kit.node(&world.operator, PROJECT, name).await.unwrap().0);
    }
    for node in nodes {
        let labels = Some([("zone".to_owned(), "a".to_owned())].into());
        let update = NodeUpdate { labels, ..Default::default() };
        world.kit.app.update_node(&world.operator.again(), PROJECT, node, update).await.unwrap();
    }
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    (world, bundle)
}

/// Nothing of it is as usual; no field can be left out here.
fn unusual() -> RuleRollout {
    let check = HttpCheck {
        method: CheckMethod::Head,
        headers: [("x-probe".to_owned(), "1".to_owned())].into(),
        passes: 5,
        ..HttpCheck::usual("checkout".into(), "https://shop.example.com/health".into())
    };
    RuleRollout {
        strategy: Strategy::Rolling,
        batch_size: Some(2),
        batch_percentage: None,
        canary_analysis_config: None,
        blue_green_config: None,
        max_unavailable: Some(3),
        progress_deadline_seconds: Some(777),
        health_gates: Some(HealthGates {
            heartbeat_healthy: false,
            max_error_rate: Some(1.5),
            max_latency_ms: Some(250.0),
            max_cpu_percent: Some(90.0),
            max_memory_percent: Some(80.0),
            min_requests: 17,
            observe_seconds: 44,
            fail_after_seconds: 33,
        }),
        auto_rollback: Some(false),
        auto_advance: Some(false),
        failure_domain: Some("zone".into()),
        rollback_threshold: Some(40),
        checks: vec![check],
        on_conflict: Some(OnConflict::Queue),
    }
}

/// One of each strategy.
fn manners() -> Vec<RuleRollout> {
    let canary = CanaryConfig {
        steps: vec![50, 100],
        confidence_level: 0.95,
        max_error_rate_rise: 0.7,
        max_slow_rise: None,
        min_requests: 9,
        bake_seconds: 11,
    };
    let blue_green = BlueGreenConfig { traffic_steps: vec![30, 100], bake_seconds: 13 };
    vec![
        unusual(),
        RuleRollout { batch_size: None, batch_percentage: Some(40), ..unusual() },
        RuleRollout {
            strategy: Strategy::Canary,
            batch_size: None,
            canary_analysis_config: Some(canary),
            ..unusual()
        },
        RuleRollout {
            strategy: Strategy::BlueGreen,
            batch_size: Some(1),
            failure_domain: None,
            blue_green_config: Some(blue_green),
            ..unusual()
        },
        RuleRollout { strategy: Strategy::AllAtOnce, batch_size: None, failure_domain: None, ..unusual() },
    ]
}

fn called(name: &str, rollout: RuleRollout) -> RolloutTemplateCreate {
    RolloutTemplateCreate {
        name: name.into(),
        description: Some("as we do it".into()),
        is_default: None,
        target_selector: TargetSelector::All {},
        environment: None,
        rollout: Some(rollout),
    }
}

async fn make(world: &World, request: RolloutTemplateCreate) -> RolloutTemplate {
    let made = world.kit.app.create_rollout_template(&world.operator.again(), PROJECT, request).await;
    made.unwrap().rollout_template
}

/// Nothing is said but the bundle and the template.
fn from(bundle: BundleId, template: &str) -> RolloutCreate {
    RolloutCreate {
        template: Some(template.to_owned()),
        target_selector: None,
        strategy: None,
        ..create(bundle)
    }
}

/// Defect: whoever changes where a template goes takes its failure domain and its threshold away.
#[tokio::test]
async fn a_change_of_the_place_leaves_the_manner_as_it_was_and_takes_back_nothing_of_others() {
    let (world, _) = raised().await;
    let (app, by) = (&world.kit.app, || world.operator.again());
    let made = make(&world, called("careful", unusual())).await;
    let labels = [("zone".to_owned(), "a".to_owned())].into();
    let place = RolloutTemplateUpdate {
        target_selector: Some(TargetSelector::Labels { labels }),
        ..RolloutTemplateUpdate::default()
    };
    let moved = app.update_rollout_template(&by(), PROJECT, made.id, place).await.unwrap().rollout_template;
    assert_eq!(moved.rollout, made.rollout);
    // What was hidden comes back hidden, and is kept.
    let again =
        RolloutTemplateUpdate { rollout: Some(moved.rollout.clone()), ..RolloutTemplateUpdate::default() };
    let same = app.update_rollout_template(&by(), PROJECT, made.id, again).await.unwrap().rollout_template;
    assert_eq!(same.rollout, made.rollout);
}

fn fields(value: impl serde::Serialize) -> Map<String, Value> {
    serde_json::to_value(value).unwrap().as_object().unwrap().clone()
}

/// As it is shown.
fn hidden(mut manner: RuleRollout) -> RuleRollout {
    for value in manner.checks.iter_mut().flat_map(|check| check.headers.values_mut()) {
        *value = HeaderValue::HIDDEN.to_owned();
    }
    manner
}

#[tokio::test]
async fn no_field_of_a_template_is_lost_on_the_way_to_the_rollout() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    for (number, manner) in manners().into_iter().enumerate() {
        let name = format!("template {number}");
        let template = make(&world, called(&name, manner.clone())).await;
        // Values of headers are shown to nobody.
        let manner = hidden(manner);
        assert_eq!(template.rollout, manner, "kept");
        // Two slots, for blue-green.
        if manner.strategy == Strategy::BlueGreen {
            let slot = |slot: &str, weight: u8| -> NodeUpdate {
                serde_json::from_value(serde_json::json!({"slot": slot, "weight": weight})).unwrap()
            };
            let nodes =
                app.list_nodes(&world.operator.again(), PROJECT, &Default::default()).await.unwrap().nodes;
            for (at, node) in nodes.iter().enumerate() {
                let update = if at == 0 { slot("blue", 100) } else { slot("green", 0) };
                app.update_node(&world.operator.again(), PROJECT, node.id, update).await.unwrap();
            }
        }
        let plan = app.plan_rollout(&world.operator.again(), PROJECT, from(bundle, &name)).await.unwrap();
        assert_eq!(plan.settings.unwrap().rollout, manner, "planned");
        assert_eq!(plan.template.map(|named| named.name), Some(name.clone()));
        let made = app.create_rollout(&world.operator.again(), PROJECT, from(bundle, &name)).await.unwrap();
        let made = made.rollout;
        assert_eq!(made.template.as_ref().map(|named| named.id), Some(template.id));
        app.cancel_rollout(&world.operator.again(), PROJECT, made.id).await.unwrap();
        let shown = fields(&made);
        for (field, value) in fields(&manner) {
            assert_eq!(shown[&field], value, "{name}: {field}");
        }
    }
}

#[test]
fn a_template_can_say_all_that_a_request_can_but_for_its_bundle_its_time_and_its_reasons() {
    let said = RolloutCreate {
        template: Some(String::new()),
        scheduled_at: Some(sentinel_api_types::Timestamp::now()),
        override_freeze_reason: Some(String::new()),
        environment: Some(String::new()),
        skip_order_reason: Some(String::new()),
        ..RolloutCreate::in_manner(
            BundleId(Uuid::nil()),
            TargetSelector::All {},
            RuleRollout {
                batch_percentage: Some(1),
                canary_analysis_config: Some(CanaryConfig::default()),
                blue_green_config: Some(BlueGreenConfig::default()),
                ..unusual()
            },
        )
    };
    let manner = RuleRollout {
        batch_percentage: Some(1),
        canary_analysis_config: Some(CanaryConfig::default()),
        blue_green_config: Some(BlueGreenConfig::default()),
        ..unusual()
    };
    let (of_template, usual) = (fields(manner), fields(RuleRollout::default()));
    let own = ["bundle_id", "template", "scheduled_at", "override_freeze_reason", "skip_order_reason"];
    let place = ["target_selector", "environment"];
    for field in fields(said).keys().filter(|field| !own.contains(&field.as_str())) {
        assert!(place.contains(&field.as_str()) || of_template.contains_key(field), "{field}");
    }
    // So that the test above would see it if one were lost.
    for (field, value) in &of_template {
        assert!(field == "strategy" || usual.get(field) != Some(value), "{field}");
    }
    let gates = fields(unusual().health_gates.unwrap());
    for (field, value) in fields(HealthGates::default()) {
        assert_ne!(gates[&field], value, "{field}");
    }
}

#[tokio::test]
async fn what_a_request_says_wins_over_the_template_and_the_rest_stays() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    make(&world, called("usual", unusual())).await;
    let canary = manners()[2].clone();
    make(&world, called("canary", canary.clone())).await;
    let canary = hidden(canary);
    make(&world, called("at once", manners()[4].clone())).await;
    let gates = HealthGates { observe_seconds: 5, ..Default::default() };
    let base = || from(bundle, "usual");
    let same = hidden(unusual());
    for (request, expected) in [
        (
            RolloutCreate { max_unavailable: Some(0), ..base() },
            RuleRollout { max_unavailable: Some(0), ..same.clone() },
        ),
        (
            RolloutCreate { batch_percentage: Some(50), ..base() },
            RuleRollout { batch_size: None, batch_percentage: Some(50), ..same.clone() },
        ),
        (
            RolloutCreate { health_gates: Some(gates.clone()), ..base() },
            RuleRollout { health_gates: Some(gates), ..same.clone() },
        ),
        (RolloutCreate { checks: Some(vec![]), ..base() }, RuleRollout { checks: vec![], ..same.clone() }),
        (
            RolloutCreate { auto_rollback: Some(true), ..base() },
            RuleRollout { auto_rollback: Some(true), ..same.clone() },
        ),
        (
            RolloutCreate { auto_advance: Some(true), ..base() },
            RuleRollout { auto_advance: Some(true), ..same.clone() },
        ),
        (
            RolloutCreate { on_conflict: Some(OnConflict::Refuse), ..base() },
            RuleRollout { on_conflict: Some(OnConflict::Refuse), ..same.clone() },
        ),
        (
            RolloutCreate { failure_domain: Some(None), rollback_threshold: Some(None), ..base() },
            RuleRollout { failure_domain: None, rollback_threshold: None, ..same.clone() },
        ),
        // Another strategy has portions of its own.
        (
            RolloutCreate { strategy: Some(Strategy::Canary), ..base() },
            RuleRollout { canary_analysis_config: Some(CanaryConfig::default()), ..canary.clone() },
        ),
        (
            RolloutCreate { strategy: Some(Strategy::Rolling), ..from(bundle, "canary") },
            RuleRollout { batch_size: Some(1), ..same.clone() },
        ),
        (RolloutCreate { strategy: Some(Strategy::Canary), ..from(bundle, "canary") }, canary),
        // What has one step spreads nothing.
        (
            RolloutCreate { strategy: Some(Strategy::AllAtOnce), ..base() },
            RuleRollout {
                strategy: Strategy::AllAtOnce,
                batch_size: None,
                batch_percentage: None,
                failure_domain: None,
                ..same.clone()
            },
        ),
        // Who asks for portions does not want it in one.
        (
            RolloutCreate { batch_size: Some(2), ..from(bundle, "at once") },
            RuleRollout { failure_domain: None, ..same },
        ),
    ] {
        let plan = app.plan_rollout(&world.operator.again(), PROJECT, request.clone()).await;
        assert_eq!(plan.unwrap().settings.unwrap().rollout, expected, "{request:?}");
    }
}

#[tokio::test]
async fn where_it_goes_is_as_the_template_says_unless_the_request_says_otherwise() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    for name in ["Dev", "Prod"] {
        let request = EnvironmentCreate { name: name.into(), ..Default::default() };
        app.create_environment(&world.admin.again(), PROJECT, request).await.unwrap();
    }
    let nodes = app.list_nodes(&world.operator.again(), PROJECT, &Default::default()).await.unwrap().nodes;
    let labels = BTreeMap::from([("tier".to_owned(), "edge".to_owned())]);
    for (node, slug) in nodes.iter().zip(["dev", "prod"]) {
        let environment = Some(Some(slug.to_owned()));
        let update = NodeUpdate { environment, labels: Some(labels.clone()), ..Default::default() };
        app.update_node(&world.operator.again(), PROJECT, node.id, update).await.unwrap();
    }
    let target_selector = TargetSelector::Labels { labels };
    let some = RolloutTemplateCreate {
        target_selector: target_selector.clone(),
        environment: Some("dev".into()),
        ..called("some", RuleRollout::default())
    };
    make(&world, some).await;
    let whole = TargetSelector::Environment { environment: "dev".into() };
    make(
        &world,
        RolloutTemplateCreate { target_selector: whole.clone(), ..called("whole", RuleRollout::default()) },
    )
    .await;
    let place = async |request: RolloutCreate| {
        let request = RolloutCreate { skip_order_reason: Some("a test".into()), ..request };
        let settings =
            app.plan_rollout(&world.admin.again(), PROJECT, request).await.unwrap().settings.unwrap();
        (settings.target_selector, settings.environment.map(|one| one.slug))
    };
    let prod = || Some("prod".to_owned());
    let all_of_prod = TargetSelector::Environment { environment: "prod".into() };
    assert_eq!(place(from(bundle, "some")).await, (target_selector.clone(), Some("dev".into())));
    assert_eq!(place(from(bundle, "whole")).await, (whole, Some("dev".into())));
    let elsewhere = |name| RolloutCreate { environment: prod(), ..from(bundle, name) };
    assert_eq!(place(elsewhere("some")).await, (target_selector, prod()));
    assert_eq!(place(elsewhere("whole")).await, (all_of_prod, prod()));
    let everywhere = RolloutCreate { target_selector: Some(TargetSelector::All {}), ..from(bundle, "some") };
    assert_eq!(
        place(everywhere).await,
        (TargetSelector::All {}, None),
        "the environment goes with the target"
    );
}

#[tokio::test]
async fn a_template_is_no_way_around_what_holds_for_every_rollout() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    for name in ["Dev", "Prod"] {
        let request = EnvironmentCreate { name: name.into(), ..Default::default() };
        app.create_environment(&world.admin.again(), PROJECT, request).await.unwrap();
    }
    let other = world.kit.node(&world.operator, PROJECT, "edge-4").await.unwrap().0;
    for (node, environment) in [(world.node.0, "prod"), (other, "dev")] {
        let update = NodeUpdate { environment: Some(Some(environment.to_owned())), ..Default::default() };
        app.update_node(&world.operator.again(), PROJECT, node, update).await.unwrap();
    }
    let target_selector = TargetSelector::Environment { environment: "prod".into() };
    let to_prod = RolloutTemplateCreate { target_selector, ..called("prod", RuleRollout::default()) };
    make(&world, to_prod).await;
    let create = async |request| app.create_rollout(&world.operator.again(), PROJECT, request).await;
    let skipped = create(from(bundle, "prod")).await.unwrap_err().to_string();
    assert!(skipped.contains("has not been completed in the environment 'Dev'"), "{skipped}");
    let freeze = FreezeWindowCreate {
        name: "now".into(),
        reason: None,
        from: None,
        until: timestamp(app.now().plus_ms(3_600_000)),
        recurrence: None,
        environment: None,
    };
    app.create_freeze_window(&world.admin.again(), PROJECT, freeze).await.unwrap();
    make(&world, called("all", RuleRollout::default())).await;
    let elsewhere = TargetSelector::NodeIds { node_ids: vec![world.node.0] };
    let update = NodeUpdate { environment: Some(None), ..Default::default() };
    app.update_node(&world.admin.again(), PROJECT, world.node.0, update).await.unwrap();
    let frozen = create(RolloutCreate { target_selector: Some(elsewhere), ..from(bundle, "all") }).await;
    let frozen = frozen.unwrap_err().to_string();
    assert!(frozen.starts_with("the project is frozen until"), "{frozen}");
}

#[tokio::test]
async fn a_default_is_told_and_never_used_unasked() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    let request = RolloutTemplateCreate { is_default: Some(true), ..called("usual", unusual()) };
    let first = make(&world, request).await;
    let plan = app.plan_rollout(&world.operator.again(), PROJECT, create(bundle)).await.unwrap();
    assert_eq!(plan.default_template.map(|named| named.id), Some(first.id));
    assert_eq!((plan.template, plan.settings.unwrap().rollout.max_unavailable), (None, Some(0)));
    let second = make(&world, called("another", unusual())).await;
    let default = RolloutTemplateUpdate { is_default: Some(true), ..Default::default() };
    app.update_rollout_template(&world.operator.again(), PROJECT, second.id, default).await.unwrap();
    let list = app.list_rollout_templates(&world.reader.again(), PROJECT).await.unwrap();
    let names: Vec<_> =
        list.rollout_templates.iter().map(|one| (one.name.as_str(), one.is_default)).collect();
    assert_eq!(names, [("another", true), ("usual", false)], "it was taken from the other one");
}

#[tokio::test]
async fn templates_of_other_tenants_are_not_there() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    let theirs = app
        .create_rollout_template(&world.outsider.again(), OTHER_PROJECT, called("theirs", unusual()))
        .await
        .unwrap()
        .rollout_template;
    let their_node = TargetSelector::NodeIds { node_ids: vec![world.other_node.0] };
    let naming = RolloutTemplateCreate { target_selector: their_node, ..called("x", unusual()) };
    let by = || world.admin.again();
    let nothing = RolloutTemplateUpdate { is_default: Some(true), ..Default::default() };
    for (at, refused) in [
        app.show_rollout_template(&by(), PROJECT, theirs.id).await.err(),
        app.update_rollout_template(&by(), PROJECT, theirs.id, nothing).await.err(),
        app.delete_rollout_template(&by(), PROJECT, theirs.id).await.err(),
        app.create_rollout_template(&by(), PROJECT, naming).await.err(),
        app.plan_rollout(&by(), PROJECT, from(bundle, "theirs")).await.err(),
        app.create_rollout(&by(), PROJECT, from(bundle, &theirs.id.to_string())).await.err(),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(matches!(refused, Some(AppError::NotFound(_))), "{at}: {refused:?}");
    }
}

#[tokio::test]
async fn a_template_whose_nodes_are_gone_says_so() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    let gone = world.kit.node(&world.operator, PROJECT, "edge-9").await.unwrap().0;
    let target_selector = TargetSelector::NodeIds { node_ids: vec![world.node.0, gone] };
    make(&world, RolloutTemplateCreate { target_selector, ..called("two", unusual()) }).await;
    app.delete_node(&world.operator.again(), PROJECT, gone).await.unwrap();
    let refused =
        app.create_rollout(&world.operator.again(), PROJECT, from(bundle, "two")).await.unwrap_err();
    let words = "the template 'two' names 2 nodes, and 1 of them are gone; change it, or say where";
    assert_eq!(refused.to_string(), words);
    let here = RolloutCreate { target_selector: Some(TargetSelector::All {}), ..from(bundle, "two") };
    app.create_rollout(&world.operator.again(), PROJECT, here).await.unwrap();
}

#[tokio::test]
async fn a_request_that_comes_again_is_the_same_also_when_its_template_is_another_one_by_then() {
    let (world, bundle) = raised().await;
    let app = &world.kit.app;
    let template = make(&world, called("usual", unusual())).await;
    let key = Kit::repeatable(&world.operator.caller, Uuid::from_u128(77));
    let request = || from(bundle, "usual");
    let made = app.create_rollout(&key, PROJECT, request()).await.unwrap().rollout;
    let again = async |request| app.create_rollout(&key, PROJECT, request).await.map(|body| body.rollout.id);
    assert_eq!(again(request()).await.unwrap(), made.id);
    let other = RolloutCreate { max_unavailable: Some(9), ..request() };
    assert!(matches!(again(other.clone()).await, Err(AppError::Conflict(_))));
    world.kit.clock.advance_ms(1_000);
    let change = RolloutTemplateUpdate {
        name: Some("changed".into()),
        rollout: Some(RuleRollout::default()),
        ..Default::default()
    };
    app.update_rollout_template(&world.operator.again(), PROJECT, template.id, change).await.unwrap();
    assert_eq!(again(request()).await.unwrap(), made.id, "it is called otherwise, and says something else");
    assert!(matches!(again(other.clone()).await, Err(AppError::Conflict(_))));
    app.delete_rollout_template(&world.operator.again(), PROJECT, template.id).await.unwrap();
    assert_eq!(again(request()).await.unwrap(), made.id, "it is gone");
    assert!(matches!(again(other).await, Err(AppError::Conflict(_))));
    assert!(matches!(again(create(bundle)).await, Err(AppError::Conflict(_))), "and it was made from one");
    let unknown = RolloutTemplateId(Uuid::from_u128(1)).to_string();
    assert!(matches!(again(from(bundle, &unknown)).await, Err(AppError::Conflict(_))));
}
