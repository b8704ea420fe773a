//! Drift as people and nodes meet it. Each defect of drift that other systems are known for is a test here or in the state machine.

use sentinel_api_types::agent::{Health, HeartbeatRequest};
use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::drift::{
    Difference, DifferenceKind, DriftExportQuery, DriftFilter, DriftQuery, DriftResolution, DriftResolve,
    DriftResolveAll, DriftSeverity, DriftState, DriftStatus, Measured, RuntimeConfigQuery,
    RuntimeConfigReport, RuntimeConfigSource,
};
use sentinel_api_types::{Timestamp, timestamp};
use sentinel_model::drift::CONFIG_BYTES_MAX;
use sentinel_model::{BundleId, Generation, NodeId, Sha256Digest};

use crate::app::digest_of;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{Known, OTHER_PROJECT, PROJECT};

pub(crate) const RUNS: &str = "system { worker-threads 2; }";

pub(crate) fn measured(generation: u64, differs: bool) -> Measured {
    let difference =
        Difference { path: "zentinel.json".into(), kind: DifferenceKind::Changed, words: String::new() };
    Measured {
        generation: Generation(generation),
        expected_hash: Sha256Digest([1; 32]),
        actual_hash: Sha256Digest([if differs { 2 } else { 1 }; 32]),
        config_hash: Some(digest_of(RUNS)),
        severity: differs.then_some(DriftSeverity::High),
        summary: if differs { "settings: system".into() } else { String::new() },
        differences: if differs { vec![difference] } else { Vec::new() },
        more: 0,
    }
}

/// The node runs a bundle, and tells what it has measured.
pub(crate) async fn beat(world: &World, node: &(NodeId, Known), bundle: BundleId, told: Option<Measured>) {
    let request = HeartbeatRequest {
        health: Some(Health { status: "healthy".into() }),
        active_bundle_id: Some(bundle),
        effective_generation: Some(Generation(1)),
        measured: told,
        ..HeartbeatRequest::default()
    };
    world.kit.app.heartbeat(&node.1.again(), node.0, request).await.unwrap();
    world.kit.app.flush_facts().await.unwrap();
}

async fn furnished() -> (World, BundleId) {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let request = BundleAssign { node_ids: vec![world.node.0] };
    world.kit.app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await.unwrap();
    beat(&world, &world.node, bundle, None).await;
    (world, bundle)
}

/// One node of the world drifts.
pub(crate) async fn drifting() -> (World, BundleId) {
    let (world, bundle) = furnished().await;
    beat(&world, &world.node, bundle, Some(measured(1, true))).await;
    (world, bundle)
}

pub(crate) fn why(reason: &str) -> DriftResolve {
    DriftResolve { reason: reason.into() }
}

async fn list(world: &World, query: DriftQuery) -> Vec<sentinel_api_types::drift::DriftEvent> {
    world.kit.app.list_drift(&world.reader.again(), PROJECT, &query).await.unwrap().drift_events
}

/// Defect: a node of which nothing is known, and one that is offline, count as in sync.
#[tokio::test]
async fn each_node_counts_once_and_only_what_was_measured_is_in_sync() {
    let (world, bundle) = furnished().await;
    let stats = async || {
        let stats = world.kit.app.drift_stats(&world.reader.again(), PROJECT).await.unwrap();
        (stats.total_managed, stats.in_sync, stats.drifted, stats.not_measured, stats.offline)
    };
    let status = async || {
        let node = world.kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node;
        node.drift.unwrap().status
    };
    assert_eq!((stats().await, status().await), ((1, 0, 0, 1, 0), DriftStatus::NotMeasured));
    beat(&world, &world.node, bundle, Some(measured(1, false))).await;
    assert_eq!((stats().await, status().await), ((1, 1, 0, 0, 0), DriftStatus::InSync));
    beat(&world, &world.node, bundle, Some(measured(1, true))).await;
    assert_eq!((stats().await, status().await), ((1, 0, 1, 0, 0), DriftStatus::Drifted));
    // It is given something else: what it measured before says nothing about that.
    let next = world.kit.bundle(&world.operator, PROJECT, "2.0").await.unwrap();
    let request = BundleAssign { node_ids: vec![world.node.0] };
    world.kit.app.assign_bundle(&world.operator.again(), PROJECT, next, request).await.unwrap();
    assert_eq!((stats().await, status().await), ((1, 0, 0, 1, 0), DriftStatus::NotMeasured));
    let offline = sentinel_machine::commands::nodes_report::NodesReport {
        reports: vec![sentinel_machine::commands::nodes_report::NodeReport {
            node_id: world.node.0,
            fact: sentinel_machine::commands::nodes_report::NodeFact::Status(
                sentinel_model::node::NodeStatus::Offline,
            ),
        }],
    };
    world.kit.app.propose_as_member(offline).await.unwrap().unwrap();
    assert_eq!(stats().await, (1, 0, 0, 0, 1));
}

