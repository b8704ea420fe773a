//! Services to begin with.

use sentinel_api_types::service_template::{ServiceTemplateFill, ServiceTemplateList};
use sentinel_model::config::Document;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Every template.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn service_templates(&self) -> Result<ServiceTemplateList, ClientError> {
        self.ask(Call::get(&["service-templates"])).await
    }

    /// The document of a service that is made by a template.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn fill_service_template(
        &self,
        name: &str,
        request: &ServiceTemplateFill,
    ) -> Result<Document, ClientError> {
        self.ask(Call::post(&["service-templates", name, "document"]).json(request)).await
    }
}
