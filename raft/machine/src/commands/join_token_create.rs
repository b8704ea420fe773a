//! Adds a token with which members join the cluster.

use sentinel_model::cluster::JoinToken;
use sentinel_model::{InvalidValue, JoinTokenId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Scan, Table, rows};

/// Most members that may join with one token.
pub const USES_MAX: u32 = 16;
/// Longest life of a token, in milliseconds: a week.
pub const LIFE_MAX_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// Most tokens kept, revoked and expired ones too; those go first.
pub const TOKENS_MAX: usize = 100;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinTokenCreate {
    /// Identity.
    pub token_id: JoinTokenId,
    /// Digest of the secret.
    pub secret_digest: Sha256Digest,
    /// How many members may join with it.
    pub uses: u32,
    /// No use after this time.
    pub expires_at: Time,
}

impl Apply for JoinTokenCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        if self.uses == 0 || self.uses > USES_MAX {
            return Err(InvalidValue::new("uses", format!("must be from 1 to {USES_MAX}")).into());
        }
        let life = self.expires_at.since(context.time);
        if self.expires_at <= context.time || life > LIFE_MAX_MS {
            return Err(InvalidValue::new("ttl_s", "must be more than nothing and at most a week").into());
        }
        context.require_new::<JoinToken>(self.token_id.as_bytes(), "join token")?;
        self.make_room(context)?;
        let created_at = context.time;
        context.store(&JoinToken {
            id: self.token_id,
            secret_digest: self.secret_digest,
            uses_left: self.uses,
            expires_at: self.expires_at,
            revoked_at: None,
            created_at,
        })?;
        context.write().put(Table::JoinTokenDigests, &self.secret_digest.0, self.token_id.as_bytes())?;
        let id = self.token_id.to_string();
        let subject = Subject::of_cluster("join_token", &id);
        context.record("join_token.created", subject, [("uses", self.uses.to_string())])?;
        Ok(Reply::Done)
    }
}

impl JoinTokenCreate {
    /// Forgets tokens that are good for nothing any more, when there are many.
    fn make_room(&self, context: &mut Context<'_>) -> Result<(), Stop> {
        let tokens: Vec<JoinToken> = rows(context.tables(), Scan::all(Table::JoinTokens, &[]))?;
        if tokens.len() < TOKENS_MAX {
            return Ok(());
        }
        let now = context.time;
        let spent: Vec<&JoinToken> = tokens.iter().filter(|token| token.refusal(now).is_some()).collect();
        if spent.is_empty() {
            let message = format!("there are {TOKENS_MAX} join tokens already; revoke one");
            return Err(Rejection::Limit(message).into());
        }
        for token in spent {
            context.write().delete(Table::JoinTokens, token.id.as_bytes())?;
            context.write().delete(Table::JoinTokenDigests, &token.secret_digest.0)?;
        }
        Ok(())
    }
}
