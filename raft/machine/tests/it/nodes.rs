//! Enrolment, removal, events of nodes.

use std::collections::BTreeMap;

use sentinel_machine::commands::enrolment_token_create::EnrolmentTokenCreate;
use sentinel_machine::commands::enrolment_token_revoke::EnrolmentTokenRevoke;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_events_append::NodeEventsAppend;
use sentinel_machine::commands::node_register::NodeRegister;
use sentinel_machine::{Read, Rejection, Reply, Scan, Table, query, tables};
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::node::{
    CAPABILITIES_MAX, EVENTS_KEPT, EVENTS_PER_REQUEST_MAX, Node, NodeEvent, NodeStatus,
};
use sentinel_model::{EnrolmentTokenId, Generation, NodeId, ProjectId, Time};

use crate::ids::*;
use crate::samples::{self, node, node_event};
use crate::stage::Stage;

fn not_found(kind: &str) -> Rejection {
    Rejection::not_found(kind)
}

fn no_entry() -> Rejection {
    Rejection::WrongState("the enrolment token is unknown, expired, revoked or used up".into())
}

fn uses_left(stage: &Stage) -> Option<u32> {
    stage.get::<EnrolmentToken>(TOKEN.as_bytes()).unwrap().uses_left
}

#[test]
fn an_enrolment_token_is_made_for_its_project() {
    let mut stage = Stage::furnished();
    let new = || EnrolmentTokenCreate {
        token_id: EnrolmentTokenId(NOBODY),
        token_digest: digest(0x55),
        ..samples::token()
    };
    stage.refuses_fields([
        ("name", EnrolmentTokenCreate { name: " x".into(), ..new() }.into()),
        ("uses", EnrolmentTokenCreate { uses: Some(0), ..new() }.into()),
        ("expires_at", EnrolmentTokenCreate { expires_at: Some(Time(0)), ..new() }.into()),
    ]);
    stage.refuses([
        (EnrolmentTokenCreate { project_id: ProjectId(NOBODY), ..new() }.into(), not_found("Project")),
        (samples::token().into(), Rejection::taken("id", "this enrolment token exists already")),
    ]);
    stage.done(new());
    assert_eq!(stage.get::<EnrolmentToken>(NOBODY.as_bytes()).unwrap().uses_left, Some(9));
}

#[test]
fn a_token_is_revoked_once_and_nobody_enrols_with_it_any_more() {
    let mut stage = Stage::furnished();
    let revoke = || EnrolmentTokenRevoke { token_id: TOKEN };
    let nobody = EnrolmentTokenRevoke { token_id: EnrolmentTokenId(NOBODY) };
    stage.refuses([(nobody.into(), not_found("Enrolment token"))]);
    stage.done(revoke());
    stage.refuses([
        (revoke().into(), Rejection::WrongState("the enrolment token is revoked already".into())),
        (node(5).into(), no_entry()),
    ]);
    assert_eq!(stage.node(1).status, NodeStatus::Online, "nodes that used it stay");
}

#[test]
fn enrolling_spends_one_use_and_a_refused_enrolment_spends_none() {
    let mut stage = Stage::furnished();
    assert_eq!(uses_left(&stage), Some(5), "four of nine are spent");
    stage.refused(node(1));
    assert_eq!(uses_left(&stage), Some(5));
    for number in 5..=9 {
        stage.done(node(number));
    }
    assert_eq!(uses_left(&stage), Some(0));
    stage.refuses([(node(10).into(), no_entry())]);
}

#[test]
fn a_node_enrols_into_the_project_of_its_token() {
    let mut stage = Stage::furnished();
    stage.done(node(5));
    let node = stage.node(5);
    assert_eq!((node.project_id, node.name.as_str()), (SHOP, "edge-5"));
    assert_eq!((node.status, node.generation), (NodeStatus::Unknown, Generation(0)));
    assert_eq!((node.assignment, node.effective, node.owner), (None, None, None));
    assert_eq!(query::nodes_of(&stage.tables, SHOP).unwrap().len(), 5);
    assert_eq!(query::nodes_of(&stage.tables, LAB).unwrap().len(), 1);
}

