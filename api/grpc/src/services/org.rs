//! Orgs and their signing keys.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, query};
use crate::proto::org_service_server::OrgService;
use crate::proto::{
    CreateOrgRequest, GetOrgRequest, ListOrgsRequest, ListSigningKeysRequest, OrgBody, OrgList,
    SigningKeyList,
};

#[tonic::async_trait]
impl OrgService for Admin {
    async fn list_orgs(&self, request: Request<ListOrgsRequest>) -> Answer<OrgList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_orgs(&caller, &query(&asked, &[])?).await)
    }

    async fn create_org(&self, request: Request<CreateOrgRequest>) -> Answer<OrgBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_org(&caller, body(&asked)?).await)
    }

    async fn get_org(&self, request: Request<GetOrgRequest>) -> Answer<OrgBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_org(&caller, &asked.org).await)
    }

    async fn list_signing_keys(&self, request: Request<ListSigningKeysRequest>) -> Answer<SigningKeyList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_signing_keys(&caller, &asked.org).await)
    }
}
