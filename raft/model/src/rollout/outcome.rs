//! What a rollout has come to on a node: kept with it when it ends, because the node goes on to other things.

use serde::{Deserialize, Serialize};

use super::RolloutNode;
use crate::node::{ActivationFailure, Fact, Node, NodeStatus};

/// A node as it was when the rollout ended. What it had not proven by then is added when the node says so, as long as it has nothing newer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeOutcome {
    /// Its name.
    pub name: String,
    /// Whether heartbeats arrived.
    pub status: NodeStatus,
    /// What it had proven to run.
    pub effective: Option<Fact>,
    /// Why its newest assignment had not become effective.
    pub failure: Option<ActivationFailure>,
    /// It had proven what the rollout gave it last, going forward or back.
    pub proven: bool,
    /// It ran what it should run.
    pub converged: bool,
    /// Its failure domain, where these were told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure_domain: Option<String>,
}

impl NodeOutcome {
    /// Of a node as it is now.
    pub fn of(member: &RolloutNode, node: &Node, failure_domain: Option<String>) -> Self {
        Self {
            name: node.name.clone(),
            status: node.status,
            effective: node.effective,
            failure: node.failure.clone(),
            proven: member.proven_by(node),
            converged: node.converged() && !node.runs_unassigned(),
            failure_domain,
        }
    }
}
