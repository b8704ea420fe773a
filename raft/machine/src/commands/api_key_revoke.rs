//! Revokes an API key: it stays visible and never works again.

use sentinel_model::ApiKeyId;
use sentinel_model::api_key::ApiKey;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyRevoke {
    /// The key.
    pub api_key_id: ApiKeyId,
}

impl Apply for ApiKeyRevoke {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let mut api_key = context.require::<ApiKey>(self.api_key_id.as_bytes(), "API key")?;
        if api_key.revoked_at.is_some() {
            return Err(Rejection::WrongState("the API key is revoked already".into()).into());
        }
        api_key.revoked_at = Some(context.time);
        context.store(&api_key)?;
        let id = self.api_key_id.to_string();
        let subject =
            Subject { project_id: api_key.project_id, ..Subject::in_org("api_key", &id, api_key.org_id) };
        context.record("api_key.revoked", subject, [("name", api_key.name)])?;
        Ok(Reply::Done)
    }
}
