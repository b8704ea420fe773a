//! Rehearsals: who may ask, what is said, and that nothing comes of it.

use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rehearsal::{
    BadBundle, Rehearsal, RehearsalAssumptions, RehearsalOutcome, RolloutRehearse,
};
use sentinel_api_types::rollout::{HealthGates, RolloutCreate, RolloutsQuery};
use sentinel_machine::commands::bundle_assign;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_model::node::NodeStatus;
use sentinel_model::{BundleId, Generation, NodeId};
use serde_json::json;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

/// Four nodes that are online and run an old bundle, and a new one.
async fn fleet() -> (World, BundleId) {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let mut nodes = vec![world.node.0];
    for name in ["edge-2", "edge-3", "edge-4"] {
        nodes.push(world.kit.node(&world.operator, PROJECT, name).await.unwrap().0);
    }
    let old = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    run(&world, old, nodes).await;
    let new = world.kit.bundle(&world.operator, PROJECT, "2.0").await.unwrap();
    (world, new)
}

async fn run(world: &World, bundle_id: BundleId, node_ids: Vec<NodeId>) {
    let app = &world.kit.app;
    let fact = |node_id: &NodeId, fact| NodeReport { node_id: *node_id, fact };
    let online = node_ids.iter().map(|id| fact(id, NodeFact::Status(NodeStatus::Online)));
    let proven = NodeFact::Effective { bundle_id, generation: Generation(1) };
    let proven: Vec<_> = node_ids.iter().map(|id| fact(id, proven.clone())).collect();
    let reports = online.chain(proven).collect();
    app.propose_as_member(bundle_assign::BundleAssign { bundle_id, node_ids }).await.unwrap().unwrap();
    app.propose_as_member(NodesReport { reports }).await.unwrap().unwrap();
}

fn asked(bundle: BundleId, assumptions: RehearsalAssumptions) -> RolloutRehearse {
    let gates = HealthGates { max_error_rate: Some(1.0), min_requests: 10, ..HealthGates::default() };
    let rollout = RolloutCreate { batch_size: Some(2), health_gates: Some(gates), ..create(bundle) };
    RolloutRehearse { rollout, assumptions }
}

async fn rehearse(world: &World, request: RolloutRehearse) -> Rehearsal {
    world.kit.app.rehearse_rollout(&world.operator.again(), PROJECT, request).await.unwrap()
}

#[tokio::test]
async fn a_rehearsal_shows_the_course_and_leaves_nothing_behind() {
    let (world, bundle) = fleet().await;
    let (written, before) = (world.kit.replica.proposed(), world.kit.replica.memory().tables());
    let course = rehearse(&world, asked(bundle, RehearsalAssumptions::default())).await;
    assert_eq!(course.outcome, RehearsalOutcome::Completed, "{course:#?}");
    assert_eq!((course.steps.len(), course.nodes, course.copied_nodes), (2, 4, 4));
    let step = &course.steps[0];
    assert!(step.started_ms < step.verified_ms && step.verified_ms < step.ended_ms, "{step:?}");
    assert!(course.peak.switching >= 1 && course.peak.away == 0, "{:?}", course.peak);
    assert!(course.timeline.iter().any(|deed| deed.action == "rollout.completed"));
    assert_eq!((course.warnings.len(), course.stopped_by, course.reason), (0, None, None));
    assert_eq!(course.assumptions.requests_per_second.to_string(), "10");
    assert_eq!(world.kit.replica.proposed(), written, "the log has not grown");
    assert!(world.kit.replica.memory().tables() == before);
    let query = RolloutsQuery::default();
    let listed = world.kit.app.list_rollouts(&world.reader.again(), PROJECT, &query).await.unwrap();
    assert_eq!(listed.total, 0);
}

