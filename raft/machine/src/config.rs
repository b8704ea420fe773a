//! The configuration of a project: its objects, what names what, and what must be true of a change.

use std::collections::BTreeMap;

use sentinel_model::config::check::{At, Findings};
use sentinel_model::config::document::{SETTINGS, check_object};
use sentinel_model::config::{Document, Kind, Spec, secrets};
use sentinel_model::config_object::{ConfigObject, ConfigState, changed_since};
use sentinel_model::{ConfigObjectId, InvalidValue, ProjectId, Sha256Digest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, encode, key, load, rows};

/// Most objects that are named where something cannot go because they name it.
const NAMED_BY_MAX: usize = 4;
/// References looked at in one go.
const CHUNK: usize = 256;

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    /// Makes it, or replaces what it says.
    Put {
        /// Its identity, if it is new.
        id: ConfigObjectId,
        /// Its slug.
        slug: String,
        /// What it says from now on.
        spec: Spec,
        /// What it must be now.
        expected: Expected,
    },
    /// Takes it away.
    Delete {
        /// Its kind.
        kind: Kind,
        /// Its slug.
        slug: String,
        /// What it must be now.
        expected: Expected,
    },
}

/// What an object must be before it is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expected {
    /// Anything; it need not be there.
    Anything,
    /// Not there.
    New,
    /// The object with this id, whatever it says. One that was made anew under the same slug is another one.
    Same(ConfigObjectId),
    /// As it was when it had this revision.
    Revision(u64),
}

impl Operation {
    /// The kind of its object.
    pub fn kind(&self) -> Kind {
        match self {
            Operation::Put { spec, .. } => spec.kind(),
            Operation::Delete { kind, .. } => *kind,
        }
    }

    /// The slug of its object.
    pub fn slug(&self) -> &str {
        match self {
            Operation::Put { slug, .. } | Operation::Delete { slug, .. } => slug,
        }
    }

    /// What must be true of its object.
    pub fn expected(&self) -> Expected {
        match self {
            Operation::Put { expected, .. } | Operation::Delete { expected, .. } => *expected,
        }
    }
}

/// What was done to an object, as the audit log has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It was made.
    Created,
    /// It says something else.
    Updated,
    /// It is gone.
    Deleted,
}

/// The name of a deed in the audit log, such as `service.created`. The settings of a project are never new.
pub fn action(kind: Kind, deed: Deed) -> &'static str {
    match (kind, deed) {
        (Kind::Settings, Deed::Created | Deed::Updated) => "config_settings.updated",
        (Kind::Settings, Deed::Deleted) => "config_settings.deleted",
        (Kind::Listener, Deed::Created) => "listener.created",
        (Kind::Listener, Deed::Updated) => "listener.updated",
        (Kind::Listener, Deed::Deleted) => "listener.deleted",
        (Kind::Service, Deed::Created) => "service.created",
        (Kind::Service, Deed::Updated) => "service.updated",
        (Kind::Service, Deed::Deleted) => "service.deleted",
        (Kind::UpstreamGroup, Deed::Created) => "upstream_group.created",
        (Kind::UpstreamGroup, Deed::Updated) => "upstream_group.updated",
        (Kind::UpstreamGroup, Deed::Deleted) => "upstream_group.deleted",
        (Kind::Middleware, Deed::Created) => "middleware.created",
        (Kind::Middleware, Deed::Updated) => "middleware.updated",
        (Kind::Middleware, Deed::Deleted) => "middleware.deleted",
        (Kind::TrustStore, Deed::Created) => "trust_store.created",
        (Kind::TrustStore, Deed::Updated) => "trust_store.updated",
        (Kind::TrustStore, Deed::Deleted) => "trust_store.deleted",
    }
}

/// The kind at the beginning of a sentence.
pub fn title(kind: Kind) -> String {
    let singular = kind.singular();
    let (head, rest) = singular.split_at(1);
    format!("{}{rest}", head.to_uppercase())
}

/// The refusal of a change of an object that was made of an older revision.
pub fn changed(known: &ConfigObject, seen: u64) -> Rejection {
    Rejection::Changed {
        what: format!("the {} '{}'", known.spec.kind(), known.slug),
        current: known.revision,
        by: known.updated_by.clone(),
        at: known.updated_at,
        fields: changed_since(&known.edits, seen),
    }
}

