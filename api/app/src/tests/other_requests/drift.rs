//! Requests about what nodes really run. The cluster has been raised by now.

use std::collections::BTreeMap;

use futures::FutureExt;
use sentinel_api_types::Secret;
use sentinel_api_types::agent::RegisterRequest;
use sentinel_api_types::bundle::BundleAssign;
use sentinel_api_types::drift::{DriftFilter, DriftQuery, DriftResolveAll};
use sentinel_api_types::timestamp;
use sentinel_model::{BundleId, DriftEventId, NodeId, Time};

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::world::{Known, PROJECT};
use crate::testing::{Kit, World};
use crate::tests::drift::{RUNS, beat, measured, report, why};
use crate::tests::node_secrets::asking;

pub(super) struct Drifting {
    node: (NodeId, Known),
    event: DriftEventId,
    token: Secret,
    bundle: BundleId,
}

/// A node that runs something else than it was given.
pub(super) async fn drifting(world: &World) -> Drifting {
    let (app, operator) = (&world.kit.app, &world.operator);
    let node = world.kit.node(operator, PROJECT, "edge-51").await.unwrap();
    let bundle = world.kit.bundle(operator, PROJECT, "drifting").await.unwrap();
    let request = BundleAssign { node_ids: vec![node.0] };
    app.assign_bundle(&operator.again(), PROJECT, bundle, request).await.unwrap();
    beat(world, &node, bundle, None).await;
    beat(world, &node, bundle, Some(measured(1, true))).await;
    let query = DriftQuery { status: Some(DriftFilter::Active), ..DriftQuery::default() };
    let list = app.list_drift(&operator.again(), PROJECT, &query).await.unwrap().drift_events;
    let event = list.iter().find(|event| event.node_id == node.0).unwrap().id;
    let token = world.kit.enrolment(operator, PROJECT, None).await.unwrap();
    Drifting { node, event, token, bundle }
}

fn seen(until: i64) -> DriftResolveAll {
    DriftResolveAll { reason: "planned work".into(), seen_until: timestamp(Time(until)) }
}

pub(super) fn of_drift<'a>(world: &'a World, drifting: &'a Drifting) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let (node, by, event) = (drifting.node.0, &drifting.node.1.caller, drifting.event);
    let labelled = |zone: &str| RegisterRequest {
        labels: BTreeMap::from([("zone".to_owned(), zone.to_owned())]),
        ..Kit::registration(&drifting.token, "edge-52")
    };
    let anonymous = world.kit.anonymous();
    vec![
        // What else was asked for is in the audit log from this level on.
        row!(
            NodeRegister,
            anonymous,
            |c| app.register_node(c, PROJECT, labelled("eu"), "::1"),
            app.register_node(c, PROJECT, labelled("us"), "::1")
        ),
        row!(
            NodeSecrets,
            by,
            |c| app.node_secrets(c, node, asking(drifting.bundle, 1)),
            app.node_secrets(c, node, asking(drifting.bundle, 2))
        ),
        row!(
            RuntimeConfigKeep,
            by,
            |c| app.keep_runtime_config(c, node, report(RUNS)),
            app.keep_runtime_config(c, node, report("system { worker-threads 3; }"))
        ),
        row!(
            DriftResolve,
            operator,
            |c| app.resolve_drift(c, PROJECT, event, why("planned work")),
            app.resolve_drift(c, PROJECT, event, why("nobody knows"))
        ),
        row!(
            DriftResolve,
            operator,
            |c| app.resolve_all_drift(c, PROJECT, seen(1)),
            app.resolve_all_drift(c, PROJECT, seen(2))
        ),
    ]
}
