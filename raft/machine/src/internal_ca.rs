//! Internal CAs of projects: what they have issued, what of it is revoked, and when a list of that is made anew.

use sentinel_model::config::{Kind, Spec};
use sentinel_model::internal_ca::{
    CRL_MAX, CrlFacts, InternalCa, InternalCaKey, InternalCertificate, InternalCrl, Serial,
};
use sentinel_model::{InternalCaId, ProjectId, Time};
use serde::{Deserialize, Serialize};

use crate::apply::{Context, Stop};
use crate::config;
use crate::outcome::Rejection;
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};

/// Rows that are read at once.
const PAGE: usize = 256;
/// Most certificates that one command forgets.
const PRUNED_AT_ONCE: usize = 100;
/// Bytes of an id in a key.
const ID: usize = 16;

/// A signed list of revoked certificates, as it comes into the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedCrl {
    /// What it says of itself. Its number is the next one.
    pub facts: CrlFacts,
    /// PEM.
    pub pem: String,
}

/// The CA of a project, if it has one.
pub fn find(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Option<InternalCa>, TableError> {
    load(read, project.as_bytes())
}

/// The sealed key of the CA of a project.
pub fn sealed_key(
    read: &(impl Read + ?Sized),
    project: ProjectId,
) -> Result<Option<InternalCaKey>, TableError> {
    load(read, project.as_bytes())
}

/// The list of revoked certificates that holds.
pub fn crl(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Option<InternalCrl>, TableError> {
    load(read, project.as_bytes())
}

/// A certificate that the CA of a project has issued.
pub fn certificate(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    serial: Serial,
) -> Result<Option<InternalCertificate>, TableError> {
    load(read, &row(project, serial))
}

/// The certificates of a project that are revoked and have not ended: what a list of them has, by serial number.
pub fn revoked(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    now: Time,
) -> Result<Vec<InternalCertificate>, TableError> {
    let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
    loop {
        let all = Scan::all(Table::InternalCertificates, project.as_bytes());
        let page: Vec<InternalCertificate> =
            rows(read, Scan { limit: PAGE, after: after.as_deref(), ..all })?;
        let full = page.len() == PAGE;
        after = page.last().map(|last| row(project, last.serial));
        found.extend(page.into_iter().filter(|one| one.revocation.is_some() && one.not_after >= now));
        if !full {
            return Ok(found);
        }
    }
}

/// The CAs whose lists the leader has to make anew by now, at most so many.
pub fn crls_due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<InternalCa>, TableError> {
    let all: Vec<InternalCa> = rows(read, Scan::all(Table::InternalCas, &[]))?;
    Ok(all.into_iter().filter(|ca| ca.crl_due() <= now && now < ca.not_after).take(most).collect())
}

/// The CAs of all projects that end before `before`, those that end first before the others.
pub fn ending(read: &(impl Read + ?Sized), before: Time) -> Result<Vec<InternalCa>, TableError> {
    let mut all: Vec<InternalCa> = rows(read, Scan::all(Table::InternalCas, &[]))?;
    all.retain(|ca| ca.not_after < before);
    all.sort_by_key(|ca| ca.not_after);
    Ok(all)
}

/// Why a CA cannot go, in words: a trust store of the configuration has it. `None`: it can.
pub fn needed(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Option<String>, TableError> {
    for object in config::of_kind(read, project, Kind::TrustStore)? {
        if matches!(&object.spec, Spec::TrustStore(store) if store.internal_ca) {
            return Ok(Some(format!("the trust store '{}' has it", object.slug)));
        }
    }
    Ok(None)
}

/// The serial number that stands at a place in the order of time.
pub fn serial_at(place: &[u8]) -> Result<Serial, TableError> {
    let wrong = || TableError::new(Table::InternalCertificatesByTime, "a place is of no certificate");
    let serial = place.get(place.len().saturating_sub(ID)..).and_then(|bytes| bytes.try_into().ok());
    serial.map(Serial).ok_or_else(wrong)
}

/// The CA of a project, if it is this one.
pub(crate) fn require(
    context: &Context<'_>,
    project: ProjectId,
    id: InternalCaId,
) -> Result<InternalCa, Stop> {
    let known = context.load::<InternalCa>(project.as_bytes())?.filter(|known| known.id == id);
    known.ok_or_else(|| Rejection::not_found("Internal CA").into())
}

/// Takes the next list of revoked certificates: only the one behind that which holds, with everything in it that is revoked.
pub(crate) fn take_crl(context: &mut Context<'_>, ca: &mut InternalCa, next: &SignedCrl) -> Result<(), Stop> {
    let current = ca.crl.number;
    if next.facts.number != current.saturating_add(1) {
        return Err(Rejection::Stale { decided_on: next.facts.number.saturating_sub(1), current }.into());
    }
    if next.facts.revocations != ca.revocations {
        let (decided_on, current) = (next.facts.revocations, ca.revocations);
        return Err(Rejection::Stale { decided_on, current }.into());
    }
    keep_crl(context, ca, next)
}

/// Keeps a list as the one that holds.
pub(crate) fn keep_crl(context: &mut Context<'_>, ca: &mut InternalCa, crl: &SignedCrl) -> Result<(), Stop> {
    if crl.pem.is_empty() || crl.pem.len() > CRL_MAX {
        return Err(
            Rejection::Limit(format!("a list of revoked certificates has 1 to {CRL_MAX} bytes")).into()
        );
    }
    ca.crl = crl.facts;
    let (project_id, ca_id, pem) = (ca.project_id, ca.id, crl.pem.clone());
    context.store(&InternalCrl { project_id, ca_id, pem })?;
    Ok(())
}

/// Adds a certificate.
pub(crate) fn add(
    context: &mut Context<'_>,
    ca: &mut InternalCa,
    made: &InternalCertificate,
) -> Result<(), TableError> {
    context.store(made)?;
    context.write().put(Table::InternalCertificatesByTime, &issued_place(made), b"")?;
    context.write().put(Table::InternalCertificatesByEnd, &end_place(made), b"")?;
    ca.kept += 1;
    Ok(())
}

/// Forgets certificates that ended long ago.
pub(crate) fn prune(context: &mut Context<'_>, ca: &mut InternalCa) -> Result<(), TableError> {
    let (project, now) = (ca.project_id, context.time);
    let first =
        Scan { limit: PRUNED_AT_ONCE, ..Scan::all(Table::InternalCertificatesByEnd, project.as_bytes()) };
    for (place, _) in context.tables().scan(first)? {
        let Some(old) = certificate(context.tables(), project, serial_at(&place)?)? else { continue };
        if old.kept_until() > now {
            break;
        }
        forget(context, &old)?;
        ca.kept = ca.kept.saturating_sub(1);
    }
    Ok(())
}

/// Takes a CA away with everything that it has issued.
pub(crate) fn forget_all(context: &mut Context<'_>, project: ProjectId) -> Result<(), TableError> {
    loop {
        let some = Scan { limit: PAGE, ..Scan::all(Table::InternalCertificates, project.as_bytes()) };
        let page: Vec<InternalCertificate> = rows(context.tables(), some)?;
        for one in &page {
            forget(context, one)?;
        }
        if page.len() < PAGE {
            break;
        }
    }
    for table in [Table::InternalCas, Table::InternalCaKeys, Table::InternalCrls] {
        context.write().delete(table, project.as_bytes())?;
    }
    Ok(())
}

fn forget(context: &mut Context<'_>, old: &InternalCertificate) -> Result<(), TableError> {
    context.write().delete(Table::InternalCertificates, &row(old.project_id, old.serial))?;
    context.write().delete(Table::InternalCertificatesByTime, &issued_place(old))?;
    context.write().delete(Table::InternalCertificatesByEnd, &end_place(old))
}

/// Where a certificate lies.
pub(crate) fn row(project: ProjectId, serial: Serial) -> Vec<u8> {
    key(&[project.as_bytes(), serial.as_bytes()])
}

fn issued_place(one: &InternalCertificate) -> Vec<u8> {
    place(one.project_id, one.issued_at, one.serial)
}

fn end_place(one: &InternalCertificate) -> Vec<u8> {
    place(one.project_id, one.not_after, one.serial)
}

/// Times before 1970 come first, all of them at once.
fn place(project: ProjectId, time: Time, serial: Serial) -> Vec<u8> {
    let time = u64::try_from(time.0).unwrap_or(0).to_be_bytes();
    key(&[project.as_bytes(), &time, serial.as_bytes()])
}
