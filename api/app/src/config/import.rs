//! Services from the description of an API: what they would be, and that they are.

use std::collections::BTreeMap;

use sentinel_api_types::config::{
    ConfigAction, ConfigImport, ConfigImportBy, ConfigImportLeftOut, ConfigImportObject, ConfigImportState,
    ConfigImported,
};
use sentinel_bundle::openapi::{By, Import, ImportError, Options, State, import};
use sentinel_machine::commands::config_change::APPLIED;
use sentinel_machine::config::{self, Expected, Operation as One};

use super::document::told;
use super::invalid;
use super::plan::{Plan, plan, require_revision};
use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::error::AppError;
use crate::scope::InProject;

impl App {
    /// Makes services of the description of an API, or tells what they would be: beside what the project has, in one step or not at
    /// all. The same description again changes nothing.
    pub async fn import_config(
        &self,
        caller: &Caller,
        project: &str,
        request: ConfigImport,
    ) -> Result<ConfigImported, AppError> {
        let here = self.in_project(Operation::ConfigImport, caller, project).await?;
        let (project_id, view) = (here.project.id, here.view.clone());
        let (apply, prune, seen) =
            (request.apply.unwrap_or(false), request.prune.unwrap_or(false), request.revision);
        let (asked, request) = self.long_read(move || Ok((config::digest_of(&request)?, request))).await?;
        let change = Change::to(APPLIED, project_id).in_project(project_id).with("digest", asked);
        let done = if apply { self.repeated(&view, caller, &change)? } else { None };
        let repeats = done.is_some();
        let (import, plan) = self
            .heavy("compilations", move || {
                require_revision(&*here.view.tables, project_id, seen.filter(|_| !repeats))?;
                looked(&here, &request, prune && !repeats)
            })
            .await?;
        if let Some(done) = done {
            return Ok(again(import, &done));
        }
        let mut imported = shape(import, &plan);
        let Plan { revision, operations, .. } = plan;
        imported.applied = apply;
        if !apply || operations.is_empty() {
            return Ok(imported);
        }
        // It was made beside what the project has, so that must not have changed.
        let revision = self.carry_out(caller, change, project_id, operations, Some(revision), asked).await?;
        Ok(ConfigImported { revision, ..imported })
    }
}

/// What comes of a description beside what the project has, and what would have to be done for that.
fn looked(here: &InProject, request: &ConfigImport, prune: bool) -> Result<(Import, Plan), AppError> {
    let (read, project) = (&*here.view.tables, here.project.id);
    let options = Options {
        prefix: request.prefix.clone(),
        upstream_group: request.upstream_group.clone(),
        hosts: request.hosts.clone(),
        base_path: request.base_path.clone(),
        by: match request.by.unwrap_or_default() {
            ConfigImportBy::Path => By::Path,
            ConfigImportBy::Prefix => By::Prefix,
        },
    };
    let present = config::document(config::all(read, project)?);
    let import = import(&request.openapi, &options, &present).map_err(|error| match error {
        ImportError::Document(message) => AppError::invalid("openapi", message),
        ImportError::Option(found) => found.into(),
    })?;
    let mut plan = plan(read, project, import.changes.clone(), false)?;
    for object in import.objects.iter().filter(|object| prune && object.state == State::Gone) {
        if let Some(known) = config::find(read, project, object.kind, &object.slug)? {
            let (kind, slug) = (object.kind, object.slug.clone());
            plan.operations.push(One::Delete { kind, slug, expected: Expected::Revision(known.revision) });
        }
    }
    let found = config::findings(read, project, &plan.operations)?;
    if found.is_empty() { Ok((import, plan)) } else { Err(invalid(found)) }
}

fn shape(import: Import, plan: &Plan) -> ConfigImported {
    let mut fields: BTreeMap<_, _> =
        plan.changes.iter().map(|change| ((change.kind, change.slug.as_str()), &change.fields)).collect();
    let objects = import.objects.iter().map(|object| ConfigImportObject {
        state: match object.state {
            State::Made => ConfigImportState::Made,
            State::Changed => ConfigImportState::Changed,
            State::Unchanged => ConfigImportState::Unchanged,
            State::Gone => ConfigImportState::Gone,
        },
        kind: object.kind,
        slug: object.slug.clone(),
        fields: fields.remove(&(object.kind, object.slug.as_str())).cloned().unwrap_or_default(),
    });
    let objects: Vec<_> = objects.collect();
    let count = |state| objects.iter().filter(|object| object.state == state).count() as u64;
    ConfigImported {
        applied: false,
        revision: plan.revision,
        title: import.title,
        openapi_version: import.openapi,
        prefix: import.prefix,
        made: count(ConfigImportState::Made),
        changed: count(ConfigImportState::Changed),
        unchanged: count(ConfigImportState::Unchanged),
        gone: count(ConfigImportState::Gone),
        left_alone: import.left_alone,
        objects,
        left_out: import
            .left_out
            .into_iter()
            .map(|one| ConfigImportLeftOut {
                what: one.what.to_owned(),
                why: one.why.to_owned(),
                count: one.count,
                places: one.places,
            })
            .collect(),
        document: import.changes,
    }
}

/// What became of a request that comes again: what it changed is told by the audit log, the rest is looked at once more.
fn again(import: Import, done: &Committed) -> ConfigImported {
    let told = told(done);
    let objects = told.changes.into_iter().map(|change| ConfigImportObject {
        state: match change.action {
            ConfigAction::Added => ConfigImportState::Made,
            ConfigAction::Changed => ConfigImportState::Changed,
            ConfigAction::Removed => ConfigImportState::Gone,
        },
        kind: change.kind,
        slug: change.slug,
        fields: Vec::new(),
    });
    let (revision, objects) = (told.revision, objects.collect());
    let nothing = Plan { revision, operations: Vec::new(), changes: Vec::new() };
    let looked = shape(import, &nothing);
    ConfigImported {
        applied: true,
        made: told.added,
        changed: told.changed,
        gone: told.removed,
        objects,
        ..looked
    }
}
