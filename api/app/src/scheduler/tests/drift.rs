//! Drift that is due.

use sentinel_api_types::drift::{DriftQuery, DriftRemediation, DriftState};
use sentinel_api_types::project::ProjectUpdate;
use sentinel_model::Generation;

use super::duty;
use crate::testing::world::PROJECT;
use crate::tests::drift::drifting;

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
