//! The node protocol.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sentinel_api_types::agent::{
    FailureReport, Health, HeartbeatRequest, LatestQuery, LatestResponse, NodeEventBatch, NodeEventReport,
    NodeEventType, NodeEventsRequest, Severity, Update, Weight,
};
use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::node::{ActivationStage, NodeStatus, Traffic};
use sentinel_bundle::assignment::AssignmentClaim;
use sentinel_bundle::sign::PublicKey;
use sentinel_machine::commands::node_update::NodeUpdate;
use sentinel_model::{BundleId, Epoch, Generation, NodeId, Ordinal};

use crate::authenticate::Credential;
use crate::error::AppError;
use crate::testing::world::{ORG, OTHER_PROJECT, PROJECT};
use crate::testing::{Kit, Trouble, World};

async fn assign(world: &World, bundle: BundleId) {
    let request = BundleAssign { node_ids: vec![world.node.0] };
    world.kit.app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await.unwrap();
}

async fn poll(world: &World, generation: u64, wait: Option<u32>) -> Option<Update> {
    poll_after(world, Epoch::FIRST, generation, wait).await
}

async fn poll_after(world: &World, epoch: Epoch, generation: u64, wait: Option<u32>) -> Option<Update> {
    let query = LatestQuery {
        epoch: Some(epoch),
        generation: Some(Generation(generation)),
        wait,
        ..LatestQuery::default()
    };
    match world.kit.app.latest(&world.node.1.again(), world.node.0, &query).await.unwrap() {
        LatestResponse::Update(update) => Some(update),
        LatestResponse::NoUpdate(_) => None,
    }
}

async fn shown(world: &World) -> sentinel_api_types::node::Node {
    world.kit.app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node
}

fn healthy() -> HeartbeatRequest {
    HeartbeatRequest { health: Some(Health { status: "healthy".into() }), ..HeartbeatRequest::default() }
}

#[tokio::test]
async fn a_node_enrols_with_a_token_of_its_project_and_no_other_way() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let once = kit.enrolment(&world.operator, PROJECT, Some(1)).await.unwrap();
    let register = async |token: &sentinel_api_types::Secret, slug: &str, name: &str| {
        kit.app.register_node(&kit.anonymous(), slug, Kit::registration(token, name), "127.0.0.1").await
    };
    let elsewhere = register(&once, OTHER_PROJECT, "edge-9").await.unwrap_err();
    assert_eq!(elsewhere.to_string(), "Project not found");
    let unknown = register(&"enr_guess".into(), PROJECT, "edge-9").await.unwrap_err();
    let nowhere = register(&"enr_guess".into(), "no-such-project", "edge-9").await.unwrap_err();
    assert_eq!(unknown.to_string(), nowhere.to_string(), "an unknown token learns nothing about slugs");
    let taken = register(&once, PROJECT, "edge-1").await.unwrap_err();
    assert!(matches!(taken, AppError::Invalid(fields) if fields.contains_key("name")));
    let made = register(&once, PROJECT, "edge-9").await.unwrap();
    assert_eq!(made.signing_keys.len(), 1);
    assert_eq!(made.members, ["http://127.0.0.1:4000"]);
    let spent = register(&once, PROJECT, "edge-10").await.unwrap_err();
    assert!(matches!(spent, AppError::Unauthenticated(_)), "{spent:?}");
}

#[tokio::test]
async fn an_assignment_is_offered_until_the_agent_knows_it_and_never_when_revoked() {
    let world = World::new().await.unwrap();
    assert!(poll(&world, 0, None).await.is_none());
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    let update = poll(&world, 0, None).await.unwrap();
    assert_eq!((update.bundle_id, update.generation), (bundle, Generation(1)));
    let (row, bytes) = world.kit.app.node_archive(&world.node.1.again(), world.node.0, bundle).await.unwrap();
    assert_eq!((row.digest, bytes.len() as u64), (update.checksum, update.size_bytes));
    assert!(poll(&world, 1, None).await.is_none());
    world.kit.app.flush_facts().await.unwrap();
    assert_eq!(shown(&world).await.offered.unwrap().generation, Generation(1));
    world.kit.app.revoke_bundle(&world.operator.again(), PROJECT, bundle).await.unwrap();
    assert!(poll(&world, 0, None).await.is_none());
    let refused = world.kit.app.node_archive(&world.node.1.again(), world.node.0, bundle).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
}

