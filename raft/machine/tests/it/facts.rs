//! Facts that members learn about nodes: what is believed, and what is news.

use sentinel_machine::Reply;
use sentinel_machine::commands::nodes_report::{
    NodeFact, NodeReport, NodesReport, REPORTS_MAX, VERSION_TEXT_MAX,
};
use sentinel_model::node::{ActivationStage, FAILURE_TEXT_MAX, NodeStatus};
use sentinel_model::{BundleId, Generation, NodeId, Time};

use crate::ids::*;
use crate::samples::assign;
use crate::stage::Stage;

fn effective(bundle_id: BundleId, generation: u64) -> NodeFact {
    NodeFact::Effective { bundle_id, generation: Generation(generation) }
}

fn failed(bundle_id: BundleId, generation: u64, message: &str) -> NodeFact {
    let (stage, message) = (ActivationStage::Test, message.to_owned());
    NodeFact::Failed { bundle_id, generation: Generation(generation), stage, message }
}

fn news(stage: &mut Stage, fact: NodeFact) -> bool {
    match stage.report(edge(1), fact) {
        Reply::Count(changed) => changed == 1,
        Reply::Done | Reply::Revision(_) => panic!(),
    }
}

/// The first node is assigned the new bundle, as its second generation.
fn assigned() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(assign(NEW, &[1]));
    stage
}

#[test]
fn a_report_holds_a_bounded_number_of_facts() {
    let report = |count| NodesReport {
        reports: vec![NodeReport { node_id: edge(1), fact: NodeFact::Status(NodeStatus::Online) }; count],
    };
    Stage::furnished()
        .refuses_fields([("reports", report(0).into()), ("reports", report(REPORTS_MAX + 1).into())]);
}

#[test]
fn facts_about_nodes_that_are_gone_are_dropped() {
    let mut stage = Stage::furnished();
    let fact = NodeFact::Status(NodeStatus::Offline);
    let reports = [NodeId(NOBODY), edge(1)].map(|node_id| NodeReport { node_id, fact: fact.clone() });
    assert_eq!(stage.done(NodesReport { reports: reports.into() }), Reply::Count(1));
    assert_eq!(stage.node(1).status, NodeStatus::Offline);
}

#[test]
fn offered_and_accepted_only_move_forward() {
    let mut stage = assigned();
    for (generation, bundle_id, is_news) in [(1, OLD, true), (2, NEW, true), (2, NEW, false), (1, OLD, false)]
    {
        let generation = Generation(generation);
        assert_eq!(news(&mut stage, NodeFact::Offered { bundle_id, generation }), is_news);
        assert_eq!(news(&mut stage, NodeFact::Accepted { bundle_id, generation }), is_news);
    }
    let node = stage.node(1);
    assert_eq!((node.offered.unwrap().generation, node.accepted.unwrap().bundle_id), (Generation(2), NEW));
}

#[test]
fn what_contradicts_the_assignments_is_not_believed() {
    let mut stage = assigned();
    for (bundle_id, generation) in [(NEW, 3), (OLD, 2), (FOREIGN, 2)] {
        assert!(!news(&mut stage, effective(bundle_id, generation)));
        assert!(!news(&mut stage, failed(bundle_id, generation, "no")));
        let generation = Generation(generation);
        assert!(!news(&mut stage, NodeFact::Offered { bundle_id, generation }));
        assert!(!news(&mut stage, NodeFact::Accepted { bundle_id, generation }));
    }
    assert_eq!(stage.node(1).effective.unwrap().bundle_id, OLD);
}

#[test]
fn an_old_proof_that_overtakes_a_newer_one_is_not_believed() {
    let mut stage = assigned();
    assert!(news(&mut stage, effective(NEW, 2)));
    assert!(stage.node(1).converged());
    assert!(!news(&mut stage, effective(NEW, 2)), "told already");
    assert!(!news(&mut stage, effective(OLD, 1)), "a member that slept flushes what it heard before");
    assert!(news(&mut stage, failed(OLD, 1, "as old")), "the truth about an older generation");
    assert!(!news(&mut stage, effective(BETWEEN, 0)));
    assert!(stage.node(1).converged());
}

#[test]
fn effective_goes_down_when_the_newer_generation_has_failed() {
    let mut stage = assigned();
    assert!(news(&mut stage, effective(NEW, 2)));
    assert!(news(&mut stage, failed(NEW, 2, "does not start any more")));
    stage.now = Time(8_000_000);
    assert!(news(&mut stage, effective(OLD, 1)));
    let node = stage.node(1);
    assert!(!node.converged());
    assert!(node.failed_current(), "it stays known why");
    assert_eq!(node.effective.unwrap().at, stage.now);
    assert!(news(&mut stage, effective(NEW, 2)), "and up again by itself");
    assert_eq!(stage.node(1).failure, None);
}

