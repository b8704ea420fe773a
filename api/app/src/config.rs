//! The configuration of a project: its objects one by one. Documents are in [`document`], descriptions of APIs in [`import`].

mod document;
mod import;
mod plan;

use std::collections::BTreeMap;

use sentinel_api_types::config::{ConfigObject, Configurable};
use sentinel_api_types::{PageQuery, timestamp};
use sentinel_machine::commands::config_change::ConfigChange;
use sentinel_machine::config::{self, Deed, Expected, Operation as One, action};
use sentinel_machine::{Order, Reply, Table, View, tables};
use sentinel_model::config::document::SETTINGS;
use sentinel_model::config::{Kind, Spec};
use sentinel_model::{ConfigObjectId, InvalidValue, ProjectId, config_object};

use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::{Change, Committed};
use crate::cursor::Binding;
use crate::error::AppError;
use crate::org::slug_or_made;
use crate::page::{Walk, walk};
use crate::scope::InProject;

impl App {
    /// The objects of a kind, by slug.
    pub async fn list_config<T: Configurable>(
        &self,
        caller: &Caller,
        project: &str,
        query: &PageQuery,
    ) -> Result<T::List, AppError> {
        let here = self.in_project(Operation::ConfigList, caller, project).await?;
        let (app, query) = (self.clone(), query.clone());
        self.long_read(move || {
            let read = &*here.view.tables;
            let prefix = config::prefix_of(here.project.id, T::KIND);
            let binding = Binding::new("config", &[&here.project.id.to_string(), T::KIND.plural()]);
            let part = Walk {
                table: Table::ConfigObjects,
                prefix: &prefix,
                order: Order::Ascending,
                binding: &binding,
                limit: query.limit,
                cursor: query.cursor.as_deref(),
            };
            let page = walk(read, app.keyring(), part, |(_, row)| {
                Ok(shape::<T>(tables::decode(Table::ConfigObjects, row)?))
            })?;
            Ok(T::list(page.items, page.next_cursor))
        })
        .await
    }

    /// One object, by its id or its slug.
    pub async fn show_config<T: Configurable>(
        &self,
        caller: &Caller,
        project: &str,
        named: &str,
    ) -> Result<ConfigObject<T>, AppError> {
        let here = self.in_project(Operation::ConfigShow, caller, project).await?;
        let found = find(&here.view, here.project.id, T::KIND, named)?;
        shown(found, T::KIND)
    }

    /// Makes an object. Without a slug it gets one that is made of its name.
    pub async fn create_config<T: Configurable>(
        &self,
        caller: &Caller,
        project: &str,
        slug: Option<String>,
        spec: T,
    ) -> Result<ConfigObject<T>, AppError> {
        let here = self.in_project(Operation::ConfigCreate, caller, project).await?;
        let spec: Spec = spec.into();
        if slug.is_none() && spec.name().is_empty() {
            return Err(AppError::invalid("slug", "is required, or a name to make it of"));
        }
        let slug = slug_or_made("slug", slug, spec.name())?;
        let change = Change::making(action(T::KIND, Deed::Created))
            .in_project(here.project.id)
            .with("slug", &slug)
            .with("digest", config::digest(&spec)?);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            return made(&done, here.project.id, T::KIND);
        }
        let id = ConfigObjectId(self.inner().parts.ids.id());
        let put = One::Put { id, slug, spec, expected: Expected::New };
        let committed = self.commit(caller, change, change_of(&here, caller, put)?).await?;
        made(&committed, here.project.id, T::KIND)
    }

    /// Replaces what an object says; the settings of a project need not be there before. With a revision only if nobody has changed it since.
    /// Nothing is written when it says so already.
    pub async fn replace_config<T: Configurable>(
        &self,
        caller: &Caller,
        project: &str,
        named: &str,
        seen: Option<u64>,
        spec: T,
    ) -> Result<ConfigObject<T>, AppError> {
        let here = self.in_project(Operation::ConfigReplace, caller, project).await?;
        let (spec, kind): (Spec, _) = (spec.into(), T::KIND);
        let known = find(&here.view, here.project.id, kind, named)?;
        let change = match (&known, kind) {
            (_, Kind::Settings) => Change::making(action(kind, Deed::Updated)),
            (Some(known), _) => Change::to(action(kind, Deed::Updated), known.id),
            (None, _) => return Err(AppError::not_found(&config::title(kind))),
        };
        let change = change.in_project(here.project.id).with("digest", config::digest(&spec)?);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            return made(&done, here.project.id, kind);
        }
        let expected = match (&known, seen) {
            (Some(known), Some(seen)) if known.revision != seen => {
                return Err(config::changed(known, seen).into());
            }
            (None, Some(_)) => return Err(AppError::not_found(&config::title(kind))),
            (_, Some(seen)) => Expected::Revision(seen),
            (Some(known), None) if kind != Kind::Settings => Expected::Same(known.id),
            (_, None) => Expected::Anything,
        };
        let slug = match known {
            Some(known) if known.spec == spec => return shown(Some(known), kind),
            Some(known) => known.slug,
            None => SETTINGS.to_owned(),
        };
        let id = ConfigObjectId(self.inner().parts.ids.id());
        let put = One::Put { id, slug, spec, expected };
        let committed = self.commit(caller, change, change_of(&here, caller, put)?).await?;
        made(&committed, here.project.id, kind)
    }

    /// Takes an object away that no other one names. With a revision only if nobody has changed it since.
    pub async fn delete_config<T: Configurable>(
        &self,
        caller: &Caller,
        project: &str,
        named: &str,
        seen: Option<u64>,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::ConfigDelete, caller, project).await?;
        let (action, kind) = (action(T::KIND, Deed::Deleted), T::KIND);
        let change = match named.parse::<ConfigObjectId>() {
            Ok(id) => Change::to(action, id),
            Err(_) => Change::making(action).with("slug", named),
        };
        let change = change.in_project(here.project.id);
        if self.repeated(&here.view, caller, &change)?.is_some() {
            return Ok(());
        }
        let known = find(&here.view, here.project.id, kind, named)?;
        let known = known.ok_or_else(|| AppError::not_found(&config::title(kind)))?;
        let expected = match seen {
            Some(seen) if known.revision != seen => return Err(config::changed(&known, seen).into()),
            Some(seen) => Expected::Revision(seen),
            None => Expected::Same(known.id),
        };
        // A slug may look like an id.
        let by_id = Change::to(action, known.id).in_project(here.project.id);
        let delete = One::Delete { kind, slug: known.slug, expected };
        self.commit(caller, by_id, change_of(&here, caller, delete)?).await?;
        Ok(())
    }
}