#[tokio::test]
async fn an_assignment_is_signed_for_its_node_and_its_place() {
    let world = World::new().await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    let update = poll(&world, 0, None).await.unwrap();
    let keys = world.kit.app.list_signing_keys(&world.reader.again(), ORG).await.unwrap();
    let key = PublicKey::parse(&keys.signing_keys[0].public_key).unwrap();
    assert_eq!(update.assignment_key_id, key.key_id());
    let at = Ordinal { epoch: Epoch::FIRST, generation: Generation(1) };
    let claim = AssignmentClaim { node: world.node.0, at, bundle, manifest_digest: update.manifest_digest };
    let signature: [u8; 64] = STANDARD.decode(&update.assignment_signature).unwrap().try_into().unwrap();
    assert_eq!(key.verify_assignment(&claim, &signature), Ok(()));
}

#[tokio::test]
async fn in_a_new_epoch_a_node_is_offered_its_assignment_again_and_its_old_numbers_are_not_believed() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let bundle = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    kit.begin_epoch().await.unwrap();
    let update = poll(&world, 7, None).await.unwrap();
    assert_eq!((update.epoch, update.generation, update.bundle_id), (Epoch(2), Generation(1), bundle));
    assert!(poll_after(&world, Epoch(2), 1, None).await.is_none());
    assert!(
        poll_after(&world, Epoch(3), 0, None).await.is_none(),
        "it knows a later epoch than this cluster"
    );
    let proof = |epoch| HeartbeatRequest {
        epoch: Epoch(epoch),
        active_bundle_id: Some(bundle),
        effective_generation: Some(Generation(1)),
        ..healthy()
    };
    for (told, believed) in [(1, false), (3, false), (2, true)] {
        let heard = kit.app.heartbeat(&world.node.1.again(), world.node.0, proof(told)).await.unwrap();
        kit.app.flush_facts().await.unwrap();
        assert_eq!(heard.epoch, Epoch(2));
        let node = shown(&world).await;
        assert_eq!((node.effective.is_some(), node.converged), (believed, believed), "epoch {told}");
        assert_eq!(node.healthy, Some(true), "that it is alive is believed in any case");
    }
}

#[tokio::test]
async fn a_waiting_poll_returns_as_soon_as_something_is_assigned() {
    let world = World::new().await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let began = std::time::Instant::now();
    let waiting = poll(&world, 0, Some(30));
    let assigning = async {
        // The poll is registered before the assignment is made: both run on this one task, in this order.
        tokio::task::yield_now().await;
        assign(&world, bundle).await;
    };
    let (update, ()) = tokio::join!(waiting, assigning);
    assert_eq!(update.unwrap().bundle_id, bundle);
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// A poll of an agent that knows the weight of this revision.
async fn weight_after(world: &World, revision: Option<u64>, wait: u32) -> Option<Weight> {
    let query = LatestQuery { wait: Some(wait), weight_revision: revision, ..LatestQuery::default() };
    match world.kit.app.latest(&world.node.1.again(), world.node.0, &query).await.unwrap() {
        LatestResponse::Update(update) => panic!("{update:?}"),
        LatestResponse::NoUpdate(answer) => answer.weight,
    }
}

async fn weigh(world: &World, percent: u8) {
    let change = NodeUpdate { weight: Some(percent), ..NodeUpdate::of(world.node.0) };
    world.kit.app.propose_as_member(change).await.unwrap().unwrap();
}

fn weight(percent: u8, revision: u64) -> Option<Weight> {
    Some(Weight { percent, epoch: Epoch::FIRST, revision })
}

#[tokio::test(start_paused = true)]
async fn a_changed_weight_wakes_a_poll_at_once_and_is_no_assignment() {
    let world = World::at_level(3).await.unwrap();
    assert_eq!(weight_after(&world, None, 0).await, None, "below its level nobody speaks of weights");
    world.kit.raise().await.unwrap();
    assert_eq!(weight_after(&world, None, 0).await, weight(100, 0));
    let began = tokio::time::Instant::now();
    let weighing = async {
        // The poll is registered before the weight is changed: both run on this one task, in this order.
        tokio::task::yield_now().await;
        weigh(&world, 50).await;
    };
    let (told, ()) = tokio::join!(weight_after(&world, Some(0), 30), weighing);
    assert_eq!((told, began.elapsed()), (weight(50, 1), Duration::ZERO));
    assert_eq!(shown(&world).await.desired, None);
}

#[tokio::test(start_paused = true)]
async fn a_weight_that_was_missed_is_told_at_once_and_one_that_is_known_is_waited_with() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    weigh(&world, 10).await;
    let waited = async |revision| {
        let began = tokio::time::Instant::now();
        let told = weight_after(&world, revision, 7).await;
        (told.unwrap().percent, began.elapsed().as_secs())
    };
    assert_eq!(waited(Some(0)).await, (10, 0));
    assert_eq!(waited(Some(1)).await, (10, 7));
    assert_eq!(waited(Some(2)).await, (10, 7), "this member is behind, and must not bring an old one back");
    assert_eq!(waited(None).await, (10, 7), "an agent that does not ask is not woken again and again");
    world.kit.begin_epoch().await.unwrap();
    assert_eq!(waited(Some(2)).await, (10, 0), "an earlier state is newer in a new epoch");
}

