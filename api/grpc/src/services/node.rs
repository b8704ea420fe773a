//! Nodes as operators see them.

use sentinel_api_types::node::NodesQuery;
use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id, query};
use crate::proto::node_service_server::NodeService;
use crate::proto::{
    DeleteNodeRequest, ExplainNodeRequest, GetNodeRequest, GetNodeStatsRequest, ListNodeEventsRequest,
    ListNodesRequest, NodeBody, NodeEventList, NodeList, NodeStats, NodeWhy, UpdateNodeRequest,
};

#[tonic::async_trait]
impl NodeService for Admin {
    async fn list_nodes(&self, request: Request<ListNodesRequest>) -> Answer<NodeList> {
        let (caller, asked) = open(request)?;
        let args = query(&asked, &["project", "labels"])?;
        let labels = asked.labels.into_iter().collect();
        answer(&caller, self.app.list_nodes(&caller, &asked.project, &NodesQuery { labels, ..args }).await)
    }

    async fn get_node_stats(&self, request: Request<GetNodeStatsRequest>) -> Answer<NodeStats> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.node_stats(&caller, &asked.project).await)
    }

    async fn get_node(&self, request: Request<GetNodeRequest>) -> Answer<NodeBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_node(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn delete_node(&self, request: Request<DeleteNodeRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_node(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn update_node(&self, request: Request<UpdateNodeRequest>) -> Answer<NodeBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.update_node(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn list_node_events(&self, request: Request<ListNodeEventsRequest>) -> Answer<NodeEventList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_node_events(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn explain_node(&self, request: Request<ExplainNodeRequest>) -> Answer<NodeWhy> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app
                .node_why(&caller, &asked.project, id("id", &asked.id)?, query(&asked, &["project", "id"])?)
                .await,
        )
    }
}
