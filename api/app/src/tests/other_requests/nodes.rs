//! Requests of nodes, and about them.

use futures::FutureExt;
use sentinel_api_types::Secret;
use sentinel_api_types::agent::{
    NodeEventBatch, NodeEventReport, NodeEventType, NodeEventsRequest, Severity,
};
use sentinel_api_types::group::{NodeGroupCreate, NodeGroupUpdate};
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::simulator::SimulatorSet;
use sentinel_model::{BundleId, NodeId};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::caller::Caller;
use crate::testing::world::{ORG, PROJECT};
use crate::testing::{Kit, World};

pub(super) struct Nodes {
    leaving: [NodeId; 2],
    tokens: [Secret; 2],
    /// Told more than is kept of it.
    talkative: (NodeId, Caller),
}

pub(super) async fn nodes(world: &World) -> Nodes {
    let (mut leaving, mut tokens) = (Vec::new(), Vec::new());
    for name in ["edge-21", "edge-22"] {
        leaving.push(world.kit.node(&world.operator, PROJECT, name).await.unwrap().0);
        tokens.push(world.kit.enrolment(&world.operator, PROJECT, None).await.unwrap());
    }
    let (id, known) = world.kit.node(&world.operator, PROJECT, "edge-23").await.unwrap();
    for _ in 0..3 {
        let full = vec![told("before"); 50];
        let request = NodeEventsRequest::Many(NodeEventBatch { events: full });
        world.kit.app.append_node_events(&known.again(), id, request).await.unwrap();
    }
    Nodes {
        leaving: leaving.try_into().unwrap(),
        tokens: tokens.try_into().unwrap(),
        talkative: (id, known.caller),
    }
}

fn told(message: &str) -> NodeEventReport {
    NodeEventReport {
        event_type: NodeEventType::Startup,
        severity: Severity::Info,
        message: message.to_owned(),
    }
}

pub(super) fn of_nodes<'a>(world: &'a World, nodes: &'a Nodes) -> Vec<Row<'a>> {
    let (app, operator, anonymous) = (&world.kit.app, &world.operator.caller, world.kit.anonymous());
    let ([leaving, staying], [token, other]) = (nodes.leaving, &nodes.tokens);
    let (talkative, by) = (nodes.talkative.0, &nodes.talkative.1);
    let event = |message: &str| NodeEventsRequest::One(told(message));
    vec![
        row!(
            NodeRegister,
            anonymous,
            |c| app.register_node(c, PROJECT, Kit::registration(token, "edge-31"), "::1"),
            app.register_node(c, PROJECT, Kit::registration(token, "edge-32"), "::1")
        ),
        row!(
            NodeRegister,
            anonymous,
            |c| app.register_node(c, PROJECT, Kit::registration(token, "edge-33"), "::1"),
            app.register_node(c, PROJECT, Kit::registration(other, "edge-33"), "::1")
        ),
        row!(
            NodeDelete,
            operator,
            |c| app.delete_node(c, PROJECT, leaving),
            app.delete_node(c, PROJECT, staying)
        ),
        row!(
            NodeEventsAppend,
            by,
            |c| app.append_node_events(c, talkative, event("up")),
            app.append_node_events(c, talkative, event("down"))
        ),
        // Another node, and another kind of request altogether.
        row!(NodeEventsAppend, by, |c| app.append_node_events(c, talkative, event("up")), async {
            let by = Kit::repeatable(&world.node.1.caller, c.request_id.0);
            app.append_node_events(&by, world.node.0, event("up")).await
        }),
        row!(NodeEventsAppend, by, |c| app.append_node_events(c, talkative, event("up")), async {
            let project = ProjectCreate { name: "p-9".into(), slug: None, description: None, sandbox: false };
            app.create_project(&Kit::repeatable(&world.admin.caller, c.request_id.0), ORG, project).await
        }),
    ]
}

