//! Enrolment tokens.

use sentinel_model::EnrolmentTokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::environment::EnvironmentRef;
use crate::{Secret, Timestamp};

/// A token with which nodes enrol into one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentToken {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: EnrolmentTokenId,
    /// Display name.
    pub name: String,
    /// First eight characters of the token.
    pub token_prefix: String,
    /// How many nodes may still use it; null: no limit.
    pub uses_left: Option<u32>,
    /// No use after this time.
    pub expires_at: Option<Timestamp>,
    /// Set: revoked then.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// The environment that nodes join with it.
    #[serde(default)]
    pub environment: Option<EnvironmentRef>,
}

/// A new enrolment token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolmentTokenCreate {
    /// Display name.
    pub name: String,
    /// How many nodes may use it; no limit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub uses: Option<u32>,
    /// No use after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Id or slug of the environment that nodes join with it; none when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
}

/// A token as it was made, with its text. This is the only time that the text is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentTokenCreated {
    /// The token as it is shown from now on.
    pub enrolment_token: EnrolmentToken,
    /// What an agent enrols with.
    #[schema(value_type = String)]
    pub token: Secret,
}

/// One enrolment token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentTokenBody {
    /// The token.
    pub enrolment_token: EnrolmentToken,
}

/// Enrolment tokens of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrolmentTokenList {
    /// Newest first.
    pub enrolment_tokens: Vec<EnrolmentToken>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}
