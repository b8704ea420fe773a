//! People in an org, and their roles.

use sentinel_model::{UserId, user};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Secret, Timestamp};

/// What a person may do in an org; each role may do what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing.
    Reader,
    /// Runs the fleet.
    Operator,
    /// Also manages members, keys and projects.
    Admin,
}

impl From<user::Role> for Role {
    fn from(role: user::Role) -> Self {
        match role {
            user::Role::Reader => Role::Reader,
            user::Role::Operator => Role::Operator,
            user::Role::Admin => Role::Admin,
        }
    }
}

impl From<Role> for user::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Reader => user::Role::Reader,
            Role::Operator => user::Role::Operator,
            Role::Admin => user::Role::Admin,
        }
    }
}

/// A person in an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Member {
    /// The person.
    #[schema(value_type = Uuid)]
    pub user_id: UserId,
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// What they may do here.
    pub role: Role,
    /// Since when they belong to the org.
    pub inserted_at: Timestamp,
}

/// A person to add, with an account if the address has none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberCreate {
    /// E-mail address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// First password, 12 characters at least.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
    /// What they may do here.
    pub role: Role,
}

/// Another role for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberUpdate {
    /// The role from now on.
    pub role: Role,
}

/// A password for a person who cannot sign in any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The password from now on, 12 characters at least.
    #[schema(value_type = String, format = Password)]
    pub password: Secret,
}

/// One person in an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberBody {
    /// The person.
    pub member: Member,
}

/// The people of an org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberList {
    /// By id.
    pub members: Vec<Member>,
    /// Length of this page.
    pub total: u64,
    /// Where the next page begins; null at the end.
    pub next_cursor: Option<String>,
}
