//! Signs a person out.

use sentinel_model::Sha256Digest;
use sentinel_model::session::Session;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::commands::session_create::expiry_key;
use crate::outcome::Reply;
use crate::tables::{Table, TableError, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDelete {
    /// Digest of the cookie's token.
    pub token_digest: Sha256Digest,
}

impl Apply for SessionDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let session = context.require::<Session>(&self.token_digest.0, "Session")?;
        delete_session(context, &session)?;
        let id = session.id.to_string();
        let subject = Subject::of_cluster("session", &id);
        context.record("session.deleted", subject, [("user_id", session.user_id.to_string())])?;
        Ok(Reply::Done)
    }
}

/// Takes a session out, under both of its keys.
pub(super) fn delete_session(context: &mut Context<'_>, session: &Session) -> Result<(), TableError> {
    let by_expiry = key(&[&expiry_key(session.expires_at), &session.token_digest.0]);
    context.write().delete(Table::Sessions, &session.token_digest.0)?;
    context.write().delete(Table::SessionsByExpiry, &by_expiry)
}