#[test]
fn an_enrolment_with_bad_values_is_refused_by_field() {
    let long = || "x".repeat(1_001);
    let labels = BTreeMap::from([(String::new(), String::new())]);
    Stage::furnished().refuses_fields([
        ("name", NodeRegister { name: "edge 5".into(), ..node(5) }.into()),
        ("labels.", NodeRegister { labels, ..node(5) }.into()),
        (
            "capabilities",
            NodeRegister { capabilities: vec![String::new(); CAPABILITIES_MAX + 1], ..node(5) }.into(),
        ),
        ("capabilities", NodeRegister { capabilities: vec![long()], ..node(5) }.into()),
        ("agent_version", NodeRegister { agent_version: long(), ..node(5) }.into()),
        ("proxy_version", NodeRegister { proxy_version: long(), ..node(5) }.into()),
        ("hostname", NodeRegister { hostname: long(), ..node(5) }.into()),
        ("ip", NodeRegister { ip: long(), ..node(5) }.into()),
    ]);
}

#[test]
fn nobody_enrols_without_a_good_token_or_under_a_taken_name() {
    let mut stage = Stage::furnished();
    let taken = "the project has a node 'edge-1' already; delete it or choose another name";
    stage.refuses([
        (NodeRegister { token_digest: digest(0x99), ..node(5) }.into(), no_entry()),
        (NodeRegister { name: "edge-1".into(), ..node(5) }.into(), Rejection::taken("name", taken)),
        (
            NodeRegister { name: "edge-5".into(), ..node(1) }.into(),
            Rejection::taken("id", "this node exists already"),
        ),
    ]);
    stage.now = Time(9_000_000);
    stage.refuses([(node(5).into(), no_entry())]);
}

#[test]
fn a_removed_node_leaves_nothing_behind_and_its_name_is_free() {
    let mut stage = Stage::furnished();
    stage.done(NodeEventsAppend { node_id: edge(1), events: vec![node_event("one")] });
    stage.done(NodeDelete { node_id: edge(1) });
    assert_eq!(stage.get::<Node>(edge(1).as_bytes()), None);
    assert_eq!(stage.tables.scan(Scan::all(Table::NodeEvents, edge(1).as_bytes())).unwrap(), []);
    stage.refuses([(NodeDelete { node_id: edge(1) }.into(), not_found("Node"))]);
    stage.done(NodeRegister { node_id: NodeId(NOBODY), ..node(1) });
}

#[test]
fn a_node_of_a_running_rollout_can_be_removed() {
    let mut stage = Stage::rolling();
    stage.done(NodeDelete { node_id: edge(3) });
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[4]);
    assert_eq!(stage.rollout().state.as_str(), "completed");
}

#[test]
fn events_are_kept_in_order_and_the_oldest_are_forgotten() {
    let mut stage = Stage::furnished();
    stage.now = Time(7_000_000);
    for batch in 0..3 {
        let events: Vec<NodeEvent> = (0..40).map(|place| node_event(&format!("{batch}-{place}"))).collect();
        assert_eq!(stage.done(NodeEventsAppend { node_id: edge(1), events }), Reply::Count(40));
    }
    let pairs = stage.tables.scan(Scan::all(Table::NodeEvents, edge(1).as_bytes())).unwrap();
    let kept: Vec<NodeEvent> =
        pairs.iter().map(|(_, bytes)| tables::decode(Table::NodeEvents, bytes).unwrap()).collect();
    assert_eq!(kept.len(), EVENTS_KEPT);
    assert_eq!((kept[0].message.as_str(), kept[99].message.as_str()), ("0-20", "2-39"));
    assert!(kept.iter().all(|event| event.at == stage.now), "a member's clock, not the agent's");
}

#[test]
fn events_are_refused_by_field() {
    let of = |node_id, events| NodeEventsAppend { node_id, events };
    let stage = Stage::furnished();
    let long = vec![node_event("fine"), node_event(&"x".repeat(1_001))];
    stage.refuses_fields([
        ("events", of(edge(1), vec![]).into()),
        ("events", of(edge(1), vec![node_event(""); EVENTS_PER_REQUEST_MAX + 1]).into()),
        ("events[1].message", of(edge(1), long).into()),
    ]);
    stage.refuses([(of(NodeId(NOBODY), vec![node_event("")]).into(), not_found("Node"))]);
}
