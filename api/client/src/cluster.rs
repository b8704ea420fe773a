//! The cluster.

use sentinel_api_types::cluster::{Cluster, HandOver, LevelRaise};
use sentinel_api_types::join_token::{JoinTokenBody, JoinTokenCreate, JoinTokenCreated, JoinTokenList};
use sentinel_model::{JoinTokenId, MemberId};

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

    /// The join tokens.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn join_tokens(&self) -> Result<JoinTokenList, ClientError> {
        self.ask(Call::get(&["cluster", "join-tokens"])).await
    }

    /// Makes a join token. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_join_token(
        &self,
        request: &JoinTokenCreate,
    ) -> Result<JoinTokenCreated, ClientError> {
        self.ask(Call::post(&["cluster", "join-tokens"]).json(request)).await
    }

    /// Ends the use of a join token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_join_token(&self, id: JoinTokenId) -> Result<JoinTokenBody, ClientError> {
        self.ask(Call::post(&["cluster", "join-tokens", &id.to_string(), "revoke"])).await
    }

    /// Takes a member out, for ever.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn remove_cluster_member(&self, id: MemberId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["cluster", "members", &id.to_string()])).await
    }

    /// Asks the leader to let another member lead.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn hand_over(&self, request: &HandOver) -> Result<(), ClientError> {
        self.tell(Call::post(&["cluster", "hand-over"]).json(request)).await
    }

    /// Raises the cluster's level, for ever.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn raise_level(&self, request: &LevelRaise) -> Result<(), ClientError> {
        self.tell(Call::post(&["cluster", "level"]).json(request)).await
    }
}
