//! Keys for programs.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id, query};
use crate::proto::api_key_service_server::ApiKeyService;
use crate::proto::{
    ApiKeyBody, ApiKeyCreated, ApiKeyList, CreateApiKeyRequest, DeleteApiKeyRequest, GetApiKeyRequest,
    ListApiKeysRequest, RevokeApiKeyRequest,
};

#[tonic::async_trait]
impl ApiKeyService for Admin {
    async fn list_api_keys(&self, request: Request<ListApiKeysRequest>) -> Answer<ApiKeyList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_api_keys(&caller, &query(&asked, &[])?).await)
    }

    async fn create_api_key(&self, request: Request<CreateApiKeyRequest>) -> Answer<ApiKeyCreated> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_api_key(&caller, body(&asked)?).await)
    }

    async fn get_api_key(&self, request: Request<GetApiKeyRequest>) -> Answer<ApiKeyBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_api_key(&caller, id("id", &asked.id)?).await)
    }

    async fn delete_api_key(&self, request: Request<DeleteApiKeyRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_api_key(&caller, id("id", &asked.id)?).await)
    }

    async fn revoke_api_key(&self, request: Request<RevokeApiKeyRequest>) -> Answer<ApiKeyBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.revoke_api_key(&caller, id("id", &asked.id)?).await)
    }
}
