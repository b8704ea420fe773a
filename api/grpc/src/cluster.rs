//! What the answering member knows of the cluster.

use sentinel_app::App;
use tonic::{Request, Response, Status};

use crate::proto::cluster_service_server::ClusterService;
use crate::proto::{ClusterStatus, GetStatusRequest, ListMembersRequest, ListMembersResponse};
use crate::{caller, status};

/// See the module.
pub struct Cluster(pub App);

#[tonic::async_trait]
impl ClusterService for Cluster {
    async fn get_status(
        &self,
        request: Request<GetStatusRequest>,
    ) -> Result<Response<ClusterStatus>, Status> {
        let caller = caller::of(&self.0, &request).await?;
        let found = self.0.show_cluster(&caller).await.map_err(status::of)?;
        Ok(Response::new(found.into()))
    }

    async fn list_members(
        &self,
        request: Request<ListMembersRequest>,
    ) -> Result<Response<ListMembersResponse>, Status> {
        let caller = caller::of(&self.0, &request).await?;
        let found = self.0.show_cluster(&caller).await.map_err(status::of)?;
        Ok(Response::new(ListMembersResponse { members: ClusterStatus::from(found).members }))
    }
}
