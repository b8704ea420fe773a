//! Sees one certificate through: account, order, challenges, chain. Each step begins with what the replicated state says, and ends there.

use std::time::Duration;

use anyhow::Context;
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, CertificateIdentifier, ChallengeStatus, ChallengeType,
    Error, ExternalAccountKey, Identifier, NewAccount, NewOrder, Order, OrderStatus, Problem, RetryPolicy,
};
use rcgen::{CertificateParams, DistinguishedName, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sentinel_api_types::Secret;
use sentinel_app::{AcmeDue, AcmeWork, App, AppError, WorkOrder};
use sentinel_model::Time;

use super::http::Http;
use crate::server::outbound::Outbound;

/// How often something that passes is tried again at once, before it counts as a failure.
const TRIES: u32 = 5;
/// The pause between such tries; each further one is as much longer.
const PAUSE: Duration = Duration::from_secs(1);
/// Most steps of one order: more would be a circle.
const STEPS: u32 = 20;
/// How the certificate authority is asked how far it is.
const ASKING: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(500))
    .backoff(1.5)
    .timeout(Duration::from_secs(90));

/// Why a step came to nothing.
enum Trouble {
    /// It may go better at once.
    Passing(String),
    /// It will not, for some time.
    Lasting(String),
    /// The account is none for the certificate authority.
    Account(String),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::Api(problem) if passes(&problem) => Trouble::Passing(words(&problem)),
            Error::Api(problem) if kind(&problem) == Some("accountDoesNotExist") => {
                Trouble::Account(words(&problem))
            }
            Error::Api(problem) => Trouble::Lasting(words(&problem)),
            Error::Other(_) | Error::Timeout(_) => Trouble::Passing(error.to_string()),
            other => Trouble::Lasting(other.to_string()),
        }
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        match error {
            // Asked again at once, it would be answered the same.
            AppError::Invalid(_) | AppError::Conflict(_) => Trouble::Lasting(error.to_string()),
            other => Trouble::Passing(other.to_string()),
        }
    }
}

/// Goes on with a certificate until there is nothing to do for it any more, or it has failed. What fails here is to be tried again by whoever
/// leads then.
pub async fn see_to(app: &App, outbound: &Outbound, due: &AcmeDue) -> anyhow::Result<()> {
    let Some(work) = app.acme_work(due).await? else { return Ok(()) };
    let http = match Http::new(app, outbound, work.settings.directory_ca.as_deref()) {
        Ok(http) => http,
        Err(reason) => return fail(app, &work, &reason, None).await,
    };
    let mut tried = 0;
    for _ in 0..STEPS {
        let Some(work) = app.acme_work(due).await? else { return Ok(()) };
        match step(app, &http, &work).await {
            Ok(()) => {}
            Err(Trouble::Passing(reason)) => {
                tried += 1;
                // Whoever wants a pause is not asked again at once.
                if tried >= TRIES || http.not_before().is_some() {
                    return fail(app, &work, &reason, http.not_before()).await;
                }
                tracing::info!(slug = due.slug, reason, tried, "an order of a certificate is tried again");
                tokio::time::sleep(PAUSE * tried).await;
            }
            Err(Trouble::Lasting(reason) | Trouble::Account(reason)) => {
                return fail(app, &work, &reason, http.not_before()).await;
            }
        }
    }
    let Some(work) = app.acme_work(due).await? else { return Ok(()) };
    fail(app, &work, &format!("it has come to no end within {STEPS} steps"), None).await
}

async fn fail(app: &App, work: &AcmeWork, reason: &str, not_before: Option<Time>) -> anyhow::Result<()> {
    tracing::warn!(directory = work.settings.directory_url, reason, "a certificate was not issued");
    app.fail_acme(work, reason, not_before).await.context("the failure could not be taken note of")
}

/// One step forward.
async fn step(app: &App, http: &Http, work: &AcmeWork) -> Result<(), Trouble> {
    let builder = Account::builder_with_http(Box::new(http.clone()));
    let Some(account) = &work.account else { return register(app, http, work).await };
    let credentials: AccountCredentials = serde_json::from_str(account.expose())
        .map_err(|_| Trouble::Lasting("the account cannot be read".into()))?;
    let account = builder.from_credentials(credentials).await?;
    match &work.order {
        None => match order(app, &account, work).await {
            // It was made anew, or has closed the account.
            Err(Trouble::Account(reason)) => {
                tracing::warn!(
                    reason,
                    "a certificate authority does not know the account any more; another one is made"
                );
                Ok(app.forget_acme_account(work).await?)
            }
            result => result,
        },
        Some(known) => follow(app, &account, work, known).await,
    }
}

/// Makes the account.
async fn register(app: &App, http: &Http, work: &AcmeWork) -> Result<(), Trouble> {
    let settings = &work.settings;
    let contact = format!("mailto:{}", settings.contact);
    let new = NewAccount { contact: &[&contact], terms_of_service_agreed: true, only_return_existing: false };
    let external = settings.external.as_ref().zip(work.external.as_ref());
    let external = external.map(|(account, key)| ExternalAccountKey::new(account.key_id.clone(), key));
    let builder = Account::builder_with_http(Box::new(http.clone()));
    let (_, credentials) = builder.create(&new, settings.directory_url.clone(), external.as_ref()).await?;
    let kept = serde_json::to_string(&credentials).map_err(Error::from)?;
    Ok(app.keep_acme_account(work, &Secret::new(kept)).await?)
}

