//! API keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sentinel_api_types::api_key::{
    ApiKey, ApiKeyBody, ApiKeyCreate, ApiKeyCreated, ApiKeyList, ApiKeysQuery,
};
use sentinel_api_types::{Secret, time::model_time, timestamp};
use sentinel_machine::commands::api_key_create;
use sentinel_machine::commands::api_key_delete::ApiKeyDelete;
use sentinel_machine::commands::api_key_revoke::ApiKeyRevoke;
use sentinel_machine::{Order, Read, Table, TableError, View, query, tables};
use sentinel_model::api_key;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::{ApiKeyId, ProjectId, Time, UserId};

use crate::access::{self, Operation, Place};
use crate::app::{App, digest_of};
use crate::authenticate::API_KEY_PREFIX;
use crate::caller::{Caller, Identity};
use crate::change::{Change, used_for_another};
use crate::cursor::Binding;
use crate::error::AppError;
use crate::page::{Walk, walk};

impl App {
    /// The API keys of an org; a key that is bound to a project sees those of that project.
    pub async fn list_api_keys(&self, caller: &Caller, query: &ApiKeysQuery) -> Result<ApiKeyList, AppError> {
        let (view, org, bound) = self.keys_place(Operation::ApiKeyList, caller, query.org.as_deref()).await?;
        let read = &*view.tables;
        let bound_text = bound.map(|project| project.to_string()).unwrap_or_default();
        let binding = Binding::new("api-keys", &[&org.id.to_string(), &bound_text]);
        let part = Walk {
            table: Table::ApiKeysByOrg,
            prefix: org.id.as_bytes(),
            order: Order::Ascending,
            binding: &binding,
            limit: query.limit,
            cursor: query.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let key: Option<api_key::ApiKey> = tables::load(read, &key[key.len().saturating_sub(16)..])?;
            let key = key.filter(|key| bound.is_none() || key.project_id == bound);
            key.map(|key| shape(read, key)).transpose()
        })?;
        Ok(ApiKeyList { total: page.total(), api_keys: page.items, next_cursor: page.next_cursor })
    }

    /// Adds an API key. A key can never make one that may do more, reaches further or lives longer than itself.
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        request: ApiKeyCreate,
    ) -> Result<ApiKeyCreated, AppError> {
        let (view, org, bound) =
            self.keys_place(Operation::ApiKeyCreate, caller, request.org.as_deref()).await?;
        let read = &*view.tables;
        let mut project_id = match &request.project {
            None => None,
            Some(slug) => {
                let project = query::project_by_slug(read, slug)?.filter(|project| project.org_id == org.id);
                Some(project.ok_or_else(|| AppError::not_found("Project"))?.id)
            }
        };
        let mut scopes: Vec<api_key::Scope> = request.scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let expires_at = request.expires_at.map(model_time);
        let user_id: UserId = match &caller.identity {
            Identity::ApiKey(key) => {
                let (key, _) = access::living_key(read, key.id.as_bytes(), self.now())?;
                if bound.is_some() && project_id.is_none() {
                    project_id = bound;
                }
                within(&key, &scopes, project_id, expires_at)?;
                key.user_id
            }
            _ => caller.person()?.user.id,
        };
        let secret = self.credential(caller, "api-key", &[org.id.as_bytes(), request.name.as_bytes()]);
        let text = format!("{API_KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
        let key_digest = digest_of(&text);
        let command = api_key_create::ApiKeyCreate {
            api_key_id: ApiKeyId(self.inner().parts.ids.id()),
            org_id: org.id,
            project_id,
            user_id,
            name: request.name,
            prefix: text.chars().take(8).collect(),
            key_digest,
            scopes,
            expires_at,
        };
        let change = Change::making("api_key.created").in_org(org.id);
        let asked = command.clone();
        let committed = self.commit(caller, change, command).await?;
        let read = &*committed.view.tables;
        // The digest covers request, org and name.
        let id = read.get(Table::ApiKeyDigests, &key_digest.0)?;
        let made: Option<api_key::ApiKey> = id.map_or(Ok(None), |id| tables::load(read, &id))?;
        let made = made.ok_or_else(used_for_another)?;
        let (scopes, expires_at) = (made.scopes == asked.scopes, made.expires_at == asked.expires_at);
        committed.only_if(scopes && expires_at && made.project_id == asked.project_id)?;
        Ok(ApiKeyCreated { api_key: shape(read, made)?, key: Secret::new(text) })
    }

    /// One API key.
    pub async fn show_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKeyBody, AppError> {
        let (view, key) = self.key(Operation::ApiKeyShow, caller, id).await?;
        Ok(ApiKeyBody { api_key: shape(&*view.tables, key)? })
    }

    /// Revokes an API key: it stays visible and never works again.
    pub async fn revoke_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<ApiKeyBody, AppError> {
        self.key(Operation::ApiKeyRevoke, caller, id).await?;
        let committed =
            self.commit(caller, Change::to("api_key.revoked", id), ApiKeyRevoke { api_key_id: id }).await?;
        let read = &*committed.view.tables;
        let key: Option<api_key::ApiKey> = tables::load(read, id.as_bytes())?;
        let key = key.ok_or_else(|| AppError::not_found("API key"))?;
        Ok(ApiKeyBody { api_key: shape(read, key)? })
    }

    /// Removes an API key.
    pub async fn delete_api_key(&self, caller: &Caller, id: ApiKeyId) -> Result<(), AppError> {
        let change = Change::to("api_key.deleted", id);
        if let Err(refused) = self.key(Operation::ApiKeyDelete, caller, id).await {
            // Gone because this very request removed it?
            let again = matches!(refused, AppError::NotFound(_)) && {
                let view = self.read(caller).await?;
                self.repeated(&view, caller, &change)?.is_some()
            };
            return if again { Ok(()) } else { Err(refused) };
        }
        self.commit(caller, change, ApiKeyDelete { api_key_id: id }).await?;
        Ok(())
    }

    /// The key with this id, if the caller may do `operation` to it.
    async fn key(
        &self,
        operation: Operation,
        caller: &Caller,
        id: ApiKeyId,
    ) -> Result<(View, api_key::ApiKey), AppError> {
        access::require_known(operation, caller)?;
        let view = self.read(caller).await?;
        let unknown = || AppError::not_found("API key");
        let key: api_key::ApiKey = tables::load(&*view.tables, id.as_bytes())?.ok_or_else(unknown)?;
        let place = match (&caller.identity, key.project_id) {
            (Identity::ApiKey(own), Some(project)) if own.project_id.is_some() => {
                Place::Project(key.org_id, project)
            }
            (Identity::ApiKey(own), None) if own.project_id.is_some() => return Err(unknown()),
            _ => Place::Org(key.org_id),
        };
        match self.authorize(operation, caller, place, &view) {
            Err(AppError::NotFound(_)) => Err(unknown()),
            other => other.map(|()| (view, key)),
        }
    }

    /// The org in which API keys are listed or made, and the project that the caller is bound to.
    async fn keys_place(
        &self,
        operation: Operation,
        caller: &Caller,
        slug: Option<&str>,
    ) -> Result<(View, Org, Option<ProjectId>), AppError> {
        access::require_known(operation, caller)?;
        let view = self.read(caller).await?;
        let read = &*view.tables;
        let org: Option<Org> = match slug {
            Some(slug) => query::org_by_slug(read, slug)?,
            None => match self.orgs_of(caller, &view)?.as_slice() {
                [only] => tables::load(read, only.as_bytes())?,
                [] => None,
                _ => return Err(AppError::invalid("org", "is needed, because you belong to several orgs")),
            },
        };
        let org = org.ok_or_else(|| AppError::not_found("Org"))?;
        let bound = match &caller.identity {
            Identity::ApiKey(key) if key.org_id == org.id => key.project_id,
            _ => None,
        };
        let place = bound.map_or(Place::Org(org.id), |project| Place::Project(org.id, project));
        self.authorize(operation, caller, place, &view)?;
        Ok((view, org, bound))
    }
}

