//! Certificates that are issued by ACME: who asks for them, what the leader does for them, and what is answered to a token.

use std::sync::PoisonError;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sentinel_api_types::Secret;
use sentinel_api_types::agent::NodeChallenge;
use sentinel_api_types::certificate::{CertificateBody, CertificateRequest};
use sentinel_machine::acme::{self, Decided};
use sentinel_machine::certificate as machine;
use sentinel_machine::commands::acme_account_forget::AcmeAccountForget;
use sentinel_machine::commands::acme_account_keep::AcmeAccountKeep;
use sentinel_machine::commands::certificate_fail::CertificateFail;
use sentinel_machine::commands::certificate_issue::CertificateIssue;
use sentinel_machine::commands::certificate_order::CertificateOrder;
use sentinel_machine::commands::certificate_renew::CertificateRenew;
use sentinel_machine::commands::certificate_request;
use sentinel_machine::{Command, Consistency, Read, Rejection, query};
use sentinel_model::acme::{
    Acme, AcmeAccount, AcmeChallenge, AcmeSettings, ExternalAccount, LETS_ENCRYPT, is_token, renewal,
};
use sentinel_model::certificate::{Certificate, NAMES_MAX};
use sentinel_model::secret::Sealed;
use sentinel_model::user::normalize_email;
use sentinel_model::{CertificateId, InvalidValue, NodeId, ProjectId, Time};
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::check::{authorities, check};
use super::{digest, require};
use crate::access::Operation;
use crate::app::App;
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;
use crate::keyring::{acme_account_context, acme_external_context, certificate_key_context};

/// What is issued is not renewed within this time, whatever it says of its life, in milliseconds.
const SOONEST_MS: u64 = 60 * 60 * 1_000;
/// Longest wait for a turn to ask the others about a token.
const TURN_WITHIN: Duration = Duration::from_secs(1);
/// Longest HMAC key of an external account, in bytes.
const EXTERNAL_KEY_MAX: usize = 1_024;

/// A certificate that the leader has to do something for by now.
#[derive(Clone, Debug)]
pub struct AcmeDue {
    /// The project.
    pub project_id: ProjectId,
    /// Its slug.
    pub slug: String,
    /// Which certificate it is.
    pub certificate_id: CertificateId,
    /// Those with the same one use one account with their certificate authority.
    pub account_key: String,
}

/// What there is to do for a certificate, and everything that it takes.
#[derive(Clone)]
pub struct AcmeWork {
    on: Decided,
    version: u64,
    /// What is asked for, and of whom.
    pub settings: AcmeSettings,
    /// The account, as [`App::keep_acme_account`] was given it; `None`: there is none yet.
    pub account: Option<Secret>,
    /// The HMAC key of the external account that a new account is bound to.
    pub external: Option<Zeroizing<Vec<u8>>>,
    /// The order that is under way.
    pub order: Option<WorkOrder>,
    sealed: Option<Sealed>,
    account_sealed: Option<Sealed>,
}

/// An order that is under way.
#[derive(Clone)]
pub struct WorkOrder {
    /// Where it is found.
    pub url: String,
    /// The private key, in PEM.
    pub key: Secret,
}

