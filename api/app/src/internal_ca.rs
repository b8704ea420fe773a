//! The internal CA of a project. Its key is made and used by the member that serves a request, and is sealed otherwise; a key that is made for a client
//! goes to whoever asked for it, and is kept nowhere.

mod list;
mod sign;

use sentinel_api_types::internal_ca::{
    InternalCa, InternalCaBody, InternalCaCreate, InternalCaKeyAlgorithm, InternalCertificate,
    InternalCertificateBody, InternalCertificateIssue, InternalCertificateIssued, InternalCertificateList,
    InternalCertificateRevoke, InternalCertificateStatus, InternalCertificatesQuery, InternalCrl,
    InternalRevocation, RevocationReason,
};
use sentinel_api_types::{Secret, timestamp};
use sentinel_bundle::Problem;
use sentinel_machine::commands::internal_ca_delete::InternalCaDelete;
use sentinel_machine::commands::{
    internal_ca_create, internal_certificate_issue, internal_certificate_revoke,
};
use sentinel_machine::internal_ca::{self as machine, SignedCrl};
use sentinel_machine::{Order, Read, Table, View, tables};
use sentinel_model::certificate::ENDS_SOON_MS;
use sentinel_model::config::Document;
use sentinel_model::internal_ca::{
    self as model, CA_DAYS_MAX, CERTIFICATE_DAYS, CRL_MS, CrlFacts, KeyAlgorithm, Reason, Serial,
    check_request, check_subject,
};
use sentinel_model::project::Project;
use sentinel_model::{InternalCaId, ProjectId, Time};

use self::sign::{Asked, Authority, alternative_names, first_list, life};
use crate::access::Operation;
use crate::app::App;
use crate::caller::{Caller, Identity};
use crate::change::Change;
use crate::cursor::Binding;
use crate::error::AppError;
use crate::keyring::internal_ca_key_context;
use crate::page::{Walk, walk};

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

impl App {
    /// The internal CA of a project, without its key.
    pub async fn show_internal_ca(&self, caller: &Caller, project: &str) -> Result<InternalCaBody, AppError> {
        let here = self.in_project(Operation::InternalCaShow, caller, project).await?;
        self.internal_ca_body(&*here.view.tables, here.project.id)
    }

    /// The list of revoked certificates that holds, in PEM.
    pub async fn internal_crl(&self, caller: &Caller, project: &str) -> Result<String, AppError> {
        let here = self.in_project(Operation::InternalCaShow, caller, project).await?;
        let found = machine::crl(&*here.view.tables, here.project.id)?;
        found.map(|list| list.pem).ok_or_else(none_configured)
    }

    /// Gives a project an internal CA.
    pub async fn create_internal_ca(
        &self,
        caller: &Caller,
        project: &str,
        request: InternalCaCreate,
    ) -> Result<InternalCaBody, AppError> {
        let here = self.in_project(Operation::InternalCaCreate, caller, project).await?;
        check_subject("subject_cn", &request.subject_cn)?;
        let validity_days = days(request.validity_days, CA_DAYS_MAX)?;
        let key_algorithm = match request.key_algorithm.unwrap_or_default() {
            InternalCaKeyAlgorithm::EcP384 => KeyAlgorithm::EcP384,
            InternalCaKeyAlgorithm::EcP256 => KeyAlgorithm::EcP256,
        };
        let (project_id, ca_id) = (here.project.id, InternalCaId(self.inner().parts.ids.id()));
        let change = Change::making("internal_ca.created")
            .in_project(project_id)
            .with("subject_cn", &request.subject_cn)
            .with("key_algorithm", algorithm(key_algorithm))
            .with("validity_days", validity_days);
        let now = self.now();
        let life = life(now, validity_days, None);
        let (own, key) = Authority::make(&request.subject_cn, key_algorithm, self.serial(), life)?;
        let this_update = Time(now.0.div_euclid(1_000) * 1_000);
        let facts =
            CrlFacts { number: 1, revocations: 0, this_update, next_update: this_update.plus_ms(CRL_MS) };
        let crl = SignedCrl { facts, pem: first_list(&own.pem, &key, facts)? };
        let ids = &self.inner().parts.ids;
        let context = internal_ca_key_context(project_id, ca_id);
        let sealed = self.keyring().seal(&context, &key, [ids.secret(), ids.secret()]);
        let command = internal_ca_create::InternalCaCreate {
            ca_id,
            project_id,
            subject_cn: request.subject_cn,
            key_algorithm,
            certificate: own.pem,
            fingerprint: own.fingerprint,
            not_before: life.not_before,
            not_after: life.not_after,
            validity_days,
            sealed: sealed.map_err(AppError::internal)?,
            crl,
            created_by: caller.label(),
        };
        let committed = self.commit(caller, change, command).await?;
        self.internal_ca_body(&*committed.view.tables, project_id)
    }

