//! The calendar of a project.

use sentinel_api_types::calendar::{Calendar, CalendarQuery};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// What a project is up to in a time.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn calendar(&self, project: &str, query: &CalendarQuery) -> Result<Calendar, ClientError> {
        self.ask(Call::get(&["projects", project, "calendar"]).query(query)).await
    }
}
