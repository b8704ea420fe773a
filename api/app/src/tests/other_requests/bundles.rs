//! Requests about bundles.

use futures::FutureExt;
use sentinel_api_types::bundle::{BundleAssign, BundleCreate};
use sentinel_model::{BundleId, NodeId};

use super::{PROJECT_2, Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::{PROJECT, SOURCE};

pub(super) struct Fleet {
    pub(super) nodes: [NodeId; 4],
    pub(super) bundles: [BundleId; 2],
    pub(super) doomed: [BundleId; 2],
}

pub(super) async fn fleet(world: &World) -> Fleet {
    let (mut nodes, mut bundles) = (Vec::new(), Vec::new());
    for name in ["edge-11", "edge-12", "edge-13", "edge-14"] {
        nodes.push(world.kit.node(&world.operator, PROJECT, name).await.unwrap().0);
        bundles.push(world.kit.bundle(&world.operator, PROJECT, name).await.unwrap());
    }
    let doomed = bundles.split_off(2).try_into().unwrap();
    Fleet { nodes: nodes.try_into().unwrap(), bundles: bundles.try_into().unwrap(), doomed }
}

pub(super) fn of_bundles<'a>(world: &'a World, fleet: &'a Fleet) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let ([one, two], [first, second, ..]) = (fleet.bundles, fleet.nodes);
    let [doomed, spared] = fleet.doomed;
    let create = |version: &str, source: &str| BundleCreate {
        version: version.into(),
        config_source: Some(source.into()),
    };
    let to = |node_ids: &[NodeId]| BundleAssign { node_ids: node_ids.to_vec() };
    let changed = || SOURCE.replace("everything", "all");
    vec![
        row!(
            BundleCreate,
            operator,
            |c| app.create_bundle(c, PROJECT, create("1", SOURCE)),
            app.create_bundle(c, PROJECT, create("2", SOURCE))
        ),
        row!(
            BundleCreate,
            operator,
            |c| app.create_bundle(c, PROJECT, create("3", SOURCE)),
            app.create_bundle(c, PROJECT, create("3", &changed()))
        ),
        row!(
            BundleCreate,
            operator,
            |c| app.create_bundle(c, PROJECT, create("4", SOURCE)),
            app.create_bundle(c, PROJECT_2, create("4", SOURCE))
        ),
        row!(
            BundleAssign,
            operator,
            |c| app.assign_bundle(c, PROJECT, one, to(&[first])),
            app.assign_bundle(c, PROJECT, two, to(&[first]))
        ),
        row!(
            BundleAssign,
            operator,
            |c| app.assign_bundle(c, PROJECT, one, to(&[first])),
            app.assign_bundle(c, PROJECT, one, to(&[second]))
        ),
        row!(
            BundleAssign,
            operator,
            |c| app.assign_bundle(c, PROJECT, one, to(&[first])),
            app.assign_bundle(c, PROJECT, one, to(&[first, second]))
        ),
        row!(
            BundleRevoke,
            operator,
            |c| app.revoke_bundle(c, PROJECT, doomed),
            app.revoke_bundle(c, PROJECT, spared)
        ),
    ]
}
