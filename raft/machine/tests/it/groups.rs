//! Groups of nodes.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_group_create::NodeGroupCreate;
use sentinel_machine::commands::node_group_delete::NodeGroupDelete;
use sentinel_machine::commands::node_group_update::NodeGroupUpdate;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::{Rejection, group};
use sentinel_model::group::{GROUPS_MAX, NAMED_MAX, NodeGroup};
use sentinel_model::rollout::{RolloutSpec, Target};
use sentinel_model::{NodeGroupId, NodeId};
use uuid::Uuid;

use crate::ids::*;
use crate::samples::groups::{group, regroup};
use crate::samples::{self, rollout, spec};
use crate::stage::Stage;

fn only(stage: &Stage) -> NodeGroup {
    let [only] = <[_; 1]>::try_from(group::groups(&stage.tables, SHOP).unwrap()).unwrap();
    only
}

#[test]
fn a_group_holds_the_nodes_that_it_names_and_those_that_its_rule_selects() {
    let mut stage = Stage::furnished();
    stage.done(NodeGroupCreate { labels: BTreeMap::from([("zone".into(), "us".into())]), ..group() });
    let made = only(&stage);
    assert!(made.holds(&stage.node(1)) && !made.selects(&stage.node(1)), "by name");
    assert!(!made.holds(&stage.node(2)), "it is in the EU");
    stage.done(NodeGroupUpdate { add: BTreeSet::new(), remove: BTreeSet::new(), ..regroup() });
    let ruled = only(&stage);
    assert!(
        !ruled.selects(&stage.node(1)),
        "without labels there is no rule, and not one that all nodes obey"
    );
}

#[test]
fn a_change_adds_and_removes_and_leaves_the_rest() {
    let mut stage = Stage::furnished();
    stage.done(group());
    stage.done(regroup());
    let changed = only(&stage);
    assert_eq!((changed.name.as_str(), changed.description.as_str()), ("second", "goes first"));
    assert_eq!(changed.nodes, BTreeSet::from([edge(2)]));
    let changes = stage.audit().pop().unwrap().changes;
    assert_eq!(changes["changed"], "name, labels, nodes");
    assert_eq!((changes["labels_before"].as_str(), changes["labels"].as_str()), ("zone=eu", ""));
    stage.done(NodeGroupDelete { project_id: SHOP, group_id: GROUP });
    assert!(group::groups(&stage.tables, SHOP).unwrap().is_empty());
}

/// Defect: groups take nodes of other projects.
#[test]
fn a_group_names_nodes_of_its_project_only() {
    let mut stage = Stage::furnished();
    let names = |node: NodeId| NodeGroupCreate { nodes: BTreeSet::from([node]), ..group() };
    let no_node = || Rejection::not_found("Node");
    stage.refuses([(names(STRANGER).into(), no_node()), (names(NodeId(NOBODY)).into(), no_node())]);
    stage.done(group());
    let add = NodeGroupUpdate { add: BTreeSet::from([STRANGER]), ..regroup() };
    let elsewhere = NodeGroupUpdate { project_id: LAB, ..regroup() };
    stage.refuses([
        (add.into(), no_node()),
        (elsewhere.into(), Rejection::not_found("Group")),
        (NodeGroupDelete { project_id: LAB, group_id: GROUP }.into(), Rejection::not_found("Group")),
    ]);
}

#[test]
fn a_node_that_is_removed_is_in_no_group_any_more() {
    let mut stage = Stage::furnished();
    stage.done(group());
    stage.done(NodeDelete { node_id: edge(1) });
    assert!(only(&stage).nodes.is_empty());
}

#[test]
fn names_are_unique_and_numbers_have_limits() {
    let mut stage = Stage::furnished();
    let numbered = |number: usize| NodeGroupCreate {
        group_id: NodeGroupId(Uuid::from_u128(0x1000 + number as u128)),
        name: format!("group {number}"),
        ..group()
    };
    stage.done(group());
    let taken = || Rejection::taken("name", "is taken by another group of this project");
    stage.refuses([(NodeGroupCreate { name: group().name, ..numbered(1) }.into(), taken())]);
    for number in 1..GROUPS_MAX {
        stage.done(numbered(number));
    }
    let limit = format!("a project has at most {GROUPS_MAX} groups; delete one that nobody needs");
    stage.refuses([(numbered(GROUPS_MAX).into(), Rejection::Limit(limit))]);
    let rename = NodeGroupUpdate { name: Some("group 1".into()), ..regroup() };
    stage.refuses([(rename.into(), taken())]);
    let many = (0..=NAMED_MAX as u128).map(|number| NodeId(Uuid::from_u128(number))).collect();
    let both = NodeGroupUpdate { add: BTreeSet::from([edge(1)]), ..regroup() };
    let nothing = NodeGroupUpdate {
        name: None,
        labels: None,
        add: BTreeSet::new(),
        remove: BTreeSet::new(),
        ..regroup()
    };
    stage.refuses_fields([
        ("node_ids", NodeGroupCreate { nodes: many, ..numbered(0) }.into()),
        ("name", NodeGroupCreate { name: String::new(), ..numbered(0) }.into()),
        ("remove_node_ids", both.into()),
        ("node_group", nothing.into()),
    ]);
}

#[test]
fn a_rollout_to_groups_keeps_the_nodes_of_its_plan_and_is_no_baseline() {
    let mut stage = Stage::furnished();
    stage.done(group());
    let spec = RolloutSpec { target: Target::Groups(vec![GROUP]), ..spec() };
    stage.done(RolloutCreate { spec, steps: vec![vec![edge(1)]], ..rollout() });
    stage.done(NodeGroupDelete { project_id: SHOP, group_id: GROUP });
    stage.complete_step(&[1]);
    stage.done(samples::node(5));
    assert_eq!(stage.node(5).assignment, None, "it went to some nodes and not to all");
}
