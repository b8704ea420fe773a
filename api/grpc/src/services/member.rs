//! People of an org.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id, query};
use crate::proto::member_service_server::MemberService;
use crate::proto::{
    CreateMemberRequest, DeleteMemberRequest, ListMembersRequest, MemberBody, MemberList,
    ResetPasswordRequest, UpdateMemberRequest,
};

#[tonic::async_trait]
impl MemberService for Admin {
    async fn list_members(&self, request: Request<ListMembersRequest>) -> Answer<MemberList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_members(&caller, &asked.org, &query(&asked, &["org"])?).await)
    }

    async fn create_member(&self, request: Request<CreateMemberRequest>) -> Answer<MemberBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_member(&caller, &asked.org, body(&asked)?).await)
    }

    async fn update_member(&self, request: Request<UpdateMemberRequest>) -> Answer<MemberBody> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.update_member(&caller, &asked.org, id("user_id", &asked.user_id)?, body(&asked)?).await,
        )
    }

    async fn delete_member(&self, request: Request<DeleteMemberRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_member(&caller, &asked.org, id("user_id", &asked.user_id)?).await)
    }

    async fn reset_password(&self, request: Request<ResetPasswordRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(
            &caller,
            self.app.reset_password(&caller, &asked.org, id("user_id", &asked.user_id)?, body(&asked)?).await,
        )
    }
}
