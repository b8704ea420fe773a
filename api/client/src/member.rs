//! People in an org.

use sentinel_api_types::PageQuery;
use sentinel_api_types::member::{MemberBody, MemberCreate, MemberList, MemberUpdate, PasswordReset};
use sentinel_model::UserId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The people of an org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn org_members(&self, org: &str, page: &PageQuery) -> Result<MemberList, ClientError> {
        self.ask(Call::get(&["orgs", org, "members"]).query(page)).await
    }

    /// Adds a person, with an account if the address has none yet.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_member(&self, org: &str, request: &MemberCreate) -> Result<MemberBody, ClientError> {
        self.ask(Call::post(&["orgs", org, "members"]).json(request)).await
    }

    /// Gives a person another role.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn update_member(
        &self,
        org: &str,
        user: UserId,
        request: &MemberUpdate,
    ) -> Result<MemberBody, ClientError> {
        self.ask(Call::put(&["orgs", org, "members", &user.to_string()]).json(request)).await
    }

    /// Sets the password of a person who belongs to this org and to no other. Their sessions end.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn reset_password(
        &self,
        org: &str,
        user: UserId,
        request: &PasswordReset,
    ) -> Result<(), ClientError> {
        self.tell(Call::put(&["orgs", org, "members", &user.to_string(), "password"]).json(request)).await
    }

    /// Takes a person out of an org.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn delete_member(&self, org: &str, user: UserId) -> Result<(), ClientError> {
        self.tell(Call::delete(&["orgs", org, "members", &user.to_string()])).await
    }
}