#[tokio::test]
async fn a_weight_comes_with_an_assignment() {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    weigh(&world, 0).await;
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    assert_eq!(poll(&world, 0, None).await.unwrap().weight, weight(0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_poll_waits_no_longer_than_it_said_and_no_longer_than_a_minute() {
    let world = World::new().await.unwrap();
    let began = tokio::time::Instant::now();
    assert!(poll(&world, 0, Some(7)).await.is_none());
    assert_eq!(began.elapsed().as_secs(), 7);
    let query = LatestQuery { wait: Some(61), ..LatestQuery::default() };
    let refused = world.kit.app.latest(&world.node.1.again(), world.node.0, &query).await.unwrap_err();
    assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key("wait")));
}

#[tokio::test]
async fn heartbeats_tell_facts_once_and_unchanged_ones_never() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let bundle = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    let beat = HeartbeatRequest {
        staged_bundle_id: Some(bundle),
        accepted_generation: Some(Generation(1)),
        active_bundle_id: Some(bundle),
        effective_generation: Some(Generation(1)),
        version: Some("1.1".into()),
        traffic: Some(Traffic {
            generation: Generation(1),
            window_ms: 1_000,
            requests: 10,
            errors: 1,
            p50_ms: 1.0,
            p95_ms: 2.0,
            p99_ms: 3.0,
            latency: Vec::new(),
        }),
        ..healthy()
    };
    let heard = kit.app.heartbeat(&world.node.1.again(), world.node.0, beat.clone()).await.unwrap();
    assert_eq!((heard.status.as_str(), heard.heartbeat_interval_s), ("ok", 10));
    assert_eq!(
        (heard.heartbeat_jitter_ms, heard.return_within_ms),
        (Some(1_000), 2),
        "there are two nodes, of two orgs"
    );
    let kept = kit.app.liveness().get(world.node.0).unwrap();
    assert_eq!(kept.next_within_ms, 11_000, "silence is judged by what it was told");
    assert_eq!(kit.app.facts().len(), 4, "online, version, accepted, effective");
    let before = kit.replica.proposed();
    kit.app.flush_facts().await.unwrap();
    assert_eq!(kit.replica.proposed(), before + 1, "one entry of the log for all of them");
    let node = shown(&world).await;
    assert_eq!((node.status, node.converged, node.agent_version.as_str()), (NodeStatus::Online, true, "1.1"));
    assert_eq!(node.effective.unwrap().version.as_deref(), Some("1.0"));
    assert_eq!(node.traffic.unwrap().requests, 10);
    assert_eq!(node.healthy, Some(true));
    kit.app.heartbeat(&world.node.1.again(), world.node.0, beat).await.unwrap();
    assert!(kit.app.facts().is_empty());
}

#[tokio::test]
async fn a_failure_is_told_until_known_and_not_any_more_when_it_is_old() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let bundle = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    let failure = FailureReport {
        epoch: Epoch::FIRST,
        generation: Generation(1),
        bundle_id: bundle,
        stage: ActivationStage::Test,
        message: "x".repeat(10_000),
    };
    let beat = HeartbeatRequest { failure: Some(failure), ..healthy() };
    kit.app.heartbeat(&world.node.1.again(), world.node.0, beat.clone()).await.unwrap();
    kit.app.flush_facts().await.unwrap();
    let told = shown(&world).await.failure.unwrap();
    assert_eq!((told.stage, told.message.len()), (ActivationStage::Test, 2_000));
    kit.app.heartbeat(&world.node.1.again(), world.node.0, beat.clone()).await.unwrap();
    assert!(kit.app.facts().is_empty(), "known");
    assign(&world, bundle).await;
    kit.app.heartbeat(&world.node.1.again(), world.node.0, beat).await.unwrap();
    assert!(kit.app.facts().is_empty(), "something newer was assigned since");
    assert!(shown(&world).await.failure.is_none());
}

