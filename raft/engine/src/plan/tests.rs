#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use proptest::prelude::*;
use sentinel_model::EnvironmentId;
use sentinel_model::node::{Assignment, AssignmentCause, Fact};
use uuid::Uuid;

use super::*;
use crate::fixture::{self, NEW, ROLLOUT, id, node};

fn spec(target: Target, batch: Batch) -> RolloutSpec {
    RolloutSpec { target, batch, ..fixture::spec() }
}

fn fleet(names: &[&str]) -> Vec<Node> {
    names.iter().map(|name| node(name)).collect()
}

fn labelled(name: &str, key: &str, value: &str) -> Node {
    let mut node = node(name);
    node.labels = BTreeMap::from([(key.to_owned(), value.to_owned())]);
    node
}

fn ids(names: &[&str]) -> Vec<NodeId> {
    names.iter().map(|name| id(name)).collect()
}

fn running(name: &str, bundle: sentinel_model::BundleId) -> Node {
    let mut node = node(name);
    let generation = node.generation;
    node.assignment = Some(Assignment {
        bundle_id: bundle,
        generation,
        at: sentinel_model::Time(0),
        cause: AssignmentCause::Direct,
        reasserts: None,
        asserts: None,
    });
    node.effective = Some(Fact { bundle_id: bundle, generation, at: sentinel_model::Time(0) });
    node
}

#[test]
fn nodes_go_by_name_whatever_order_they_come_in() {
    let plan = plan_over(&spec(Target::All, Batch::Size(2)), &fleet(&["c", "a", "e", "b", "d"])).unwrap();
    assert_eq!(plan.steps, [ids(&["a", "b"]), ids(&["c", "d"]), ids(&["e"])]);
    assert_eq!(plan.excluded, []);
}

#[test]
fn a_share_is_rounded_down_and_is_at_least_one_node() {
    for (nodes, percent, size) in [(10, 25, 2), (10, 100, 10), (3, 25, 1), (7, 1, 1), (1, 100, 1)] {
        let names: Vec<String> = (0..nodes).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let plan = plan_over(&spec(Target::All, Batch::Percent(percent)), &fleet(&names)).unwrap();
        assert_eq!(plan.steps[0].len(), size, "{percent} % of {nodes}");
    }
}

/// Defect: a rollout to an environment goes to all nodes of the project.
#[test]
fn a_rollout_to_an_environment_takes_only_nodes_that_are_in_it() {
    let (here, elsewhere) = (EnvironmentId(Uuid::from_u128(1)), EnvironmentId(Uuid::from_u128(2)));
    let placed =
        |name: &str, environment| Node { environment_id: environment, ..labelled(name, "site", "fra") };
    let nodes =
        [placed("a", Some(here)), placed("b", Some(elsewhere)), placed("c", None), placed("d", Some(here))];
    let to = |target| RolloutSpec { environment_id: Some(here), ..spec(target, Batch::Size(9)) };
    let fra = Target::Labels(BTreeMap::from([("site".to_owned(), "fra".to_owned())]));
    for target in [Target::All, fra] {
        assert_eq!(plan_over(&to(target), &nodes).unwrap().steps, [ids(&["a", "d"])]);
    }
    assert_eq!(plan_over(&to(Target::Nodes(ids(&["d"]))), &nodes).unwrap().steps, [ids(&["d"])]);
    let others = plan_over(&to(Target::Nodes(ids(&["a", "b", "c"]))), &nodes).unwrap_err();
    assert_eq!(others.to_string(), "these nodes are in another environment, or in none: b, c");
    let empty = plan_over(&to(Target::All), &nodes[1..3]).unwrap_err();
    assert_eq!(empty.to_string(), "the environment has no nodes");
}

fn canary(steps: &[u8]) -> RolloutSpec {
    let canary = Canary { steps: steps.to_vec(), ..Canary::default() };
    RolloutSpec { canary: Some(canary), ..spec(Target::All, Batch::Percent(100)) }
}

fn sizes(plan: &Plan) -> Vec<usize> {
    plan.steps.iter().map(Vec::len).collect()
}