#[tokio::test]
async fn a_bad_bundle_goes_back_in_each_of_its_ways_and_what_nobody_would_notice_is_said() {
    let (world, bundle) = fleet().await;
    let bad = |bad| RehearsalAssumptions { bad: Some(bad), ..RehearsalAssumptions::default() };
    let fails = rehearse(&world, asked(bundle, bad(BadBundle::Fails))).await;
    assert_eq!(fails.outcome, RehearsalOutcome::RolledBack, "{fails:#?}");
    assert!((1..=2).contains(&fails.failed_total), "{:?}", fails.failed);
    assert!(fails.reason.unwrap().contains("does not activate"));
    assert_eq!(fails.stopped_by.unwrap().action, "rollout.step_failed");
    let errors = rehearse(&world, asked(bundle, bad(BadBundle::Errors))).await;
    assert_eq!(errors.outcome, RehearsalOutcome::RolledBack);
    assert!(errors.reason.unwrap().contains("error rate above the limit"));
    // Its gates look at errors only.
    let slow = rehearse(&world, asked(bundle, bad(BadBundle::Slow))).await;
    assert_eq!(slow.outcome, RehearsalOutcome::Completed);
    assert!(slow.warnings[0].contains("--max-latency"), "{:?}", slow.warnings);
    assert_eq!(slow.assumptions.new_latency_ms.to_string(), "500");
}

#[tokio::test]
async fn the_same_question_has_the_same_answer() {
    let (world, bundle) = fleet().await;
    let ask =
        |seed| asked(bundle, RehearsalAssumptions { seed: Some(seed), ..RehearsalAssumptions::default() });
    let bytes = |course: &Rehearsal| serde_json::to_string(course).unwrap();
    let first = rehearse(&world, ask(3)).await;
    assert_eq!(bytes(&first), bytes(&rehearse(&world, ask(3)).await));
    let other = rehearse(&world, ask(4)).await;
    assert_ne!(first.steps, other.steps);
}

#[tokio::test]
async fn approvals_are_taken_for_given_and_that_is_said() {
    let (world, bundle) = fleet().await;
    let rules = json!({"approval_rules": [{"approvals": 2}]});
    let rules: ProjectUpdate = serde_json::from_value(rules).unwrap();
    world.kit.app.update_project(&world.admin.again(), PROJECT, rules).await.unwrap();
    let course = rehearse(&world, asked(bundle, RehearsalAssumptions::default())).await;
    assert_eq!((course.outcome, course.approvals_needed), (RehearsalOutcome::Completed, 2));
    assert!(course.assumptions.besides[0].contains("approve"));
}

#[tokio::test]
async fn another_tenants_bundle_and_project_are_not_there_and_nonsense_is_refused_by_field() {
    let (world, bundle) = fleet().await;
    let app = &world.kit.app;
    let none = RehearsalAssumptions::default;
    let theirs = world.kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
    let by = || world.operator.again();
    let gone = app.rehearse_rollout(&by(), PROJECT, asked(theirs, none())).await.unwrap_err();
    assert!(matches!(&gone, AppError::NotFound(kind) if kind == "Bundle"), "{gone:?}");
    let gone = app.rehearse_rollout(&by(), OTHER_PROJECT, asked(theirs, none())).await.unwrap_err();
    assert!(matches!(&gone, AppError::NotFound(kind) if kind == "Project"), "{gone:?}");
    let reader =
        app.rehearse_rollout(&world.reader.again(), PROJECT, asked(bundle, none())).await.unwrap_err();
    assert!(matches!(reader, AppError::Forbidden(_)), "{reader:?}");
    let wrong = [
        ("failing_percent", RehearsalAssumptions { failing_percent: Some(101.0), ..none() }),
        ("new_error_rate", RehearsalAssumptions { new_error_rate: Some(f64::NAN), ..none() }),
        ("old_latency_ms", RehearsalAssumptions { old_latency_ms: Some(0.0), ..none() }),
        ("requests_per_second", RehearsalAssumptions { requests_per_second: Some(-1.0), ..none() }),
        (
            "heartbeat_interval_seconds",
            RehearsalAssumptions { heartbeat_interval_seconds: Some(0), ..none() },
        ),
        (
            "activation_to_ms",
            RehearsalAssumptions { activation_from_ms: Some(2), activation_to_ms: Some(1), ..none() },
        ),
    ];
    for (field, assumptions) in wrong {
        let refused = app.rehearse_rollout(&by(), PROJECT, asked(bundle, assumptions)).await.unwrap_err();
        let named = format!("assumptions.{field}");
        assert!(matches!(&refused, AppError::Invalid(fields) if fields.contains_key(&named)), "{refused:?}");
    }
}
