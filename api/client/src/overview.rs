//! A project at a glance.

use sentinel_api_types::overview::Overview;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// Nodes, bundles, rollouts and the newest changes of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn overview(&self, project: &str) -> Result<Overview, ClientError> {
        self.ask(Call::get(&["projects", project, "overview"])).await
    }
}