#[test]
fn shares_of_a_canary_are_of_all_nodes_and_count_the_steps_before() {
    for (nodes, steps, expected) in [
        (100, &[5, 25, 50, 100][..], &[5, 20, 25, 50][..]),
        (3, &[5, 25, 50, 100], &[1, 1, 1]),
        (2, &[1, 2, 3, 100], &[1, 1]),
        (1_000, &[1, 100], &[10, 990]),
    ] {
        let names: Vec<String> = (0..nodes).map(|number| format!("n{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let plan = plan_over(&canary(steps), &fleet(&names)).unwrap();
        assert_eq!(sizes(&plan), expected, "{steps:?} of {nodes}");
        let planned: BTreeSet<NodeId> = plan.steps.iter().flatten().copied().collect();
        assert_eq!(planned.len(), nodes, "every node once");
    }
}

#[test]
fn each_step_of_a_canary_is_like_the_rest_in_its_labels() {
    let region = |number: usize| ["ap", "eu", "us", "za"][number % 4];
    let nodes: Vec<Node> =
        (0..80).map(|number| labelled(&format!("n{number}"), "region", region(number))).collect();
    let plan = plan_over(&canary(&[10, 30, 100]), &nodes).unwrap();
    for step in &plan.steps {
        let mut count = BTreeMap::new();
        for id in step {
            let node = nodes.iter().find(|node| node.id == *id).unwrap();
            *count.entry(node.labels["region"].clone()).or_insert(0usize) += 1;
        }
        let (least, most) = (count.values().min().unwrap(), count.values().max().unwrap());
        assert!(count.len() == 4 && most - least <= 1, "{count:?}");
    }
}

#[test]
fn one_that_queues_or_supersedes_plans_nodes_of_others_also_those_that_run_the_bundle_still() {
    let mut fleet = vec![running("a", NEW), running("b", NEW)];
    fleet[0].owner = Some(ROLLOUT);
    for on_conflict in [OnConflict::Queue, OnConflict::Supersede] {
        let spec = RolloutSpec { on_conflict, ..spec(Target::All, Batch::Size(2)) };
        let plan = plan_over(&spec, &fleet).unwrap();
        assert_eq!(plan.steps, [ids(&["a"])], "the other rollout is about to move it");
        let owned = Owned { node_id: id("a"), name: "a".into(), rollout_id: ROLLOUT };
        assert_eq!((plan.conflicts, plan.excluded.len()), (vec![owned], 1));
    }
    let refused = plan_over(&spec(Target::All, Batch::Size(2)), &fleet).unwrap_err();
    assert!(matches!(refused, PlanError::Conflict(_)));
}

#[test]
fn a_canary_needs_nodes_to_be_compared_with() {
    for (steps, names) in [(&[5, 100][..], &["a"][..]), (&[100], &["a", "b"])] {
        let refused = plan_over(&canary(steps), &fleet(names)).unwrap_err();
        assert_eq!(refused, PlanError::NothingToCompare(names.len()));
    }
}

#[test]
fn labels_must_all_match() {
    let mut both = labelled("b", "zone", "eu");
    both.labels.insert("tier".into(), "edge".into());
    let nodes = [labelled("a", "zone", "eu"), both, labelled("c", "tier", "edge")];
    let labels = BTreeMap::from([("zone".into(), "eu".into()), ("tier".into(), "edge".into())]);
    let plan = plan_over(&spec(Target::Labels(labels), Batch::Size(9)), &nodes).unwrap();
    assert_eq!(plan.steps, [ids(&["b"])]);
}

#[test]
fn named_nodes_go_by_name_and_once_each() {
    let target = Target::Nodes(ids(&["c", "a", "c"]));
    let plan = plan_over(&spec(target, Batch::Size(1)), &fleet(&["a", "b", "c"])).unwrap();
    assert_eq!(plan.steps, [ids(&["a"]), ids(&["c"])]);
}

#[test]
fn unknown_nodes_are_named() {
    let target = Target::Nodes(ids(&["a", "ghost"]));
    let error = plan_over(&spec(target, Batch::Size(1)), &fleet(&["a"])).unwrap_err();
    assert_eq!(error, PlanError::UnknownNodes(ids(&["ghost"])));
    assert!(error.to_string().contains(&id("ghost").to_string()), "{error}");
}

#[test]
fn an_empty_selection_says_why() {
    let error = plan_over(&spec(Target::All, Batch::Size(1)), &[]).unwrap_err();
    assert_eq!(error.to_string(), "the project has no nodes");
    let labels = Target::Labels(BTreeMap::from([("zone".into(), "us".into())]));
    let error = plan_over(&spec(labels, Batch::Size(1)), &[labelled("a", "zone", "eu")]).unwrap_err();
    assert_eq!(error.to_string(), "none of the project's 1 nodes carries the labels zone=us");
}

#[test]
fn nodes_of_another_rollout_are_a_conflict_that_lists_them() {
    let mut nodes = fleet(&["a", "b", "c"]);
    nodes[1].owner = Some(ROLLOUT);
    let error = plan_over(&spec(Target::All, Batch::Size(1)), &nodes).unwrap_err();
    let owned = Owned { node_id: id("b"), name: "b".into(), rollout_id: ROLLOUT };
    assert_eq!(error, PlanError::Conflict(vec![owned]));
    assert!(error.to_string().starts_with(&format!("b belongs to another rollout, {ROLLOUT};")), "{error}");
    let target = Target::Nodes(ids(&["a", "c"]));
    assert!(plan_over(&spec(target, Batch::Size(1)), &nodes).is_ok(), "others are free to go");
}

#[test]
fn a_node_that_has_proven_the_bundle_is_left_out_with_the_reason() {
    let nodes = [running("a", NEW), node("b")];
    let plan = plan_over(&spec(Target::All, Batch::Size(1)), &nodes).unwrap();
    assert_eq!(plan.steps, [ids(&["b"])]);
    assert_eq!((plan.excluded[0].name.as_str(), plan.excluded[0].node_id), ("a", id("a")));
    assert_eq!(plan.excluded[0].reason, Reason::RunsAlready);
}

#[test]
fn a_node_named_one_by_one_is_moved_even_if_it_runs_the_bundle() {
    let plan = plan_over(&spec(Target::Nodes(ids(&["a"])), Batch::Size(1)), &[running("a", NEW)]).unwrap();
    assert_eq!(plan.steps, [ids(&["a"])]);
}

#[test]
fn a_node_that_was_told_and_has_not_proven_it_is_moved() {
    let mut told = running("a", NEW);
    told.effective = Some(Fact { bundle_id: fixture::OLD, ..told.effective.unwrap() });
    let mut unproven = running("b", NEW);
    unproven.effective = None;
    let plan = plan_over(&spec(Target::All, Batch::Size(5)), &[told, unproven]).unwrap();
    assert_eq!(plan.steps, [ids(&["a", "b"])]);
}

#[test]
fn when_everything_runs_already_there_is_nothing_to_move() {
    let error = plan_over(&spec(Target::All, Batch::Size(1)), &[running("a", NEW)]).unwrap_err();
    assert_eq!(error.to_string(), "nothing is left to move: these nodes run this bundle already: a");
}

fn pinned(name: &str, bundle: BundleId) -> Node {
    Node { pinned_bundle_id: Some(bundle), ..node(name) }
}

#[test]
fn a_node_pinned_to_another_bundle_is_left_out_even_when_it_is_named() {
    let nodes = [pinned("a", fixture::OLD), node("b"), pinned("c", NEW)];
    for target in [Target::All, Target::Nodes(ids(&["a", "b", "c"]))] {
        let plan = plan_over(&spec(target, Batch::Size(5)), &nodes).unwrap();
        assert_eq!(plan.steps, [ids(&["b", "c"])], "who is pinned to this very bundle goes like any other");
        let left_out =
            Excluded { node_id: id("a"), name: "a".into(), reason: Reason::PinnedTo(fixture::OLD) };
        assert_eq!(plan.excluded, [left_out]);
    }
}

#[test]
fn a_pinned_node_of_another_rollout_is_no_conflict_and_one_that_is_moved_is() {
    let mut nodes = vec![pinned("a", fixture::OLD), node("b"), running("c", NEW)];
    nodes[0].owner = Some(ROLLOUT);
    assert!(plan_over(&spec(Target::All, Batch::Size(1)), &nodes).is_ok());
    nodes[2].owner = Some(ROLLOUT);
    let error = plan_over(&spec(Target::All, Batch::Size(1)), &nodes).unwrap_err();
    assert!(matches!(error, PlanError::Conflict(owned) if owned.len() == 1 && owned[0].name == "c"));
}

#[test]
fn when_everything_is_left_out_the_error_says_why_each_is() {
    let nodes = [running("a", NEW), pinned("b", fixture::OLD)];
    let error = plan_over(&spec(Target::All, Batch::Size(1)), &nodes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing is left to move: these nodes run this bundle already: a; these are pinned to another bundle: b"
    );
}

#[test]
fn more_nodes_than_a_rollout_may_move_are_refused() {
    let mut nodes = Vec::with_capacity(NODES_MAX + 1);
    for number in 0..=NODES_MAX {
        nodes.push(node(&format!("n{number}")));
    }
    let error = plan_over(&spec(Target::All, Batch::Size(100)), &nodes).unwrap_err();
    assert_eq!(error, PlanError::TooMany(NODES_MAX + 1));
    nodes.pop();
    assert!(plan_over(&spec(Target::All, Batch::Size(100)), &nodes).is_ok());
}

#[test]
fn errors_name_a_bounded_number_of_nodes() {
    let ghosts: Vec<NodeId> = (0..500).map(|number| id(&format!("ghost-{number}"))).collect();
    let error = plan_over(&spec(Target::Nodes(ghosts), Batch::Size(1)), &fleet(&["a"])).unwrap_err();
    assert!(error.to_string().ends_with("and 480 more"), "{error}");
}

proptest! {
    #[test]
    fn every_selected_node_is_in_exactly_one_step_and_no_step_is_larger_than_asked(
        names in proptest::collection::btree_set("[a-z]{1,6}", 1..40),
        batch in prop_oneof![(1u32..50).prop_map(Batch::Size), (1u8..=100).prop_map(Batch::Percent)],
        seed in any::<u64>(),
    ) {
        let mut nodes: Vec<Node> = names.iter().map(|name| node(name)).collect();
        let rotation = usize::try_from(seed).unwrap_or(0) % nodes.len();
        nodes.rotate_left(rotation);
        let plan = plan_over(&spec(Target::All, batch), &nodes).unwrap();
        let size = match batch {
            Batch::Size(size) => size as usize,
            Batch::Percent(percent) => (nodes.len() * percent as usize / 100).max(1),
        };
        prop_assert!(plan.steps.iter().all(|step| !step.is_empty() && step.len() <= size));
        let planned: Vec<NodeId> = plan.steps.iter().flatten().copied().collect();
        let by_name: Vec<NodeId> = names.iter().map(|name| id(name)).collect();
        prop_assert_eq!(planned, by_name);
    }
}

fn group(number: u128, named: &[&str], zone: Option<&str>) -> NodeGroup {
    NodeGroup {
        id: NodeGroupId(uuid::Uuid::from_u128(number)),
        project_id: node("a").project_id,
        name: format!("group {number}"),
        description: String::new(),
        labels: zone.map(|zone| ("zone".to_owned(), zone.to_owned())).into_iter().collect(),
        nodes: ids(named).into_iter().collect(),
        created_at: sentinel_model::Time(0),
    }
}

#[test]
fn groups_are_taken_together_and_every_node_once() {
    let nodes = [node("a"), labelled("b", "zone", "eu"), labelled("c", "zone", "us"), node("d")];
    let groups = [group(1, &["a", "b"], None), group(2, &[], Some("eu")), group(3, &[], Some("ap"))];
    let over = |numbers: &[usize]| {
        let ids = numbers.iter().map(|number| groups[number - 1].id).collect();
        let fleet = Fleet { nodes: &nodes, groups: &groups, version: "2.0.0" };
        plan_rollout(&spec(Target::Groups(ids), Batch::Size(9)), fleet)
    };
    assert_eq!(over(&[1, 2]).unwrap().steps, [ids(&["a", "b"])]);
    assert_eq!(over(&[2]).unwrap().steps, [ids(&["b"])]);
    assert_eq!(
        over(&[3]).unwrap_err().to_string(),
        "none of the project's 4 nodes belongs to the groups group 3"
    );
    let unknown = NodeGroupId(uuid::Uuid::from_u128(9));
    let fleet = Fleet { nodes: &nodes, groups: &groups, version: "2.0.0" };
    let spec = spec(Target::Groups(vec![groups[0].id, unknown]), Batch::Size(9));
    assert_eq!(plan_rollout(&spec, fleet).unwrap_err(), PlanError::UnknownGroups(vec![unknown]));
}

#[test]
fn a_node_that_takes_other_versions_is_left_out_and_named() {
    let mut nodes = fleet(&["a", "b"]);
    nodes[0].versions.max = Some("1.99.0".into());
    let plan = plan_over(&spec(Target::All, Batch::Size(9)), &nodes).unwrap();
    assert_eq!(plan.steps, [ids(&["b"])]);
    assert_eq!(plan.excluded[0].reason, Reason::OtherVersions);
    let alone = plan_over(&spec(Target::Nodes(ids(&["a"])), Batch::Size(9)), &nodes).unwrap_err();
    assert_eq!(alone.to_string(), "nothing is left to move: these take other versions only: a");
}
