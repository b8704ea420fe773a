//! Online and offline, through the queue, the decider and the state machine.

use sentinel_model::node::NodeStatus;

use crate::agent::OnNew;
use crate::operator::Incident;
use crate::scenario::Scenario;
use crate::world::{OFFLINE_AFTER_MS, TICK_MS, World, node_id};

fn status(world: &World, number: u8) -> NodeStatus {
    world.node(node_id(number)).unwrap().status
}

#[test]
fn a_node_that_falls_silent_goes_offline_once_and_comes_back_with_its_next_word() {
    let mut world = Scenario::uniform(2, OnNew::Good(1)).begin();
    world.incident(Incident::Hush(1));
    let ticks = OFFLINE_AFTER_MS / TICK_MS;
    for _ in 1..ticks {
        world.tick();
        assert_eq!(status(&world, 1), NodeStatus::Online);
    }
    world.tick();
    assert_eq!((status(&world, 1), status(&world, 2)), (NodeStatus::Offline, NodeStatus::Online));
    let since = world.node(node_id(1)).unwrap().status_since;
    world.tick();
    assert_eq!(world.node(node_id(1)).unwrap().status_since, since, "told once");
    world.incident(Incident::Return(1));
    world.tick();
    assert_eq!(status(&world, 1), NodeStatus::Online);
}

#[test]
fn no_change_of_leader_makes_a_wave_of_offline_nodes() {
    let mut world = Scenario::uniform(6, OnNew::Good(1)).begin();
    for _ in 0..10 {
        world.incident(Incident::ChangeLeader);
        world.tick();
        assert!((1..=6).all(|number| status(&world, number) == NodeStatus::Online));
    }
}
