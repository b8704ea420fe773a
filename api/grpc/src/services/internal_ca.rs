//! Internal CAs. The key of a certificate is in one answer, and kept nowhere.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::{body, query};
use crate::proto::internal_ca_service_server::InternalCaService;
use crate::proto::{
    CreateInternalCaRequest, DeleteInternalCaRequest, GetInternalCaRequest, GetInternalCertificateRequest,
    InternalCaBody, InternalCertificateBody, InternalCertificateIssued, InternalCertificateList,
    IssueInternalCertificateRequest, ListInternalCertificatesRequest, RevokeInternalCertificateRequest,
};

#[tonic::async_trait]
impl InternalCaService for Admin {
    async fn get_internal_ca(&self, request: Request<GetInternalCaRequest>) -> Answer<InternalCaBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_internal_ca(&caller, &asked.project).await)
    }

    async fn create_internal_ca(&self, request: Request<CreateInternalCaRequest>) -> Answer<InternalCaBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_internal_ca(&caller, &asked.project, body(&asked)?).await)
    }

    async fn delete_internal_ca(&self, request: Request<DeleteInternalCaRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_internal_ca(&caller, &asked.project).await)
    }

    async fn list_internal_certificates(
        &self,
        request: Request<ListInternalCertificatesRequest>,
    ) -> Answer<InternalCertificateList> {
        let (caller, asked) = open(request)?;
        let query = query(&asked, &["project"])?;
        answer(&caller, self.app.list_internal_certificates(&caller, &asked.project, &query).await)
    }

    async fn issue_internal_certificate(
        &self,
        request: Request<IssueInternalCertificateRequest>,
    ) -> Answer<InternalCertificateIssued> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.issue_internal_certificate(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_internal_certificate(
        &self,
        request: Request<GetInternalCertificateRequest>,
    ) -> Answer<InternalCertificateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_internal_certificate(&caller, &asked.project, &asked.serial).await)
    }

    async fn revoke_internal_certificate(
        &self,
        request: Request<RevokeInternalCertificateRequest>,
    ) -> Answer<InternalCertificateBody> {
        let (caller, asked) = open(request)?;
        let (project, serial) = (&asked.project, &asked.serial);
        answer(&caller, self.app.revoke_internal_certificate(&caller, project, serial, body(&asked)?).await)
    }
}