#[tokio::test]
async fn drift_is_listed_shown_and_resolved_with_a_reason() {
    let (world, bundle) = drifting().await;
    let app = &world.kit.app;
    let open = list(&world, DriftQuery { status: Some(DriftFilter::Active), ..DriftQuery::default() }).await;
    let [event] = &open[..] else { panic!("{open:?}") };
    assert_eq!((event.state, event.severity), (DriftState::Open, DriftSeverity::High));
    assert_eq!((event.expected_bundle_id, event.actual_bundle_id), (bundle, Some(bundle)));
    for none in [
        DriftQuery { status: Some(DriftFilter::Resolved), ..DriftQuery::default() },
        DriftQuery { status: Some(DriftFilter::Alarm), ..DriftQuery::default() },
        DriftQuery { severity: Some(DriftSeverity::Low), ..DriftQuery::default() },
        DriftQuery { node_id: Some(world.other_node.0), ..DriftQuery::default() },
    ] {
        assert_eq!(list(&world, none).await, []);
    }
    let refused = app.resolve_drift(&world.reader.again(), PROJECT, event.id, why("x")).await.unwrap_err();
    assert!(matches!(refused, AppError::Forbidden(_)));
    // Defect: events are loaded by their id alone, whoever asks.
    let stranger = app.resolve_drift(&world.outsider.again(), OTHER_PROJECT, event.id, why("x")).await;
    assert!(matches!(stranger, Err(AppError::NotFound(_))), "{stranger:?}");
    let silent = app.resolve_drift(&world.operator.again(), PROJECT, event.id, why("  ")).await.unwrap_err();
    assert!(matches!(silent, AppError::Invalid(fields) if fields.contains_key("reason")));
    let over = app.resolve_drift(&world.operator.again(), PROJECT, event.id, why("planned")).await.unwrap();
    let over = over.drift_event;
    assert_eq!((over.resolution, over.reason.as_deref()), (Some(DriftResolution::Manual), Some("planned")));
    assert_eq!(over.resolved_by.as_deref(), Some("operator@example.com"));
    let again = app.resolve_drift(&world.operator.again(), PROJECT, event.id, why("x")).await.unwrap_err();
    assert!(matches!(again, AppError::Conflict(words) if words == "Drift event already resolved"));
    beat(&world, &world.node, bundle, Some(measured(1, true))).await;
    assert_eq!(list(&world, DriftQuery::default()).await.len(), 1, "it is not told again");
    let all = app.resolve_all_drift(&world.operator.again(), PROJECT, seen(over.updated_at)).await.unwrap();
    assert_eq!((all.resolved_count, all.left, all.later), (0, 0, 0));
    let stats = app.drift_stats(&world.reader.again(), PROJECT).await.unwrap();
    assert_eq!((stats.active_events, stats.resolved_today, stats.drifted), (0, 1, 1));
}

fn seen(until: Timestamp) -> DriftResolveAll {
    DriftResolveAll { reason: "planned".into(), seen_until: until }
}

/// Whoever resolves all has looked at what there was, and not at what began meanwhile.
#[tokio::test]
async fn what_began_after_somebody_looked_is_not_resolved_with_the_rest() {
    let (world, bundle) = drifting().await;
    let app = &world.kit.app;
    let looked = list(&world, DriftQuery::default()).await.remove(0);
    world.kit.clock.advance_ms(5);
    let second = world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    let request = BundleAssign { node_ids: vec![second.0] };
    app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await.unwrap();
    beat(&world, &second, bundle, None).await;
    beat(&world, &second, bundle, Some(measured(1, true))).await;
    let caller = world.operator.again();
    let done = app.resolve_all_drift(&caller, PROJECT, seen(looked.updated_at)).await.unwrap();
    assert_eq!((done.resolved_count, done.left, done.later), (1, 0, 1));
    let again = app.resolve_all_drift(&caller, PROJECT, seen(looked.updated_at)).await.unwrap();
    assert_eq!(again.resolved_count, 1, "the same request again is the same answer");
    let other = seen(timestamp(app.now()));
    let refused = app.resolve_all_drift(&caller, PROJECT, other.clone()).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    let active = DriftQuery { status: Some(DriftFilter::Active), ..DriftQuery::default() };
    let left = list(&world, active).await;
    assert_eq!((left.len(), left[0].node_id), (1, second.0));
    let done = app.resolve_all_drift(&world.operator.again(), PROJECT, other).await.unwrap();
    assert_eq!((done.resolved_count, done.left, done.later), (1, 0, 0));
}