#[test]
fn what_a_node_was_given_lately_is_remembered_with_what_it_runs() {
    let mut stage = assigned().raised();
    let numbers =
        |stage: &Stage| -> Vec<u64> { stage.node(1).given.iter().map(|given| given.generation.0).collect() };
    for _ in 0..6 {
        stage.done(assign(OLD, &[1]));
        stage.done(assign(NEW, &[1]));
    }
    assert_eq!(numbers(&stage), [11, 12, 13, 14], "what it ran before that was remembered is not");
    assert!(!news(&mut stage, effective(NEW, 11)), "that was another one");
    assert!(news(&mut stage, effective(OLD, 11)));
    for _ in 0..6 {
        stage.done(assign(NEW, &[1]));
    }
    assert_eq!(numbers(&stage), [11, 17, 18, 19, 20]);
    let node = stage.node(1);
    assert_eq!([OLD, NEW, FOREIGN].map(|bundle| node.was_given(bundle)), [true, true, false]);
    assert_eq!(node.supposed(), Some(NEW));
    assert!(news(&mut stage, failed(NEW, 20, "no")));
    assert_eq!(stage.node(1).supposed(), Some(OLD), "what it stays on");
}

#[test]
fn a_failure_stays_until_something_newer_is_assigned_or_proven() {
    let mut stage = assigned();
    assert!(news(&mut stage, failed(NEW, 2, "no")));
    assert!(!news(&mut stage, failed(NEW, 2, "again")), "told already");
    assert!(!news(&mut stage, failed(OLD, 1, "older")));
    assert!(stage.node(1).failed_current());
    assert_eq!(stage.node(1).failure.unwrap().message, "no");
    assert!(news(&mut stage, effective(NEW, 2)));
    assert_eq!(stage.node(1).failure, None);
    assert!(news(&mut stage, failed(NEW, 2, "later")));
    stage.done(assign(OLD, &[1]));
    assert_eq!(stage.node(1).failure, None);
    assert!(news(&mut stage, failed(NEW, 2, "late")), "the truth about an older generation");
    assert!(!stage.node(1).failed_current());
}

#[test]
fn a_proof_that_arrives_before_an_older_failure_can_be_told_again() {
    let mut stage = assigned();
    assert!(news(&mut stage, effective(NEW, 2)));
    assert!(news(&mut stage, failed(NEW, 2, "overtaken on its way")));
    assert!(news(&mut stage, effective(NEW, 2)));
    assert_eq!(stage.node(1).failure, None);
    assert!(!news(&mut stage, effective(NEW, 2)));
}

#[test]
fn messages_and_versions_are_cut_and_a_cut_version_is_not_news_for_ever() {
    let mut stage = assigned();
    assert!(news(&mut stage, failed(NEW, 2, &"é".repeat(FAILURE_TEXT_MAX + 5))));
    assert_eq!(stage.node(1).failure.unwrap().message.chars().count(), FAILURE_TEXT_MAX);
    let versions = || NodeFact::Versions { agent: "v".repeat(500), proxy: "2".into() };
    assert!(news(&mut stage, versions()));
    assert_eq!(stage.node(1).agent_version.len(), VERSION_TEXT_MAX);
    assert!(!news(&mut stage, versions()));
}

#[test]
fn a_status_is_news_only_when_it_changes() {
    let mut stage = assigned();
    let since = stage.node(1).status_since;
    stage.now = Time(8_000_000);
    assert!(!news(&mut stage, NodeFact::Status(NodeStatus::Online)));
    assert_eq!(stage.node(1).status_since, since);
    assert!(news(&mut stage, NodeFact::Status(NodeStatus::Offline)));
    assert_eq!(stage.node(1).status_since, stage.now);
}

#[test]
fn each_change_is_an_event_with_its_details() {
    let mut stage = assigned();
    for (fact, kind) in [
        (NodeFact::Offered { bundle_id: NEW, generation: Generation(2) }, "node.offered"),
        (NodeFact::Accepted { bundle_id: NEW, generation: Generation(2) }, "node.accepted"),
        (failed(NEW, 2, "no"), "node.failed"),
        (effective(NEW, 2), "node.effective"),
        (NodeFact::Status(NodeStatus::Offline), "node.offline"),
        (NodeFact::Status(NodeStatus::Unknown), "node.unknown"),
        (NodeFact::Status(NodeStatus::Online), "node.online"),
        (NodeFact::Versions { agent: "9".into(), proxy: "9".into() }, "node.updated"),
    ] {
        assert!(news(&mut stage, fact));
        let event = stage.events.iter().find(|event| event.kind == kind).unwrap();
        assert_eq!((&event.resource_id, event.project_id), (&edge(1).to_string(), Some(SHOP)));
        let details = event.data.get("generation").map(String::as_str);
        let has_generation =
            matches!(kind, "node.offered" | "node.accepted" | "node.failed" | "node.effective");
        assert_eq!(details, has_generation.then_some("2"), "{kind}");
        assert_eq!(event.data.get("stage").map(String::as_str), (kind == "node.failed").then_some("test"));
    }
}
