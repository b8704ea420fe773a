//! Join tokens: how members join the cluster.

use sentinel_model::JoinTokenId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Secret, Timestamp};

/// A token with which members join.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinToken {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: JoinTokenId,
    /// How many members may still join with it.
    pub uses_left: u32,
    /// No use after this time.
    pub expires_at: Timestamp,
    /// Set: revoked then.
    pub revoked_at: Option<Timestamp>,
    /// Whether somebody can join with it now.
    pub usable: bool,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// A new join token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinTokenCreate {
    /// How many members may join with it; one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 16)]
    pub uses: Option<u32>,
    /// Seconds until it expires; an hour when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 604_800)]
    pub ttl_s: Option<u64>,
}

/// A token as it was made, with its text. This is the only time that the text is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinTokenCreated {
    /// The token as it is shown from now on.
    pub join_token: JoinToken,
    /// What a member joins with: `sentinel-cp server --join TOKEN`. Whoever has it can become a member and read every secret.
    #[schema(value_type = String)]
    pub token: Secret,
}

/// One join token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinTokenBody {
    /// The token.
    pub join_token: JoinToken,
}

/// The join tokens, newest first. There are at most a hundred.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JoinTokenList {
    /// The tokens.
    pub join_tokens: Vec<JoinToken>,
}