/// Refuses what `key` could not do itself.
fn within(
    key: &api_key::ApiKey,
    scopes: &[api_key::Scope],
    project_id: Option<ProjectId>,
    expires_at: Option<Time>,
) -> Result<(), AppError> {
    if let Some(beyond) = scopes.iter().find(|scope| !key.scopes.contains(scope)) {
        return Err(AppError::Forbidden(format!(
            "an API key cannot give what it does not have: {}",
            beyond.as_str()
        )));
    }
    if key.project_id.is_some() && project_id != key.project_id {
        return Err(AppError::Forbidden("this API key can make keys for its own project only".into()));
    }
    let outlives = match (key.expires_at, expires_at) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(own), Some(asked)) => asked > own,
    };
    if outlives {
        return Err(AppError::Forbidden("an API key cannot make one that lives longer than itself".into()));
    }
    Ok(())
}

fn shape(read: &dyn Read, key: api_key::ApiKey) -> Result<ApiKey, TableError> {
    let project: Option<Project> =
        key.project_id.map_or(Ok(None), |project| tables::load(read, project.as_bytes()))?;
    Ok(ApiKey {
        id: key.id,
        org_id: key.org_id,
        name: key.name,
        key_prefix: key.prefix,
        scopes: key.scopes.into_iter().map(Into::into).collect(),
        project_id: key.project_id,
        project_slug: project.map(|project| project.slug),
        created_by_id: key.user_id,
        expires_at: key.expires_at.map(timestamp),
        revoked_at: key.revoked_at.map(timestamp),
        inserted_at: timestamp(key.created_at),
    })
}
