//! A whole configuration as one document: what it would change, and that it is changed so.

use sentinel_api_types::Problem;
use sentinel_api_types::config::{
    ConfigAction, ConfigApplied, ConfigApplyQuery, ConfigChecked, ConfigDiff, ConfigDiffQuery,
    ConfigDifference, ConfigGenerated, ConfigPreview,
};
use sentinel_bundle::compile::{CompileError, Preview, preview};
use sentinel_machine::commands::config_change::APPLIED;
use sentinel_machine::config;
use sentinel_model::Sha256Digest;
use sentinel_model::config::document::VERSION;
use sentinel_model::config::{Document, Kind};

use super::invalid;
use super::plan::{Plan, plan, require_revision, revision_of};
use crate::access::Operation;
use crate::app::App;
use crate::bundle::compile;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::error::AppError;
use crate::internal_ca;
use crate::scope::InProject;

impl App {
    /// The configuration of a project as one document: what [`App::apply_config`] takes.
    pub async fn export_config(&self, caller: &Caller, project: &str) -> Result<Document, AppError> {
        let here = self.in_project(Operation::ConfigExport, caller, project).await?;
        self.long_read(move || Ok(config::document(config::all(&*here.view.tables, here.project.id)?))).await
    }

    /// What a document would change.
    pub async fn diff_config(
        &self,
        caller: &Caller,
        project: &str,
        query: ConfigDiffQuery,
        document: Document,
    ) -> Result<ConfigDiff, AppError> {
        let here = self.in_project(Operation::ConfigDiff, caller, project).await?;
        let prune = query.prune.unwrap_or(true);
        let plan = self.long_read(move || plan(&*here.view.tables, here.project.id, document, prune)).await?;
        let [added, changed, removed] = plan.counts();
        Ok(ConfigDiff { revision: plan.revision, added, changed, removed, changes: plan.changes })
    }

    /// Changes the configuration of a project to what a document says, in one step or not at all. What says so already is not
    /// touched, so that the same document again changes nothing.
    pub async fn apply_config(
        &self,
        caller: &Caller,
        project: &str,
        query: ConfigApplyQuery,
        document: Document,
    ) -> Result<ConfigApplied, AppError> {
        let here = self.in_project(Operation::ConfigApply, caller, project).await?;
        let (dry_run, prune, seen) =
            (query.dry_run.unwrap_or(false), query.prune.unwrap_or(true), query.revision);
        let project_id = here.project.id;
        let view = here.view.clone();
        let (asked, document) = self
            .long_read(move || {
                let asked = config::digest_of(&(&document, prune))?;
                Ok((asked, document))
            })
            .await?;
        let change = Change::to(APPLIED, project_id).in_project(project_id).with("digest", asked);
        if !dry_run && let Some(done) = self.repeated(&view, caller, &change)? {
            return Ok(told(&done));
        }
        let plan = self
            .long_read(move || {
                let read = &*here.view.tables;
                require_revision(read, project_id, seen)?;
                if prune {
                    // It is the whole, so it can be looked at by itself.
                    document.check().map_err(invalid)?;
                    return plan(read, project_id, document, prune);
                }
                require_version(&document)?;
                let plan = plan(read, project_id, document, prune)?;
                let found = config::findings(read, project_id, &plan.operations)?;
                if found.is_empty() { Ok(plan) } else { Err(invalid(found)) }
            })
            .await?;
        let [added, changed, removed] = plan.counts();
        let Plan { revision, operations, changes } = plan;
        let applied = ConfigApplied { dry_run, revision, added, changed, removed, changes };
        if dry_run || operations.is_empty() {
            return Ok(applied);
        }
        // What the document leaves alone may change meanwhile, unless it is the whole.
        let based_on = seen.or(prune.then_some(revision));
        let revision = self.carry_out(caller, change, project_id, operations, based_on, asked).await?;
        Ok(ConfigApplied { revision, ..applied })
    }

