//! Certificates of a project, whose keys go in and never come out.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, done, open};
use crate::message::body;
use crate::proto::certificate_service_server::CertificateService;
use crate::proto::{
    CertificateBody, CertificateList, CreateCertificateRequest, DeleteCertificateRequest,
    GetCertificateRequest, ListCertificatesRequest, RenewCertificateRequest, ReplaceCertificateRequest,
    RequestCertificateRequest, UpdateCertificateRequest,
};

#[tonic::async_trait]
impl CertificateService for Admin {
    async fn list_certificates(&self, request: Request<ListCertificatesRequest>) -> Answer<CertificateList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_certificates(&caller, &asked.project).await)
    }

    async fn create_certificate(
        &self,
        request: Request<CreateCertificateRequest>,
    ) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_certificate(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_certificate(&self, request: Request<GetCertificateRequest>) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_certificate(&caller, &asked.project, &asked.certificate).await)
    }

    async fn update_certificate(
        &self,
        request: Request<UpdateCertificateRequest>,
    ) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        let (project, slug) = (&asked.project, &asked.certificate);
        answer(&caller, self.app.update_certificate(&caller, project, slug, body(&asked)?).await)
    }

    async fn replace_certificate(
        &self,
        request: Request<ReplaceCertificateRequest>,
    ) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        let (project, slug) = (&asked.project, &asked.certificate);
        answer(&caller, self.app.replace_certificate(&caller, project, slug, body(&asked)?).await)
    }

    async fn request_certificate(
        &self,
        request: Request<RequestCertificateRequest>,
    ) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.request_certificate(&caller, &asked.project, body(&asked)?).await)
    }

    async fn renew_certificate(&self, request: Request<RenewCertificateRequest>) -> Answer<CertificateBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.renew_certificate(&caller, &asked.project, &asked.certificate).await)
    }

    async fn delete_certificate(&self, request: Request<DeleteCertificateRequest>) -> Answer<()> {
        let (caller, asked) = open(request)?;
        done(&caller, self.app.delete_certificate(&caller, &asked.project, &asked.certificate).await)
    }
}
