//! Adds an API key.

use sentinel_model::api_key::{ApiKey, Scope};
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::{ApiKeyId, InvalidValue, OrgId, ProjectId, Sha256Digest, Time, UserId, name};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::outcome::{Rejection, Reply};
use crate::tables::{Scan, Table, key};

/// Most keys in one org.
pub const KEYS_MAX: usize = 1_000;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCreate {
    /// Identity.
    pub api_key_id: ApiKeyId,
    /// The org.
    pub org_id: OrgId,
    /// Bound to this project.
    pub project_id: Option<ProjectId>,
    /// Who makes it.
    pub user_id: UserId,
    /// Display name.
    pub name: String,
    /// First eight characters.
    pub prefix: String,
    /// Digest of the key.
    pub key_digest: Sha256Digest,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// No use after this time.
    pub expires_at: Option<Time>,
}

impl Apply for ApiKeyCreate {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        name::check_name("name", &self.name)?;
        if self.scopes.is_empty() {
            return Err(InvalidValue::new(
                "scopes",
                "must name at least one scope; a key without any could do nothing",
            )
            .into());
        }
        if self.expires_at.is_some_and(|expiry| expiry <= context.time) {
            return Err(InvalidValue::new("expires_at", "must lie in the future").into());
        }
        context.require::<Org>(self.org_id.as_bytes(), "Org")?;
        if let Some(project) = self.project_id {
            let project = context.require::<Project>(project.as_bytes(), "Project")?;
            if project.org_id != self.org_id {
                return Err(Rejection::not_found("Project").into());
            }
        }
        context.require_new::<ApiKey>(self.api_key_id.as_bytes(), "API key")?;
        let of_org = Scan { limit: KEYS_MAX, ..Scan::all(Table::ApiKeysByOrg, self.org_id.as_bytes()) };
        if context.tables().scan(of_org)?.len() >= KEYS_MAX {
            return Err(
                Rejection::Limit(format!("the org has {KEYS_MAX} API keys; delete some first")).into()
            );
        }
        let created_at = context.time;
        context.store(&ApiKey {
            id: self.api_key_id,
            org_id: self.org_id,
            project_id: self.project_id,
            user_id: self.user_id,
            name: self.name.clone(),
            prefix: self.prefix.clone(),
            key_digest: self.key_digest,
            scopes: self.scopes.clone(),
            expires_at: self.expires_at,
            revoked_at: None,
            created_at,
        })?;
        let write = context.write();
        write.put(Table::ApiKeyDigests, &self.key_digest.0, self.api_key_id.as_bytes())?;
        write.put(Table::ApiKeysByOrg, &key(&[self.org_id.as_bytes(), self.api_key_id.as_bytes()]), b"")?;
        let id = self.api_key_id.to_string();
        let subject = Subject { project_id: self.project_id, ..Subject::in_org("api_key", &id, self.org_id) };
        let scopes = self.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ");
        context.record("api_key.created", subject, [("name", self.name.clone()), ("scopes", scopes)])?;
        Ok(Reply::Done)
    }
}
