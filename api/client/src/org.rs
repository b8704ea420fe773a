//! Orgs and their signing keys.

use sentinel_api_types::PageQuery;
use sentinel_api_types::org::{OrgBody, OrgCreate, OrgList, SigningKeyList};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The orgs that the caller belongs to.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn orgs(&self, page: &PageQuery) -> Result<OrgList, ClientError> {
        self.ask(Call::get(&["orgs"]).query(page)).await
    }

    /// Makes an org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_org(&self, request: &OrgCreate) -> Result<OrgBody, ClientError> {
        self.ask(Call::post(&["orgs"]).json(request)).await
    }

    /// One org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn org(&self, org: &str) -> Result<OrgBody, ClientError> {
        self.ask(Call::get(&["orgs", org])).await
    }

    /// The keys with which its bundles are verified.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn signing_keys(&self, org: &str) -> Result<SigningKeyList, ClientError> {
        self.ask(Call::get(&["orgs", org, "signing-keys"])).await
    }
}