#[tokio::test]
async fn what_nobody_would_believe_is_no_news_however_often_it_is_told() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let (bundle, other) = (
        kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap(),
        kit.bundle(&world.operator, PROJECT, "1.1").await.unwrap(),
    );
    assign(&world, bundle).await;
    kit.app.heartbeat(&world.node.1.again(), world.node.0, healthy()).await.unwrap();
    kit.app.flush_facts().await.unwrap();
    let before = kit.replica.proposed();
    let failed = |generation, bundle_id| FailureReport {
        epoch: Epoch::FIRST,
        generation: Generation(generation),
        bundle_id,
        stage: ActivationStage::Test,
        message: "no".into(),
    };
    for (generation, bundle_id) in [(7, bundle), (1, other)] {
        for beat in [
            HeartbeatRequest {
                active_bundle_id: Some(bundle_id),
                effective_generation: Some(Generation(generation)),
                ..healthy()
            },
            HeartbeatRequest {
                staged_bundle_id: Some(bundle_id),
                accepted_generation: Some(Generation(generation)),
                ..healthy()
            },
            HeartbeatRequest { failure: Some(failed(generation, bundle_id)), ..healthy() },
        ] {
            kit.app.heartbeat(&world.node.1.again(), world.node.0, beat).await.unwrap();
            assert!(kit.app.facts().is_empty(), "generation {generation} of {bundle_id}");
        }
    }
    assert_eq!(kit.replica.proposed(), before);
}

#[tokio::test]
async fn heartbeats_and_polls_need_no_leader() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let bundle = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    kit.replica.trouble(Trouble::NoLeader);
    let known = kit.known(Credential::NodeKey(world.node.1.secret.clone())).await.unwrap();
    kit.app.heartbeat(&known.again(), world.node.0, healthy()).await.unwrap();
    assert!(poll(&world, 0, None).await.is_some());
    assert_eq!(kit.app.facts().len(), 2, "they wait: online, offered");
    let lost = kit.known(Credential::NodeKey("unknown here".into())).await.unwrap_err();
    assert!(matches!(lost, AppError::NoQuorum(_)), "not known here is not the same as not good: {lost:?}");
}

#[tokio::test]
async fn heartbeats_that_cannot_be_are_refused_by_field() {
    let world = World::new().await.unwrap();
    let traffic = Traffic {
        generation: Generation(1),
        window_ms: 1,
        requests: 1,
        errors: 2,
        p50_ms: 0.0,
        p95_ms: 0.0,
        p99_ms: 0.0,
        latency: Vec::new(),
    };
    let bundle = BundleId(uuid::Uuid::from_u128(1));
    for (field, beat) in [
        ("effective_generation", HeartbeatRequest { active_bundle_id: Some(bundle), ..healthy() }),
        ("staged_bundle_id", HeartbeatRequest { accepted_generation: Some(Generation(1)), ..healthy() }),
        ("traffic.errors", HeartbeatRequest { traffic: Some(traffic), ..healthy() }),
        ("version", HeartbeatRequest { version: Some("v".repeat(2_000)), ..healthy() }),
        (
            "metrics",
            HeartbeatRequest { metrics: Some((0..100).map(|n| (n.to_string(), 0.0)).collect()), ..healthy() },
        ),
    ] {
        let refused = world.kit.app.heartbeat(&world.node.1.again(), world.node.0, beat).await.unwrap_err();
        assert!(
            matches!(&refused, AppError::Invalid(fields) if fields.contains_key(field)),
            "{field}: {refused:?}"
        );
    }
    assert!(world.kit.app.facts().is_empty());
}

