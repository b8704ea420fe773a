//! Times in which nothing goes forward.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, id};
use crate::proto::freeze_window_service_server::FreezeWindowService;
use crate::proto::{
    CreateFreezeWindowRequest, DeleteFreezeWindowRequest, FreezeWindowBody, FreezeWindowList,
    ListFreezeWindowsRequest,
};

#[tonic::async_trait]
impl FreezeWindowService for Admin {
    async fn list_freeze_windows(
        &self,
        request: Request<ListFreezeWindowsRequest>,
    ) -> Answer<FreezeWindowList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_freeze_windows(&caller, &asked.project).await)
    }

    async fn create_freeze_window(
        &self,
        request: Request<CreateFreezeWindowRequest>,
    ) -> Answer<FreezeWindowBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_freeze_window(&caller, &asked.project, body(&asked)?).await)
    }

    async fn delete_freeze_window(&self, request: Request<DeleteFreezeWindowRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_freeze_window(&caller, &asked.project, id("id", &asked.id)?).await)
    }
}
