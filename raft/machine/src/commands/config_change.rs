//! Changes objects of a project's configuration, all of them or none. Nothing that is named goes, and nothing is named that is not there.

use std::collections::BTreeSet;

use sentinel_model::config::Kind;
use sentinel_model::config_object::{
    BYTES_MAX, ConfigObject, ConfigState, Edit, differences, remember,
};
use sentinel_model::name::check_slug;
use sentinel_model::project::Project;
use sentinel_model::{InvalidValue, ProjectId, Sha256Digest};
use serde::{Deserialize, Serialize};

use crate::apply::{Apply, Context, Stop, Subject};
use crate::config::{self, Deed, Expected, Operation, action};
use crate::outcome::{Rejection, Reply};
use crate::secret;
use crate::tables::{Table, encode};

/// Most objects that one command changes.
pub const OPERATIONS_MAX: usize = 10_000;
/// Most objects of each deed that the audit log names.
pub const NAMES_MAX: usize = 50;
/// The audit entry of a change of several objects.
pub const APPLIED: &str = "config.applied";

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigChange {
    /// The project.
    pub project_id: ProjectId,
    /// What is changed, each object once.
    pub operations: Vec<Operation>,
    /// The revision of the configuration that this was made of: else what was meant to be the whole would be the whole and something more.
    pub based_on: Option<u64>,
    /// Digest of what was asked for, where that was a whole configuration and not one object.
    pub asked: Option<Sha256Digest>,
    /// Who changes it, in words.
    pub by: String,
}

/// What became of one object.
struct Done {
    kind: Kind,
    slug: String,
    id: String,
    deed: Deed,
    fields: Vec<String>,
}

impl Apply for ConfigChange {
    fn apply(&self, context: &mut Context<'_>) -> Result<Reply, Stop> {
        self.check()?;
        let project = context.require::<Project>(self.project_id.as_bytes(), "Project")?;
        let mut state = config::state_of(context.tables(), self.project_id)?;
        if let Some(seen) = self.based_on.filter(|seen| *seen != state.revision) {
            return Err(config::overtaken(&state, seen).into());
        }
        let known = self.known(context)?;
        let loose = config::loose_ends(context.tables(), self.project_id, &self.operations)?;
        if let Some(found) = loose.first() {
            return Err(config::refusal(found, &self.operations).into());
        }
        let revision = state.revision + 1;
        let mut done = Vec::new();
        for (operation, known) in self.operations.iter().zip(known) {
            done.extend(self.carry_out(context, &mut state, revision, operation, known)?);
        }
        within_limits(&state)?;
        if !done.is_empty() {
            state.revision = revision;
            let fields = done.iter().map(Done::place).collect();
            remember(&mut state.edits, Edit { revision, by: self.by.clone(), at: context.time, fields });
            context.store(&state)?;
        }
        self.tell(context, &project, &state, &done)?;
        Ok(Reply::Revision(state.revision))
    }
}

