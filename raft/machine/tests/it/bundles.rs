//! Bundles: made, revoked, assigned directly.

use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::{Rejection, Reply, Table, Write, bundle_bytes, query};
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::node::AssignmentCause;
use sentinel_model::project::Project;
use sentinel_model::rollout::TARGET_NODES_MAX;
use sentinel_model::{BundleId, Generation, NodeId, ProjectId};
use uuid::Uuid;

use crate::ids::*;
use crate::samples::{self, assign};
use crate::stage::Stage;

fn not_found(kind: &str) -> Rejection {
    Rejection::not_found(kind)
}

#[test]
fn a_bundle_is_made_with_a_version_of_its_own_in_its_project() {
    let mut stage = Stage::furnished();
    let new = |version: &str| samples::bundle(BundleId(NOBODY), SHOP, version);
    stage.refuses_fields([("version", new("v 3").into())]);
    let taken = "the project has a bundle '2.0' already; choose another version";
    stage.refuses([
        (BundleCreate { project_id: ProjectId(NOBODY), ..new("3.0") }.into(), not_found("Project")),
        (new("2.0").into(), Rejection::taken("version", taken)),
        (
            BundleCreate { bundle_id: NEW, ..new("3.0") }.into(),
            Rejection::taken("id", "this bundle exists already"),
        ),
    ]);
    stage.done(new("3.0"));
    let newest = query::newest_bundle(&stage.tables, SHOP).unwrap().unwrap();
    assert_eq!((newest.version.as_str(), newest.state), ("3.0", BundleState::Compiled));
    assert_eq!(newest.signature, (100..164).collect::<Vec<u8>>());
}

#[test]
fn the_bytes_of_a_projects_bundles_are_counted_also_where_nobody_counted_before() {
    let mut stage = Stage::furnished();
    let new = |id: u128, size_bytes| BundleCreate {
        size_bytes,
        ..samples::bundle(BundleId(Uuid::from_u128(id)), SHOP, &format!("9.{id}"))
    };
    let before = bundle_bytes::of(&stage.tables, SHOP).unwrap();
    assert!(before > 0, "there are bundles already");
    stage.done(new(0x901, 1_000));
    assert_eq!(bundle_bytes::of(&stage.tables, SHOP).unwrap(), before + 1_000);
    // As an older version leaves it: bundles, and no number.
    stage.tables.delete(Table::BundleBytes, SHOP.as_bytes()).unwrap();
    assert_eq!(bundle_bytes::of(&stage.tables, SHOP).unwrap(), before + 1_000);
    stage.done(new(0x902, 20));
    assert_eq!(bundle_bytes::of(&stage.tables, SHOP).unwrap(), before + 1_020);
    stage.tables.delete(Table::BundleBytes, SHOP.as_bytes()).unwrap();
    stage.done(BundleRevoke { bundle_id: BundleId(Uuid::from_u128(0x901)) });
    assert_eq!(bundle_bytes::of(&stage.tables, SHOP).unwrap(), before + 20);
    crate::integrity::check(&stage.tables);
}

#[test]
fn a_bundle_is_revoked_once_and_is_no_baseline_any_more() {
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline, Some(NEW));
    stage.done(BundleRevoke { bundle_id: OLD });
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline, Some(NEW), "another bundle's");
    stage.done(BundleRevoke { bundle_id: NEW });
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap().baseline, None);
    assert_eq!(stage.get::<Bundle>(NEW.as_bytes()).unwrap().state, BundleState::Revoked);
    assert_eq!(stage.node(1).assignment.unwrap().bundle_id, NEW, "nodes that run it keep running it");
    stage.refuses([
        (
            BundleRevoke { bundle_id: NEW }.into(),
            Rejection::WrongState("Only compiled bundles can be revoked".into()),
        ),
        (BundleRevoke { bundle_id: BundleId(NOBODY) }.into(), not_found("Bundle")),
    ]);
}

#[test]
fn an_assignment_carries_the_next_generation_and_wakes_its_node() {
    let mut stage = Stage::furnished();
    stage.fail(1);
    assert_eq!(stage.done(assign(NEW, &[1, 2])), Reply::Count(2));
    let node = stage.node(1);
    let assignment = node.assignment.unwrap();
    assert_eq!((assignment.bundle_id, assignment.generation), (NEW, Generation(2)));
    assert_eq!((assignment.cause, assignment.at), (AssignmentCause::Direct, stage.now));
    assert_eq!((node.generation, node.failure), (Generation(2), None));
    assert_eq!(node.effective.unwrap().bundle_id, OLD, "assigning proves nothing");
    let woken: Vec<&str> = stage
        .events
        .iter()
        .filter(|event| event.kind == "node.assigned" && event.data["generation"] == "2")
        .map(|event| event.resource_id.as_str())
        .collect();
    assert_eq!(woken, [edge(1).to_string(), edge(2).to_string()]);
}

#[test]
fn a_node_named_twice_is_assigned_once() {
    let mut stage = Stage::furnished();
    assert_eq!(stage.done(assign(NEW, &[1, 1])), Reply::Count(1));
    assert_eq!(stage.node(1).generation, Generation(2));
}

#[test]
fn an_assignment_is_refused_as_a_whole() {
    let mut stage = Stage::furnished();
    let nodes = |node_ids: Vec<NodeId>| BundleAssign { bundle_id: NEW, node_ids };
    stage.refuses_fields([
        ("node_ids", nodes(vec![]).into()),
        ("node_ids", nodes(vec![edge(1); TARGET_NODES_MAX + 1]).into()),
    ]);
    stage.refuses([
        (assign(BundleId(NOBODY), &[1]).into(), not_found("Bundle")),
        (nodes(vec![edge(1), NodeId(NOBODY)]).into(), not_found("Node")),
        (nodes(vec![edge(1), STRANGER]).into(), not_found("Node")),
        (assign(FOREIGN, &[1]).into(), not_found("Node")),
    ]);
    stage.done(BundleRevoke { bundle_id: OLD });
    let revoked = Rejection::WrongState("Bundle has been revoked".into());
    stage.refuses([(assign(OLD, &[1]).into(), revoked)]);
    stage.done(samples::rollout());
    let owned = format!("node 'edge-2' belongs to the rollout {ROLLOUT}; cancel that first");
    stage.refuses([(assign(NEW, &[2]).into(), Rejection::WrongState(owned))]);
}
