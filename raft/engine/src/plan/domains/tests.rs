#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sentinel_model::NodeId;
use sentinel_model::canary::Canary;
use sentinel_model::node::Node;
use sentinel_model::rollout::{Batch, RolloutSpec, Target};
use uuid::Uuid;

use crate::fixture;
use crate::plan::{Plan, plan_over};

/// So many nodes in each of these zones; an empty name: without the label.
fn fleet(zones: &[(&str, usize)]) -> Vec<Node> {
    let mut nodes = Vec::new();
    for (zone, count) in zones {
        for number in 0..*count {
            let mut node = fixture::node(&format!("{zone}-{number:05}"));
            node.id = NodeId(Uuid::from_u128(nodes.len() as u128 + 1));
            if !zone.is_empty() {
                node.labels = BTreeMap::from([("zone".to_owned(), (*zone).to_owned())]);
            }
            nodes.push(node);
        }
    }
    nodes
}

fn spec(batch: Batch) -> RolloutSpec {
    RolloutSpec { target: Target::All, batch, failure_domain: Some("zone".into()), ..fixture::spec() }
}

fn canary(steps: &[u8]) -> RolloutSpec {
    let canary = Canary { steps: steps.to_vec(), ..Canary::default() };
    RolloutSpec { canary: Some(canary), ..spec(Batch::Percent(100)) }
}

/// What each step takes: `a2` for two nodes of zone a.
fn told(plan: &Plan) -> Vec<String> {
    let share = |share: &super::Share| {
        let zone = share.domain.as_deref().unwrap_or("-");
        format!("{zone}{}{}", share.nodes, if share.whole() { "!" } else { "" })
    };
    plan.domains.iter().map(|step| step.iter().map(share).collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn steps_take_from_every_domain_evenly() {
    let plan = plan_over(&spec(Batch::Size(3)), &fleet(&[("a", 3), ("b", 3), ("c", 3)])).unwrap();
    assert_eq!(told(&plan), ["a1 b1 c1", "a1 b1 c1", "a1 b1 c1"]);
    let plan = plan_over(&spec(Batch::Size(3)), &fleet(&[("a", 8), ("b", 4)])).unwrap();
    assert_eq!(told(&plan), ["a2 b1", "a2 b1", "a2 b1", "a2 b1"]);
}

#[test]
fn no_step_takes_all_of_a_domain_if_that_needs_one_step_more() {
    let plan = plan_over(&spec(Batch::Size(4)), &fleet(&[("a", 2), ("b", 2)])).unwrap();
    assert_eq!(told(&plan), ["a1 b1", "a1 b1"]);
    let plan = plan_over(&spec(Batch::Percent(60)), &fleet(&[("a", 2), ("b", 2), ("c", 1)])).unwrap();
    assert_eq!(told(&plan), ["a1 b1 c1!", "a1 b1"], "one node alone cannot be spread");
}

#[test]
fn nodes_without_the_label_are_a_domain_of_their_own() {
    let plan = plan_over(&spec(Batch::Size(2)), &fleet(&[("", 2), ("a", 2)])).unwrap();
    assert_eq!(told(&plan), ["-1 a1", "-1 a1"]);
}

#[test]
fn a_canary_keeps_its_shares_and_its_last_step() {
    let plan = plan_over(&canary(&[10, 50, 100]), &fleet(&[("a", 10), ("b", 10)])).unwrap();
    assert_eq!(told(&plan), ["a1 b1", "a4 b4", "a5 b5"]);
    let plan = plan_over(&canary(&[1, 100]), &fleet(&[("a", 2), ("b", 2)])).unwrap();
    assert_eq!(told(&plan), ["a1", "a1 b2!"], "the last step takes what is left");
}

#[test]
fn without_a_failure_domain_nothing_is_said_of_any() {
    let plain = RolloutSpec { failure_domain: None, ..spec(Batch::Size(2)) };
    let plan = plan_over(&plain, &fleet(&[("a", 2), ("b", 2)])).unwrap();
    assert_eq!(plan.domains, Vec::<Vec<super::Share>>::new());
    assert_eq!(plan.steps[0], [NodeId(Uuid::from_u128(1)), NodeId(Uuid::from_u128(2))], "by name");
}

#[test]
fn ten_thousand_nodes_are_planned_and_each_step_takes_as_much_of_each_domain() {
    let zones: Vec<(String, usize)> = (0..40).map(|zone| (format!("z{zone}"), 250)).collect();
    let zones: Vec<(&str, usize)> = zones.iter().map(|(zone, count)| (zone.as_str(), *count)).collect();
    let nodes = fleet(&zones);
    for (spec, steps) in
        [(spec(Batch::Percent(10)), 10), (spec(Batch::Size(1)), 10_000), (canary(&[10, 50, 100]), 3)]
    {
        let plan = plan_over(&spec, &nodes).unwrap();
        assert_eq!((plan.steps.len(), plan.steps.iter().map(Vec::len).sum::<usize>()), (steps, 10_000));
        if steps < 100 {
            let even = |shares: &Vec<super::Share>| shares.iter().all(|share| share.nodes == shares[0].nodes);
            assert!(plan.domains.iter().all(even), "{:?}", plan.domains);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_node_once_no_whole_domain_and_even_shares(
        counts in prop::collection::vec(1usize..30, 1..8),
        size in 1u32..40,
        turn in 0usize..200,
    ) {
        let names = ["a", "b", "c", "d", "e", "f", ""];
        let zones: Vec<(&str, usize)> = names.into_iter().zip(counts.iter().copied()).collect();
        let mut nodes = fleet(&zones);
        let total = nodes.len();
        let spec = spec(Batch::Size(size));
        let plan = plan_over(&spec, &nodes).unwrap();
        let planned: BTreeSet<NodeId> = plan.steps.iter().flatten().copied().collect();
        prop_assert_eq!((planned.len(), plan.steps.iter().map(Vec::len).sum::<usize>()), (total, total));
        for (step, shares) in plan.steps.iter().zip(&plan.domains) {
            prop_assert!(!step.is_empty() && step.len() <= size as usize);
            for share in shares {
                prop_assert!(!share.whole() || share.of == 1, "{:?}", told(&plan));
                // Its part of a full step, give or take what rounding moves over every domain.
                let fair = (share.of * size as usize).div_ceil(total);
                prop_assert!(share.nodes <= fair + 2, "{} of {fair}: {:?}", share.nodes, told(&plan));
            }
        }
        nodes.rotate_left(turn % total);
        prop_assert_eq!(plan_over(&spec, &nodes).unwrap(), plan, "in whatever order they come");
    }
}
