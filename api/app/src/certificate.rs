//! Certificates of a project. A private key comes in, is sealed here, and never goes out again through any of these.

pub(crate) mod acme;
mod check;

use sentinel_api_types::certificate::{
    AcmeFailure, AcmeStatus, Certificate, CertificateAcme, CertificateBody, CertificateCreate,
    CertificateList, CertificateReplace, CertificateSource, CertificateUpdate, CertificateVersion,
};
use sentinel_api_types::timestamp;
use sentinel_machine::certificate::{self as machine, Content};
use sentinel_machine::commands::certificate_change::{CertificateChange, What};
use sentinel_machine::commands::{certificate_create, certificate_delete};
use sentinel_machine::{Read, View, tables};
use sentinel_model::acme::{Acme, AcmeSettings, AcmeState};
use sentinel_model::certificate::{self, ENDS_SOON_MS};
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;
use sentinel_model::{CertificateId, ProjectId, Sha256Digest, Time};
use sha2::{Digest, Sha256};

use self::check::{Checked, check};
use crate::access::Operation;
use crate::app::App;
use crate::caller::{Caller, Identity};
use crate::change::Change;
use crate::error::AppError;
use crate::keyring::certificate_key_context;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Most certificates that end soon and are looked at.
const ENDING_MAX: usize = 1_000;

impl App {
    /// The certificates of a project. There are few: all of them at once.
    pub async fn list_certificates(
        &self,
        caller: &Caller,
        project: &str,
    ) -> Result<CertificateList, AppError> {
        let here = self.in_project(Operation::CertificateList, caller, project).await?;
        let all = machine::all(&*here.view.tables, here.project.id)?;
        let now = self.now();
        let certificates: Vec<Certificate> = all.into_iter().map(|one| shape(one, now)).collect();
        Ok(CertificateList { total: certificates.len() as u64, certificates })
    }

    /// One certificate with its chain, without its key.
    pub async fn show_certificate(
        &self,
        caller: &Caller,
        project: &str,
        slug: &str,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateShow, caller, project).await?;
        self.certificate_body(&*here.view.tables, here.project.id, slug, Vec::new())
    }

    /// Adds a certificate with its key.
    pub async fn create_certificate(
        &self,
        caller: &Caller,
        project: &str,
        request: CertificateCreate,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateCreate, caller, project).await?;
        let checked = check(&request.chain, &request.key, self.now())?;
        let (project_id, certificate_id) = (here.project.id, CertificateId(self.inner().parts.ids.id()));
        let description = request.description.unwrap_or_default();
        let change = Change::making("certificate.created")
            .in_project(project_id)
            .with("slug", &request.slug)
            .with("description", &description)
            .with("chain", digest(&checked));
        let warnings = checked.warnings.clone();
        let command = certificate_create::CertificateCreate {
            certificate_id,
            project_id,
            slug: request.slug.clone(),
            description,
            content: self.content(project_id, certificate_id, 1, checked)?,
            created_by: caller.label(),
        };
        let committed = self.commit(caller, change, command).await?;
        self.certificate_body(&*committed.view.tables, project_id, &request.slug, warnings)
    }

    /// Gives a certificate another chain and key: its next version.
    pub async fn replace_certificate(
        &self,
        caller: &Caller,
        project: &str,
        slug: &str,
        request: CertificateReplace,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateReplace, caller, project).await?;
        let checked = check(&request.chain, &request.key, self.now())?;
        let (read, project_id) = (&*here.view.tables, here.project.id);
        let known = require(read, project_id, slug)?;
        let change = Change::to("certificate.replaced", known.id)
            .in_project(project_id)
            .with("slug", slug)
            .with("chain", digest(&checked));
        let mut warnings = checked.warnings.clone();
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            return self.certificate_body(&*done.view.tables, project_id, slug, warnings);
        }
        let lacks = known.current().map_or_else(Vec::new, |current| checked.facts.lacks(&current.facts));
        if !lacks.is_empty() {
            warnings.push(format!("it is not for {} any more, as the one before it was", lacks.join(", ")));
        }
        let version = known.version() + 1;
        let content = Box::new(self.content(project_id, known.id, version, checked)?);
        let what = What::Content { version, content };
        let command = changing(&known, what, caller);
        let committed = self.commit(caller, change, command).await?;
        self.certificate_body(&*committed.view.tables, project_id, slug, warnings)
    }

    /// Says something else of what a certificate is for.
    pub async fn update_certificate(
        &self,
        caller: &Caller,
        project: &str,
        slug: &str,
        request: CertificateUpdate,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateUpdate, caller, project).await?;
        let project_id = here.project.id;
        let known = require(&*here.view.tables, project_id, slug)?;
        let change = Change::to("certificate.updated", known.id)
            .in_project(project_id)
            .with("slug", slug)
            .with("description", &request.description);
        let command = changing(&known, What::Description(request.description), caller);
        let committed = self.commit(caller, change, command).await?;
        self.certificate_body(&*committed.view.tables, project_id, slug, Vec::new())
    }

    /// Takes a certificate away.
    pub async fn delete_certificate(
        &self,
        caller: &Caller,
        project: &str,
        slug: &str,
    ) -> Result<(), AppError> {
        let here = self.in_project(Operation::CertificateDelete, caller, project).await?;
        let project_id = here.project.id;
        let change = Change::making("certificate.deleted").in_project(project_id).with("slug", slug);
        if self.repeated(&here.view, caller, &change)?.is_some() {
            return Ok(());
        }
        let known = require(&*here.view.tables, project_id, slug)?;
        let command = certificate_delete::CertificateDelete {
            project_id,
            slug: slug.to_owned(),
            certificate_id: known.id,
        };
        self.commit(caller, change, command).await?;
        Ok(())
    }

    /// The certificates that end soon or have ended, in what the caller belongs to: of others nobody learns. With the slug of the project.
    pub(crate) fn certificates_ending_seen_by(
        &self,
        caller: &Caller,
        view: &View,
    ) -> Result<Vec<(String, certificate::Certificate)>, AppError> {
        let read = &*view.tables;
        let everything = matches!(&caller.identity, Identity::User(by) if by.user.cluster_admin);
        let orgs = self.orgs_of(caller, view)?;
        let mut found = Vec::new();
        let ending = machine::ending(read, self.now().plus_ms(ENDS_SOON_MS), ENDING_MAX)?;
        let failing = sentinel_machine::acme::never_issued(read, ENDING_MAX)?;
        // One that lives shortly and is renewed in time is as it shall be.
        let worth = |one: &certificate::Certificate| {
            let life = one.current().map(|version| version.facts.not_after.since(version.facts.not_before));
            let left = one.not_after().map(|end| end.since(self.now()));
            let short = life.zip(left).is_some_and(|(life, left)| left > life / 6);
            !short || one.acme.as_ref().is_none_or(|acme| acme.failure.is_some())
        };
        for one in ending.into_iter().chain(failing).filter(worth) {
            let project = tables::load::<Project>(read, one.project_id.as_bytes())?;
            let Some(project) = project.filter(|project| everything || orgs.contains(&project.org_id)) else {
                continue;
            };
            found.push((project.slug, one));
        }
        Ok(found)
    }

    fn seal(&self, context: &str, secret: &[u8]) -> Result<Sealed, AppError> {
        let ids = &self.inner().parts.ids;
        let sealed = self.keyring().seal(context, secret, [ids.secret(), ids.secret()]);
        sealed.map_err(AppError::internal)
    }

    fn content(
        &self,
        project: ProjectId,
        certificate: CertificateId,
        version: u64,
        checked: Checked,
    ) -> Result<Content, AppError> {
        let context = certificate_key_context(project, certificate, version);
        let sealed = self.seal(&context, checked.key.as_bytes())?;
        Ok(Content { digest: digest(&checked), facts: checked.facts, chain: checked.chain, sealed })
    }

    fn certificate_body(
        &self,
        read: &dyn Read,
        project: ProjectId,
        slug: &str,
        warnings: Vec<String>,
    ) -> Result<CertificateBody, AppError> {
        let known = require(read, project, slug)?;
        let chain = machine::content(read, &known)?.map(|content| content.chain);
        Ok(CertificateBody { certificate: shape(known, self.now()), chain, warnings })
    }
}

