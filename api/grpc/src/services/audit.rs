//! Who changed what.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::query;
use crate::proto::audit_service_server::AuditService;
use crate::proto::{AuditList, ListOrgAuditRequest, ListProjectAuditRequest};

#[tonic::async_trait]
impl AuditService for Admin {
    async fn list_org_audit(&self, request: Request<ListOrgAuditRequest>) -> Answer<AuditList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_org_audit(&caller, &asked.org, &query(&asked, &["org"])?).await)
    }

    async fn list_project_audit(&self, request: Request<ListProjectAuditRequest>) -> Answer<AuditList> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.list_project_audit(&caller, &asked.project, &query(&asked, &["project"])?).await,
        )
    }
}
