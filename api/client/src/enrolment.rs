//! Enrolment tokens.

use sentinel_api_types::PageQuery;
use sentinel_api_types::enrolment::{
    EnrolmentTokenBody, EnrolmentTokenCreate, EnrolmentTokenCreated, EnrolmentTokenList,
};
use sentinel_model::EnrolmentTokenId;

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

impl Client {
    /// The enrolment tokens of a project.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn enrolment_tokens(
        &self,
        project: &str,
        page: &PageQuery,
    ) -> Result<EnrolmentTokenList, ClientError> {
        self.ask(Call::get(&["projects", project, "enrolment-tokens"]).query(page)).await
    }

    /// Makes an enrolment token. Its text is in the answer and nowhere else.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn create_enrolment_token(
        &self,
        project: &str,
        request: &EnrolmentTokenCreate,
    ) -> Result<EnrolmentTokenCreated, ClientError> {
        self.ask(Call::post(&["projects", project, "enrolment-tokens"]).json(request)).await
    }

    /// Ends the use of an enrolment token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_enrolment_token(
        &self,
        project: &str,
        id: EnrolmentTokenId,
    ) -> Result<EnrolmentTokenBody, ClientError> {
        self.ask(Call::post(&["projects", project, "enrolment-tokens", &id.to_string(), "revoke"])).await
    }
}