    /// Takes the internal CA of a project away, with everything that it has issued.
    pub async fn delete_internal_ca(&self, caller: &Caller, project: &str) -> Result<(), AppError> {
        let here = self.in_project(Operation::InternalCaDelete, caller, project).await?;
        let project_id = here.project.id;
        let change = Change::making("internal_ca.deleted").in_project(project_id);
        if self.repeated(&here.view, caller, &change)?.is_some() {
            return Ok(());
        }
        let known = require(&*here.view.tables, project_id)?;
        self.commit(caller, change, InternalCaDelete { project_id, ca_id: known.id }).await?;
        Ok(())
    }

    /// The certificates that the internal CA of a project has issued, the newest first.
    pub async fn list_internal_certificates(
        &self,
        caller: &Caller,
        project: &str,
        query: &InternalCertificatesQuery,
    ) -> Result<InternalCertificateList, AppError> {
        let here = self.in_project(Operation::InternalCertificateList, caller, project).await?;
        let (read, id) = (&*here.view.tables, here.project.id);
        require(read, id)?;
        let binding = Binding::new("internal-certificates", &[&id.to_string()]);
        let part = Walk {
            table: Table::InternalCertificatesByTime,
            prefix: id.as_bytes(),
            order: Order::Descending,
            binding: &binding,
            limit: query.limit,
            cursor: query.cursor.as_deref(),
        };
        let now = self.now();
        let page = walk(read, self.keyring(), part, |(place, _)| {
            let found = machine::certificate(read, id, machine::serial_at(place)?)?;
            Ok(found.map(|one| shape(&one, now)))
        })?;
        Ok(InternalCertificateList {
            total: page.total(),
            certificates: page.items,
            next_cursor: page.next_cursor,
        })
    }

    /// One certificate that the internal CA of a project has issued, without its key.
    pub async fn show_internal_certificate(
        &self,
        caller: &Caller,
        project: &str,
        serial: &str,
    ) -> Result<InternalCertificateBody, AppError> {
        let here = self.in_project(Operation::InternalCertificateShow, caller, project).await?;
        self.internal_certificate_body(&*here.view.tables, here.project.id, parse(serial)?)
    }

    /// Issues a certificate with a new key. Nothing shows that key again; a request that is repeated is refused, and says which certificate it had made.
    pub async fn issue_internal_certificate(
        &self,
        caller: &Caller,
        project: &str,
        request: InternalCertificateIssue,
    ) -> Result<InternalCertificateIssued, AppError> {
        let here = self.in_project(Operation::InternalCertificateIssue, caller, project).await?;
        let (read, project_id) = (&*here.view.tables, here.project.id);
        let InternalCertificateIssue { name, subject_cn, subject_ou, sans, validity_days } = request;
        check_request(&name, &subject_cn, subject_ou.as_deref(), &sans)?;
        let validity_days = days(validity_days, CERTIFICATE_DAYS)?;
        let change = Change::making("internal_certificate.issued")
            .in_project(project_id)
            .with("name", &name)
            .with("subject_cn", &subject_cn)
            .with("subject_ou", subject_ou.as_deref().unwrap_or_default())
            .with("sans", sans.join(", "))
            .with("validity_days", validity_days);
        if let Some(done) = self.repeated(&here.view, caller, &change)? {
            return Err(issued_before(&done.resource_id));
        }
        let ca = require(read, project_id)?;
        let (serial, life) = (self.serial(), life(self.now(), validity_days, Some(&ca)));
        let asked = Asked {
            subject_cn: &subject_cn,
            subject_ou: subject_ou.as_deref(),
            sans: alternative_names(&sans)?,
            serial,
            life,
        };
        let (own, key) = self.authority(read, &ca)?.issue(asked)?;
        let certificate = model::InternalCertificate {
            project_id,
            ca_id: ca.id,
            serial,
            name,
            subject_cn,
            subject_ou,
            sans,
            certificate: own.pem.clone(),
            fingerprint: own.fingerprint,
            not_before: life.not_before,
            not_after: life.not_after,
            revocation: None,
            issued_by: caller.label(),
            issued_at: self.now(),
        };
        let command = internal_certificate_issue::InternalCertificateIssue { certificate, validity_days };
        let committed = self.commit(caller, change, command).await?;
        if committed.resource_id != serial.to_string() {
            return Err(issued_before(&committed.resource_id));
        }
        let body = self.internal_certificate_body(&*committed.view.tables, project_id, serial)?;
        Ok(InternalCertificateIssued {
            certificate: body.certificate,
            chain_pem: format!("{}{}", own.pem, ca.certificate),
            certificate_pem: own.pem,
            private_key: Secret::new(key.as_str()),
        })
    }

