//! Simulators of sandboxes, and what the leader does about them.

use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::simulator::{Simulator, SimulatorSet, SimulatorState};
use sentinel_model::ProjectId;

use crate::error::AppError;
use crate::testing::world::{ORG, PROJECT};
use crate::testing::{Kit, World};

const PLAY: &str = "play";

async fn sandbox() -> (World, ProjectId) {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let request = ProjectCreate { name: "Play".into(), slug: None, description: None, sandbox: true };
    let made = world.kit.app.create_project(&world.admin.again(), ORG, request).await.unwrap().project;
    assert!(made.sandbox);
    (world, made.id)
}

async fn set(world: &World, request: SimulatorSet) -> Result<Simulator, AppError> {
    let set = world.kit.app.set_simulator(&world.operator.again(), PLAY, request).await;
    set.map(|body| body.simulator)
}

async fn shown(world: &World) -> Simulator {
    world.kit.app.show_simulator(&world.reader.again(), PLAY).await.unwrap().simulator
}

fn nodes(nodes: u16) -> SimulatorSet {
    SimulatorSet { nodes: Some(nodes), ..SimulatorSet::default() }
}

/// Has so many nodes join, as the leader's fleet does.
async fn join(world: &World, project: ProjectId, count: usize) {
    let app = &world.kit.app;
    let token = app.simulator_token(project, count).await.unwrap();
    for number in 1..=count {
        let request = Kit::registration(&token, &format!("sim-{number:03}"));
        app.register_node(&world.kit.anonymous(), PLAY, request, "::1").await.unwrap();
    }
}

#[tokio::test]
async fn where_no_sandbox_is_there_is_no_simulator() {
    let (world, _) = sandbox().await;
    let app = &world.kit.app;
    let shown = app.show_simulator(&world.reader.again(), PROJECT).await.unwrap().simulator;
    assert_eq!((shown.sandbox, shown.state), (false, SimulatorState::Stopped));
    let refused = app.set_simulator(&world.operator.again(), PROJECT, nodes(5)).await;
    assert!(matches!(&refused, Err(AppError::Conflict(text)) if text.contains("no sandbox")), "{refused:?}");
    let reader = app.set_simulator(&world.reader.again(), PLAY, nodes(5)).await;
    assert!(matches!(reader, Err(AppError::Forbidden(_))), "{reader:?}");
}

#[tokio::test]
async fn the_leader_plays_what_was_asked_for_and_takes_away_what_there_is_too_much_of() {
    let (world, project) = sandbox().await;
    let app = &world.kit.app;
    let begun = set(&world, nodes(40)).await.unwrap();
    assert_eq!((begun.state, begun.settings.nodes, begun.nodes.joined), (SimulatorState::Running, 40, 0));
    assert_eq!(app.tend_simulators().await.unwrap()[0].settings.nodes, 40);
    join(&world, project, 40).await;
    assert_eq!(shown(&world).await.nodes.joined, 40);
    let list = app.list_nodes(&world.reader.again(), PLAY, &Default::default()).await.unwrap();
    assert!(list.nodes.iter().all(|node| node.simulated));
    // In steps, the last ones first to go.
    set(&world, nodes(10)).await.unwrap();
    for left in [24, 10, 10] {
        assert_eq!(app.tend_simulators().await.unwrap().len(), 1);
        assert_eq!(shown(&world).await.nodes.joined, left);
    }
    let remembered = app.simulated_nodes(project).await.unwrap();
    assert_eq!(remembered.len(), 10);
    let stopping = app.stop_simulator(&world.operator.again(), PLAY).await.unwrap().simulator;
    assert_eq!(stopping.state, SimulatorState::Stopping);
    assert!(set(&world, nodes(5)).await.is_err(), "not before they are gone");
    assert!(app.tend_simulators().await.unwrap().is_empty());
    assert_eq!(shown(&world).await.nodes.joined, 0);
    assert!(app.tend_simulators().await.unwrap().is_empty());
    assert_eq!(shown(&world).await.state, SimulatorState::Stopped);
    set(&world, nodes(5)).await.unwrap();
}

#[tokio::test]
async fn a_forgotten_simulator_ends() {
    let (world, project) = sandbox().await;
    let app = &world.kit.app;
    set(&world, SimulatorSet { lasts_minutes: Some(10), ..nodes(2) }).await.unwrap();
    join(&world, project, 2).await;
    world.kit.clock.advance_ms(9 * 60_000);
    assert_eq!(app.tend_simulators().await.unwrap().len(), 1);
    world.kit.clock.advance_ms(60_000);
    for _ in 0..3 {
        assert!(app.tend_simulators().await.unwrap().is_empty());
    }
    let ended = shown(&world).await;
    assert_eq!((ended.state, ended.nodes.joined), (SimulatorState::Stopped, 0));
}
