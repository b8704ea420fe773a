//! Freeze windows.

use sentinel_api_types::freeze::{FreezeWindowBody, FreezeWindowCreate, FreezeWindowList};
use sentinel_model::FreezeWindowId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The freeze windows of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn freeze_windows(&self, project: &str) -> Result<FreezeWindowList, ClientError> {
        self.ask(Call::get(&["projects", project, "freeze-windows"])).await
    }

    /// Freezes a project for a time.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_freeze_window(
        &self,
        project: &str,
        request: &FreezeWindowCreate,
    ) -> Result<FreezeWindowBody, ClientError> {
        self.ask(Call::post(&["projects", project, "freeze-windows"]).json(request)).await
    }

    /// Takes a freeze away.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_freeze_window(&self, project: &str, id: FreezeWindowId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["projects", project, "freeze-windows", &id.to_string()])).await
    }
}
