//! API keys.

use sentinel_model::{ApiKeyId, OrgId, ProjectId, UserId, api_key};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{Secret, Timestamp};

/// One right of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub enum Scope {
    /// See nodes, the audit log, the overview.
    #[serde(rename = "nodes:read")]
    NodesRead,
    /// Change nodes and enrolment tokens.
    #[serde(rename = "nodes:write")]
    NodesWrite,
    /// See bundles.
    #[serde(rename = "bundles:read")]
    BundlesRead,
    /// Make, validate, assign, revoke bundles.
    #[serde(rename = "bundles:write")]
    BundlesWrite,
    /// See rollouts.
    #[serde(rename = "rollouts:read")]
    RolloutsRead,
    /// Plan, start and steer rollouts.
    #[serde(rename = "rollouts:write")]
    RolloutsWrite,
    /// See services.
    #[serde(rename = "services:read")]
    ServicesRead,
    /// Change services.
    #[serde(rename = "services:write")]
    ServicesWrite,
    /// Manage API keys.
    #[serde(rename = "api_keys:admin")]
    ApiKeysAdmin,
}

impl From<api_key::Scope> for Scope {
    fn from(scope: api_key::Scope) -> Self {
        match scope {
            api_key::Scope::NodesRead => Scope::NodesRead,
            api_key::Scope::NodesWrite => Scope::NodesWrite,
            api_key::Scope::BundlesRead => Scope::BundlesRead,
            api_key::Scope::BundlesWrite => Scope::BundlesWrite,
            api_key::Scope::RolloutsRead => Scope::RolloutsRead,
            api_key::Scope::RolloutsWrite => Scope::RolloutsWrite,
            api_key::Scope::ServicesRead => Scope::ServicesRead,
            api_key::Scope::ServicesWrite => Scope::ServicesWrite,
            api_key::Scope::ApiKeysAdmin => Scope::ApiKeysAdmin,
        }
    }
}

impl From<Scope> for api_key::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::NodesRead => api_key::Scope::NodesRead,
            Scope::NodesWrite => api_key::Scope::NodesWrite,
            Scope::BundlesRead => api_key::Scope::BundlesRead,
            Scope::BundlesWrite => api_key::Scope::BundlesWrite,
            Scope::RolloutsRead => api_key::Scope::RolloutsRead,
            Scope::RolloutsWrite => api_key::Scope::RolloutsWrite,
            Scope::ServicesRead => api_key::Scope::ServicesRead,
            Scope::ServicesWrite => api_key::Scope::ServicesWrite,
            Scope::ApiKeysAdmin => api_key::Scope::ApiKeysAdmin,
        }
    }
}

/// A credential for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: ApiKeyId,
    /// The org in which it acts.
    #[schema(value_type = Uuid)]
    pub org_id: OrgId,
    /// Display name.
    pub name: String,
    /// First eight characters of the key.
    pub key_prefix: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The only project that it reaches; null: every project of the org.
    #[schema(value_type = Option<Uuid>)]
    pub project_id: Option<ProjectId>,
    /// Slug of that project.
    pub project_slug: Option<String>,
    /// Who made it. It stops working when that person leaves the org.
    #[schema(value_type = Uuid)]
    pub created_by_id: UserId,
    /// No use after this time.
    pub expires_at: Option<Timestamp>,
    /// Set: revoked then.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub inserted_at: Timestamp,
}

/// A new API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyCreate {
    /// Slug of the org; may be absent when the caller belongs to exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Display name.
    pub name: String,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// Slug of the only project that it shall reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// No use after this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// A key as it was made, with its text. This is the only time that the text is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyCreated {
    /// The key as it is shown from now on.
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// For `Authorization: Bearer`.
    #[schema(value_type = String)]
    pub key: Secret,
}

/// One API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyBody {
    /// The key.
    pub api_key: ApiKey,
}

/// API keys of an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyList {
    /// Oldest first.
    pub api_keys: Vec<ApiKey>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}

/// Which API keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeysQuery {
    /// Slug of the org; may be absent when the caller belongs to exactly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// Objects in the page; 50 when absent, at most 200.
    #[param(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