/// The refusal of a change of a whole configuration that was made of an older revision.
pub fn overtaken(state: &ConfigState, seen: u64) -> Rejection {
    let last = state.edits.last();
    Rejection::Changed {
        what: "the configuration".to_owned(),
        current: state.revision,
        by: last.map(|edit| edit.by.clone()).unwrap_or_default(),
        at: last.map(|edit| edit.at).unwrap_or_default(),
        fields: changed_since(&state.edits, seen),
    }
}

/// Where an object lies.
pub fn key_of(project: ProjectId, kind: Kind, slug: &str) -> Vec<u8> {
    key(&[project.as_bytes(), &[kind.number()], slug.as_bytes()])
}

/// Where the objects of a kind lie.
pub fn prefix_of(project: ProjectId, kind: Kind) -> Vec<u8> {
    key_of(project, kind, "")
}

/// Where stands who names an object.
fn naming(project: ProjectId, kind: Kind, slug: &str) -> Vec<u8> {
    key(&[project.as_bytes(), &[kind.number()], slug.as_bytes(), &[0]])
}

/// Where stands that one object names another one.
pub(crate) fn reference(project: ProjectId, named: (Kind, &str), by: (Kind, &str)) -> Vec<u8> {
    key(&[&naming(project, named.0, named.1), &[by.0.number()], by.1.as_bytes()])
}

/// An object of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    kind: Kind,
    slug: &str,
) -> Result<Option<ConfigObject>, TableError> {
    load(read, &key_of(project, kind, slug))
}

/// The object of a project with this id.
pub fn find_by_id(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: ConfigObjectId,
) -> Result<Option<ConfigObject>, TableError> {
    let Some(place) = read.get(Table::ConfigObjectIds, id.as_bytes())? else { return Ok(None) };
    // What other projects have does not exist.
    if place.starts_with(project.as_bytes()) { load(read, &place) } else { Ok(None) }
}

/// What is known of a project's configuration without reading it.
pub fn state_of(read: &(impl Read + ?Sized), project: ProjectId) -> Result<ConfigState, TableError> {
    Ok(load(read, project.as_bytes())?.unwrap_or_else(|| ConfigState::empty(project)))
}

/// Every object of a project, by kind and slug. There may be many: not for the threads that serve requests.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<ConfigObject>, TableError> {
    rows(read, Scan::all(Table::ConfigObjects, project.as_bytes()))
}

/// The objects of one kind of a project, by slug.
pub fn of_kind(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    kind: Kind,
) -> Result<Vec<ConfigObject>, TableError> {
    rows(read, Scan::all(Table::ConfigObjects, &key(&[project.as_bytes(), &[kind.number()]])))
}

/// The objects as one document.
pub fn document(objects: impl IntoIterator<Item = ConfigObject>) -> Document {
    let mut document = Document::default();
    for object in objects {
        document.put(&object.slug, object.spec);
    }
    document
}

/// What an object says, for the audit log: two that say the same have the same.
pub fn digest(spec: &Spec) -> Result<Sha256Digest, TableError> {
    digest_of(spec)
}

/// The same for anything that is asked of a configuration.
pub fn digest_of(asked: &impl Serialize) -> Result<Sha256Digest, TableError> {
    let bytes = encode(Table::ConfigObjects, asked)?;
    Ok(Sha256Digest(Sha256::digest(bytes).into()))
}

/// The bytes of an object, as they count for its project.
pub(crate) fn size(slug: &str, spec: &Spec) -> Result<u64, TableError> {
    Ok((encode(Table::ConfigObjects, spec)?.len() + slug.len()) as u64)
}

/// The secrets that an object names, with the fields in which it does.
pub fn secrets_of(spec: &Spec) -> Result<BTreeMap<String, Vec<String>>, TableError> {
    if secrets::may_name(&encode(Table::ConfigObjects, spec)?) {
        return Ok(secrets::named_in(&spec.content()));
    }
    Ok(BTreeMap::new())
}

