//! Removes a node. Its agent is refused from then on; its proxy keeps serving what it has. Where a node is not taken out of its
//! environment by everybody, it is not removed by everybody either, unless it is gone for good: enrolled anew, it would be out of there.

use sentinel_model::NodeId;
use sentinel_model::audit::Actor;
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::node_update::require_free_to_leave;
use crate::outcome::Reply;
use crate::tables::{Scan, Table, key};
use crate::{baseline, drift, environment, group, simulator};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeDelete {
    /// The node.
    pub node_id: NodeId,
}

/// A machine that is gone: it is not heard of, it is not what stops a bundle, and its environment has others. Whoever is on call removes it.
fn is_dead(context: &Context<'_>, node: &Node) -> Result<bool, Stop> {
    if node.status != NodeStatus::Offline || node.failed_current() {
        return Ok(false);
    }
    let Some(environment) = node.environment_id else { return Ok(true) };
    let two = Scan { limit: 2, ..Scan::all(Table::EnvironmentNodes, environment.as_bytes()) };
    Ok(context.tables().scan(two)?.len() > 1)
}

impl Apply for NodeDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let node = context.require::<Node>(self.node_id.as_bytes(), "Node")?;
        let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
        // The leader only carries out what a simulator was told, and what it removes comes back to where it was.
        let by_simulator = node.simulated && matches!(context.actor, Actor::Member(_));
        if !by_simulator && !is_dead(context, &node)? {
            require_free_to_leave(context, &node)?;
        }
        simulator::remember_place(context, &node)?;
        for (event, _) in context.tables().scan(Scan::all(Table::NodeEvents, self.node_id.as_bytes()))? {
            context.write().delete(Table::NodeEvents, &event)?;
        }
        context.write().delete(Table::NodeEventCounts, self.node_id.as_bytes())?;
        baseline::forget(context, &node)?;
        group::forget(context, &node)?;
        environment::leave(context, &node)?;
        drift::forget(context, &node)?;
        let write = context.write();
        write.delete(Table::Nodes, self.node_id.as_bytes())?;
        write.delete(Table::NodeNames, &key(&[node.project_id.as_bytes(), node.name.as_bytes()]))?;
        write.delete(Table::NodeKeyDigests, &node.key_digest.0)?;
        write.delete(Table::NodeSealingKeys, self.node_id.as_bytes())?;
        let id = self.node_id.to_string();
        let subject = Subject::in_project("node", &id, &project);
        context.record("node.deleted", subject, [("name", node.name)])?;
        Ok(Reply::Done)
    }
}