/// The event is over and the node is back: what ran meanwhile can still be looked at.
#[tokio::test]
async fn what_ran_when_drift_was_found_is_shown_after_its_end_while_it_is_kept() {
    let (world, bundle) = drifting().await;
    let app = &world.kit.app;
    let event = list(&world, DriftQuery::default()).await.remove(0);
    let ask = async |id| {
        let query = RuntimeConfigQuery { drift_event: Some(id) };
        app.show_runtime_config(&world.reader.again(), PROJECT, world.node.0, &query).await
    };
    assert!(matches!(ask(event.id).await, Err(AppError::NotFound(_))), "nothing was told so far");
    app.keep_runtime_config(&world.node.1.again(), world.node.0, report(RUNS)).await.unwrap();
    beat(&world, &world.node, bundle, Some(measured(1, false))).await;
    let ran = ask(event.id).await.unwrap().runtime_config;
    assert_eq!((ran.status, ran.source), (DriftStatus::InSync, RuntimeConfigSource::Node));
    assert!(ran.config_kdl == RUNS && ran.diff.unwrap().additions == 1);
    let nobody = ask(sentinel_model::DriftEventId(uuid::Uuid::nil())).await;
    assert!(matches!(nobody, Err(AppError::NotFound(_))), "{nobody:?}");
    // Another text takes its place.
    app.keep_runtime_config(&world.node.1.again(), world.node.0, report("// other")).await.unwrap();
    assert!(matches!(ask(event.id).await, Err(AppError::NotFound(_))));
}

/// Of a text that is not whole, only the agent knows what it means.
#[tokio::test]
async fn a_configuration_that_is_cut_is_not_judged_by_what_is_left_of_it() {
    let (world, _) = drifting().await;
    let app = &world.kit.app;
    let told = RuntimeConfigReport { truncated: true, ..report(RUNS) };
    app.keep_runtime_config(&world.node.1.again(), world.node.0, told).await.unwrap();
    let query = RuntimeConfigQuery::default();
    let shown = app.show_runtime_config(&world.reader.again(), PROJECT, world.node.0, &query).await.unwrap();
    assert!(shown.runtime_config.truncated);
    assert_eq!(shown.runtime_config.diff.unwrap().semantic, None);
}

/// Defects: filters of time go after the limit, and nothing keeps a spreadsheet from running what a cell says.
#[tokio::test]
async fn an_export_has_everything_that_matches_and_no_formula() {
    let (world, _) = drifting().await;
    let app = &world.kit.app;
    let event = list(&world, DriftQuery::default()).await.remove(0);
    app.resolve_drift(&world.operator.again(), PROJECT, event.id, why("=HYPERLINK(\"x\")")).await.unwrap();
    let export = async |query: DriftExportQuery| {
        app.export_drift(&world.reader.again(), PROJECT, &query).await.unwrap()
    };
    let all = export(DriftExportQuery::default()).await;
    assert_eq!((all.total, all.truncated, all.project.slug.as_str()), (1, false, PROJECT));
    let csv = all.csv();
    let lines: Vec<&str> = csv.lines().collect();
    assert!(lines[0].starts_with("id,node_id,node_name,node_hostname,severity,expected_bundle_id"), "{csv}");
    assert!(lines[1].ends_with(",\"'=HYPERLINK(\"\"x\"\")\""), "{csv}");
    let now = app.now();
    let later = DriftExportQuery { since: Some(timestamp(now.plus_ms(1))), ..DriftExportQuery::default() };
    assert_eq!(export(later).await.total, 0);
    let before = DriftExportQuery { until: Some(timestamp(now.plus_ms(1))), ..DriftExportQuery::default() };
    assert_eq!(export(before).await.total, 1);
    let open = DriftExportQuery { status: Some(DriftFilter::Active), ..DriftExportQuery::default() };
    assert_eq!(export(open).await.total, 0);
}

#[tokio::test]
async fn what_an_agent_measures_is_checked_and_proposed_once() {
    let (world, bundle) = drifting().await;
    let app = &world.kit.app;
    let proposed = world.kit.replica.proposed();
    for _ in 0..5 {
        beat(&world, &world.node, bundle, Some(measured(1, true))).await;
        beat(&world, &world.node, bundle, Some(measured(9, false))).await;
    }
    assert_eq!(world.kit.replica.proposed(), proposed, "what is no news, or not believed, is not proposed");
    let nameless = Measured { differences: Vec::new(), ..measured(1, true) };
    let harmless = Measured { severity: Some(DriftSeverity::Low), ..measured(1, false) };
    let mut many = measured(1, true);
    many.differences = vec![many.differences[0].clone(); 21];
    for wrong in [nameless, harmless, many] {
        let request = HeartbeatRequest { measured: Some(wrong), ..HeartbeatRequest::default() };
        let refused = app.heartbeat(&world.node.1.again(), world.node.0, request).await.unwrap_err();
        assert!(matches!(refused, AppError::Invalid(_)), "{refused:?}");
    }
}