impl App {
    /// Adds a certificate that a certificate authority shall issue.
    pub async fn request_certificate(
        &self,
        caller: &Caller,
        project: &str,
        request: CertificateRequest,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateRequest, caller, project).await?;
        let (project_id, certificate_id) = (here.project.id, CertificateId(self.inner().parts.ids.id()));
        let description = request.description.unwrap_or_default();
        let directory_ca = request.directory_ca.as_deref().map(authorities).transpose()?;
        let external_key = request.external_account.as_ref().map(|external| hmac_key(&external.hmac_key));
        let external_key = external_key.transpose()?;
        let mark = {
            let ca = directory_ca.as_deref().unwrap_or_default();
            let key = external_key.as_ref().map_or(&[][..], |key| &key[..]);
            self.mark(caller, &Zeroizing::new([ca.as_bytes(), &[0], key].concat()))
        };
        let external = match (request.external_account, external_key) {
            (Some(external), Some(key)) => {
                let context = acme_external_context(project_id, certificate_id);
                Some(ExternalAccount { key_id: external.key_id, sealed: self.seal(&context, &key)? })
            }
            _ => None,
        };
        let settings = AcmeSettings {
            directory_url: request.directory_url.unwrap_or_else(|| LETS_ENCRYPT.to_owned()),
            directory_ca,
            domains: domains(&request.domains)?,
            contact: normalize_email("contact", &request.contact)?,
            external,
        };
        settings.check()?;
        self.refuse_own_names(&settings.domains)?;
        let change = Change::making("certificate.requested")
            .in_project(project_id)
            .with("slug", &request.slug)
            .with("description", &description)
            .with("domains", settings.domains.join(", "))
            .with("directory_url", &settings.directory_url)
            .with("contact", &settings.contact)
            .with(
                "external_account",
                settings.external.as_ref().map_or("", |external| external.key_id.as_str()),
            )
            .with("mark", &mark);
        let command = certificate_request::CertificateRequest {
            certificate_id,
            project_id,
            slug: request.slug.clone(),
            description,
            settings,
            mark,
            created_by: caller.label(),
        };
        let committed = self.commit(caller, change, command).await?;
        self.certificate_body(&*committed.view.tables, project_id, &request.slug, Vec::new())
    }

    /// Has a certificate issued anew, now.
    pub async fn renew_certificate(
        &self,
        caller: &Caller,
        project: &str,
        slug: &str,
    ) -> Result<CertificateBody, AppError> {
        let here = self.in_project(Operation::CertificateRenew, caller, project).await?;
        let project_id = here.project.id;
        let known = require(&*here.view.tables, project_id, slug)?;
        let change =
            Change::to("certificate.renewal_asked", known.id).in_project(project_id).with("slug", slug);
        let command = CertificateRenew { project_id, slug: slug.to_owned(), certificate_id: known.id };
        let committed = self.commit(caller, change, command).await?;
        self.certificate_body(&*committed.view.tables, project_id, slug, Vec::new())
    }

    /// What a member answers to whoever asks it for the token of a challenge; `None`: nobody is to know of it.
    pub async fn answer_acme(&self, token: &str) -> Result<Option<String>, AppError> {
        if !is_token(token) {
            return Ok(None);
        }
        Ok(self.challenge(token).await?.map(|found| found.answer))
    }

    /// What a node answers to whoever asks it for a token: of the challenges of its own project alone. Else anybody who has a project here could
    /// prove the names of everybody else.
    pub async fn node_challenge(
        &self,
        caller: &Caller,
        id: NodeId,
        token: &str,
    ) -> Result<NodeChallenge, AppError> {
        let (_, node) = self.this_node(Operation::NodeChallenge, caller, id).await?;
        let found = if is_token(token) { self.challenge(token).await? } else { None };
        let own = found.filter(|found| found.project_id == node.project_id);
        own.map(|found| NodeChallenge { answer: found.answer })
            .ok_or_else(|| AppError::not_found("Challenge"))
    }

    /// The challenge of a token. A member that is behind asks the others before it says that there is none: certificate authorities ask once.
    async fn challenge(&self, token: &str) -> Result<Option<AcmeChallenge>, AppError> {
        let known = self.read_stale().await?;
        if let Some(found) = acme::challenge(&*known.tables, token)? {
            return Ok(Some(found));
        }
        let turn = tokio::time::timeout(TURN_WITHIN, self.inner().acme_turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(AppError::Busy("questions for tokens of challenges that are not known here"));
        };
        let newest = self.replica().read(Consistency::Linearizable).await?;
        Ok(acme::challenge(&*newest.tables, token)?)
    }

    /// The time in which it is decided what is due: never behind that of the log, which a member's clock that was far ahead takes with it.
    fn acme_now(&self, read: &dyn Read) -> Result<Time, AppError> {
        let log = query::log_time(read)?;
        let mut clock = self.inner().acme_clock.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(clock.look(log, self.now(), Instant::now()).now)
    }

    /// The certificates that the leader has to do something for by now, at most so many: those that wait longest.
    pub async fn acme_due(&self, most: usize) -> Result<Vec<AcmeDue>, AppError> {
        let view = self.read_stale().await?;
        let mut due = Vec::new();
        let now = self.acme_now(&*view.tables)?;
        for certificate in acme::due(&*view.tables, now, most)? {
            let Some(acme) = &certificate.acme else { continue };
            due.push(AcmeDue {
                account_key: context_of(certificate.project_id, &acme.settings),
                project_id: certificate.project_id,
                certificate_id: certificate.id,
                slug: certificate.slug,
            });
        }
        Ok(due)
    }

    /// What there is to do for a certificate now; `None`: nothing any more. Read linearizably: whoever leads no more, and does not know it yet, must
    /// not go on with what another one has taken over.
    pub async fn acme_work(&self, due: &AcmeDue) -> Result<Option<AcmeWork>, AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        let known = machine::find(&*view.tables, due.project_id, &due.slug)?;
        let now = self.acme_now(&*view.tables)?;
        let is_due = |known: &Certificate| known.acme.as_ref().is_some_and(|acme| acme.due() <= now);
        let known = known.filter(|known| known.id == due.certificate_id).filter(is_due);
        known.map_or(Ok(None), |known| self.work(&*view.tables, known))
    }

    /// Keeps an account that was made for a certificate: those with the same [`AcmeDue::account_key`] have it from now on.
    pub async fn keep_acme_account(&self, work: &AcmeWork, account: &Secret) -> Result<(), AppError> {
        let AcmeSettings { directory_url, contact, external, .. } = &work.settings;
        let account = AcmeAccount {
            project_id: work.on.project_id,
            directory_url: directory_url.clone(),
            contact: contact.clone(),
            external_key_id: external.as_ref().map(|external| external.key_id.clone()).unwrap_or_default(),
            sealed: self
                .seal(&context_of(work.on.project_id, &work.settings), account.expose().as_bytes())?,
            created_at: self.now(),
        };
        self.take_decision(AcmeAccountKeep { account }).await
    }

    /// Takes note of an order that was made: its key, in PEM, and token and answer of each challenge. When this is done, every member answers.
    pub async fn note_acme_order(
        &self,
        work: &AcmeWork,
        order: &WorkOrder,
        challenges: Vec<(String, String)>,
    ) -> Result<(), AppError> {
        let context = certificate_key_context(work.on.project_id, work.on.certificate_id, work.version);
        let sealed = self.seal(&context, order.key.expose().as_bytes())?;
        let (on, url, version) = (work.on.clone(), order.url.clone(), work.version);
        self.take_decision(CertificateOrder { on, url, version, sealed, challenges }).await
    }

    /// Takes the chain that came of the order. It is looked at as an uploaded one is. `renew_at`: when the certificate authority wants it
    /// renewed, if it has said so.
    pub async fn take_acme_chain(
        &self,
        work: &AcmeWork,
        chain: &str,
        renew_at: Option<Time>,
    ) -> Result<(), AppError> {
        let (Some(order), Some(sealed)) = (&work.order, &work.sealed) else {
            return Err(AppError::Conflict("no order is under way".into()));
        };
        let checked = check(chain, &order.key, self.now())?;
        if let Some(domain) = work.settings.domains.iter().find(|domain| !checked.facts.covers(domain)) {
            return Err(AppError::invalid("chain", format!("what was issued is not for {domain}")));
        }
        let (begin, end) = (checked.facts.not_before, checked.facts.not_after);
        let renew_at = within_life(renew_at.unwrap_or_else(|| renewal(begin, end)), self.now(), end);
        let content = machine::Content {
            digest: digest(&checked),
            facts: checked.facts,
            chain: checked.chain,
            sealed: sealed.clone(),
        };
        let by = host(&work.settings.directory_url).to_owned();
        self.take_decision(CertificateIssue { on: work.on.clone(), content, renew_at, by }).await
    }

    /// Forgets an account that the certificate authority does not know any more: the next step makes another one.
    pub async fn forget_acme_account(&self, work: &AcmeWork) -> Result<(), AppError> {
        let Some(sealed) = work.account_sealed.clone() else { return Ok(()) };
        self.take_decision(AcmeAccountForget { on: work.on.clone(), sealed }).await
    }

    /// Takes note of why nothing came of it, and when the certificate authority wants the next order at the earliest. Not by somebody who leads no more.
    pub async fn fail_acme(
        &self,
        work: &AcmeWork,
        reason: &str,
        not_before: Option<Time>,
    ) -> Result<(), AppError> {
        self.replica().read(Consistency::Linearizable).await?;
        let reason = reason.to_owned();
        self.take_decision(CertificateFail { on: work.on.clone(), reason, not_before }).await
    }

    /// A decision that is late is no trouble: who came first has done it.
    async fn take_decision(&self, command: impl Into<Command> + Send) -> Result<(), AppError> {
        match self.propose_as_member(command).await? {
            Ok(_) | Err(Rejection::Stale { .. } | Rejection::NotFound { .. } | Rejection::Taken { .. }) => {
                Ok(())
            }
            Err(rejection) => Err(rejection.into()),
        }
    }

    fn work(&self, read: &dyn Read, certificate: Certificate) -> Result<Option<AcmeWork>, AppError> {
        let version = certificate.version() + 1;
        let Certificate { id, project_id, slug, acme: Some(known), .. } = certificate else {
            return Ok(None);
        };
        let Acme { settings, revision, state, .. } = known;
        let account = acme::account(read, project_id, &settings)?;
        let account_sealed = account.as_ref().map(|account| account.sealed.clone());
        let account = account.map(|account| self.open(&context_of(project_id, &settings), &account.sealed));
        let account = account.transpose()?.map(text).transpose()?;
        let external = settings.external.as_ref();
        let external = external.map(|one| self.open(&acme_external_context(project_id, id), &one.sealed));
        let (order, sealed) = match state {
            sentinel_model::acme::AcmeState::Ordered(order) => {
                let context = certificate_key_context(project_id, id, order.version);
                let key = text(self.open(&context, &order.sealed)?)?;
                (Some(WorkOrder { url: order.url, key }), Some(order.sealed))
            }
            sentinel_model::acme::AcmeState::Due(_) => (None, None),
        };
        Ok(Some(AcmeWork {
            on: Decided { project_id, slug, certificate_id: id, revision },
            version,
            account,
            account_sealed,
            external: external.transpose()?,
            settings,
            order,
            sealed,
        }))
    }

    /// Names of members are nobody's to ask for: members answer for every project.
    fn refuse_own_names(&self, domains: &[String]) -> Result<(), AppError> {
        let own = self.inner().parts.cluster.api_urls();
        match domains.iter().position(|domain| is_of_a_member(domain, &own)) {
            Some(at) => {
                Err(AppError::invalid(format!("domains.{at}"), "is the name of a member of the cluster"))
            }
            None => Ok(()),
        }
    }

    fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, AppError> {
        self.keyring().unseal(context, sealed).map_err(AppError::internal)
    }
}

