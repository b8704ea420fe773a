//! Why a node runs what it runs.

use sentinel_model::RolloutId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Timestamp;
use crate::node::Node;

/// What is asked about a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NodeWhyQuery {
    /// Why it is or is not on this generation; the newest one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
}

/// Why a node runs what it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeWhy {
    /// The node with its facts: desired and by whose decision, offered, accepted, effective.
    pub node: Node,
    /// It runs what it shall run.
    pub runs: bool,
    /// The most decisive first; never empty.
    pub findings: Vec<WhyFinding>,
}

/// One thing that has to do with what a node runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WhyFinding {
    /// What it is about.
    pub kind: WhyKind,
    /// In words.
    pub text: String,
    /// When it came to be so.
    pub since: Option<Timestamp>,
    /// The rollout that it is about.
    #[schema(value_type = Option<Uuid>)]
    pub rollout_id: Option<RolloutId>,
    /// What to do, where there is something to do.
    pub next: Option<String>,
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhyKind {
    /// It runs what it shall run.
    Runs,
    /// Nothing is assigned to it.
    Unassigned,
    /// The generation that was asked about, where it is not the newest one.
    Generation,
    /// Its newest assignment failed.
    Failed,
    /// Nobody hears of it.
    Silent,
    /// It is on its way.
    OnItsWay,
    /// The rollout that owns it.
    Owner,
    /// A rollout that has not begun and wants it.
    Waiting,
    /// The rollout that gave it what it has.
    Origin,
    /// It may be given one bundle only, or bundles of some versions only.
    Pinned,
    /// A newer rollout that does not move it.
    LeftOut,
    /// Nothing goes forward in its project.
    Frozen,
    /// What is there differs from what it was given.
    Drifted,
    /// What it runs was revoked.
    Revoked,
}