/// An object by its id or its slug; what another project has, or is of another kind, is not there.
fn find(
    view: &View,
    project: ProjectId,
    kind: Kind,
    named: &str,
) -> Result<Option<config_object::ConfigObject>, AppError> {
    let read = &*view.tables;
    let by_id = match named.parse::<ConfigObjectId>() {
        Ok(id) => config::find_by_id(read, project, id)?.filter(|found| found.spec.kind() == kind),
        Err(_) => None,
    };
    match by_id {
        Some(found) => Ok(Some(found)),
        None => Ok(config::find(read, project, kind, named)?),
    }
}

/// The command that changes one object, after a look whether it can be.
fn change_of(here: &InProject, caller: &Caller, operation: One) -> Result<ConfigChange, AppError> {
    let (project_id, operations) = (here.project.id, vec![operation]);
    let found = config::findings(&*here.view.tables, project_id, &operations)?;
    match (&operations[0], found.first()) {
        (_, None) => {
            Ok(ConfigChange { project_id, operations, based_on: None, asked: None, by: caller.label() })
        }
        (One::Delete { .. }, Some(first)) => Err(config::refusal(first, &operations).into()),
        (One::Put { slug, spec, .. }, Some(_)) => {
            let whole = match spec.kind() {
                Kind::Settings => Kind::Settings.plural().to_owned(),
                kind => format!("{}.{slug}", kind.plural()),
            };
            Err(invalid(found.into_iter().map(|one| within(&whole, one))))
        }
    }
}

/// A finding with its place in the object instead of that in the document.
fn within(whole: &str, found: InvalidValue) -> InvalidValue {
    let field = match found.field.strip_prefix(whole) {
        // What is wrong with the object itself is its name.
        Some("") => "slug".to_owned(),
        Some(rest) => rest.trim_start_matches('.').to_owned(),
        None => found.field,
    };
    InvalidValue { field, message: found.message }
}

/// Everything that is wrong, by its place.
pub(crate) fn invalid(found: impl IntoIterator<Item = InvalidValue>) -> AppError {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for InvalidValue { field, message } in found {
        fields.entry(field).or_default().push(message);
    }
    AppError::Invalid(fields)
}

/// The object that was just written.
fn made<T: Configurable>(
    committed: &Committed,
    project: ProjectId,
    kind: Kind,
) -> Result<ConfigObject<T>, AppError> {
    let mut found = config::find_by_id(&*committed.view.tables, project, committed.id()?)?;
    if let (Some(found), Reply::Revision(written)) = (&mut found, &committed.reply) {
        // Who has changed it since has made another revision: whoever goes on from this one shall learn of that.
        found.revision = found.revision.min(*written);
    }
    shown(found, kind)
}

fn shown<T: Configurable>(
    found: Option<config_object::ConfigObject>,
    kind: Kind,
) -> Result<ConfigObject<T>, AppError> {
    found.and_then(shape).ok_or_else(|| AppError::not_found(&config::title(kind)))
}

/// An object as the API shows it; `None` when it is of another kind.
fn shape<T: Configurable>(object: config_object::ConfigObject) -> Option<ConfigObject<T>> {
    Some(ConfigObject {
        id: object.id,
        slug: object.slug,
        project_id: object.project_id,
        revision: object.revision,
        updated_by: object.updated_by,
        inserted_at: timestamp(object.created_at),
        updated_at: timestamp(object.updated_at),
        spec: T::of(object.spec)?,
    })
}