/// Makes the order. Nothing of it is asked to be looked at before every member can answer for it.
async fn order(app: &App, account: &Account, work: &AcmeWork) -> Result<(), Trouble> {
    let names: Vec<Identifier> = work.settings.domains.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    let mut challenges = Vec::new();
    let mut authorizations = order.authorizations();
    let mut seen = 0;
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        seen += 1;
        if seen > names.len() {
            return Err(Trouble::Lasting("the order has more authorizations than names".into()));
        }
        match authorization.status {
            AuthorizationStatus::Valid => continue,
            AuthorizationStatus::Pending => {}
            other => return Err(Trouble::Lasting(format!("an authorization of the order is {other:?}"))),
        }
        let name = authorization.identifier().to_string();
        let Some(challenge) = authorization.challenge(ChallengeType::Http01) else {
            let reason = format!("the certificate authority does not let {name} be proven over HTTP");
            return Err(Trouble::Lasting(reason));
        };
        challenges.push((challenge.token.clone(), challenge.key_authorization().as_str().to_owned()));
    }
    let key = KeyPair::generate().map_err(|error| Trouble::Lasting(error.to_string()))?;
    let made = WorkOrder { url: order.url().to_owned(), key: Secret::new(key.serialize_pem()) };
    Ok(app.note_acme_order(work, &made, challenges).await?)
}

/// Goes on with an order, wherever it is.
async fn follow(app: &App, account: &Account, work: &AcmeWork, known: &WorkOrder) -> Result<(), Trouble> {
    let mut order = account.order(known.url.clone()).await?;
    let mut status = order.state().status;
    if status == OrderStatus::Pending {
        ready(&mut order).await?;
        status = match order.poll_ready(&ASKING).await {
            Ok(status) => status,
            // What counts is what the order says: whoever led before may have asked for the certificate already, and an error may be one of asking.
            Err(error) => match order.refresh().await.map(|state| state.status) {
                Ok(status) if status != OrderStatus::Pending => status,
                _ => return Err(error.into()),
            },
        };
    }
    if status == OrderStatus::Invalid {
        return Err(Trouble::Lasting(why(account, &known.url).await?));
    }
    if status == OrderStatus::Ready {
        order.finalize_csr(&request(work, known)?).await?;
    }
    let chain = order.poll_certificate(&ASKING).await?;
    let renew_at = suggested(account, &chain).await;
    Ok(app.take_acme_chain(work, &chain, renew_at).await?)
}

/// Has the certificate authority look at what has not been looked at yet.
async fn ready(order: &mut Order) -> Result<(), Trouble> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        if let Some(mut challenge) = authorization.challenge(ChallengeType::Http01)
            && challenge.status == ChallengeStatus::Pending
        {
            challenge.set_ready().await?;
        }
    }
    Ok(())
}

/// The request for a certificate of the order's key.
fn request(work: &AcmeWork, known: &WorkOrder) -> Result<Vec<u8>, Trouble> {
    let made = || {
        let key = KeyPair::from_pem(known.key.expose())?;
        let mut params = CertificateParams::new(work.settings.domains.clone())?;
        params.distinguished_name = DistinguishedName::new();
        Ok::<_, rcgen::Error>(params.serialize_request(&key)?.der().to_vec())
    };
    made().map_err(|error| Trouble::Lasting(format!("no request can be made: {error}")))
}

/// Why an order has become invalid: what the certificate authority says of each name.
async fn why(account: &Account, url: &str) -> Result<String, Error> {
    let mut order = account.order(url.to_owned()).await?;
    let mut reasons: Vec<String> = order.state().error.iter().map(words).collect();
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let authorization = authorization?;
        let name = authorization.identifier().to_string();
        let errors = authorization.challenges.iter().filter_map(|challenge| challenge.error.as_ref());
        reasons.extend(errors.map(|problem| format!("{name}: {}", words(problem))));
    }
    Ok(match reasons.as_slice() {
        [] => "the certificate authority has refused the order and does not say why".to_owned(),
        some => some.join("; "),
    })
}

/// When the certificate authority wants the certificate renewed (RFC 9773), if it says so: some moment of the time that it names.
async fn suggested(account: &Account, chain: &str) -> Option<Time> {
    let own = CertificateDer::from_pem_slice(chain.as_bytes()).ok()?;
    let id = CertificateIdentifier::try_from(&own).ok()?;
    let (info, _) = match account.renewal_info(&id).await {
        Ok(info) => info,
        Err(Error::Unsupported(_)) => return None,
        Err(error) => {
            tracing::info!(%error, "when the certificate authority wants the certificate renewed is not known");
            return None;
        }
    };
    let (start, end) = (info.suggested_window.start, info.suggested_window.end);
    let (start, end) = (start.unix_timestamp(), end.unix_timestamp());
    let chosen = if end > start { rand::random_range(start..end) } else { start };
    Some(Time(chosen.saturating_mul(1_000)))
}

fn passes(problem: &Problem) -> bool {
    matches!(kind(problem), Some("badNonce" | "serverInternal"))
}

fn kind(problem: &Problem) -> Option<&str> {
    problem.r#type.as_deref().and_then(|kind| kind.rsplit(':').next())
}

/// What a certificate authority says, with the kind of it.
fn words(problem: &Problem) -> String {
    let kind = kind(problem).unwrap_or("problem");
    let mut said = match &problem.detail {
        Some(detail) => format!("{detail} ({kind})"),
        None => kind.to_owned(),
    };
    for part in &problem.subproblems {
        if let Some(detail) = &part.detail {
            said.push_str("; ");
            said.push_str(detail);
        }
    }
    said
}