/// Changes of settings; the cluster knows them once it was raised.
pub(super) async fn of_settings(world: &World) -> Vec<Row<'_>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let node = world.node.0;
    let (other, _) = world.kit.node(&world.operator, PROJECT, "edge-41").await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "settings").await.unwrap();
    let pin =
        |bundle: Option<BundleId>| NodeUpdate { pinned_bundle_id: Some(bundle), ..NodeUpdate::default() };
    let made = |name: &str, node_ids| NodeGroupCreate { name: name.into(), node_ids, ..Default::default() };
    let mut groups = Vec::new();
    for name in ["first", "second"] {
        let group =
            app.create_node_group(&world.operator.again(), PROJECT, made(name, vec![])).await.unwrap();
        groups.push(group.node_group.id);
    }
    let (first, second) = (groups[0], groups[1]);
    let adding = |node| NodeGroupUpdate { add_node_ids: vec![node], ..Default::default() };
    let lowest = |version: Option<&str>| NodeUpdate {
        min_bundle_version: Some(version.map(str::to_owned)),
        ..NodeUpdate::default()
    };
    let weight = |percent| NodeUpdate { weight: Some(percent), ..NodeUpdate::default() };
    let labels = |pairs: &[(&str, &str)]| {
        let labels = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        NodeUpdate { labels: Some(labels), ..NodeUpdate::default() }
    };
    for name in ["play", "play-2"] {
        let project = ProjectCreate { name: name.into(), slug: None, description: None, sandbox: true };
        app.create_project(&world.admin.again(), ORG, project).await.unwrap();
        app.set_simulator(&world.operator.again(), name, SimulatorSet::default()).await.unwrap();
    }
    let simulated = |nodes| SimulatorSet { nodes: Some(nodes), ..SimulatorSet::default() };
    let failing = |percent| SimulatorSet { failure_percent: Some(percent), ..SimulatorSet::default() };
    vec![
        row!(
            SimulatorSet,
            operator,
            |c| app.set_simulator(c, "play", simulated(5)),
            app.set_simulator(c, "play", simulated(6))
        ),
        row!(
            SimulatorSet,
            operator,
            |c| app.set_simulator(c, "play", simulated(5)),
            app.set_simulator(c, "play", SimulatorSet { seed: Some(1), ..simulated(5) })
        ),
        row!(
            SimulatorSet,
            operator,
            |c| app.set_simulator(c, "play", failing(5)),
            app.set_simulator(c, "play-2", failing(5))
        ),
        row!(SimulatorStop, operator, |c| app.stop_simulator(c, "play"), app.stop_simulator(c, "play-2")),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, weight(50)),
            app.update_node(c, PROJECT, other, weight(50))
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, weight(50)),
            app.update_node(c, PROJECT, node, weight(51))
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, labels(&[("a", "1")])),
            app.update_node(c, PROJECT, node, labels(&[("a", "1"), ("b", "2")]))
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, pin(Some(bundle))),
            app.update_node(c, PROJECT, node, pin(None))
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, NodeUpdate { weight: Some(7), ..pin(None) }),
            app.update_node(c, PROJECT, node, weight(7))
        ),
        row!(
            NodeUpdate,
            operator,
            |c| app.update_node(c, PROJECT, node, lowest(Some("1.4.0"))),
            app.update_node(c, PROJECT, node, lowest(None))
        ),
        row!(
            NodeGroupCreate,
            operator,
            |c| app.create_node_group(c, PROJECT, made("new", vec![node])),
            app.create_node_group(c, PROJECT, made("new", vec![other]))
        ),
        row!(
            NodeGroupUpdate,
            operator,
            |c| app.update_node_group(c, PROJECT, first, adding(node)),
            app.update_node_group(c, PROJECT, first, adding(other))
        ),
        row!(
            NodeGroupDelete,
            operator,
            |c| app.delete_node_group(c, PROJECT, first),
            app.delete_node_group(c, PROJECT, second)
        ),
    ]
}
