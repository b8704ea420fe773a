#![allow(clippy::unwrap_used)]

use sentinel_model::dice::Dice;
use sentinel_model::node::{Fact, Node};
use sentinel_model::{NodeId, Time};
use uuid::Uuid;

use super::fleet::Fleet;
use super::*;
use crate::fixture::{self, BEFORE, NEW, OLD, START};

fn assumed() -> Assumptions {
    let behaviour = Behaviour { error_percent: 1.0, p99_ms: 50.0 };
    Assumptions {
        activation_ms: (2_000, 8_000),
        heartbeat_ms: 10_000,
        failing_percent: 0.0,
        silent_percent: 0.0,
        requests_per_second: 10.0,
        old: behaviour,
        new: behaviour,
        seed: 1,
    }
}

#[test]
fn draws_depend_on_the_seed_the_node_and_the_question_and_cover_their_range() {
    let dice = |seed, node| Dice::of(seed, NodeId(Uuid::from_u128(node)));
    assert_eq!(dice(1, 2).share("a", 3).to_bits(), dice(1, 2).share("a", 3).to_bits());
    let other = [
        dice(2, 2).share("a", 3),
        dice(1, 3).share("a", 3),
        dice(1, 2).share("b", 3),
        dice(1, 2).share("a", 4),
    ];
    assert!(other.iter().all(|share| share.to_bits() != dice(1, 2).share("a", 3).to_bits()), "{other:?}");
    let all: Vec<f64> = (0..1_000).map(|node| dice(1, node).between("x", 0, 2.0, 4.0)).collect();
    assert!(all.iter().all(|drawn| (2.0..4.0).contains(drawn)));
    let mean = all.iter().sum::<f64>() / 1_000.0;
    assert!((2.9..3.1).contains(&mean), "{mean}");
}

#[test]
fn what_activations_took_is_known_from_a_handful_of_nodes_and_not_from_those_that_were_away() {
    let took = |name: &str, ms: u64| {
        let mut node = fixture::node(name);
        let given = node.assignment.as_ref().unwrap().at;
        node.effective = Some(Fact { bundle_id: OLD, generation: BEFORE, at: given.plus_ms(ms) });
        node
    };
    let mut nodes: Vec<Node> = (1..=10).map(|ms| took(&format!("n{ms}"), ms * 1_000)).collect();
    assert_eq!(activation_times(&nodes[..4]), None);
    assert_eq!(activation_times(&nodes), Some((2_000, 9_000)));
    nodes.extend((0..90).map(|number| took(&format!("away{number}"), 7_200_000)));
    assert_eq!(activation_times(&nodes), Some((2_000, 9_000)));
}

#[test]
fn a_node_counts_since_its_switch_and_by_its_weight() {
    let mut node = fixture::node("edge-1");
    let (mut fleet, silent) = Fleet::of(std::slice::from_ref(&node), NEW, START, assumed());
    assert!(silent.is_empty());
    let later = START.plus_ms(100_000);
    let count = |fleet: &Fleet, at: Time| fleet.sample(node.id, at).unwrap().traffic.unwrap();
    let (first, then) = (count(&fleet, START), count(&fleet, later));
    let gained = then.requests - first.requests;
    assert!((700..=1_300).contains(&gained), "{gained} in about 100 s");
    assert_eq!((then.generation, then.errors), (BEFORE, then.requests / 100));
    let sample = fleet.sample(node.id, later).unwrap();
    assert!(later.since(sample.heard_at) < 10_000, "it was heard within an interval");
    let within = sample.latency.iter().find(|bar| bar.up_to_ms == Some(50.0)).unwrap().requests;
    assert_eq!(within, then.requests * 99 / 100, "99 of 100 within the 99th percentile");
    // Without a weight it answers nothing more.
    node.weight = 0;
    fleet.saw(&node, later);
    let idle = fleet.sample(node.id, later.plus_ms(60_000)).unwrap().traffic.unwrap();
    let at_shift = fleet.sample(node.id, later).unwrap();
    assert_eq!((at_shift.heard_at, idle.requests), (later, at_shift.traffic.unwrap().requests));
}
