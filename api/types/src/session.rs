//! Signing in and out, and who is signed in.

use sentinel_model::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::member::Role;
use crate::org::OrgRef;
use crate::project::ProjectRef;
use crate::{Secret, Timestamp};

/// How the session is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// As a cookie that scripts cannot read: for browsers.
    #[default]
    Cookie,
    /// In the body, for `Authorization: Bearer`: for programs that act for a person.
    Token,
}

/// Who signs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionCreate {
    /// E-mail address.
    pub email: String,
    /// Password.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    /// How the session is handed over; a cookie when absent.
    #[serde(default, rename = "as")]
    pub kind: SessionKind,
}

/// Another password for the person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password until now.
    #[schema(value_type = String, format = Password)]
    pub current: Secret,
    /// The password from now on, 12 characters at least.
    #[schema(value_type = String, format = Password)]
    pub new: Secret,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: UserId,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// May create orgs.
    pub cluster_admin: bool,
}

/// What a person may do in one org, and what is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Membership {
    /// The org.
    pub org: OrgRef,
    /// What they may do there.
    pub role: Role,
    /// Its projects.
    pub projects: Vec<ProjectRef>,
}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// The person.
    pub user: User,
    /// The orgs they belong to.
    pub memberships: Vec<Membership>,
    /// When the session ends; there is no way to prolong it.
    pub expires_at: Timestamp,
    /// For `Authorization: Bearer`; only in the answer to a sign-in with `"as": "token"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Secret>,
}
