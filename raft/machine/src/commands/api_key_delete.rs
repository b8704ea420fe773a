//! Removes an API key.

use sentinel_model::ApiKeyId;
use sentinel_model::api_key::ApiKey;
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::Reply;
use crate::tables::{Table, key};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyDelete {
    /// The key.
    pub api_key_id: ApiKeyId,
}

impl Apply for ApiKeyDelete {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        let api_key = context.require::<ApiKey>(self.api_key_id.as_bytes(), "API key")?;
        let write = context.write();
        write.delete(Table::ApiKeys, self.api_key_id.as_bytes())?;
        write.delete(Table::ApiKeyDigests, &api_key.key_digest.0)?;
        write.delete(Table::ApiKeysByOrg, &key(&[api_key.org_id.as_bytes(), self.api_key_id.as_bytes()]))?;
        let id = self.api_key_id.to_string();
        let subject =
            Subject { project_id: api_key.project_id, ..Subject::in_org("api_key", &id, api_key.org_id) };
        context.record("api_key.deleted", subject, [("name", api_key.name)])?;
        Ok(Reply::Done)
    }
}