    /// Revokes a certificate, for ever. When this is done, the list of revoked certificates has it.
    pub async fn revoke_internal_certificate(
        &self,
        caller: &Caller,
        project: &str,
        serial: &str,
        request: InternalCertificateRevoke,
    ) -> Result<InternalCertificateBody, AppError> {
        let here = self.in_project(Operation::InternalCertificateRevoke, caller, project).await?;
        let (project_id, serial) = (here.project.id, parse(serial)?);
        let reason = taken(request.reason);
        let change = Change::to("internal_certificate.revoked", serial)
            .in_project(project_id)
            .with("reason", reason.as_str());
        let view = match self.repeated(&here.view, caller, &change)? {
            Some(done) => done.view,
            None => {
                let ca_id = require(&*here.view.tables, project_id)?.id;
                let by = caller.label();
                let command = internal_certificate_revoke::InternalCertificateRevoke {
                    project_id,
                    ca_id,
                    serial,
                    reason,
                    by,
                };
                self.commit(caller, change, command).await?.view
            }
        };
        self.renew_internal_crl(project_id).await?;
        self.internal_certificate_body(&*view.tables, project_id, serial)
    }

    /// The internal CAs that end soon or have ended, in what the caller belongs to, with the slug of the project.
    pub(crate) fn internal_cas_ending_seen_by(
        &self,
        caller: &Caller,
        view: &View,
    ) -> Result<Vec<(String, Time)>, AppError> {
        let read = &*view.tables;
        let everything = matches!(&caller.identity, Identity::User(by) if by.user.cluster_admin);
        let orgs = self.orgs_of(caller, view)?;
        let mut found = Vec::new();
        for ca in machine::ending(read, self.now().plus_ms(ENDS_SOON_MS))? {
            let project = tables::load::<Project>(read, ca.project_id.as_bytes())?;
            let project = project.filter(|project| everything || orgs.contains(&project.org_id));
            found.extend(project.map(|project| (project.slug, ca.not_after)));
        }
        Ok(found)
    }

    fn serial(&self) -> Serial {
        let random = self.inner().parts.ids.secret();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&random[..16]);
        Serial::of(bytes)
    }

    fn internal_ca_body(&self, read: &dyn Read, project: ProjectId) -> Result<InternalCaBody, AppError> {
        let known = require(read, project)?;
        let internal_ca = InternalCa {
            id: known.id,
            subject_cn: known.subject_cn,
            key_algorithm: match known.key_algorithm {
                KeyAlgorithm::EcP384 => InternalCaKeyAlgorithm::EcP384,
                KeyAlgorithm::EcP256 => InternalCaKeyAlgorithm::EcP256,
            },
            fingerprint: known.fingerprint,
            not_before: timestamp(known.not_before),
            not_after: timestamp(known.not_after),
            days_left: days_left(known.not_after, self.now()),
            certificate_pem: known.certificate,
            certificates: known.kept,
            crl: InternalCrl {
                number: known.crl.number,
                this_update: timestamp(known.crl.this_update),
                next_update: timestamp(known.crl.next_update),
            },
            created_by: known.created_by,
            inserted_at: timestamp(known.created_at),
        };
        Ok(InternalCaBody { internal_ca })
    }

    fn internal_certificate_body(
        &self,
        read: &dyn Read,
        project: ProjectId,
        serial: Serial,
    ) -> Result<InternalCertificateBody, AppError> {
        let known = machine::certificate(read, project, serial)?;
        let known = known.ok_or_else(|| AppError::not_found("Certificate"))?;
        let certificate = shape(&known, self.now());
        Ok(InternalCertificateBody { certificate, certificate_pem: known.certificate })
    }
}