/// What tells a chain from another one in the audit log. It has the public half of the key in it.
fn digest(checked: &Checked) -> Sha256Digest {
    Sha256Digest(Sha256::digest(checked.chain.as_bytes()).into())
}

fn changing(known: &certificate::Certificate, what: What, caller: &Caller) -> CertificateChange {
    CertificateChange {
        project_id: known.project_id,
        slug: known.slug.clone(),
        certificate_id: known.id,
        what,
        by: caller.label(),
    }
}

fn require(read: &dyn Read, project: ProjectId, slug: &str) -> Result<certificate::Certificate, AppError> {
    machine::find(read, project, slug)?.ok_or_else(|| AppError::not_found("Certificate"))
}

fn shape(known: certificate::Certificate, now: Time) -> Certificate {
    let version = |version: &certificate::CertificateVersion| {
        let facts = &version.facts;
        CertificateVersion {
            version: version.number,
            names: facts.names.clone(),
            issuer: facts.issuer.clone(),
            fingerprint: facts.fingerprint,
            key_type: facts.key_type.clone(),
            not_before: timestamp(facts.not_before),
            not_after: timestamp(facts.not_after),
            days_left: facts.not_after.0.saturating_sub(now.0).div_euclid(DAY_MS),
            created_by: version.by.clone(),
            inserted_at: timestamp(version.at),
        }
    };
    Certificate {
        id: known.id,
        current: known.current().map(version),
        versions: known.versions.iter().rev().map(version).collect(),
        source: if known.acme.is_some() { CertificateSource::Acme } else { CertificateSource::Uploaded },
        acme: known.acme.map(|acme| asked(acme, !known.versions.is_empty())),
        slug: known.slug,
        description: known.description,
        created_by: known.created_by,
        inserted_at: timestamp(known.created_at),
        updated_at: timestamp(known.updated_at),
    }
}

fn asked(acme: Acme, issued: bool) -> CertificateAcme {
    let status = match (&acme.state, &acme.failure) {
        (AcmeState::Ordered(_), _) => AcmeStatus::Ordered,
        (AcmeState::Due(_), Some(_)) => AcmeStatus::Failed,
        (AcmeState::Due(_), None) if issued => AcmeStatus::Issued,
        (AcmeState::Due(_), None) => AcmeStatus::Pending,
    };
    let next = acme.order().is_none().then(|| timestamp(acme.due()));
    let AcmeSettings { directory_url, directory_ca, domains, contact, external } = acme.settings;
    CertificateAcme {
        state: status,
        domains,
        directory_url,
        directory_ca,
        contact,
        external_key_id: external.map(|external| external.key_id),
        next_attempt_at: next,
        failure: acme.failure.map(|failure| AcmeFailure {
            reason: failure.reason,
            times: failure.times,
            at: timestamp(failure.at),
        }),
    }
}
