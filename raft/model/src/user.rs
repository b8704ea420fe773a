//! People, and what they may do in an org.

use serde::{Deserialize, Serialize};

use crate::secret::PasswordHash;
use crate::{InvalidValue, OrgId, Time, UserId};

/// A person with a local account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Identity.
    pub id: UserId,
    /// Lowercase, unique in the cluster.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// May create orgs and sees the cluster. Given to the first user only.
    pub cluster_admin: bool,
    /// When the account was made.
    pub created_at: Time,
}

/// What a person may do in one org. Ordered: each role may do what the one before may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees everything, changes nothing.
    Reader,
    /// Runs the fleet: bundles, rollouts, nodes.
    Operator,
    /// Also manages members, keys and projects.
    Admin,
}

impl Role {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Reader => "reader",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

/// One person's role in one org.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The org.
    pub org_id: OrgId,
    /// The person.
    pub user_id: UserId,
    /// What they may do there.
    pub role: Role,
    /// Since when.
    pub created_at: Time,
}

/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 12;
/// Longest password, in bytes; bounds the work of hashing.
pub const PASSWORD_MAX: usize = 256;

/// The e-mail address as stored: trimmed and lowercase. Refuses what cannot be an address.
pub fn normalize_email(field: &str, email: &str) -> Result<String, InvalidValue> {
    let email = email.trim().to_lowercase();
    let plausible = email.len() <= 160
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if plausible {
        Ok(email)
    } else {
        Err(InvalidValue::new(
            field,
            "must be an e-mail address of at most 160 characters, such as ada@example.com",
        ))
    }
}

/// Checks a new password: 12 characters at least, 256 bytes at most.
pub fn check_password(field: &str, password: &str) -> Result<(), InvalidValue> {
    if password.chars().count() < PASSWORD_MIN || password.len() > PASSWORD_MAX {
        return Err(InvalidValue::new(
            field,
            format!("must have at least {PASSWORD_MIN} characters and at most {PASSWORD_MAX} bytes"),
        ));
    }
    Ok(())
}