    /// What the compiler says of a document, or of the configuration that a project has: everything that could not be had.
    pub async fn check_config(
        &self,
        caller: &Caller,
        project: &str,
        document: Option<Document>,
    ) -> Result<ConfigChecked, AppError> {
        let here = self.in_project(Operation::ConfigCheck, caller, project).await?;
        let found = self.heavy("compilations", move || compiled(&here, document)).await?;
        Ok(match found {
            Ok(made) => ConfigChecked { valid: true, problems: Vec::new(), needs: made.needs },
            Err(problems) => ConfigChecked { valid: false, problems, needs: Vec::new() },
        })
    }

    /// As [`App::check_config`], and what the proxy would get. Nothing is kept.
    pub async fn preview_config(
        &self,
        caller: &Caller,
        project: &str,
        document: Option<Document>,
    ) -> Result<ConfigPreview, AppError> {
        let here = self.in_project(Operation::ConfigPreview, caller, project).await?;
        self.heavy("compilations", move || match compiled(&here, document)? {
            Ok(made) => {
                let (json, digest) = made.json().map_err(AppError::internal)?;
                let generated =
                    ConfigGenerated { json, kdl: made.kdl(), digest: Sha256Digest(digest).to_string() };
                Ok(ConfigPreview {
                    valid: true,
                    problems: Vec::new(),
                    warnings: made.warnings.into_iter().map(compile::shape).collect(),
                    needs: made.needs,
                    generated: Some(generated),
                })
            }
            Err(problems) => Ok(ConfigPreview {
                valid: false,
                problems,
                warnings: Vec::new(),
                needs: Vec::new(),
                generated: None,
            }),
        })
        .await
    }
}

/// What comes of a document, or of the configuration that the project has; or everything that is wrong with it.
fn compiled(here: &InProject, document: Option<Document>) -> Result<Result<Preview, Vec<Problem>>, AppError> {
    let mut document = match document {
        Some(document) => document,
        None => config::document(config::all(&*here.view.tables, here.project.id)?),
    };
    let listeners = match internal_ca::fill(&*here.view.tables, here.project.id, &mut document)? {
        Ok(listeners) => listeners,
        Err(problem) => return Ok(Err(vec![compile::shape(problem)])),
    };
    match preview(&document) {
        Ok(mut made) => {
            made.warnings.extend(listeners.iter().map(|listener| internal_ca::warning(listener)));
            Ok(Ok(made))
        }
        Err(CompileError::Invalid(problems)) => Ok(Err(problems.into_iter().map(compile::shape).collect())),
        Err(other) => Err(AppError::internal(other)),
    }
}

fn require_version(document: &Document) -> Result<(), AppError> {
    if document.version == VERSION {
        return Ok(());
    }
    Err(AppError::invalid("version", format!("must be {VERSION}, the format that this version knows")))
}

/// What became of a request that comes again, as the audit log tells it.
pub(super) fn told(done: &Committed) -> ConfigApplied {
    let said = |field: &str| done.changes.get(field).map(String::as_str).unwrap_or_default();
    let mut changes = Vec::new();
    for (action, field) in [
        (ConfigAction::Added, "added_names"),
        (ConfigAction::Changed, "changed_names"),
        (ConfigAction::Removed, "removed_names"),
    ] {
        // Behind the last name may stand how many more there are.
        let names = said(field).split(", ").filter_map(|name| name.split(' ').next()?.split_once('.'));
        changes.extend(names.filter_map(|(plural, slug)| {
            let kind = Kind::from_plural(plural)?;
            Some(ConfigDifference { action, kind, slug: slug.to_owned(), fields: Vec::new() })
        }));
    }
    changes.sort_by(|a, b| (a.kind, &a.slug).cmp(&(b.kind, &b.slug)));
    let count = |field: &str| said(field).parse().unwrap_or_default();
    ConfigApplied {
        dry_run: false,
        revision: revision_of(done),
        added: count("added"),
        changed: count("changed"),
        removed: count("removed"),
        changes,
    }
}
