//! Groups of nodes.

use sentinel_api_types::group::{
    NodeGroupBody, NodeGroupCreate, NodeGroupDetail, NodeGroupList, NodeGroupUpdate,
};
use sentinel_model::NodeGroupId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The groups of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_groups(&self, project: &str) -> Result<NodeGroupList, ClientError> {
        self.ask(Call::get(&["projects", project, "node-groups"])).await
    }

    /// A group with its nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn node_group(&self, project: &str, id: NodeGroupId) -> Result<NodeGroupDetail, ClientError> {
        self.ask(Call::get(&["projects", project, "node-groups", &id.to_string()])).await
    }

    /// Makes a group.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_node_group(
        &self,
        project: &str,
        request: &NodeGroupCreate,
    ) -> Result<NodeGroupBody, ClientError> {
        self.ask(Call::post(&["projects", project, "node-groups"]).json(request)).await
    }

    /// Changes a group.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_node_group(
        &self,
        project: &str,
        id: NodeGroupId,
        request: &NodeGroupUpdate,
    ) -> Result<NodeGroupBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "node-groups", &id.to_string()]).json(request)).await
    }

    /// Takes a group away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_node_group(&self, project: &str, id: NodeGroupId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "node-groups", &id.to_string()])).await
    }
}
