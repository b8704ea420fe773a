//! The internal CA of a project.

use sentinel_api_types::internal_ca::{
    InternalCaBody, InternalCaCreate, InternalCertificateBody, InternalCertificateIssue,
    InternalCertificateIssued, InternalCertificateList, InternalCertificateRevoke, InternalCertificatesQuery,
};

use crate::call::{Call, read};
use crate::client::Client;
use crate::error::ClientError;

/// Most bytes of a list of revoked certificates.
const CRL_MAX: u64 = 4 << 20;

impl Client {
    /// The internal CA of a project, without its key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn internal_ca(&self, project: &str) -> Result<InternalCaBody, ClientError> {
        self.ask(Call::get(&["projects", project, "internal-ca"])).await
    }

    /// Gives a project an internal CA.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_internal_ca(
        &self,
        project: &str,
        request: &InternalCaCreate,
    ) -> Result<InternalCaBody, ClientError> {
        self.ask(Call::post(&["projects", project, "internal-ca"]).json(request)).await
    }

    /// Takes the internal CA of a project away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_internal_ca(&self, project: &str) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "internal-ca"])).await
    }

    /// The list of revoked certificates that holds, in PEM.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn internal_crl(&self, project: &str) -> Result<String, ClientError> {
        let answer = self.send(Call::get(&["projects", project, "internal-ca", "crl.pem"])).await?;
        Ok(String::from_utf8_lossy(&read(answer, CRL_MAX).await?).into_owned())
    }

    /// What the internal CA has issued, the newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn internal_certificates(
        &self,
        project: &str,
        query: &InternalCertificatesQuery,
    ) -> Result<InternalCertificateList, ClientError> {
        self.ask(Call::get(&["projects", project, "internal-ca", "certificates"]).query(query)).await
    }

    /// Issues a certificate. Its private key is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn issue_internal_certificate(
        &self,
        project: &str,
        request: &InternalCertificateIssue,
    ) -> Result<InternalCertificateIssued, ClientError> {
        self.ask(Call::post(&["projects", project, "internal-ca", "certificates"]).json(request)).await
    }

    /// One certificate, without its key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn internal_certificate(
        &self,
        project: &str,
        serial: &str,
    ) -> Result<InternalCertificateBody, ClientError> {
        self.ask(Call::get(&["projects", project, "internal-ca", "certificates", serial])).await
    }

    /// Revokes a certificate.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_internal_certificate(
        &self,
        project: &str,
        serial: &str,
        request: &InternalCertificateRevoke,
    ) -> Result<InternalCertificateBody, ClientError> {
        let path = ["projects", project, "internal-ca", "certificates", serial, "revoke"];
        self.ask(Call::post(&path).json(request)).await
    }
}
