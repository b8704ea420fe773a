//! Certificates of a project.

use sentinel_api_types::certificate::{
    CertificateBody, CertificateCreate, CertificateList, CertificateReplace, CertificateRequest,
    CertificateUpdate,
};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The certificates of a project, without their keys.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn certificates(&self, project: &str) -> Result<CertificateList, ClientError> {
        self.ask(Call::get(&["projects", project, "certificates"])).await
    }

    /// One certificate with its chain.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn certificate(&self, project: &str, slug: &str) -> Result<CertificateBody, ClientError> {
        self.ask(Call::get(&["projects", project, "certificates", slug])).await
    }

    /// Adds a certificate with its key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_certificate(
        &self,
        project: &str,
        request: &CertificateCreate,
    ) -> Result<CertificateBody, ClientError> {
        self.ask(Call::post(&["projects", project, "certificates"]).json(request)).await
    }

    /// Gives a certificate another chain and key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn replace_certificate(
        &self,
        project: &str,
        slug: &str,
        request: &CertificateReplace,
    ) -> Result<CertificateBody, ClientError> {
        self.ask(Call::post(&["projects", project, "certificates", slug, "replace"]).json(request)).await
    }

    /// Says something else of what a certificate is for.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_certificate(
        &self,
        project: &str,
        slug: &str,
        request: &CertificateUpdate,
    ) -> Result<CertificateBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "certificates", slug]).json(request)).await
    }

    /// Takes a certificate away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_certificate(&self, project: &str, slug: &str) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "certificates", slug])).await
    }

    /// Has a certificate authority issue a certificate.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn request_certificate(
        &self,
        project: &str,
        request: &CertificateRequest,
    ) -> Result<CertificateBody, ClientError> {
        self.ask(Call::post(&["projects", project, "acme-certificates"]).json(request)).await
    }

    /// Has a certificate issued anew.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn renew_certificate(&self, project: &str, slug: &str) -> Result<CertificateBody, ClientError> {
        self.ask(Call::post(&["projects", project, "certificates", slug, "renew"])).await
    }
}