fn context_of(project: ProjectId, settings: &AcmeSettings) -> String {
    let external = settings.external.as_ref().map_or("", |external| external.key_id.as_str());
    acme_account_context(project, &settings.directory_url, &settings.contact, external)
}

fn text(bytes: Zeroizing<Vec<u8>>) -> Result<Secret, AppError> {
    let text = std::str::from_utf8(&bytes).map_err(|_| AppError::internal("what was sealed is no text"))?;
    Ok(Secret::new(text))
}

/// Names as they are kept: in lower case, without the dot at the end.
fn domains(asked: &[String]) -> Result<Vec<String>, InvalidValue> {
    if asked.len() > NAMES_MAX {
        return Err(InvalidValue::new("domains", format!("must have at most {NAMES_MAX} names")));
    }
    Ok(asked.iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()).collect())
}

/// A time of renewal, whatever was asked for: neither at once again and again, nor when it has ended.
fn within_life(asked: Time, now: Time, end: Time) -> Time {
    let left = end.since(now);
    let (first, last) = (now.plus_ms(left / 6), now.plus_ms(left / 3 * 2));
    asked.clamp(first, last).max(now.plus_ms(SOONEST_MS))
}

/// The key of an external account, which certificate authorities give as Base64 for URLs.
fn hmac_key(text: &Secret) -> Result<Zeroizing<Vec<u8>>, InvalidValue> {
    let refuse = |message: &str| InvalidValue::new("external_account.hmac_key", message);
    let text = text.expose().trim_end_matches('=');
    if text.is_empty() || text.len() > EXTERNAL_KEY_MAX {
        return Err(refuse("must have 1 to 1024 characters"));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text);
    Ok(Zeroizing::new(
        bytes.map_err(|_| refuse("must be Base64 for URLs, as the certificate authority gave it"))?,
    ))
}

/// Whether a name is that of a member, as the addresses of the members say.
fn is_of_a_member(domain: &str, urls: &[String]) -> bool {
    urls.iter().any(|url| host(url).eq_ignore_ascii_case(domain))
}

/// The host of a URL, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', ':']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_member_is_known_whatever_its_port_and_case() {
        let own = ["https://CP-1.example.com:7000/".to_owned(), "https://cp-2.example.com".to_owned()];
        assert!(is_of_a_member("cp-1.example.com", &own));
        assert!(is_of_a_member("cp-2.example.com", &own));
        assert!(!is_of_a_member("shop.example.com", &own));
        assert!(!is_of_a_member("example.com", &own));
    }

    #[test]
    fn a_renewal_is_neither_at_once_nor_at_the_end() {
        let day = 24 * 60 * 60 * 1_000;
        let within = |asked| within_life(Time(asked), Time(0), Time(90 * day));
        assert_eq!(within(60 * day), Time(60 * day));
        assert_eq!((within(-day), within(0)), (Time(15 * day), Time(15 * day)));
        assert_eq!(within(91 * day), Time(60 * day));
    }
}
