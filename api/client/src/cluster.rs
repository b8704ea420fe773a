//! The cluster.

use sentinel_api_types::cluster::Cluster;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The cluster as the asked member sees it.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn cluster(&self) -> Result<Cluster, ClientError> {
        self.ask(Call::get(&["cluster"])).await
    }
}
