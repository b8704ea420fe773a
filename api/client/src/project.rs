//! Projects.

use sentinel_api_types::PageQuery;
use sentinel_api_types::project::{ProjectBody, ProjectCreate, ProjectList, ProjectUpdate};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The projects of an org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn projects(&self, org: &str, page: &PageQuery) -> Result<ProjectList, ClientError> {
        self.ask(Call::get(&["orgs", org, "projects"]).query(page)).await
    }

    /// Makes a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_project(
        &self,
        org: &str,
        request: &ProjectCreate,
    ) -> Result<ProjectBody, ClientError> {
        self.ask(Call::post(&["orgs", org, "projects"]).json(request)).await
    }

    /// Changes a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_project(
        &self,
        project: &str,
        request: &ProjectUpdate,
    ) -> Result<ProjectBody, ClientError> {
        self.ask(Call::patch(&["projects", project]).json(request)).await
    }

    /// One project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn project(&self, project: &str) -> Result<ProjectBody, ClientError> {
        self.ask(Call::get(&["projects", project])).await
    }
}
