//! Enrolment tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sentinel_api_types::enrolment::{
    EnrolmentToken, EnrolmentTokenBody, EnrolmentTokenCreate, EnrolmentTokenCreated, EnrolmentTokenList,
};
use sentinel_api_types::{PageQuery, Secret, time::model_time, timestamp};
use sentinel_machine::commands::enrolment_token_create;
use sentinel_machine::commands::enrolment_token_revoke::EnrolmentTokenRevoke;
use sentinel_machine::{Order, Read, Table, TableError, tables};
use sentinel_model::{EnrolmentTokenId, enrolment};

use crate::access::Operation;
use crate::app::{App, digest_of, written};
use crate::authenticate::ENROLMENT_PREFIX;
use crate::caller::Caller;
use crate::change::{Change, used_for_another};
use crate::cursor::Binding;
use crate::environment::named;
use crate::error::AppError;
use crate::page::{Walk, walk};

impl App {
    /// The enrolment tokens of a project, newest first.
    pub async fn list_enrolment_tokens(
        &self,
        caller: &Caller,
        project: &str,
        page: &PageQuery,
    ) -> Result<EnrolmentTokenList, AppError> {
        let here = self.in_project(Operation::EnrolmentTokenList, caller, project).await?;
        let read = &*here.view.tables;
        let binding = Binding::new("enrolment-tokens", &[&here.project.id.to_string()]);
        let part = Walk {
            table: Table::EnrolmentsByProject,
            prefix: here.project.id.as_bytes(),
            order: Order::Descending,
            binding: &binding,
            limit: page.limit,
            cursor: page.cursor.as_deref(),
        };
        let page = walk(read, self.keyring(), part, |(key, _)| {
            let token: Option<enrolment::EnrolmentToken> =
                tables::load(read, &key[key.len().saturating_sub(16)..])?;
            token.map(|token| shape(read, token)).transpose()
        })?;
        Ok(EnrolmentTokenList {
            total: page.total(),
            enrolment_tokens: page.items,
            next_cursor: page.next_cursor,
        })
    }

    /// Adds an enrolment token.
    pub async fn create_enrolment_token(
        &self,
        caller: &Caller,
        project: &str,
        request: EnrolmentTokenCreate,
    ) -> Result<EnrolmentTokenCreated, AppError> {
        let here = self.in_project(Operation::EnrolmentTokenCreate, caller, project).await?;
        let proof: [&[u8]; 2] = [here.project.id.as_bytes(), request.name.as_bytes()];
        let environment = request.environment.as_deref().map(|named| here.environment(named)).transpose()?;
        let secret = self.credential(caller, "enrolment-token", &proof);
        let text = format!("{ENROLMENT_PREFIX}{}", URL_SAFE_NO_PAD.encode(secret));
        let token_digest = digest_of(&text);
        let command = enrolment_token_create::EnrolmentTokenCreate {
            token_id: EnrolmentTokenId(self.inner().parts.ids.id()),
            project_id: here.project.id,
            name: request.name,
            prefix: text.chars().take(8).collect(),
            token_digest,
            uses: request.uses,
            expires_at: request.expires_at.map(model_time),
            environment_id: environment.map(|environment| environment.id),
            simulated: false,
        };
        let (uses, expires_at, environment_id) = (command.uses, command.expires_at, command.environment_id);
        let mut change = Change::making("enrolment_token.created").in_project(here.project.id);
        for (field, value) in command.asked() {
            change = change.with_if_said(field, value);
        }
        let committed = self.commit(caller, change, command).await?;
        let read = &*committed.view.tables;
        let id = read.get(Table::EnrolmentDigests, &token_digest.0)?;
        let made: Option<enrolment::EnrolmentToken> = id.map_or(Ok(None), |id| tables::load(read, &id))?;
        // The digest covers request, project and name; of the uses some may be gone.
        let made = made.ok_or_else(used_for_another)?;
        let same_uses = made.uses_left.is_some() == uses.is_some() && made.uses_left <= uses;
        let same_place = made.environment_id == environment_id;
        committed.only_if(same_uses && same_place && made.expires_at == expires_at)?;
        Ok(EnrolmentTokenCreated { enrolment_token: shape(read, made)?, token: Secret::new(text) })
    }

    /// Revokes an enrolment token. Nodes that used it stay.
    pub async fn revoke_enrolment_token(
        &self,
        caller: &Caller,
        project: &str,
        id: EnrolmentTokenId,
    ) -> Result<EnrolmentTokenBody, AppError> {
        let here = self.in_project(Operation::EnrolmentTokenRevoke, caller, project).await?;
        here.object::<enrolment::EnrolmentToken>(&id)?;
        let command = EnrolmentTokenRevoke { token_id: id };
        let committed = self.commit(caller, Change::to("enrolment_token.revoked", id), command).await?;
        let token = written(&committed.view, id.as_bytes(), "Enrolment token")?;
        Ok(EnrolmentTokenBody { enrolment_token: shape(&*committed.view.tables, token)? })
    }
}

fn shape(read: &dyn Read, token: enrolment::EnrolmentToken) -> Result<EnrolmentToken, TableError> {
    let environment = match token.environment_id {
        Some(id) => named(read, token.project_id, id)?,
        None => None,
    };
    Ok(EnrolmentToken {
        environment,
        id: token.id,
        name: token.name,
        token_prefix: token.prefix,
        uses_left: token.uses_left,
        expires_at: token.expires_at.map(timestamp),
        revoked_at: token.revoked_at.map(timestamp),
        inserted_at: timestamp(token.created_at),
    })
}
