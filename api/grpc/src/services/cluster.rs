//! The members, as the answering one knows them.

use sentinel_model::MemberId;
use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id, query};
use crate::proto::cluster_service_server::ClusterService;
use crate::proto::{
    AuditList, Cluster, CreateJoinTokenRequest, GetClusterRequest, HandOverLeadershipRequest, JoinTokenBody,
    JoinTokenCreated, JoinTokenList, ListClusterAuditRequest, ListJoinTokensRequest,
    RaiseClusterLevelRequest, RemoveClusterMemberRequest, RevokeJoinTokenRequest,
};

#[tonic::async_trait]
impl ClusterService for Admin {
    async fn get_cluster(&self, request: Request<GetClusterRequest>) -> Answer<Cluster> {
        let (caller, _) = open(request)?;
        answer(&caller, self.app.show_cluster(&caller).await)
    }

    async fn list_cluster_audit(&self, request: Request<ListClusterAuditRequest>) -> Answer<AuditList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_cluster_audit(&caller, &query(&asked, &[])?).await)
    }

    async fn hand_over_leadership(&self, request: Request<HandOverLeadershipRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.hand_over(&caller, body(&asked)?).await)
    }

    async fn list_join_tokens(&self, request: Request<ListJoinTokensRequest>) -> Answer<JoinTokenList> {
        let (caller, _) = open(request)?;
        answer(&caller, self.app.list_join_tokens(&caller).await)
    }

    async fn create_join_token(&self, request: Request<CreateJoinTokenRequest>) -> Answer<JoinTokenCreated> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_join_token(&caller, body(&asked)?).await)
    }

    async fn revoke_join_token(&self, request: Request<RevokeJoinTokenRequest>) -> Answer<JoinTokenBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.revoke_join_token(&caller, id("id", &asked.id)?).await)
    }

    async fn raise_cluster_level(&self, request: Request<RaiseClusterLevelRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.raise_level(&caller, body(&asked)?).await)
    }

    async fn remove_cluster_member(&self, request: Request<RemoveClusterMemberRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.remove_cluster_member(&caller, MemberId(asked.id)).await)
    }
}
