//! Tokens that nodes join with.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, id, query};
use crate::proto::enrolment_token_service_server::EnrolmentTokenService;
use crate::proto::{
    CreateEnrolmentTokenRequest, EnrolmentTokenBody, EnrolmentTokenCreated, EnrolmentTokenList,
    ListEnrolmentTokensRequest, RevokeEnrolmentTokenRequest,
};

#[tonic::async_trait]
impl EnrolmentTokenService for Admin {
    async fn list_enrolment_tokens(
        &self,
        request: Request<ListEnrolmentTokensRequest>,
    ) -> Answer<EnrolmentTokenList> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.list_enrolment_tokens(&caller, &asked.project, &query(&asked, &["project"])?).await,
        )
    }

    async fn create_enrolment_token(
        &self,
        request: Request<CreateEnrolmentTokenRequest>,
    ) -> Answer<EnrolmentTokenCreated> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_enrolment_token(&caller, &asked.project, body(&asked)?).await)
    }

    async fn revoke_enrolment_token(
        &self,
        request: Request<RevokeEnrolmentTokenRequest>,
    ) -> Answer<EnrolmentTokenBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.revoke_enrolment_token(&caller, &asked.project, id("id", &asked.id)?).await)
    }
}
