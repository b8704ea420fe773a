//! Groups of nodes.

use std::collections::BTreeMap;

use sentinel_model::{NodeGroupId, NodeId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::rollout::NodeRef;

/// Nodes that belong together: those that it names, and those that its rule selects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeGroup {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: NodeGroupId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The rule: nodes that carry all of these labels. Empty: there is no rule.
    pub labels: BTreeMap<String, String>,
    /// How many nodes it names one by one.
    pub named: u64,
    /// How many nodes belong to it now, named or selected.
    pub nodes: u64,
    /// How many of these are online.
    pub online: u64,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeGroupBody {
    /// The group.
    pub node_group: NodeGroup,
}

/// A group, as other objects name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeGroupRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: NodeGroupId,
    /// Unique in the project.
    pub name: String,
}

/// Groups of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeGroupList {
    /// By name: all of them.
    pub node_groups: Vec<NodeGroup>,
    /// How many.
    pub total: u64,
}

/// A group with its nodes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeGroupDetail {
    /// The group.
    pub node_group: NodeGroup,
    /// Nodes that it names, by name.
    pub named: Vec<NodeRef>,
    /// Nodes that its rule selects and that it does not name, by name; at most 1,000.
    pub selected: Vec<NodeRef>,
}

/// A group to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeGroupCreate {
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The rule: nodes that carry all of these labels, also those that join later.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Nodes that belong to it whatever their labels are.
    #[schema(value_type = Vec<Uuid>)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub node_ids: Vec<NodeId>,
}

/// What to change of a group. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeGroupUpdate {
    /// Its name from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its rule from now on; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<BTreeMap<String, String>>,
    /// Nodes that belong to it from now on, too.
    #[schema(value_type = Vec<Uuid>)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_node_ids: Vec<NodeId>,
    /// Nodes that it does not name any more.
    #[schema(value_type = Vec<Uuid>)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_node_ids: Vec<NodeId>,
}
