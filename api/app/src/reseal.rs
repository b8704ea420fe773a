//! Seals anew, under the key-encryption key of now, what is sealed under one of before: so that the old one can go.
//!
//! Only once every member has the new key: whoever lacks it could open nothing of that any more.

use std::ops::ControlFlow;

use sentinel_machine::commands::reseal::{RESEALED_MAX, Reseal, Resealed};
use sentinel_machine::sealed::Sealing;
use sentinel_machine::tables::{Row, decode, load};
use sentinel_machine::{
    Consistency, MemberStatus, Read, Rejection, Scan, TableError, certificate, internal_ca, secret,
};
use sentinel_model::MemberId;
use sentinel_model::acme::{AcmeAccount, AcmeState};
use sentinel_model::cluster::Cluster;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;

use crate::app::App;
use crate::error::AppError;
use crate::keyring::{
    Keyring, acme_account_context, acme_external_context, ca_key_context, certificate_key_context,
    internal_ca_key_context, marker_key_context, project_secret_context, signing_seed_context,
};
use crate::work::elsewhere;

/// Most bytes in one command.
const BYTES_MAX: usize = 1 << 20;
/// Rows read at a time.
const PAGE: usize = 256;

/// What came of a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resealing {
    /// This member has no keys of before.
    NoFormerKey,
    /// These members have not said that they have the key.
    Waits(Vec<MemberId>),
    /// So many values were sealed anew; there may be more.
    Resealed(usize),
    /// All is sealed under the key of now.
    Done,
    /// So many values are sealed under a key that this member does not have.
    Unknown(usize),
}

/// A sealed value with its place.
struct Found<'s> {
    at: Sealing,
    row: Vec<u8>,
    context: String,
    sealed: &'s Sealed,
}

impl App {
    /// Ids of the keys of this member, the one that seals first.
    pub fn key_ids(&self) -> Vec<String> {
        let keyring = self.keyring();
        std::iter::once(keyring.seals_with()).chain(keyring.former()).map(|id| id.to_string()).collect()
    }

    /// Seals some of what is sealed under keys of before anew. For the leader, again and again.
    pub async fn reseal(&self) -> Result<Resealing, AppError> {
        if self.keyring().former().next().is_none() {
            return Ok(Resealing::NoFormerKey);
        }
        let lacking = self.members_without_key();
        if !lacking.is_empty() {
            return Ok(Resealing::Waits(lacking));
        }
        let view = self.replica().read(Consistency::Linearizable).await?;
        let app = self.clone();
        let (values, unknown) = elsewhere(move || app.anew(&*view.tables)).await??;
        if values.is_empty() {
            return Ok(if unknown == 0 { Resealing::Done } else { Resealing::Unknown(unknown) });
        }
        let count = values.len();
        let key_id = self.keyring().seals_with().to_string();
        match self.propose_as_member(Reseal { key_id, values }).await? {
            // They were changed meanwhile.
            Ok(_) | Err(Rejection::WrongState(_)) => Ok(Resealing::Resealed(count)),
            Err(rejection) => Err(rejection.into()),
        }
    }

    fn members_without_key(&self) -> Vec<MemberId> {
        let (status, key) = (self.cluster(), self.keyring().seals_with().to_string());
        let has = |member: &MemberStatus| {
            member.silent_since.is_none()
                && member.facts.as_ref().is_some_and(|facts| facts.keys.contains(&key))
        };
        let others = status.members.iter().filter(|member| member.id != status.member_id);
        others.filter(|member| !has(member)).map(|member| member.id).collect()
    }

