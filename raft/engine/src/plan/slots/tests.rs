#![allow(clippy::unwrap_used)]

use sentinel_model::blue_green::BlueGreen;
use sentinel_model::rollout::{Batch, RolloutSpec, Target};

use super::*;
use crate::fixture::{self, NEW, OLD, ROLLOUT, id, node};
use crate::plan::plan_over;

fn spec(batch: Batch) -> RolloutSpec {
    RolloutSpec { batch, blue_green: Some(BlueGreen::default()), ..fixture::spec() }
}

fn at(name: &str, slot: Slot, weight: u8) -> Node {
    Node { slot: Some(slot), weight, ..node(name) }
}

/// Two nodes with the traffic, three without.
fn fleet() -> Vec<Node> {
    vec![
        at("b2", Slot::Blue, 100),
        at("g3", Slot::Green, 0),
        at("b1", Slot::Blue, 60),
        at("g1", Slot::Green, 0),
        at("g2", Slot::Green, 0),
    ]
}

fn all() -> RolloutSpec {
    spec(Batch::Percent(100))
}

fn refused(nodes: &[Node]) -> String {
    plan_over(&all(), nodes).unwrap_err().to_string()
}

#[test]
fn the_slot_without_traffic_gets_the_bundle_and_the_other_keeps_what_it_runs() {
    let plan = plan_over(&all(), &fleet()).unwrap();
    assert_eq!(plan.steps, [["g1", "g2", "g3"].map(id)]);
    assert_eq!((plan.live, plan.excluded), (["b1", "b2"].map(id).to_vec(), vec![]));
    let portions = plan_over(&spec(Batch::Size(2)), &fleet()).unwrap();
    assert_eq!(portions.steps, [vec![id("g1"), id("g2")], vec![id("g3")]]);
    let mut swapped = fleet();
    swapped.iter_mut().for_each(|node| node.weight = 100 - node.weight);
    swapped[2].weight = 0;
    assert_eq!(plan_over(&all(), &swapped).unwrap().steps, [["b1", "b2"].map(id)]);
}

#[test]
fn a_node_that_runs_the_bundle_already_gets_it_again_for_its_slot_is_to_have_the_traffic() {
    let mut nodes = fleet();
    nodes[1].effective = nodes[1].effective.map(|fact| sentinel_model::node::Fact { bundle_id: NEW, ..fact });
    nodes[1].assignment.as_mut().unwrap().bundle_id = NEW;
    assert_eq!(plan_over(&all(), &nodes).unwrap().steps[0].len(), 3);
}

#[test]
fn what_stands_in_the_way_is_said_with_the_nodes_and_the_command() {
    let mut stray = fleet();
    stray.push(node("x1"));
    assert_eq!(
        refused(&stray),
        "blue-green moves traffic between the slots blue and green, and these nodes are in none: x1; put each into one: \
         sentinel-cp node update x1 --slot blue"
    );
    assert!(refused(&fleet()[..1]).contains("none of the selected ones is in green"));
    let with = |bend: fn(&mut Node)| {
        let mut nodes = fleet();
        nodes.iter_mut().for_each(bend);
        refused(&nodes)
    };
    assert_eq!(
        with(|node| node.weight = 100),
        "one slot must have all of the traffic and the other none: blue has traffic (b1, b2); green has traffic (g1, g2, g3); \
         take it from each node of the slot that shall get the bundle: sentinel-cp node update g1 --weight 0"
    );
    assert!(with(|node| node.weight = 0).ends_with("sentinel-cp node update b1 --weight 100"));
    let mixed = with(|node| node.weight = if node.name == "g2" { 100 } else { node.weight });
    assert!(
        mixed.contains("green has traffic (g2), green has none (g1, g3)")
            && mixed.ends_with("make the nodes of a slot alike: sentinel-cp node update g2 --weight 0"),
        "{mixed}"
    );
}

#[test]
fn a_pinned_node_without_traffic_takes_no_part_and_one_with_it_does() {
    let mut nodes = fleet();
    for node in &mut nodes[1..3] {
        node.pinned_bundle_id = Some(OLD);
    }
    let plan = plan_over(&all(), &nodes).unwrap();
    assert_eq!((plan.steps, plan.live), (vec![["g1", "g2"].map(id).to_vec()], ["b1", "b2"].map(id).to_vec()));
    assert_eq!(plan.excluded[0].name, "g3");
}

#[test]
fn nodes_of_either_slot_that_another_rollout_owns_are_a_conflict() {
    for place in [0, 1] {
        let mut nodes = fleet();
        nodes[place].owner = Some(ROLLOUT);
        let error = plan_over(&all(), &nodes).unwrap_err();
        assert!(matches!(error, PlanError::Conflict(owned) if owned.len() == 1));
    }
    let one_slot = RolloutSpec { target: Target::Nodes(vec![id("g1")]), ..all() };
    assert!(matches!(plan_over(&one_slot, &fleet()), Err(PlanError::Slots(_))));
}

/// Defect: one percent of the traffic is half of it, and nobody says so.
#[test]
fn a_share_that_whole_percents_cannot_give_is_refused_with_what_would_come_of_it() {
    let mut nodes: Vec<Node> = (0..100).map(|number| at(&format!("g{number}"), Slot::Green, 0)).collect();
    nodes.push(at("b1", Slot::Blue, 100));
    let shares = |traffic_steps: &[u8]| RolloutSpec {
        blue_green: Some(BlueGreen { traffic_steps: traffic_steps.to_vec(), ..BlueGreen::default() }),
        ..all()
    };
    let refused = plan_over(&shares(&[1, 100]), &nodes).unwrap_err().to_string();
    assert_eq!(
        refused,
        "1 % of the traffic would be 50 %: weights are whole percents, and one slot is many times as large as the other (nodes \
         without traffic: 100; with it: 1, their weights together 100 %); leave this share out, as in --traffic-steps 74,100"
    );
    plan_over(&shares(&[74, 100]), &nodes).unwrap();
    plan_over(&shares(&[1, 10, 50, 100]), &fleet()).unwrap();
}
