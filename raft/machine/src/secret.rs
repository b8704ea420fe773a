//! Secrets of a project: which there are, their sealed values, and what of the configuration names them.

use sentinel_model::config::Kind;
use sentinel_model::project_secret::{BYTES_MAX, ProjectSecret, SecretName, SecretValue, SecretVersion};
use sentinel_model::secret::Sealed;
use sentinel_model::{EnvironmentId, ProjectId, SecretId};

use crate::apply::{Context, Stop};
use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, decode, key, load, rows};
use crate::{baseline, environment};

/// References looked at in one go.
const CHUNK: usize = 256;

/// An object of the configuration that names a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What the object is.
    pub kind: Kind,
    /// Its slug.
    pub slug: String,
    /// Its fields that name the secret.
    pub fields: Vec<String>,
}

/// Every secret of a project, by id: the oldest first.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<ProjectSecret>, TableError> {
    rows(read, Scan::all(Table::Secrets, project.as_bytes()))
}

/// One secret of a project.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: SecretId,
) -> Result<Option<ProjectSecret>, TableError> {
    load(read, &row(project, id))
}

/// The secret that a name stands for at nodes of an environment: that of the environment, else the one for all.
pub fn of_name(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    name: &str,
    environment: Option<EnvironmentId>,
) -> Result<Option<SecretName>, TableError> {
    if environment.is_some()
        && let Some(own) = load(read, &name_row(project, name, environment))?
    {
        return Ok(Some(own));
    }
    load(read, &name_row(project, name, None))
}

/// Whether a project has a secret of a name, for any nodes.
pub fn has_name(read: &(impl Read + ?Sized), project: ProjectId, name: &str) -> Result<bool, TableError> {
    let prefix = naming(project, name);
    let first = Scan { limit: 1, ..Scan::all(Table::SecretNames, &prefix) };
    Ok(!read.scan(first)?.is_empty())
}

/// The sealed value of a version.
pub fn value(
    read: &(impl Read + ?Sized),
    secret: SecretId,
    version: u64,
) -> Result<Option<SecretValue>, TableError> {
    load(read, &value_row(secret, version))
}

/// What of a project's configuration names secrets of a name, by kind and slug, and how much there is of it; of many the first `most`.
pub fn uses(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    name: &str,
    most: usize,
) -> Result<(Vec<Use>, u64), TableError> {
    let prefix = naming(project, name);
    let (mut found, mut count, mut after) = (Vec::new(), 0, None::<Vec<u8>>);
    loop {
        let page = Scan { after: after.as_deref(), limit: CHUNK, ..Scan::all(Table::SecretUses, &prefix) };
        let pairs = read.scan(page)?;
        let last = pairs.len() < CHUNK;
        for (place, fields) in pairs {
            count += 1;
            if found.len() < most {
                let Some((kind, slug)) = used_in(&place[prefix.len()..]) else {
                    return Err(TableError::new(Table::SecretUses, "a use is of nothing"));
                };
                let fields = decode(Table::SecretUses, &fields)?;
                found.push(Use { kind, slug: slug.to_owned(), fields });
            }
            after = Some(place);
        }
        if last {
            return Ok((found, count));
        }
    }
}

/// Why a secret cannot go, in words: the configuration names it, and no other value would stand in for it everywhere. `None`: it can.
pub fn needed(read: &(impl Read + ?Sized), secret: &ProjectSecret) -> Result<Option<String>, TableError> {
    const NAMED: usize = 4;
    let for_all = |other: &ProjectSecret| other.name == secret.name && other.environment_id.is_none();
    if secret.environment_id.is_some() && all(read, secret.project_id)?.iter().any(for_all) {
        return Ok(None);
    }
    let (uses, count) = uses(read, secret.project_id, &secret.name, NAMED)?;
    if uses.is_empty() {
        let runs = baseline::bundles(read, secret.project_id)?;
        let bundle = runs.into_iter().find(|bundle| bundle.secrets.contains(&secret.name));
        return Ok(bundle
            .map(|bundle| format!("the bundle {}, which nodes that join get, names it", bundle.version)));
    }
    let objects: Vec<String> = uses.iter().map(|one| format!("the {} '{}'", one.kind, one.slug)).collect();
    let others = match count - uses.len() as u64 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let verb = if count == 1 { "names" } else { "name" };
    Ok(Some(format!("{}{others} {verb} it", objects.join(", "))))
}

/// Adds a version with its value, and forgets those that are too old.
pub(crate) fn keep(
    context: &mut Context<'_>,
    secret: &mut ProjectSecret,
    by: &str,
    sealed: &Sealed,
) -> Result<u64, Stop> {
    let number = secret.version() + 1;
    let bytes = sealed.0.len() as u64;
    let version = SecretVersion { number, at: context.time, by: by.to_owned(), bytes };
    for old in secret.rotate(version) {
        context.write().delete(Table::SecretValues, &value_row(secret.id, old.number))?;
    }
    let others = all(context.tables(), secret.project_id)?.into_iter().filter(|other| other.id != secret.id);
    let together = others.map(|other| other.bytes()).sum::<u64>() + secret.bytes();
    if together > BYTES_MAX {
        let message = format!(
            "the secrets of a project have at most {BYTES_MAX} bytes together, earlier versions with them, not {together}"
        );
        return Err(Rejection::Limit(message).into());
    }
    context.store(&SecretValue { secret_id: secret.id, version: number, sealed: sealed.clone() })?;
    context.store(&SecretName {
        project_id: secret.project_id,
        name: secret.name.clone(),
        environment_id: secret.environment_id,
        secret_id: secret.id,
        version: number,
    })?;
    context.store(secret)?;
    Ok(number)
}

/// For which nodes a secret is, as the audit log has it: the slug of an environment, or nothing.
pub(crate) fn place(context: &Context<'_>, secret: &ProjectSecret) -> Result<String, TableError> {
    let Some(id) = secret.environment_id else { return Ok(String::new()) };
    let there = environment::find(context.tables(), secret.project_id, id)?;
    Ok(there.map_or_else(|| id.to_string(), |environment| environment.slug))
}

pub(crate) fn row(project: ProjectId, id: SecretId) -> Vec<u8> {
    key(&[project.as_bytes(), id.as_bytes()])
}

/// Where the value of a version lies.
pub(crate) fn value_row(id: SecretId, version: u64) -> Vec<u8> {
    key(&[id.as_bytes(), &version.to_be_bytes()])
}

/// Where stands that an object names secrets of a name.
pub(crate) fn use_of(project: ProjectId, name: &str, by: (Kind, &str)) -> Vec<u8> {
    key(&[&naming(project, name), &[by.0.number()], by.1.as_bytes()])
}

/// Where a name leads to a secret.
pub(crate) fn name_row(project: ProjectId, name: &str, environment: Option<EnvironmentId>) -> Vec<u8> {
    let environment = environment.as_ref().map_or(&[][..], |id| id.as_bytes());
    key(&[&naming(project, name), environment])
}

fn naming(project: ProjectId, name: &str) -> Vec<u8> {
    key(&[project.as_bytes(), name.as_bytes(), &[0]])
}

/// The object at the end of a use.
fn used_in(end: &[u8]) -> Option<(Kind, &str)> {
    let (kind, slug) = end.split_first()?;
    Some((Kind::from_number(*kind)?, std::str::from_utf8(slug).ok()?))
}
