//! Nodes as operators see them.

use sentinel_api_types::node::{NodeBody, NodeEventList, NodeList, NodeStats, NodeUpdate, NodesQuery};
use sentinel_api_types::why::{NodeWhy, NodeWhyQuery};
use sentinel_model::NodeId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The nodes of a project, by name.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn nodes(&self, project: &str, query: &NodesQuery) -> Result<NodeList, ClientError> {
        let mut call = Call::get(&["projects", project, "nodes"]).query(query);
        for (key, value) in &query.labels {
            call = call.parameter(format!("labels[{key}]"), value);
        }
        self.ask(call).await
    }

    /// The nodes of a project in numbers.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_stats(&self, project: &str) -> Result<NodeStats, ClientError> {
        self.ask(Call::get(&["projects", project, "nodes", "stats"])).await
    }

    /// One node.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node(&self, project: &str, id: NodeId) -> Result<NodeBody, ClientError> {
        self.ask(Call::get(&["projects", project, "nodes", &id.to_string()])).await
    }

    /// Changes a node's labels, weight or pin.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when a rollout moves the node, or the cluster's level is too low.
    pub async fn update_node(
        &self,
        project: &str,
        id: NodeId,
        request: &NodeUpdate,
    ) -> Result<NodeBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "nodes", &id.to_string()]).json(request)).await
    }

    /// Removes a node; its key is good for nothing from then on.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_node(&self, project: &str, id: NodeId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "nodes", &id.to_string()])).await
    }

    /// What a node's agent told.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_events(&self, project: &str, id: NodeId) -> Result<NodeEventList, ClientError> {
        self.ask(Call::get(&["projects", project, "nodes", &id.to_string(), "events"])).await
    }

    /// Why a node is, or is not, on a generation.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_why(
        &self,
        project: &str,
        id: NodeId,
        query: &NodeWhyQuery,
    ) -> Result<NodeWhy, ClientError> {
        self.ask(Call::get(&["projects", project, "nodes", &id.to_string(), "why"]).query(query)).await
    }
}
