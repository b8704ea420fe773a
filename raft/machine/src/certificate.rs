//! Certificates of a project: which there are, what they consist of, and when they end.

use sentinel_model::acme::Acme;
use sentinel_model::certificate::{
    BYTES_MAX, Certificate, CertificateContent, CertificateVersion, Facts, check_content,
};
use sentinel_model::config::listener::ListenerTls;
use sentinel_model::config::{Kind, Spec};
use sentinel_model::secret::Sealed;
use sentinel_model::{CertificateId, ProjectId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::acme;
use crate::apply::{Context, Stop};
use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};
use crate::{baseline, config};

/// Places in the order of time that are read at once: mostly none is due.
const PAGE: usize = 32;
/// Bytes of a time in a key.
const TIME: usize = 8;
/// Bytes of an id in a key.
const ID: usize = 16;

/// A chain with its key, as it comes into the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// What the first certificate of the chain says of itself.
    pub facts: Facts,
    /// The chain in PEM.
    pub chain: String,
    /// SHA-256 of the chain, by which the audit log tells it from another one.
    pub digest: Sha256Digest,
    /// The private key in PEM, sealed.
    pub sealed: Sealed,
}

/// Every certificate of a project, by slug.
pub fn all(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<Certificate>, TableError> {
    rows(read, Scan::all(Table::Certificates, project.as_bytes()))
}

/// The certificate of a project that has this slug. One point read.
pub fn find(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    slug: &str,
) -> Result<Option<Certificate>, TableError> {
    load(read, &row(project, slug))
}

/// Chain and sealed key of the version that holds; `None`: there is no version yet. One point read.
pub fn content(
    read: &(impl Read + ?Sized),
    certificate: &Certificate,
) -> Result<Option<CertificateContent>, TableError> {
    content_of(read, certificate.id, certificate.version())
}

/// Chain and sealed key of a version, as long as it is kept.
pub fn content_of(
    read: &(impl Read + ?Sized),
    id: CertificateId,
    version: u64,
) -> Result<Option<CertificateContent>, TableError> {
    load(read, &content_row(id, version))
}

/// A time at which somebody should look at a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// It ends.
    End = 0,
    /// An order of it is made, or gone on with.
    Due = 1,
}

/// The certificates of all projects that end before `before`, those that end first before the others; at most so many.
pub fn ending(
    read: &(impl Read + ?Sized),
    before: Time,
    most: usize,
) -> Result<Vec<Certificate>, TableError> {
    until(read, Moment::End, before, most)
}

/// The certificates for which this moment comes before `before`, the earliest first; at most so many.
pub(crate) fn until(
    read: &(impl Read + ?Sized),
    moment: Moment,
    before: Time,
    most: usize,
) -> Result<Vec<Certificate>, TableError> {
    let kind = [moment as u8];
    let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let limit = PAGE.min(most - found.len());
        let page = Scan { limit, after: after.as_deref(), ..Scan::all(Table::CertificatesByTime, &kind) };
        let places = read.scan(page)?;
        for (place, _) in &places {
            let (time, project, slug) = placed(place)?;
            if time >= before {
                return Ok(found);
            }
            found.extend(find(read, project, slug)?);
        }
        match places.into_iter().next_back() {
            Some((last, _)) if found.len() < most => after = Some(last),
            _ => return Ok(found),
        }
    }
}

/// Why a certificate cannot go, in words: a listener of the configuration shows it, or nodes that join do. `None`: it can.
pub fn needed(read: &(impl Read + ?Sized), certificate: &Certificate) -> Result<Option<String>, TableError> {
    for object in config::of_kind(read, certificate.project_id, Kind::Listener)? {
        let Spec::Listener(listener) = &object.spec else { continue };
        let shows = |tls: &ListenerTls| tls.certificates().any(|slug| slug == certificate.slug);
        if listener.tls.as_ref().is_some_and(shows) {
            return Ok(Some(format!("the listener '{}' shows it", object.slug)));
        }
    }
    let runs = baseline::bundles(read, certificate.project_id)?;
    let bundle = runs.into_iter().find(|bundle| bundle.certificates.contains(&certificate.slug));
    Ok(bundle.map(|bundle| format!("the bundle {}, which nodes that join get, names it", bundle.version)))
}

/// Writes a certificate, and where it stands in the order of time. `before`: as it was.
pub(crate) fn store(
    context: &mut Context<'_>,
    before: Option<&Certificate>,
    after: &Certificate,
) -> Result<(), TableError> {
    let (old, new) = (before.map(places).unwrap_or_default(), places(after));
    for place in old.iter().filter(|place| !new.contains(place)) {
        context.write().delete(Table::CertificatesByTime, place)?;
    }
    for place in new.iter().filter(|place| !old.contains(place)) {
        context.write().put(Table::CertificatesByTime, place, b"")?;
    }
    context.store(after)
}

