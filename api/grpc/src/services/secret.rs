//! Secrets of a project, whose values go in and never come out.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id};
use crate::proto::secret_service_server::SecretService;
use crate::proto::{
    CreateSecretRequest, DeleteSecretRequest, GetSecretRequest, ListSecretsRequest, ProjectSecretBody,
    ProjectSecretList, RotateSecretRequest, UpdateSecretRequest,
};

#[tonic::async_trait]
impl SecretService for Admin {
    async fn list_secrets(&self, request: Request<ListSecretsRequest>) -> Answer<ProjectSecretList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_secrets(&caller, &asked.project).await)
    }

    async fn create_secret(&self, request: Request<CreateSecretRequest>) -> Answer<ProjectSecretBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_secret(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_secret(&self, request: Request<GetSecretRequest>) -> Answer<ProjectSecretBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_secret(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn update_secret(&self, request: Request<UpdateSecretRequest>) -> Answer<ProjectSecretBody> {
        let (caller, asked) = open(request)?;
        let secret = id("id", &asked.id)?;
        answer(&caller, self.app.update_secret(&caller, &asked.project, secret, body(&asked)?).await)
    }

    async fn rotate_secret(&self, request: Request<RotateSecretRequest>) -> Answer<ProjectSecretBody> {
        let (caller, asked) = open(request)?;
        let secret = id("id", &asked.id)?;
        answer(&caller, self.app.rotate_secret(&caller, &asked.project, secret, body(&asked)?).await)
    }

    async fn delete_secret(&self, request: Request<DeleteSecretRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_secret(&caller, &asked.project, id("id", &asked.id)?).await)
    }
}
