//! Secrets of a project.

use sentinel_api_types::project_secret::{
    ProjectSecretBody, ProjectSecretCreate, ProjectSecretList, ProjectSecretRotate, ProjectSecretUpdate,
};
use sentinel_model::SecretId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The secrets of a project, without their values.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn secrets(&self, project: &str) -> Result<ProjectSecretList, ClientError> {
        self.ask(Call::get(&["projects", project, "secrets"])).await
    }

    /// One secret, and what names it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn secret(&self, project: &str, id: SecretId) -> Result<ProjectSecretBody, ClientError> {
        self.ask(Call::get(&["projects", project, "secrets", &id.to_string()])).await
    }

    /// Makes a secret.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_secret(
        &self,
        project: &str,
        request: &ProjectSecretCreate,
    ) -> Result<ProjectSecretBody, ClientError> {
        self.ask(Call::post(&["projects", project, "secrets"]).json(request)).await
    }

    /// Gives a secret another value.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rotate_secret(
        &self,
        project: &str,
        id: SecretId,
        request: &ProjectSecretRotate,
    ) -> Result<ProjectSecretBody, ClientError> {
        let path = ["projects", project, "secrets", &id.to_string(), "rotate"];
        self.ask(Call::post(&path).json(request)).await
    }

    /// Says something else of what a secret is for.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_secret(
        &self,
        project: &str,
        id: SecretId,
        request: &ProjectSecretUpdate,
    ) -> Result<ProjectSecretBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "secrets", &id.to_string()]).json(request)).await
    }

    /// Takes a secret away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_secret(&self, project: &str, id: SecretId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "secrets", &id.to_string()])).await
    }
}