    /// Some values as they shall be, and how many cannot be opened here.
    fn anew(&self, read: &dyn Read) -> Result<(Vec<Resealed>, usize), AppError> {
        let (keyring, ids) = (self.keyring(), &self.inner().parts.ids);
        let (mut values, mut unknown, mut bytes) = (Vec::new(), 0, 0);
        let mut failed = None;
        let mut visit = |found: Found<'_>| {
            if Keyring::sealed_under(found.sealed) == Some(keyring.seals_with()) {
                return ControlFlow::Continue(());
            }
            let Ok(opened) = keyring.unseal(&found.context, found.sealed) else {
                unknown += 1;
                return ControlFlow::Continue(());
            };
            match keyring.seal(&found.context, &opened, [ids.secret(), ids.secret()]) {
                Ok(to) => {
                    bytes += to.0.len();
                    let Found { at, row, sealed, .. } = found;
                    values.push(Resealed { at, row, from: sealed.clone(), to });
                }
                Err(error) => {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
            if values.len() < RESEALED_MAX && bytes < BYTES_MAX {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        let _ = each(read, &mut visit)?;
        match failed {
            Some(error) => Err(AppError::internal(error)),
            None => Ok((values, unknown)),
        }
    }
}

type Walk = Result<ControlFlow<()>, TableError>;

/// Every sealed value.
fn each(read: &dyn Read, visit: &mut dyn FnMut(Found<'_>) -> ControlFlow<()>) -> Walk {
    if let Some(cluster) = load::<Cluster>(read, b"cluster")?
        && let Some(ca) = &cluster.ca
    {
        let context = ca_key_context(cluster.id);
        let found = Found { at: Sealing::Cluster, row: cluster.key(), context, sealed: &ca.sealed_key };
        if visit(found).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    let walk = rows(read, &mut |org: Org| {
        let context = signing_seed_context(&org.signing_key.key_id);
        let sealed = &org.signing_key.sealed_seed;
        Ok(visit(Found { at: Sealing::Orgs, row: org.key(), context, sealed }))
    })?;
    if walk.is_break() {
        return Ok(walk);
    }
    let walk = rows(read, &mut |project: Project| of_project(read, &project, visit))?;
    if walk.is_break() {
        return Ok(walk);
    }
    rows(read, &mut |account: AcmeAccount| {
        let AcmeAccount { project_id, directory_url, contact, external_key_id, sealed, .. } = &account;
        let context = acme_account_context(*project_id, directory_url, contact, external_key_id);
        Ok(visit(Found { at: Sealing::AcmeAccounts, row: account.key(), context, sealed }))
    })
}

fn of_project(
    read: &dyn Read,
    project: &Project,
    visit: &mut dyn FnMut(Found<'_>) -> ControlFlow<()>,
) -> Walk {
    let context = marker_key_context(project.id);
    let sealed = &project.sealed_marker_key;
    if visit(Found { at: Sealing::Projects, row: project.key(), context, sealed }).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    if let Some(key) = internal_ca::sealed_key(read, project.id)? {
        let context = internal_ca_key_context(project.id, key.ca_id);
        let (at, row, sealed) = (Sealing::InternalCas, key.key(), &key.sealed);
        if visit(Found { at, row, context, sealed }).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    for known in secret::all(read, project.id)? {
        for version in &known.versions {
            let Some(value) = secret::value(read, known.id, version.number)? else { continue };
            let context = project_secret_context(project.id, known.id, value.version);
            let (at, row, sealed) = (Sealing::SecretValues, value.key(), &value.sealed);
            if visit(Found { at, row, context, sealed }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    for known in certificate::all(read, project.id)? {
        for version in &known.versions {
            let Some(content) = certificate::content_of(read, known.id, version.number)? else { continue };
            let context = certificate_key_context(project.id, known.id, content.version);
            let (at, row, sealed) = (Sealing::CertificateContents, content.key(), &content.sealed);
            if visit(Found { at, row, context, sealed }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let Some(acme) = &known.acme else { continue };
        let external = acme.settings.external.as_ref();
        let external =
            external.map(|external| (acme_external_context(project.id, known.id), &external.sealed));
        let order = match &acme.state {
            AcmeState::Ordered(order) => {
                Some((certificate_key_context(project.id, known.id, order.version), &order.sealed))
            }
            AcmeState::Due(_) => None,
        };
        for (context, sealed) in external.into_iter().chain(order) {
            let (at, row) = (Sealing::Certificates, known.key());
            if visit(Found { at, row, context, sealed }).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Every row of a table, a page at a time.
fn rows<R: Row>(read: &dyn Read, visit: &mut dyn FnMut(R) -> Walk) -> Walk {
    let mut after = None::<Vec<u8>>;
    loop {
        let page = Scan { after: after.as_deref(), limit: PAGE, ..Scan::all(R::TABLE, &[]) };
        let pairs = read.scan(page)?;
        let is_last = pairs.len() < PAGE;
        for (key, bytes) in pairs {
            if visit(decode(R::TABLE, &bytes)?)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            after = Some(key);
        }
        if is_last {
            return Ok(ControlFlow::Continue(()));
        }
    }
}
