//! Secrets of a project. A value comes in, is sealed here, and never goes out again through any of these.

use std::collections::HashMap;

use sentinel_api_types::project_secret::{
    ProjectSecret, ProjectSecretBody, ProjectSecretCreate, ProjectSecretList, ProjectSecretRotate,
    ProjectSecretUpdate, SecretUse, SecretVersion,
};
use sentinel_api_types::{Secret, timestamp};
use sentinel_machine::commands::secret_change::{SecretChange, What};
use sentinel_machine::commands::secret_create::SecretCreate;
use sentinel_machine::commands::secret_delete::SecretDelete;
use sentinel_machine::{Read, TableError, secret as machine};
use sentinel_model::project_secret::{self, check_value};
use sentinel_model::secret::Sealed;
use sentinel_model::{ProjectId, SecretId};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::environment::named;
use crate::error::AppError;
use crate::keyring::project_secret_context;

/// Most objects that are shown where one asks what names a secret.
const USES_SHOWN: usize = 100;

impl App {
    /// The secrets of a project. There are few: all of them at once.
    pub async fn list_secrets(&self, caller: &Caller, project: &str) -> Result<ProjectSecretList, AppError> {
        let here = self.in_project(Operation::SecretList, caller, project).await?;
        self.long_read(move || {
            let read = &*here.view.tables;
            let (mut secrets, mut counts) = (Vec::new(), HashMap::new());
            for secret in machine::all(read, here.project.id)? {
                let uses = match counts.get(&secret.name) {
                    Some(uses) => *uses,
                    None => machine::uses(read, here.project.id, &secret.name, 0)?.1,
                };
                counts.insert(secret.name.clone(), uses);
                secrets.push(shape(read, secret, uses)?);
            }
            let slug = |secret: &ProjectSecret| secret.environment.as_ref().map(|place| place.slug.clone());
            secrets.sort_by_key(|secret| (secret.name.clone(), slug(secret)));
            Ok(ProjectSecretList { total: secrets.len() as u64, secrets })
        })
        .await
    }

    /// One secret, without its value, and what names it.
    pub async fn show_secret(
        &self,
        caller: &Caller,
        project: &str,
        id: SecretId,
    ) -> Result<ProjectSecretBody, AppError> {
        let here = self.in_project(Operation::SecretShow, caller, project).await?;
        body(&*here.view.tables, here.project.id, id)
    }

    /// Makes a secret.
    pub async fn create_secret(
        &self,
        caller: &Caller,
        project: &str,
        request: ProjectSecretCreate,
    ) -> Result<ProjectSecretBody, AppError> {
        let here = self.in_project(Operation::SecretCreate, caller, project).await?;
        check_value("value", request.value.expose().as_bytes())?;
        let environment = request.environment.map(|named| here.environment(&named)).transpose()?;
        let (project_id, secret_id) = (here.project.id, SecretId(self.inner().parts.ids.id()));
        let command = SecretCreate {
            secret_id,
            project_id,
            name: request.name,
            environment_id: environment.as_ref().map(|environment| environment.id),
            description: request.description.unwrap_or_default(),
            sealed: self.sealed(project_id, secret_id, 1, &request.value)?,
            mark: self.mark(caller, request.value.expose().as_bytes()),
            created_by: caller.label(),
        };
        let change = Change::making("secret.created")
            .in_project(project_id)
            .with("name", &command.name)
            .with("environment", environment.map(|environment| environment.slug).unwrap_or_default())
            .with("description", &command.description)
            .with("mark", &command.mark);
        let committed = self.commit(caller, change, command).await?;
        let id = committed.id()?;
        written(&committed, project_id, id)
    }

