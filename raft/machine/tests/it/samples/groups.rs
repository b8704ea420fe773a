//! Samples of groups of nodes.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_machine::commands::node_group_create::NodeGroupCreate;
use sentinel_machine::commands::node_group_update::NodeGroupUpdate;

use crate::ids::*;

/// The first node, and those in the EU.
pub fn group() -> NodeGroupCreate {
    NodeGroupCreate {
        group_id: GROUP,
        project_id: SHOP,
        name: "first".into(),
        description: "goes first".into(),
        labels: BTreeMap::from([("zone".into(), "eu".into())]),
        nodes: BTreeSet::from([edge(1)]),
    }
}

/// The second node instead of the first, and no rule.
pub fn regroup() -> NodeGroupUpdate {
    NodeGroupUpdate {
        project_id: SHOP,
        group_id: GROUP,
        name: Some("second".into()),
        description: None,
        labels: Some(BTreeMap::new()),
        add: BTreeSet::from([edge(2)]),
        remove: BTreeSet::from([edge(1)]),
    }
}
