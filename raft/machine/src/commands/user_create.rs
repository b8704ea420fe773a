//! Adds a person with a local account to an org.

use sentinel_model::org::Org;
use sentinel_model::secret::PasswordHash;
use sentinel_model::user::{Membership, Role, User, normalize_email};
use sentinel_model::{OrgId, UserId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::Table;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCreate {
    /// Identity.
    pub user_id: UserId,
    /// Unique in the cluster.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Argon2id.
    pub password_hash: PasswordHash,
    /// The org that the person joins.
    pub org_id: OrgId,
    /// With which role.
    pub role: Role,
}

impl Apply for UserCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let email = normalize_email("email", &self.email)?;
        name::check_name("name", &self.name)?;
        context.require::<Org>(self.org_id.as_bytes(), "Org")?;
        let created_at = context.time;
        insert_user(
            context,
            &User {
                id: self.user_id,
                email: email.clone(),
                name: self.name.clone(),
                password_hash: self.password_hash.clone(),
                cluster_admin: false,
                created_at,
            },
        )?;
        super::membership_set::insert_membership(
            context,
            &Membership { org_id: self.org_id, user_id: self.user_id, role: self.role, created_at },
        )?;
        let id = self.user_id.to_string();
        let subject = Subject::in_org("user", &id, self.org_id);
        context.record("user.created", subject, [("email", email), ("role", self.role.as_str().into())])?;
        Ok(Reply::Done)
    }
}

/// Writes a user and the address; refuses a taken address.
pub(super) fn insert_user(context: &mut Context<'_>, user: &User) -> Result<(), Stop> {
    if context.tables().get(Table::UserEmails, user.email.as_bytes())?.is_some() {
        return Err(Rejection::taken("email", format!("'{}' has an account already", user.email)).into());
    }
    context.require_new::<User>(user.id.as_bytes(), "user")?;
    context.store(user)?;
    context.write().put(Table::UserEmails, user.email.as_bytes(), user.id.as_bytes())?;
    Ok(())
}
