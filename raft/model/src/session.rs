//! Browser sessions.

use serde::{Deserialize, Serialize};

use crate::{SessionId, Sha256Digest, Time, UserId};

/// A signed-in browser. The cookie holds 256 random bits; only their digest is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Identity, safe to show.
    pub id: SessionId,
    /// Digest of the cookie's token.
    pub token_digest: Sha256Digest,
    /// Whose session it is.
    pub user_id: UserId,
    /// When the person signed in.
    pub created_at: Time,
    /// No use after this time.
    pub expires_at: Time,
}
