//! Revokes a join token. Members that joined with it stay.

use sentinel_model::JoinTokenId;
use sentinel_model::cluster::JoinToken;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinTokenRevoke {
    /// The token.
    pub token_id: JoinTokenId,
}

impl Apply for JoinTokenRevoke {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut token = context.require::<JoinToken>(self.token_id.as_bytes(), "Join token")?;
        if token.revoked_at.is_some() {
            return Err(Rejection::WrongState("the join token is revoked already".into()).into());
        }
        token.revoked_at = Some(context.time);
        context.store(&token)?;
        let id = self.token_id.to_string();
        context.record("join_token.revoked", Subject::of_cluster("join_token", &id), [])?;
        Ok(Reply::Done)
    }
}
