//! The way from the configuration that there is to another one, and that it is gone.

use std::collections::BTreeMap;

use sentinel_api_types::config::{ConfigAction, ConfigDifference};
use sentinel_machine::commands::config_change::ConfigChange;
use sentinel_machine::config::{self, Expected, Operation as One};
use sentinel_machine::{Read, Reply};
use sentinel_model::config::{Document, Kind, Spec};
use sentinel_model::config_object::{ConfigObject, FIELDS_MAX, differences};
use sentinel_model::{ConfigObjectId, ProjectId, Sha256Digest};

use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::error::AppError;

/// The way from what there is to what a document says.
pub(super) struct Plan {
    pub(super) revision: u64,
    pub(super) operations: Vec<One>,
    pub(super) changes: Vec<ConfigDifference>,
}

impl App {
    /// Carries out what a plan says, in one step or not at all: the revision since. `asked` is the digest of what was asked for, by which it is known when it
    /// comes again.
    pub(super) async fn carry_out(
        &self,
        caller: &Caller,
        change: Change,
        project_id: ProjectId,
        mut operations: Vec<One>,
        based_on: Option<u64>,
        asked: Sha256Digest,
    ) -> Result<u64, AppError> {
        for operation in &mut operations {
            if let One::Put { id, .. } = operation {
                *id = ConfigObjectId(self.inner().parts.ids.id());
            }
        }
        let command =
            ConfigChange { project_id, operations, based_on, asked: Some(asked), by: caller.label() };
        command.check()?;
        Ok(revision_of(&self.commit(caller, change, command).await?))
    }
}

impl Plan {
    /// How many objects are added, changed and removed.
    pub(super) fn counts(&self) -> [u64; 3] {
        [ConfigAction::Added, ConfigAction::Changed, ConfigAction::Removed]
            .map(|action| self.changes.iter().filter(|change| change.action == action).count() as u64)
    }

    fn note(&mut self, action: ConfigAction, kind: Kind, slug: &str, fields: Vec<String>) {
        self.changes.push(ConfigDifference { action, kind, slug: slug.to_owned(), fields });
    }
}

/// Who has looked at a revision has looked at this one.
pub(super) fn require_revision(
    read: &dyn Read,
    project: ProjectId,
    seen: Option<u64>,
) -> Result<(), AppError> {
    let Some(seen) = seen else { return Ok(()) };
    let state = config::state_of(read, project)?;
    if state.revision == seen { Ok(()) } else { Err(config::overtaken(&state, seen).into()) }
}

/// What has to be done. New objects have no ids yet.
pub(super) fn plan(
    read: &dyn Read,
    project: ProjectId,
    document: Document,
    prune: bool,
) -> Result<Plan, AppError> {
    let revision = config::state_of(read, project)?.revision;
    let mut known: BTreeMap<(Kind, String), ConfigObject> = config::all(read, project)?
        .into_iter()
        .map(|object| ((object.spec.kind(), object.slug.clone()), object))
        .collect();
    let mut plan = Plan { revision, operations: Vec::new(), changes: Vec::new() };
    for (slug, spec) in document.into_objects() {
        let kind = spec.kind();
        let expected = match known.remove(&(kind, slug.clone())) {
            Some(known) if known.spec == spec => continue,
            Some(known) => {
                plan.note(ConfigAction::Changed, kind, &slug, told_fields(&known.spec, &spec));
                Expected::Revision(known.revision)
            }
            None => {
                plan.note(ConfigAction::Added, kind, &slug, Vec::new());
                Expected::New
            }
        };
        plan.operations.push(One::Put { id: ConfigObjectId(uuid::Uuid::nil()), slug, spec, expected });
    }
    if prune {
        for ((kind, slug), object) in known {
            plan.note(ConfigAction::Removed, kind, &slug, Vec::new());
            plan.operations.push(One::Delete { kind, slug, expected: Expected::Revision(object.revision) });
        }
    }
    plan.changes.sort_by(|a, b| (a.kind, &a.slug).cmp(&(b.kind, &b.slug)));
    Ok(plan)
}

fn told_fields(before: &Spec, after: &Spec) -> Vec<String> {
    let mut fields = differences(before, after);
    fields.truncate(FIELDS_MAX);
    fields
}

pub(super) fn revision_of(committed: &Committed) -> u64 {
    match committed.reply {
        Reply::Revision(revision) => revision,
        Reply::Done | Reply::Count(_) => 0,
    }
}
