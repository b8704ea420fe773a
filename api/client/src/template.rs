//! Templates of rollouts.

use sentinel_api_types::template::{
    RolloutTemplateBody, RolloutTemplateCreate, RolloutTemplateList, RolloutTemplateUpdate,
};
use sentinel_model::RolloutTemplateId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The templates of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rollout_templates(&self, project: &str) -> Result<RolloutTemplateList, ClientError> {
        self.ask(Call::get(&["projects", project, "rollout-templates"])).await
    }

    /// One template.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn rollout_template(
        &self,
        project: &str,
        id: RolloutTemplateId,
    ) -> Result<RolloutTemplateBody, ClientError> {
        self.ask(Call::get(&["projects", project, "rollout-templates", &id.to_string()])).await
    }

    /// Makes a template.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_rollout_template(
        &self,
        project: &str,
        request: &RolloutTemplateCreate,
    ) -> Result<RolloutTemplateBody, ClientError> {
        self.ask(Call::post(&["projects", project, "rollout-templates"]).json(request)).await
    }

    /// Changes a template.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_rollout_template(
        &self,
        project: &str,
        id: RolloutTemplateId,
        request: &RolloutTemplateUpdate,
    ) -> Result<RolloutTemplateBody, ClientError> {
        self.ask(Call::patch(&["projects", project, "rollout-templates", &id.to_string()]).json(request))
            .await
    }

    /// Takes a template away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_rollout_template(
        &self,
        project: &str,
        id: RolloutTemplateId,
    ) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "rollout-templates", &id.to_string()])).await
    }
}
