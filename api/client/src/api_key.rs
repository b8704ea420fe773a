//! API keys.

use sentinel_api_types::api_key::{ApiKeyBody, ApiKeyCreate, ApiKeyCreated, ApiKeyList, ApiKeysQuery};
use sentinel_model::ApiKeyId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The API keys of an org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn api_keys(&self, query: &ApiKeysQuery) -> Result<ApiKeyList, ClientError> {
        self.ask(Call::get(&["api-keys"]).query(query)).await
    }

    /// Makes an API key. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_api_key(&self, request: &ApiKeyCreate) -> Result<ApiKeyCreated, ClientError> {
        self.ask(Call::post(&["api-keys"]).json(request)).await
    }

    /// One API key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn api_key(&self, id: ApiKeyId) -> Result<ApiKeyBody, ClientError> {
        self.ask(Call::get(&["api-keys", &id.to_string()])).await
    }

    /// Ends the use of an API key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_api_key(&self, id: ApiKeyId) -> Result<ApiKeyBody, ClientError> {
        self.ask(Call::post(&["api-keys", &id.to_string(), "revoke"])).await
    }

    /// Removes an API key.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_api_key(&self, id: ApiKeyId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["api-keys", &id.to_string()])).await
    }
}
