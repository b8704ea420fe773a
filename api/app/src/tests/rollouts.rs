//! Rollouts: planned, started, steered. How they go on is the engine's matter.

use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::canary::CanaryConfig;
use sentinel_api_types::rollout::{
    HealthGates, RolloutCreate, RolloutNodeState, RolloutRollback, RolloutState, RolloutsQuery, Strategy,
    TargetSelector,
};
use sentinel_machine::commands::rollout_advance::{RolloutAdvance, Transition};
use sentinel_model::{BundleId, RolloutId};

use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

pub(super) fn create(bundle_id: BundleId) -> RolloutCreate {
    RolloutCreate {
        bundle_id,
        target_selector: Some(TargetSelector::All {}),
        strategy: Some(Strategy::Rolling),
        batch_size: None,
        batch_percentage: None,
        canary_analysis_config: None,
        blue_green_config: None,
        max_unavailable: None,
        progress_deadline_seconds: None,
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

async fn fleet() -> (World, BundleId) {
    let world = World::new().await.unwrap();
    for name in ["edge-2", "edge-3"] {
        world.kit.node(&world.operator, PROJECT, name).await.unwrap();
    }
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    (world, bundle)
}

#[tokio::test]
async fn a_plan_is_what_the_rollout_then_does() {
    let (world, bundle) = fleet().await;
    let app = &world.kit.app;
    let request = RolloutCreate { batch_size: Some(2), ..create(bundle) };
    let changes = world.kit.changes();
    let plan = app.plan_rollout(&world.operator.again(), PROJECT, request.clone()).await.unwrap();
    assert_eq!(world.kit.changes(), changes, "planning changes nothing");
    let names: Vec<Vec<&str>> =
        plan.steps.iter().map(|step| step.nodes.iter().map(|node| node.name.as_str()).collect()).collect();
    assert_eq!(names, [vec!["edge-1", "edge-2"], vec!["edge-3"]]);
    let made = app.create_rollout(&world.operator.again(), PROJECT, request).await.unwrap().rollout;
    assert_eq!((made.state, made.steps, made.nodes), (RolloutState::Running, 2, 3));
    assert_eq!(
        (made.bundle_version.as_str(), made.progress_deadline_seconds, made.auto_rollback),
        ("1.0", 600, true)
    );
    assert_eq!(made.health_gates, HealthGates::default());
    let detail = app.show_rollout(&world.reader.again(), PROJECT, made.id).await.unwrap();
    let planned: Vec<Vec<_>> =
        plan.steps.iter().map(|step| step.nodes.iter().map(|node| node.id).collect()).collect();
    let stored: Vec<Vec<_>> = detail.steps.iter().map(|step| step.node_ids.clone()).collect();
    assert_eq!(planned, stored);
    assert_eq!((detail.progress.total, detail.progress.pending), (3, 3));
    assert!(detail.nodes.iter().all(|node| node.state == RolloutNodeState::Pending));
    let second = app.create_rollout(&world.operator.again(), PROJECT, create(bundle)).await.unwrap_err();
    assert!(matches!(second, AppError::Conflict(_)), "its nodes are taken: {second:?}");
    let direct = BundleAssign { node_ids: vec![world.node.0] };
    let direct = app.assign_bundle(&world.operator.again(), PROJECT, bundle, direct).await.unwrap_err();
    assert!(matches!(direct, AppError::Conflict(_)), "{direct:?}");
}

#[tokio::test]
async fn a_rollout_is_steered_and_refuses_what_its_state_does_not_allow() {
    let (world, bundle) = fleet().await;
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let id = app.create_rollout(&caller(), PROJECT, create(bundle)).await.unwrap().rollout.id;
    let start = RolloutAdvance { rollout_id: id, revision: 1, transition: Transition::StartStep };
    app.propose_as_member(start).await.unwrap().unwrap();
    let paused = app.pause_rollout(&caller(), PROJECT, id).await.unwrap().rollout;
    assert_eq!((paused.state, paused.by.as_deref()), (RolloutState::Paused, Some("operator@example.com")));
    let again = app.pause_rollout(&caller(), PROJECT, id).await.unwrap_err();
    assert!(again.to_string().starts_with("Rollout cannot be paused in current state"), "{again}");
    assert_eq!(
        app.resume_rollout(&caller(), PROJECT, id).await.unwrap().rollout.state,
        RolloutState::Running
    );
    let reason = RolloutRollback { reason: Some("latency".into()) };
    let back = app.rollback_rollout(&caller(), PROJECT, id, reason).await.unwrap().rollout;
    assert_eq!((back.state, back.error.unwrap().reason.as_str()), (RolloutState::RollingBack, "latency"));
    let cancelled = app.cancel_rollout(&caller(), PROJECT, id).await.unwrap().rollout;
    assert_eq!(cancelled.state, RolloutState::Cancelled);
    assert!(cancelled.completed_at.is_some());
    let over = app.resume_rollout(&caller(), PROJECT, id).await.unwrap_err();
    assert!(matches!(over, AppError::Conflict(_)));
    let query = RolloutsQuery { state: Some(RolloutState::Cancelled), ..RolloutsQuery::default() };
    assert_eq!(app.list_rollouts(&caller(), PROJECT, &query).await.unwrap().total, 1);
    let overview = app.overview(&world.reader.again(), PROJECT).await.unwrap();
    assert!(overview.rollouts.active.is_empty());
    assert_eq!((overview.nodes.total, overview.bundles.total), (3, 1));
    assert_eq!(overview.recent[0].action, "rollout.cancelled");
}

#[tokio::test]
async fn what_cannot_be_rolled_out_is_refused_by_field() {
    let (world, bundle) = fleet().await;
    let base = || create(bundle);
    let gates = |gates: HealthGates| RolloutCreate { health_gates: Some(gates), ..base() };
    let labels = |labels: &[(&str, &str)]| RolloutCreate {
        target_selector: Some(TargetSelector::Labels {
            labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        }),
        ..base()
    };
    for (field, request) in [
        ("batch_percentage", RolloutCreate { batch_size: Some(1), batch_percentage: Some(1), ..base() }),
        ("batch_percentage", RolloutCreate { batch_percentage: Some(101), ..base() }),
        ("batch_size", RolloutCreate { batch_size: Some(0), ..base() }),
        ("strategy", RolloutCreate { strategy: Some(Strategy::AllAtOnce), batch_size: Some(2), ..base() }),
        ("rollback_threshold", RolloutCreate { rollback_threshold: Some(Some(0)), ..base() }),
        ("rollback_threshold", RolloutCreate { rollback_threshold: Some(Some(101)), ..base() }),
        ("failure_domain", RolloutCreate { failure_domain: Some(Some(String::new())), ..base() }),
        (
            "failure_domain",
            RolloutCreate {
                failure_domain: Some(Some("zone".into())),
                strategy: Some(Strategy::AllAtOnce),
                ..base()
            },
        ),
        ("progress_deadline_seconds", RolloutCreate { progress_deadline_seconds: Some(0), ..base() }),
        (
            "health_gates.max_error_rate",
            gates(HealthGates { max_error_rate: Some(101.0), ..Default::default() }),
        ),
        (
            "health_gates.max_latency_ms",
            gates(HealthGates { max_latency_ms: Some(0.0), ..Default::default() }),
        ),
        (
            "health_gates.max_cpu_percent",
            gates(HealthGates { max_cpu_percent: Some(0.0), ..Default::default() }),
        ),
        (
            "health_gates.max_memory_percent",
            gates(HealthGates { max_memory_percent: Some(101.0), ..Default::default() }),
        ),
        (
            "canary_analysis_config",
            RolloutCreate { canary_analysis_config: Some(CanaryConfig::default()), ..base() },
        ),
        ("strategy", RolloutCreate { strategy: Some(Strategy::Canary), batch_size: Some(2), ..base() }),
        (
            "strategy",
            RolloutCreate {
                strategy: Some(Strategy::Canary),
                canary_analysis_config: Some(CanaryConfig { steps: vec![100], ..CanaryConfig::default() }),
                ..base()
            },
        ),
        (
            "canary_analysis_config.steps",
            RolloutCreate {
                strategy: Some(Strategy::Canary),
                canary_analysis_config: Some(CanaryConfig { steps: vec![5, 50], ..CanaryConfig::default() }),
                ..base()
            },
        ),
        ("health_gates.observe_seconds", gates(HealthGates { observe_seconds: 600, ..Default::default() })),
        ("target_selector.labels", labels(&[])),
        ("target_selector", labels(&[("site", "nowhere")])),
        (
            "target_selector.node_ids",
            RolloutCreate { target_selector: Some(TargetSelector::NodeIds { node_ids: vec![] }), ..base() },
        ),
    ] {
        let refused = world
            .kit
            .app
            .create_rollout(&world.operator.again(), PROJECT, request.clone())
            .await
            .unwrap_err();
        assert!(
            matches!(&refused, AppError::Invalid(fields) if fields.contains_key(field)),
            "{field}: {refused:?}"
        );
        let planned =
            world.kit.app.plan_rollout(&world.operator.again(), PROJECT, request).await.unwrap_err();
        assert_eq!(planned.to_string(), refused.to_string(), "the plan refuses what the rollout would");
    }
}

#[tokio::test]
async fn rollouts_bundles_and_nodes_of_other_tenants_are_not_there() {
    let (world, bundle) = fleet().await;
    let (app, caller) = (&world.kit.app, || world.operator.again());
    let foreign_bundle = world.kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
    let foreign =
        app.create_rollout(&world.outsider.again(), OTHER_PROJECT, create(foreign_bundle)).await.unwrap();
    let foreign: RolloutId = foreign.rollout.id;
    let their_node = Some(TargetSelector::NodeIds { node_ids: vec![world.other_node.0] });
    let refusals = [
        app.create_rollout(&caller(), PROJECT, create(foreign_bundle)).await.err(),
        app.create_rollout(
            &caller(),
            PROJECT,
            RolloutCreate { target_selector: their_node, ..create(bundle) },
        )
        .await
        .err(),
        app.show_rollout(&caller(), PROJECT, foreign).await.err(),
        app.pause_rollout(&caller(), PROJECT, foreign).await.err(),
        app.resume_rollout(&caller(), PROJECT, foreign).await.err(),
        app.cancel_rollout(&caller(), PROJECT, foreign).await.err(),
        app.rollback_rollout(&caller(), PROJECT, foreign, RolloutRollback::default()).await.err(),
    ];
    for (at, refused) in refusals.into_iter().enumerate() {
        assert!(matches!(refused, Some(AppError::NotFound(_))), "{at}: {refused:?}");
    }
}

#[tokio::test]
async fn a_rollout_of_a_revoked_bundle_is_refused() {
    let (world, bundle) = fleet().await;
    world.kit.app.revoke_bundle(&world.operator.again(), PROJECT, bundle).await.unwrap();
    let refused =
        world.kit.app.create_rollout(&world.operator.again(), PROJECT, create(bundle)).await.unwrap_err();
    assert!(refused.to_string().starts_with("Bundle must be compiled before rollout"), "{refused}");
}

/// Defect: what was shown of a rollout that had ended followed what its nodes ran later.
#[tokio::test]
async fn a_rollout_that_has_ended_is_shown_as_it_was_then() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let (app, by) = (&world.kit.app, || world.operator.again());
    let node = world.node.0;
    let (first, second) = (
        world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap(),
        world.kit.bundle(&world.operator, PROJECT, "1.1").await.unwrap(),
    );
    let made = app.create_rollout(&by(), PROJECT, create(first)).await.unwrap().rollout;
    world.decides(made.id, Transition::StartStep).await.unwrap();
    world.proves(node).await.unwrap();
    world.decides(made.id, Transition::VerifyStep).await.unwrap();
    world.decides(made.id, Transition::CompleteStep).await.unwrap();
    let then = app.show_rollout(&by(), PROJECT, made.id).await.unwrap();
    assert_eq!((then.progress.active, then.rollout.state), (1, RolloutState::Completed));
    let assign = BundleAssign { node_ids: vec![node] };
    app.assign_bundle(&by(), PROJECT, second, assign).await.unwrap();
    world.proves(node).await.unwrap();
    let now = app.show_rollout(&by(), PROJECT, made.id).await.unwrap();
    assert_eq!((&now.progress, &now.nodes), (&then.progress, &then.nodes));
    app.delete_node(&by(), PROJECT, node).await.unwrap();
    let gone = app.show_rollout(&by(), PROJECT, made.id).await.unwrap();
    assert_eq!((gone.progress, gone.nodes[0].name.as_deref()), (then.progress, Some("edge-1")));
    assert_eq!((gone.nodes[0].effective_bundle_id, gone.nodes[0].status), (Some(first), None));
}
