//! Environments.

use sentinel_api_types::environment::{
    EnvironmentBody, EnvironmentCreate, EnvironmentList, EnvironmentUpdate,
};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The environments of a project, in their order.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn environments(&self, project: &str) -> Result<EnvironmentList, ClientError> {
        self.ask(Call::get(&["projects", project, "environments"])).await
    }

    /// One environment, by id or slug.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn environment(
        &self,
        project: &str,
        environment: &str,
    ) -> Result<EnvironmentBody, ClientError> {
        self.ask(Call::get(&["projects", project, "environments", environment])).await
    }

    /// Adds an environment behind those that are there.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_environment(
        &self,
        project: &str,
        request: &EnvironmentCreate,
    ) -> Result<EnvironmentBody, ClientError> {
        self.ask(Call::post(&["projects", project, "environments"]).json(request)).await
    }

    /// Adds development, staging and production.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_default_environments(&self, project: &str) -> Result<EnvironmentList, ClientError> {
        self.ask(Call::post(&["projects", project, "environments", "defaults"])).await
    }

    /// Changes an environment, by id or slug.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_environment(
        &self,
        project: &str,
        environment: &str,
        request: &EnvironmentUpdate,
    ) -> Result<EnvironmentBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "environments", environment]).json(request)).await
    }

    /// Removes an environment that nothing refers to.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when something does.
    pub async fn delete_environment(&self, project: &str, environment: &str) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "environments", environment])).await
    }
}