/// Puts the certificate of the project's CA into the trust stores of a document that ask for it. Returns the listeners that let in its clients, or that
/// there is no CA.
pub(crate) fn fill(
    read: &dyn Read,
    project: ProjectId,
    document: &mut Document,
) -> Result<Result<Vec<String>, Problem>, AppError> {
    let asking: Vec<String> = document
        .trust_stores
        .iter()
        .filter(|(_, store)| store.internal_ca)
        .map(|(slug, _)| slug.clone())
        .collect();
    if asking.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let Some(ca) = machine::find(read, project)? else {
        let problem = Problem::new("internal-ca-missing", "the project has no internal CA")
            .in_path(format!("trust_stores.{}.internal_ca", asking[0]));
        return Ok(Err(problem.with_help("make one with `sentinel-cp ca create`")));
    };
    for store in document.trust_stores.values_mut().filter(|store| store.internal_ca) {
        store.internal_ca = false;
        store.certificates_pem.clone_from(&ca.certificate);
    }
    let listeners = document.listeners.iter().filter(|(_, listener)| {
        listener.client_trust_store().is_some_and(|slug| asking.iter().any(|known| known == slug))
    });
    Ok(Ok(listeners.map(|(slug, _)| slug.clone()).collect()))
}

/// What somebody should know whose listener lets in clients of the internal CA.
pub(crate) fn warning(listener: &str) -> Problem {
    let message = "the proxy does not look at revocations: a certificate of the internal CA that is revoked is let in until it ends";
    Problem::new("revocation-not-enforced", message)
        .in_path(format!("listeners.{listener}.tls.client_trust_store"))
        .with_help("give certificates short lives, and look at the list of revoked ones where it matters")
}

fn none_configured() -> AppError {
    AppError::NotConfigured("internal CA")
}

fn require(read: &dyn Read, project: ProjectId) -> Result<model::InternalCa, AppError> {
    machine::find(read, project)?.ok_or_else(none_configured)
}

fn parse(serial: &str) -> Result<Serial, AppError> {
    serial.parse().map_err(|_| AppError::not_found("Certificate"))
}

fn issued_before(serial: &str) -> AppError {
    AppError::Conflict(format!(
        "this request has issued the certificate {serial} already, and its private key was shown that once; revoke it if nobody has the key, and issue another one"
    ))
}

fn days(asked: Option<u32>, usual: u32) -> Result<u32, AppError> {
    let days = asked.unwrap_or(usual);
    if (1..=CA_DAYS_MAX).contains(&days) {
        return Ok(days);
    }
    Err(AppError::invalid("validity_days", format!("must be 1 to {CA_DAYS_MAX}")))
}

fn days_left(end: Time, now: Time) -> i64 {
    end.0.saturating_sub(now.0).div_euclid(DAY_MS)
}

fn algorithm(algorithm: KeyAlgorithm) -> &'static str {
    match algorithm {
        KeyAlgorithm::EcP384 => "ec_p384",
        KeyAlgorithm::EcP256 => "ec_p256",
    }
}

fn shape(known: &model::InternalCertificate, now: Time) -> InternalCertificate {
    InternalCertificate {
        serial: known.serial.to_string(),
        name: known.name.clone(),
        subject_cn: known.subject_cn.clone(),
        subject_ou: known.subject_ou.clone(),
        sans: known.sans.clone(),
        fingerprint: known.fingerprint,
        not_before: timestamp(known.not_before),
        not_after: timestamp(known.not_after),
        days_left: days_left(known.not_after, now),
        status: match &known.revocation {
            Some(_) => InternalCertificateStatus::Revoked,
            None if known.not_after < now => InternalCertificateStatus::Ended,
            None => InternalCertificateStatus::Valid,
        },
        revocation: known.revocation.as_ref().map(|revocation| InternalRevocation {
            reason: told(revocation.reason),
            at: timestamp(revocation.at),
            by: revocation.by.clone(),
        }),
        issued_by: known.issued_by.clone(),
        inserted_at: timestamp(known.issued_at),
    }
}

fn taken(reason: RevocationReason) -> Reason {
    match reason {
        RevocationReason::Unspecified => Reason::Unspecified,
        RevocationReason::KeyCompromise => Reason::KeyCompromise,
        RevocationReason::CaCompromise => Reason::CaCompromise,
        RevocationReason::AffiliationChanged => Reason::AffiliationChanged,
        RevocationReason::Superseded => Reason::Superseded,
        RevocationReason::CessationOfOperation => Reason::CessationOfOperation,
        RevocationReason::PrivilegeWithdrawn => Reason::PrivilegeWithdrawn,
    }
}

fn told(reason: Reason) -> RevocationReason {
    match reason {
        Reason::Unspecified => RevocationReason::Unspecified,
        Reason::KeyCompromise => RevocationReason::KeyCompromise,
        Reason::CaCompromise => RevocationReason::CaCompromise,
        Reason::AffiliationChanged => RevocationReason::AffiliationChanged,
        Reason::Superseded => RevocationReason::Superseded,
        Reason::CessationOfOperation => RevocationReason::CessationOfOperation,
        Reason::PrivilegeWithdrawn => RevocationReason::PrivilegeWithdrawn,
    }
}