/// What is wrong with a change: fields that are not as they must be, and [`loose_ends`]. Places are as in a document: `services.shop.hosts[0]`.
/// It is for who proposes it: what fields may say differs from version to version, and all members must apply an entry alike.
pub fn findings(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    operations: &[Operation],
) -> Result<Vec<InvalidValue>, TableError> {
    let mut findings = Findings::default();
    for operation in operations {
        if let Operation::Put { slug, spec, .. } = operation {
            within(operation, |at| check_object(slug, spec, at, &mut findings));
        }
    }
    let mut all = findings.into_all();
    all.extend(loose_ends(read, project, operations)?);
    Ok(all)
}

/// What a change would leave in pieces: names of what would not be there, and what would go although it is named. It looks at what the change is about, and at nothing else.
pub fn loose_ends(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    operations: &[Operation],
) -> Result<Vec<InvalidValue>, TableError> {
    // What there will be of what is changed.
    let outcome: BTreeMap<(Kind, &str), bool> = operations
        .iter()
        .map(|one| ((one.kind(), one.slug()), matches!(one, Operation::Put { .. })))
        .collect();
    let mut findings = Findings::default();
    for operation in operations {
        let (kind, slug) = (operation.kind(), operation.slug());
        within(operation, |at| -> Result<(), TableError> {
            match operation {
                Operation::Put { spec, .. } => {
                    if kind == Kind::Settings && slug != SETTINGS {
                        findings.refuse(at, format!("the settings have the slug '{SETTINGS}'"));
                    }
                    for named in spec.references() {
                        let there = match outcome.get(&(named.kind, named.slug)) {
                            Some(there) => *there,
                            None => {
                                let place = key_of(project, named.kind, named.slug);
                                read.get(Table::ConfigObjects, &place)?.is_some()
                            }
                        };
                        if !there {
                            findings.refuse(at.field(&named.field), format!("{named} does not exist"));
                        }
                    }
                }
                Operation::Delete { .. } => {
                    let by = named_by(read, project, (kind, slug), &outcome)?;
                    if !by.is_empty() {
                        findings.refuse(at, format!("is in use: {}", words(by)));
                    }
                }
            }
            Ok(())
        })?;
    }
    Ok(findings.into_all())
}

/// Looks at an operation at its place in a document.
fn within<T>(operation: &Operation, look: impl FnOnce(At<'_>) -> T) -> T {
    let kind = operation.kind();
    let among = At::Field(&At::Root, kind.plural());
    look(if kind == Kind::Settings { among } else { among.field(operation.slug()) })
}

/// Who names an object and is no part of the change, in words; of many the first ones. Those that are changed say for themselves what they
/// name from now on.
fn named_by(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    named: (Kind, &str),
    outcome: &BTreeMap<(Kind, &str), bool>,
) -> Result<Vec<String>, TableError> {
    let prefix = naming(project, named.0, named.1);
    let (mut by, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let page =
            Scan { after: after.as_deref(), limit: CHUNK, ..Scan::all(Table::ConfigReferences, &prefix) };
        let pairs = read.scan(page)?;
        let last = pairs.len() < CHUNK;
        for (place, _) in pairs {
            let Some((kind, slug)) = named_in(&place[prefix.len()..]) else {
                return Err(TableError::new(Table::ConfigReferences, "a reference is of nothing"));
            };
            if !outcome.contains_key(&(kind, slug)) {
                by.push(format!("the {kind} '{slug}'"));
            }
            if by.len() > NAMED_BY_MAX {
                return Ok(by);
            }
            after = Some(place);
        }
        if last {
            return Ok(by);
        }
    }
}

/// The object at the end of a reference.
fn named_in(end: &[u8]) -> Option<(Kind, &str)> {
    let (kind, slug) = end.split_first()?;
    Some((Kind::from_number(*kind)?, std::str::from_utf8(slug).ok()?))
}

fn words(mut by: Vec<String>) -> String {
    let more = by.len() > NAMED_BY_MAX;
    by.truncate(NAMED_BY_MAX);
    let verb = if by.len() == 1 { "names" } else { "name" };
    let others = if more { " and others" } else { "" };
    format!("{}{others} {verb} it", by.join(", "))
}

/// The refusal of a change for the first thing that is wrong with it. That an object is in use is no matter of what was written.
pub fn refusal(found: &InvalidValue, operations: &[Operation]) -> Rejection {
    match operations {
        [Operation::Delete { kind, slug, .. }] => {
            Rejection::WrongState(format!("the {kind} '{slug}' {}", found.message))
        }
        _ => Rejection::Invalid(found.clone()),
    }
}
