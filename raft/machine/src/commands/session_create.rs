//! Signs a person in. Expired sessions are forgotten along the way, a few at a time.

use sentinel_model::session::Session;
use sentinel_model::user::User;
use sentinel_model::{SessionId, Sha256Digest, Time, UserId};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;
use crate::tables::{Scan, Table, key};

/// Expired sessions removed with each sign-in.
const SWEEP: usize = 8;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionCreate {
    /// Identity.
    pub session_id: SessionId,
    /// Digest of the cookie's token.
    pub token_digest: Sha256Digest,
    /// Who signs in.
    pub user_id: UserId,
    /// No use after this time.
    pub expires_at: Time,
}

impl Apply for SessionCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        context.require::<User>(self.user_id.as_bytes(), "User")?;
        context.require_new::<Session>(&self.token_digest.0, "session")?;
        let created_at = context.time;
        let oldest = Scan { limit: SWEEP, ..Scan::all(Table::SessionsByExpiry, &[]) };
        for (by_expiry, _) in context.tables().scan(oldest)? {
            let (expiry, digest) = by_expiry.split_at(8.min(by_expiry.len()));
            if expiry < &expiry_key(created_at)[..] {
                context.write().delete(Table::Sessions, digest)?;
                context.write().delete(Table::SessionsByExpiry, &by_expiry)?;
            }
        }
        context.store(&Session {
            id: self.session_id,
            token_digest: self.token_digest,
            user_id: self.user_id,
            created_at,
            expires_at: self.expires_at,
        })?;
        let by_expiry = key(&[&expiry_key(self.expires_at), &self.token_digest.0]);
        context.write().put(Table::SessionsByExpiry, &by_expiry, b"")?;
        let id = self.session_id.to_string();
        let subject = Subject::of_cluster("session", &id);
        context.record("session.created", subject, [("user_id", self.user_id.to_string())])?;
        Ok(Reply::Done)
    }
}

/// Times sort as numbers in keys; nothing here lies before 1970.
pub(super) fn expiry_key(time: Time) -> [u8; 8] {
    time.0.max(0).to_be_bytes()
}