#[tokio::test]
async fn a_node_acts_for_itself_only() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let other: NodeId = world.other_node.0;
    let refused = kit.app.heartbeat(&world.node.1.again(), other, healthy()).await.unwrap_err();
    assert_eq!(refused.to_string(), "Node not found");
    let foreign = kit.bundle(&world.outsider, OTHER_PROJECT, "1.0").await.unwrap();
    let refused = kit.app.node_archive(&world.node.1.again(), world.node.0, foreign).await.unwrap_err();
    assert_eq!(refused.to_string(), "Bundle not found");
    let own = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let refused = kit.app.node_archive(&world.node.1.again(), world.node.0, own).await.unwrap_err();
    assert_eq!(refused.to_string(), "Bundle not found", "of its project, and yet never assigned to it");
}

#[tokio::test]
async fn a_node_token_is_as_good_as_the_key_until_the_node_is_gone() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let made = kit.app.node_token(&world.node.1.again(), world.node.0).await.unwrap();
    assert_eq!((made.token_type.as_str(), made.expires_in), ("Bearer", 43_200));
    let by_token = kit.known(Credential::bearer(made.token.expose()).unwrap()).await.unwrap();
    kit.app.heartbeat(&by_token.again(), world.node.0, healthy()).await.unwrap();
    kit.clock.advance_ms(43_231_000);
    assert!(kit.known(Credential::NodeToken(made.token)).await.is_err(), "expired");
    let fresh = kit.app.node_token(&world.node.1.again(), world.node.0).await.unwrap();
    let operator = kit.sign_in("operator@example.com").await.unwrap();
    kit.app.delete_node(&operator.again(), PROJECT, world.node.0).await.unwrap();
    assert!(kit.known(Credential::NodeToken(fresh.token)).await.is_err(), "the node is gone");
}

#[tokio::test]
async fn node_events_are_kept_in_order_all_or_none() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let event = |message: &str| NodeEventReport {
        event_type: NodeEventType::Startup,
        severity: Severity::Info,
        message: message.into(),
    };
    let batch = NodeEventsRequest::Many(NodeEventBatch { events: vec![event("first"), event("second")] });
    let taken = kit.app.append_node_events(&world.node.1.again(), world.node.0, batch).await.unwrap();
    assert_eq!(taken.count, 2);
    let wrong =
        NodeEventsRequest::Many(NodeEventBatch { events: vec![event("third"), event(&"x".repeat(2_000))] });
    let refused = kit.app.append_node_events(&world.node.1.again(), world.node.0, wrong).await.unwrap_err();
    assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key("events[1].message")));
    let shown = kit.app.list_node_events(&world.reader.again(), PROJECT, world.node.0).await.unwrap();
    assert_eq!(
        shown.events.iter().map(|event| event.message.as_str()).collect::<Vec<_>>(),
        ["second", "first"]
    );
}

#[tokio::test]
async fn a_node_tells_what_happened_only_so_often_and_is_told_when_to_go_on() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let event = || {
        NodeEventsRequest::One(NodeEventReport {
            event_type: NodeEventType::Startup,
            severity: Severity::Info,
            message: "up".into(),
        })
    };
    let send = async || kit.app.append_node_events(&world.node.1.again(), world.node.0, event()).await;
    for _ in 0..20 {
        send().await.unwrap();
    }
    let refused = send().await.unwrap_err();
    assert!(matches!(refused, AppError::TooOften { retry_after_s: 5, .. }), "{refused:?}");
    assert_eq!(
        refused.to_string(),
        "a node may send events 20 times at once and then every 5 s, up to 50 in one request; try again in 5 s"
    );
    kit.clock.advance_ms(5_000);
    send().await.unwrap();
    send().await.unwrap_err();
}

#[tokio::test]
async fn an_archive_that_many_nodes_fetch_is_read_once() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let bundle = kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assign(&world, bundle).await;
    let before = kit.blobs.reads();
    let fetch =
        || async { kit.app.node_archive(&world.node.1.again(), world.node.0, bundle).await.unwrap().1 };
    let all = futures::future::join_all((0..20).map(|_| fetch())).await;
    let (_, again) = kit.app.bundle_archive(&world.reader.again(), PROJECT, bundle).await.unwrap();
    assert!(all.iter().all(|bytes| bytes.as_ptr() == again.as_ptr()), "one copy for all");
    assert_eq!(kit.blobs.reads(), before + 1);
    kit.app.verify_bundle(&world.reader.again(), PROJECT, bundle).await.unwrap();
    assert_eq!(kit.blobs.reads(), before + 2, "a verification looks at the disk");
}
