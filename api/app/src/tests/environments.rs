//! Environments: what is shown of them, and that another tenant's are not there.

use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::environment::{EnvironmentCreate, EnvironmentUpdate};
use sentinel_api_types::freeze::FreezeWindowCreate;
use sentinel_api_types::node::{NodeUpdate, NodesQuery};
use sentinel_api_types::promotion::PromotionRuleCreate;
use sentinel_api_types::rollout::{RolloutCreate, TargetSelector};
use sentinel_api_types::timestamp;
use serde_json::json;

use crate::error::AppError;
use crate::testing::world::{OTHER_PROJECT, PROJECT};
use crate::testing::{Kit, World};

fn to(environment: &str) -> NodeUpdate {
    NodeUpdate { environment: Some(Some(environment.to_owned())), ..NodeUpdate::default() }
}

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn request(bundle_id: sentinel_model::BundleId, fields: serde_json::Value) -> RolloutCreate {
    let mut all = json!({"bundle_id": bundle_id, "target_selector": {"type": "all"}});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(all).unwrap()
}

#[tokio::test]
async fn another_tenants_environment_is_not_there_wherever_it_is_named() {
    let world = raised().await;
    let app = &world.kit.app;
    let create = EnvironmentCreate { name: "Theirs".into(), ..EnvironmentCreate::default() };
    let theirs = app.create_environment(&world.outsider.again(), OTHER_PROJECT, create).await.unwrap();
    let id = theirs.environment.id.to_string();
    let ours = EnvironmentCreate { name: "Ours".into(), ..EnvironmentCreate::default() };
    app.create_environment(&world.admin.again(), PROJECT, ours).await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let by = || world.admin.again();
    let freeze = FreezeWindowCreate {
        name: "x".into(),
        reason: None,
        from: None,
        until: timestamp(app.now().plus_ms(1_000)),
        recurrence: None,
        environment: Some(id.clone()),
    };
    let token = EnrolmentTokenCreate {
        name: "x".into(),
        uses: None,
        expires_at: None,
        environment: Some(id.clone()),
    };
    let rule = |source: &str, target: &str| PromotionRuleCreate {
        source: source.into(),
        target: target.into(),
        delay_minutes: None,
        healthy_percent: None,
        max_risk: None,
        rollout: None,
        enabled: None,
    };
    let listed = NodesQuery { environment: Some(id.clone()), ..NodesQuery::default() };
    let named = request(bundle, json!({"environment": id}));
    let target = TargetSelector::Environment { environment: id.clone() };
    let targeted = RolloutCreate { target_selector: Some(target), environment: None, ..named.clone() };
    let update = EnvironmentUpdate { name: Some("x".into()), ..EnvironmentUpdate::default() };
    let tried: Vec<Result<(), AppError>> = vec![
        app.show_environment(&by(), PROJECT, &id).await.map(|_| ()),
        app.update_environment(&by(), PROJECT, &id, update).await.map(|_| ()),
        app.delete_environment(&by(), PROJECT, &id).await,
        app.update_node(&by(), PROJECT, world.node.0, to(&id)).await.map(|_| ()),
        app.list_nodes(&by(), PROJECT, &listed).await.map(|_| ()),
        app.create_freeze_window(&by(), PROJECT, freeze).await.map(|_| ()),
        app.create_enrolment_token(&by(), PROJECT, token).await.map(|_| ()),
        app.create_promotion_rule(&by(), PROJECT, rule("ours", &id)).await.map(|_| ()),
        app.create_promotion_rule(&by(), PROJECT, rule(&id, "ours")).await.map(|_| ()),
        app.plan_rollout(&by(), PROJECT, named.clone()).await.map(|_| ()),
        app.create_rollout(&by(), PROJECT, named).await.map(|_| ()),
        app.create_rollout(&by(), PROJECT, targeted).await.map(|_| ()),
    ];
    for (number, answer) in tried.into_iter().enumerate() {
        let told = answer.unwrap_err().to_string();
        assert_eq!(told, "Environment not found", "attempt {number}");
    }
}

/// Defect: `environment_id` of a new rollout is ignored.
#[tokio::test]
async fn a_rollout_to_an_environment_is_shown_with_it_and_its_plan_says_what_is_skipped() {
    let world = raised().await;
    let app = &world.kit.app;
    app.create_default_environments(&world.admin.again(), PROJECT).await.unwrap();
    let (other, _) = world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    app.update_node(&world.operator.again(), PROJECT, world.node.0, to("dev")).await.unwrap();
    app.update_node(&world.operator.again(), PROJECT, other, to("prod")).await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let plan = app.plan_rollout(&world.operator.again(), PROJECT, request(bundle, json!({}))).await.unwrap();
    let shares: Vec<_> =
        plan.environments.iter().map(|one| (one.environment.slug.as_str(), one.nodes)).collect();
    assert_eq!(shares, [("dev", 1), ("prod", 1)]);
    assert!(plan.out_of_order.unwrap().contains("'Development', which comes before 'Production'"));
    let dev = request(bundle, json!({"environment_id": "dev"}));
    let plan = app.plan_rollout(&world.operator.again(), PROJECT, dev.clone()).await.unwrap();
    assert_eq!((plan.steps.len(), plan.out_of_order), (1, None));
    let made = app.create_rollout(&world.operator.again(), PROJECT, dev).await.unwrap().rollout;
    assert_eq!((made.environment.unwrap().slug.as_str(), made.nodes), ("dev", 1));
    assert_eq!(made.target_selector, TargetSelector::Environment { environment: "dev".into() });
    let listed = app.list_environments(&world.reader.again(), PROJECT).await.unwrap();
    let nodes: Vec<_> = listed.environments.iter().map(|one| (one.place, one.nodes)).collect();
    assert_eq!(nodes, [(1, 1), (2, 0), (3, 1)]);
}

#[tokio::test]
async fn who_enrols_with_a_token_of_an_environment_is_in_it() {
    let world = raised().await;
    let app = &world.kit.app;
    app.create_default_environments(&world.admin.again(), PROJECT).await.unwrap();
    let token = EnrolmentTokenCreate {
        name: "rack".into(),
        uses: None,
        expires_at: None,
        environment: Some("staging".into()),
    };
    let token = app.create_enrolment_token(&world.operator.again(), PROJECT, token).await.unwrap().token;
    let anonymous = crate::caller::Caller::new(crate::caller::Identity::Anonymous, app.new_request_id());
    app.register_node(&anonymous, PROJECT, Kit::registration(&token, "edge-9"), "::1").await.unwrap();
    let query = NodesQuery { environment: Some("staging".into()), ..NodesQuery::default() };
    let nodes = app.list_nodes(&world.reader.again(), PROJECT, &query).await.unwrap().nodes;
    assert_eq!(nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["edge-9"]);
    assert_eq!(nodes[0].environment.as_ref().unwrap().name, "Staging");
}