/// Adds a version, forgets those that are too old, and writes all of it. `before`: as it was.
pub(crate) fn keep(
    context: &mut Context<'_>,
    before: Option<&Certificate>,
    certificate: &mut Certificate,
    by: &str,
    content: &Content,
) -> Result<u64, Stop> {
    check_content(&content.chain, &content.sealed)?;
    content.facts.check()?;
    let number = certificate.version() + 1;
    let bytes = (content.chain.len() + content.sealed.0.len()) as u64;
    let facts = content.facts.clone();
    let version = CertificateVersion { number, at: context.time, by: by.to_owned(), bytes, facts };
    for old in certificate.rotate(version) {
        context.write().delete(Table::CertificateContents, &content_row(certificate.id, old.number))?;
    }
    let room = BYTES_MAX.saturating_sub(bytes_of_others(context.tables(), certificate)?);
    let own = certificate.bytes();
    if own > room {
        let together = BYTES_MAX - room + own;
        let message = format!(
            "the certificates of a project have at most {BYTES_MAX} bytes together, earlier versions with them, not {together}"
        );
        return Err(Rejection::Limit(message).into());
    }
    let (certificate_id, chain) = (certificate.id, content.chain.clone());
    context.store(&CertificateContent {
        certificate_id,
        version: number,
        chain,
        sealed: content.sealed.clone(),
    })?;
    store(context, before, certificate)?;
    Ok(number)
}

/// Bytes that a project has left for another version of a certificate.
pub(crate) fn room(read: &(impl Read + ?Sized), certificate: &Certificate) -> Result<u64, TableError> {
    Ok(BYTES_MAX.saturating_sub(bytes_of_others(read, certificate)? + certificate.bytes()))
}

fn bytes_of_others(read: &(impl Read + ?Sized), certificate: &Certificate) -> Result<u64, TableError> {
    let others = all(read, certificate.project_id)?.into_iter().filter(|other| other.id != certificate.id);
    Ok(others.map(|other| other.bytes()).sum())
}

/// Takes everything of a certificate away.
pub(crate) fn forget(context: &mut Context<'_>, certificate: &Certificate) -> Result<(), TableError> {
    for version in &certificate.versions {
        context.write().delete(Table::CertificateContents, &content_row(certificate.id, version.number))?;
    }
    for place in places(certificate) {
        context.write().delete(Table::CertificatesByTime, &place)?;
    }
    acme::forget(context, certificate.acme.as_ref().and_then(Acme::order))?;
    context.write().delete(Table::Certificates, &row(certificate.project_id, &certificate.slug))
}

/// What the audit log says of a version.
pub(crate) fn said(content: &Content) -> [(&'static str, String); 4] {
    let Content { facts, .. } = content;
    [
        ("names", facts.names.join(", ")),
        ("fingerprint", facts.fingerprint.to_string()),
        ("not_after", facts.not_after.to_string()),
        ("chain", content.digest.to_string()),
    ]
}

pub(crate) fn row(project: ProjectId, slug: &str) -> Vec<u8> {
    key(&[project.as_bytes(), slug.as_bytes()])
}

fn content_row(id: CertificateId, version: u64) -> Vec<u8> {
    key(&[id.as_bytes(), &version.to_be_bytes()])
}

/// Where a certificate stands in the order of time. Times before 1970 come first, all of them at once.
fn places(certificate: &Certificate) -> Vec<Vec<u8>> {
    let due = certificate.acme.as_ref().map(Acme::due);
    let moments = [(Moment::End, certificate.not_after()), (Moment::Due, due)];
    let place = |(moment, time): (Moment, Option<Time>)| {
        let time = u64::try_from(time?.0).unwrap_or(0).to_be_bytes();
        let (project, slug) = (certificate.project_id.as_bytes(), certificate.slug.as_bytes());
        Some(key(&[&[moment as u8], &time, project, slug]))
    };
    moments.into_iter().filter_map(place).collect()
}

/// What stands at such a place.
fn placed(place: &[u8]) -> Result<(Time, ProjectId, &str), TableError> {
    let wrong =
        || TableError::new(Table::CertificatesByTime, "a place in the order of time is of no certificate");
    let rest = place.get(1..).ok_or_else(wrong)?;
    let (time, rest) = rest.split_at_checked(TIME).ok_or_else(wrong)?;
    let (project, slug) = rest.split_at_checked(ID).ok_or_else(wrong)?;
    let time = u64::from_be_bytes(time.try_into().map_err(|_| wrong())?);
    let project = Uuid::from_slice(project).map_err(|_| wrong())?;
    let slug = std::str::from_utf8(slug).map_err(|_| wrong())?;
    Ok((Time(i64::try_from(time).unwrap_or(i64::MAX)), ProjectId(project), slug))
}