    /// Gives a secret another value.
    pub async fn rotate_secret(
        &self,
        caller: &Caller,
        project: &str,
        id: SecretId,
        request: ProjectSecretRotate,
    ) -> Result<ProjectSecretBody, AppError> {
        let here = self.in_project(Operation::SecretRotate, caller, project).await?;
        check_value("value", request.value.expose().as_bytes())?;
        let project_id = here.project.id;
        let mark = self.mark(caller, request.value.expose().as_bytes());
        let change = Change::to("secret.rotated", id).in_project(project_id).with("mark", &mark);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            return written(&done, project_id, id);
        }
        let known = machine::find(&*here.view.tables, project_id, id)?;
        let version = known.ok_or_else(|| AppError::not_found("Secret"))?.version() + 1;
        let sealed = self.sealed(project_id, id, version, &request.value)?;
        let what = What::Value { version, sealed, mark };
        let command = SecretChange { project_id, secret_id: id, what, by: caller.label() };
        let committed = self.commit(caller, change, command).await?;
        written(&committed, project_id, id)
    }

    /// Says something else of what a secret is for.
    pub async fn update_secret(
        &self,
        caller: &Caller,
        project: &str,
        id: SecretId,
        request: ProjectSecretUpdate,
    ) -> Result<ProjectSecretBody, AppError> {
        let here = self.in_project(Operation::SecretUpdate, caller, project).await?;
        let project_id = here.project.id;
        let change =
            Change::to("secret.updated", id).in_project(project_id).with("description", &request.description);
        let what = What::Description(request.description);
        let command = SecretChange { project_id, secret_id: id, what, by: caller.label() };
        let committed = self.commit(caller, change, command).await?;
        written(&committed, project_id, id)
    }

    /// Takes a secret away that the configuration does not need.
    pub async fn delete_secret(&self, caller: &Caller, project: &str, id: SecretId) -> Result<(), AppError> {
        let here = self.in_project(Operation::SecretDelete, caller, project).await?;
        let command = SecretDelete { project_id: here.project.id, secret_id: id };
        let change = Change::to("secret.deleted", id).in_project(here.project.id);
        self.commit(caller, change, command).await?;
        Ok(())
    }

    fn sealed(
        &self,
        project: ProjectId,
        secret: SecretId,
        version: u64,
        value: &Secret,
    ) -> Result<Sealed, AppError> {
        let ids = &self.inner().parts.ids;
        let context = project_secret_context(project, secret, version);
        let sealed = self.keyring().seal(&context, value.expose().as_bytes(), [ids.secret(), ids.secret()]);
        sealed.map_err(AppError::internal)
    }

    /// What stands for a value in the audit log, so that a repeated request with another one is noticed. Nobody without the key-encryption
    /// key can try values against it, and the same value in another request has another one.
    pub(crate) fn mark(&self, caller: &Caller, value: &[u8]) -> String {
        let request = caller.request_id.0;
        let message = zeroize::Zeroizing::new([&request.as_bytes()[..], value].concat());
        hex::encode(&self.keyring().tag("project-secret-mark", &message)[..16])
    }
}

/// What a change has made of it.
fn written(committed: &Committed, project: ProjectId, id: SecretId) -> Result<ProjectSecretBody, AppError> {
    body(&*committed.view.tables, project, id)
}

fn body(read: &dyn Read, project: ProjectId, id: SecretId) -> Result<ProjectSecretBody, AppError> {
    let found = machine::find(read, project, id)?.ok_or_else(|| AppError::not_found("Secret"))?;
    let (uses, count) = machine::uses(read, project, &found.name, USES_SHOWN)?;
    let used = |one: machine::Use| SecretUse { kind: one.kind, slug: one.slug, fields: one.fields };
    let used_by = uses.into_iter().map(used).collect();
    Ok(ProjectSecretBody { secret: shape(read, found, count)?, used_by })
}

fn shape(
    read: &dyn Read,
    secret: project_secret::ProjectSecret,
    uses: u64,
) -> Result<ProjectSecret, TableError> {
    let environment = match secret.environment_id {
        Some(id) => named(read, secret.project_id, id)?,
        None => None,
    };
    let (version, rotated) = (secret.version(), secret.versions.last().map(|last| last.at));
    let versions = secret.versions.into_iter().rev().map(|version| SecretVersion {
        version: version.number,
        created_by: version.by,
        inserted_at: timestamp(version.at),
    });
    Ok(ProjectSecret {
        id: secret.id,
        name: secret.name,
        environment,
        description: secret.description,
        version,
        versions: versions.collect(),
        uses,
        created_by: secret.created_by,
        inserted_at: timestamp(secret.created_at),
        updated_at: timestamp(secret.updated_at),
        last_rotated_at: timestamp(rotated.unwrap_or(secret.created_at)),
    })
}
