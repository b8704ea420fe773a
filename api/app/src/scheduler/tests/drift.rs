//! Drift that is due.

use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::drift::{DriftQuery, DriftRemediation, DriftState};
use sentinel_api_types::project::ProjectUpdate;
use sentinel_model::Generation;

use super::duty;
use crate::testing::world::PROJECT;
use crate::tests::drift::{beat, drifting, measured};

/// The fleet is counted once in a round, and what was done in it counts all the same.
#[tokio::test]
async fn one_round_keeps_to_the_bound_of_nodes_that_are_brought_back_at_once() {
    let (world, bundle) = drifting().await;
    let app = &world.kit.app;
    let second = world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    let request = BundleAssign { node_ids: vec![second.0] };
    app.assign_bundle(&world.operator.again(), PROJECT, bundle, request).await.unwrap();
    beat(&world, &second, bundle, None).await;
    beat(&world, &second, bundle, Some(measured(1, true))).await;
    let request =
        ProjectUpdate { drift_remediation: Some(DriftRemediation::Reassert), ..ProjectUpdate::default() };
    app.update_project(&world.admin.again(), PROJECT, request).await.unwrap();
    world.kit.clock.advance_ms(60_000);
    duty(app).round().await;
    let mut generations = Vec::new();
    for node in [world.node.0, second.0] {
        let node = app.show_node(&world.reader.again(), PROJECT, node).await.unwrap().node;
        generations.push(node.desired.unwrap().generation.0);
    }
    generations.sort_unstable();
    assert_eq!(generations, [1, 2], "one of two at once");
}

#[tokio::test]
async fn the_leader_asserts_an_assignment_again_when_the_project_wants_it_and_its_time_has_come() {
    let (world, _) = drifting().await;
    let app = &world.kit.app;
    let mut duty = duty(app);
    let generation = async || {
        let node = app.show_node(&world.reader.again(), PROJECT, world.node.0).await.unwrap().node;
        node.desired.unwrap().generation
    };
    duty.round().await;
    assert_eq!(generation().await, Generation(1), "nobody wants it");
    let request = ProjectUpdate {
        drift_remediation: Some(DriftRemediation::Reassert),
        drift_delay_seconds: Some(30),
        ..ProjectUpdate::default()
    };
    let project = app.update_project(&world.admin.again(), PROJECT, request).await.unwrap().project;
    assert_eq!((project.drift_remediation, project.drift_delay_seconds), (DriftRemediation::Reassert, 30));
    duty.round().await;
    assert_eq!(generation().await, Generation(1), "it is not time yet");
    world.kit.clock.advance_ms(30_000);
    duty.round().await;
    assert_eq!(generation().await, Generation(2));
    duty.round().await;
    assert_eq!(generation().await, Generation(2), "once");
    let list = app.list_drift(&world.reader.again(), PROJECT, &DriftQuery::default()).await.unwrap();
    let event = &list.drift_events[0];
    assert_eq!((event.state, event.tries), (DriftState::Open, 1));
    let audit = world.kit.changes();
    duty.round().await;
    assert_eq!(world.kit.changes(), audit, "rounds in which nothing happens leave no trace");
}
