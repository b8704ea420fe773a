//! Sets a person's password. Their sessions stay; signing out elsewhere is a decision of its own.

use sentinel_model::UserId;
use sentinel_model::secret::PasswordHash;
use sentinel_model::user::User;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSetPassword {
    /// The person.
    pub user_id: UserId,
    /// Argon2id.
    pub password_hash: PasswordHash,
}

impl Apply for UserSetPassword {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut user = context.require::<User>(self.user_id.as_bytes(), "User")?;
        user.password_hash = self.password_hash.clone();
        context.store(&user)?;
        let id = self.user_id.to_string();
        let subject = Subject::of_cluster("user", &id);
        context.record("user.password_changed", subject, [])?;
        Ok(Reply::Done)
    }
}
