//! Certificates that are issued by ACME: what a leader has to look at, accounts, and what those are answered who ask for a token.

use sentinel_model::acme::{Acme, AcmeAccount, AcmeChallenge, AcmeSettings, Order};
use sentinel_model::certificate::Certificate;
use sentinel_model::{CertificateId, ProjectId, Time};

use crate::apply::{Context, Stop};
use crate::certificate::{self, Moment};
use crate::commands::certificate_change::require;
use crate::outcome::Rejection;
use crate::tables::{Read, Table, TableError, key, load};

/// A decision of a leader about a certificate, as it saw it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Decided {
    /// The project.
    pub project_id: ProjectId,
    /// Slug of the certificate.
    pub slug: String,
    /// The certificate: another one of the same slug is left alone.
    pub certificate_id: CertificateId,
    /// The revision that the decision saw.
    pub revision: u64,
}

/// The certificates that a leader has to look at by now, those that wait longest before the others; at most so many.
pub fn due(read: &(impl Read + ?Sized), now: Time, most: usize) -> Result<Vec<Certificate>, TableError> {
    certificate::until(read, Moment::Due, now.plus_ms(1), most)
}

/// Certificates that failed and were never issued, of so many that are looked at first.
pub fn never_issued(read: &(impl Read + ?Sized), most: usize) -> Result<Vec<Certificate>, TableError> {
    let mut known = certificate::until(read, Moment::Due, Time(i64::MAX), most)?;
    known.retain(|one| {
        one.current().is_none() && one.acme.as_ref().is_some_and(|acme| acme.failure.is_some())
    });
    Ok(known)
}

/// The account of a project with a certificate authority, if it has one for these settings.
pub fn account(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    settings: &AcmeSettings,
) -> Result<Option<AcmeAccount>, TableError> {
    load(read, &row_of(project, settings))
}

/// What is answered to somebody who asks for a token, as long as its order is under way.
pub fn challenge(read: &(impl Read + ?Sized), token: &str) -> Result<Option<AcmeChallenge>, TableError> {
    load(read, token.as_bytes())
}

/// Where the account of a project lies that there is for these settings.
pub(crate) fn row_of(project: ProjectId, settings: &AcmeSettings) -> Vec<u8> {
    let external = settings.external.as_ref().map_or("", |external| external.key_id.as_str());
    account_row(project, &settings.directory_url, &settings.contact, external)
}

/// Where an account lies. Nothing that it is found by has a zero byte in it.
pub(crate) fn account_row(project: ProjectId, directory: &str, contact: &str, external: &str) -> Vec<u8> {
    key(&[project.as_bytes(), directory.as_bytes(), &[0], contact.as_bytes(), &[0], external.as_bytes()])
}

/// The certificate that a decision is about, if nothing of it has changed since.
pub(crate) fn decided(context: &Context<'_>, on: &Decided) -> Result<Certificate, Stop> {
    let known = require(context, on.project_id, &on.slug, on.certificate_id)?;
    let current = of(&known)?.revision;
    if current != on.revision {
        return Err(Rejection::Stale { decided_on: on.revision, current }.into());
    }
    Ok(known)
}

/// What makes a certificate one of ACME.
pub(crate) fn of(certificate: &Certificate) -> Result<&Acme, Rejection> {
    certificate.acme.as_ref().ok_or_else(uploaded)
}

/// The same, to change it.
pub(crate) fn of_mut(certificate: &mut Certificate) -> Result<&mut Acme, Rejection> {
    certificate.acme.as_mut().ok_or_else(uploaded)
}

fn uploaded() -> Rejection {
    Rejection::WrongState("the certificate is one that was uploaded; replace it with another one".into())
}

/// Nobody is answered any more who asks for the tokens of an order.
pub(crate) fn forget(context: &mut Context<'_>, order: Option<&Order>) -> Result<(), TableError> {
    for token in order.map_or(&[][..], |order| &order.tokens) {
        context.write().delete(Table::AcmeChallenges, token.as_bytes())?;
    }
    Ok(())
}