impl ConfigChange {
    /// Refuses what can never be.
    ///
    /// # Errors
    /// There is nothing to do, too much of it, or something of one object twice.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let count = self.operations.len();
        if count == 0 {
            return Err(InvalidValue::new("config", "nothing to change"));
        }
        if count > OPERATIONS_MAX {
            let message = format!("at most {OPERATIONS_MAX} objects can be changed at once, not {count}");
            return Err(InvalidValue::new("config", message));
        }
        let mut seen = BTreeSet::new();
        for operation in &self.operations {
            let (kind, slug) = (operation.kind(), operation.slug());
            // It becomes a part of keys. All other fields are looked at by who proposes the change: see `config::findings`.
            check_slug("slug", slug).map_err(|refused| {
                let message = format!("the slug {}", refused.message);
                InvalidValue::new(format!("{}.{slug}", kind.plural()), message)
            })?;
            if !seen.insert((kind, slug)) {
                let place = format!("{}.{slug}", kind.plural());
                return Err(InvalidValue::new(place, "is changed twice at once"));
            }
        }
        Ok(())
    }

    /// What the objects are now, after a look whether that is what they must be.
    fn known(&self, context: &Context<'_>) -> Result<Vec<Option<ConfigObject>>, Stop> {
        let mut all = Vec::with_capacity(self.operations.len());
        for operation in &self.operations {
            let (kind, slug) = (operation.kind(), operation.slug());
            let known = config::find(context.tables(), self.project_id, kind, slug)?;
            let missing = || Rejection::not_found(&config::title(kind));
            match (operation.expected(), &known) {
                (Expected::Anything, _) | (Expected::New, None) => {}
                (Expected::Same(id), Some(known)) if id == known.id => {}
                (Expected::New, Some(_)) => {
                    let message = format!("the project has the {kind} '{slug}' already");
                    return Err(Rejection::taken("slug", message).into());
                }
                (Expected::Same(_), _) | (Expected::Revision(_), None) => return Err(missing().into()),
                (Expected::Revision(seen), Some(known)) if seen != known.revision => {
                    return Err(config::changed(known, seen).into());
                }
                (Expected::Revision(_), Some(_)) => {}
            }
            all.push(known);
        }
        Ok(all)
    }

    /// Writes one object. Nothing for what stays as it is.
    fn carry_out(
        &self,
        context: &mut Context<'_>,
        state: &mut ConfigState,
        revision: u64,
        operation: &Operation,
        known: Option<ConfigObject>,
    ) -> Result<Option<Done>, Stop> {
        let (kind, slug) = (operation.kind(), operation.slug());
        let count = state.counts.entry(kind.number()).or_default();
        match operation {
            Operation::Put { id, spec, .. } => {
                if known.as_ref().is_some_and(|known| known.spec == *spec) {
                    return Ok(None);
                }
                let bytes = config::size(slug, spec)?;
                let fields = known.as_ref().map(|known| differences(&known.spec, spec)).unwrap_or_default();
                let deed = if known.is_some() { Deed::Updated } else { Deed::Created };
                let mut object = match known {
                    Some(known) => {
                        self.forget_references(context, &known)?;
                        state.bytes = state.bytes.saturating_sub(known.bytes);
                        known
                    }
                    None => {
                        if context.tables().get(Table::ConfigObjectIds, id.as_bytes())?.is_some() {
                            let message = format!("this {kind} exists already");
                            return Err(Rejection::taken("id", message).into());
                        }
                        let place = config::key_of(self.project_id, kind, slug);
                        context.write().put(Table::ConfigObjectIds, id.as_bytes(), &place)?;
                        *count += 1;
                        self.made(context, operation, *id, spec.clone())
                    }
                };
                object.spec = spec.clone();
                object.bytes = bytes;
                object.revision = revision;
                object.updated_at = context.time;
                object.updated_by.clone_from(&self.by);
                let edit =
                    Edit { revision, by: self.by.clone(), at: context.time, fields: fields.clone() };
                remember(&mut object.edits, edit);
                state.bytes = state.bytes.saturating_add(bytes);
                for named in spec.references() {
                    let place =
                        config::reference(self.project_id, (named.kind, named.slug), (kind, slug));
                    context.write().put(Table::ConfigReferences, &place, b"")?;
                }
                for (name, fields) in config::secrets_of(spec)? {
                    let place = secret::use_of(self.project_id, &name, (kind, slug));
                    let fields = encode(Table::SecretUses, &fields)?;
                    context.write().put(Table::SecretUses, &place, &fields)?;
                }
                context.store(&object)?;
                Ok(Some(Done { kind, slug: slug.to_owned(), id: object.id.to_string(), deed, fields }))
            }
            Operation::Delete { .. } => {
                let Some(known) = known else { return Ok(None) };
                *count = count.saturating_sub(1);
                state.bytes = state.bytes.saturating_sub(known.bytes);
                self.forget_references(context, &known)?;
                let place = config::key_of(self.project_id, kind, slug);
                context.write().delete(Table::ConfigObjects, &place)?;
                context.write().delete(Table::ConfigObjectIds, known.id.as_bytes())?;
                let (id, fields) = (known.id.to_string(), Vec::new());
                Ok(Some(Done { kind, slug: slug.to_owned(), id, deed: Deed::Deleted, fields }))
            }
        }
    }

    /// An object that there was not.
    fn made(
        &self,
        context: &Context<'_>,
        operation: &Operation,
        id: sentinel_model::ConfigObjectId,
        spec: sentinel_model::config::Spec,
    ) -> ConfigObject {
        ConfigObject {
            id,
            project_id: self.project_id,
            slug: operation.slug().to_owned(),
            revision: 0,
            created_at: context.time,
            updated_at: context.time,
            updated_by: self.by.clone(),
            bytes: 0,
            spec,
            edits: Vec::new(),
        }
    }

    fn forget_references(&self, context: &mut Context<'_>, known: &ConfigObject) -> Result<(), Stop> {
        let by = (known.spec.kind(), known.slug.as_str());
        for named in known.spec.references() {
            let place = config::reference(self.project_id, (named.kind, named.slug), by);
            context.write().delete(Table::ConfigReferences, &place)?;
        }
        for name in config::secrets_of(&known.spec)?.keys() {
            let place = secret::use_of(self.project_id, name, by);
            context.write().delete(Table::SecretUses, &place)?;
        }
        Ok(())
    }

    /// Writes the audit entry: of the one object that was meant, or of all of them.
    fn tell(
        &self,
        context: &mut Context<'_>,
        project: &Project,
        state: &ConfigState,
        done: &[Done],
    ) -> Result<(), Stop> {
        let revision = ("revision", state.revision.to_string());
        if let ([operation], None) = (&self.operations[..], self.asked) {
            return self.tell_of_one(context, project, operation, done.first(), revision);
        }
        let digest = self.asked.map_or_else(|| config::digest_of(&self.operations), Ok)?;
        let mut said = vec![revision, ("digest", digest.to_string())];
        for (deed, count, names) in [
            (Deed::Created, "added", "added_names"),
            (Deed::Updated, "changed", "changed_names"),
            (Deed::Deleted, "removed", "removed_names"),
        ] {
            let of: Vec<String> = done.iter().filter(|one| one.deed == deed).map(Done::place).collect();
            said.push((count, of.len().to_string()));
            said.push((names, bounded(&of)));
        }
        let id = self.project_id.to_string();
        context.record(APPLIED, Subject::in_project("config", &id, project), said)?;
        Ok(())
    }

    /// The entry of one object. Who asks for what is so already has one as well, or nothing would stand for the request.
    fn tell_of_one(
        &self,
        context: &mut Context<'_>,
        project: &Project,
        operation: &Operation,
        done: Option<&Done>,
        revision: (&'static str, String),
    ) -> Result<(), Stop> {
        let (kind, slug) = (operation.kind(), operation.slug());
        let mut said = vec![revision, ("slug", slug.to_owned())];
        let usual = match operation {
            Operation::Put { spec, .. } => {
                said.push(("digest", config::digest(spec)?.to_string()));
                Deed::Updated
            }
            Operation::Delete { .. } => Deed::Deleted,
        };
        let deed = done.map_or(usual, |done| done.deed);
        if deed == Deed::Updated {
            said.push(("changed", done.map(|done| bounded(&done.fields)).unwrap_or_default()));
        }
        let id = match done {
            Some(done) => done.id.clone(),
            None => {
                let there = config::find(context.tables(), self.project_id, kind, slug)?;
                there.map(|known| known.id.to_string()).unwrap_or_default()
            }
        };
        context.record(action(kind, deed), Subject::in_project(noun(kind), &id, project), said)?;
        Ok(())
    }
}

impl Done {
    /// Its place in a document: `services.shop`.
    fn place(&self) -> String {
        format!("{}.{}", self.kind.plural(), self.slug)
    }
}

/// What the audit log calls the kind.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Settings => "config_settings",
        Kind::Listener => "listener",
        Kind::Service => "service",
        Kind::UpstreamGroup => "upstream_group",
        Kind::Middleware => "middleware",
        Kind::TrustStore => "trust_store",
    }
}

/// The first of them, and how many more there are.
fn bounded(names: &[String]) -> String {
    let first = names.iter().take(NAMES_MAX).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_MAX) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Refuses more than a project may have.
fn within_limits(state: &ConfigState) -> Result<(), Stop> {
    for kind in Kind::ALL {
        let (count, most) = (state.count(*kind), kind.most());
        if count > most as u64 {
            let message = format!("a project has at most {most} {}, not {count}", words(*kind));
            return Err(Rejection::Limit(message).into());
        }
    }
    if state.bytes > BYTES_MAX {
        let message =
            format!("the configuration of a project has at most {BYTES_MAX} bytes, not {}", state.bytes);
        return Err(Rejection::Limit(message).into());
    }
    Ok(())
}

fn words(kind: Kind) -> String {
    kind.plural().replace('_', " ")
}
