//! The order in which bundles go through a fleet.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::body;
use crate::proto::environment_service_server::EnvironmentService;
use crate::proto::{
    CreateDefaultEnvironmentsRequest, CreateEnvironmentRequest, DeleteEnvironmentRequest, EnvironmentBody,
    EnvironmentList, GetEnvironmentRequest, ListEnvironmentsRequest, UpdateEnvironmentRequest,
};

#[tonic::async_trait]
impl EnvironmentService for Admin {
    async fn list_environments(&self, request: Request<ListEnvironmentsRequest>) -> Answer<EnvironmentList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_environments(&caller, &asked.project).await)
    }

    async fn create_environment(
        &self,
        request: Request<CreateEnvironmentRequest>,
    ) -> Answer<EnvironmentBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_environment(&caller, &asked.project, body(&asked)?).await)
    }

    async fn create_default_environments(
        &self,
        request: Request<CreateDefaultEnvironmentsRequest>,
    ) -> Answer<EnvironmentList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_default_environments(&caller, &asked.project).await)
    }

    async fn get_environment(&self, request: Request<GetEnvironmentRequest>) -> Answer<EnvironmentBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_environment(&caller, &asked.project, &asked.environment).await)
    }

    async fn delete_environment(&self, request: Request<DeleteEnvironmentRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_environment(&caller, &asked.project, &asked.environment).await)
    }

    async fn update_environment(
        &self,
        request: Request<UpdateEnvironmentRequest>,
    ) -> Answer<EnvironmentBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.update_environment(&caller, &asked.project, &asked.environment, body(&asked)?).await,
        )
    }
}
