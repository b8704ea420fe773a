//! Groups of nodes.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id};
use crate::proto::node_group_service_server::NodeGroupService;
use crate::proto::{
    CreateNodeGroupRequest, DeleteNodeGroupRequest, GetNodeGroupRequest, ListNodeGroupsRequest,
    NodeGroupBody, NodeGroupDetail, NodeGroupList, UpdateNodeGroupRequest,
};

#[tonic::async_trait]
impl NodeGroupService for Admin {
    async fn list_node_groups(&self, request: Request<ListNodeGroupsRequest>) -> Answer<NodeGroupList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_node_groups(&caller, &asked.project).await)
    }

    async fn create_node_group(&self, request: Request<CreateNodeGroupRequest>) -> Answer<NodeGroupBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_node_group(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_node_group(&self, request: Request<GetNodeGroupRequest>) -> Answer<NodeGroupDetail> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_node_group(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn delete_node_group(&self, request: Request<DeleteNodeGroupRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_node_group(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn update_node_group(&self, request: Request<UpdateNodeGroupRequest>) -> Answer<NodeGroupBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.update_node_group(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }
}