/// Members of the version before would halt at what they do not know.
#[tokio::test]
async fn below_its_level_a_cluster_takes_no_measurements() {
    let world = World::at_level(3).await.unwrap();
    let told = HeartbeatRequest { measured: Some(measured(1, true)), ..HeartbeatRequest::default() };
    let answer = world.kit.app.heartbeat(&world.node.1.again(), world.node.0, told.clone()).await.unwrap();
    assert!(!answer.takes_measurements);
    let refused = world.kit.app.keep_runtime_config(&world.node.1.again(), world.node.0, report(RUNS)).await;
    assert!(matches!(refused, Err(AppError::Conflict(_))), "{refused:?}");
    world.kit.raise().await.unwrap();
    let answer = world.kit.app.heartbeat(&world.node.1.again(), world.node.0, told).await.unwrap();
    assert!(answer.takes_measurements);
}

pub(crate) fn report(text: &str) -> RuntimeConfigReport {
    RuntimeConfigReport {
        generation: Generation(1),
        hash: digest_of(text),
        config_kdl: text.into(),
        expected_kdl: "system { worker-threads 1; }".into(),
        truncated: false,
    }
}

#[tokio::test]
async fn what_a_node_really_runs_is_shown_with_how_it_differs() {
    let (world, bundle) = furnished().await;
    let app = &world.kit.app;
    let shown = async || {
        app.show_runtime_config(&world.reader.again(), PROJECT, world.node.0, &RuntimeConfigQuery::default())
            .await
            .map(|body| body.runtime_config)
    };
    let assigned = shown().await.unwrap();
    assert_eq!((assigned.source, assigned.status), (RuntimeConfigSource::Bundle, DriftStatus::NotMeasured));
    assert_eq!((assigned.hash, assigned.diff), (None, None));
    assert!(assigned.config_kdl.contains("listeners"));
    beat(&world, &world.node, bundle, Some(measured(1, true))).await;
    assert!(
        matches!(shown().await, Err(AppError::NotFound(_))),
        "what is assigned is just what does not run"
    );
    app.keep_runtime_config(&world.node.1.again(), world.node.0, report(RUNS)).await.unwrap();
    let proposed = world.kit.replica.proposed();
    app.keep_runtime_config(&world.node.1.again(), world.node.0, report(RUNS)).await.unwrap();
    assert_eq!(world.kit.replica.proposed(), proposed, "the same again is not put into the log");
    let runs = shown().await.unwrap();
    assert_eq!((runs.source, runs.hash), (RuntimeConfigSource::Node, Some(digest_of(RUNS))));
    assert_eq!(runs.config_kdl, RUNS);
    let diff = runs.diff.unwrap();
    assert_eq!((diff.additions, diff.deletions), (1, 1));
    assert!(
        diff.diff.contains("-system { worker-threads 1; }\n+system { worker-threads 2; }"),
        "{}",
        diff.diff
    );
}

#[tokio::test]
async fn a_node_tells_only_its_own_configuration_whole_and_not_too_often() {
    let (world, _) = furnished().await;
    let app = &world.kit.app;
    let keep = async |by: &Known, id, report| app.keep_runtime_config(&by.again(), id, report).await;
    let foreign = keep(&world.other_node.1, world.node.0, report(RUNS)).await;
    assert!(matches!(foreign, Err(AppError::NotFound(_))), "{foreign:?}");
    let person = keep(&world.admin, world.node.0, report(RUNS)).await;
    assert!(matches!(person, Err(AppError::Forbidden(_))), "{person:?}");
    let lies = RuntimeConfigReport { hash: Sha256Digest([7; 32]), ..report(RUNS) };
    let long = report(&"x".repeat(CONFIG_BYTES_MAX + 1));
    for (field, wrong) in [("hash", lies), ("config_kdl", long)] {
        let refused = keep(&world.node.1, world.node.0, wrong).await.unwrap_err();
        assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key(field)));
    }
    let mut texts = 0;
    let refused = loop {
        match keep(&world.node.1, world.node.0, report(&format!("// {texts}"))).await {
            Ok(_) => texts += 1,
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, AppError::TooOften { .. }) && texts == 20, "{texts}: {refused:?}");
}
