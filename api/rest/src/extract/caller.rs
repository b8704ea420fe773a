//! Who calls: from headers to the application's [`Caller`].

use axum::extract::FromRequestParts;
use axum_extra::extract::CookieJar;
use http::request::Parts;
use http::{HeaderName, Method, StatusCode, header};
use sentinel_api_types::error::code;
use sentinel_app::{App, AppError, Caller, Credential, Identity};
use sentinel_machine::Consistency;

use crate::refusal::Refusal;
use crate::request::{MIN_INDEX, RequestInfo};
use crate::routes::session::COOKIE;

const NODE_KEY: HeaderName = HeaderName::from_static("x-zentinel-node-key");

/// Whoever calls, with the identity behind the credential; anonymous without one.
pub struct Calling(pub Caller);

/// A caller whose credential does not matter: signing in, enrolling. A browser's ended session is no obstacle here.
pub struct Unknown(pub Caller);

impl FromRequestParts<App> for Calling {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        let mut caller = unknown(parts, app)?;
        caller.consistency = consistency(parts)?;
        if caller.consistency == Consistency::Stale
            && let Some(info) = parts.extensions.get::<RequestInfo>()
        {
            let _ = info.stale.set(());
        }
        let credential = credential(parts)?;
        caller.identity = app.authenticate(&credential, caller.consistency).await?;
        // Only for those who are known: to wait costs something, and where the log stands is nobody else's business.
        if let Some(index) = min_index(parts)?
            && !matches!(caller.identity, Identity::Anonymous)
        {
            app.reach(index).await?;
        }
        if let Some(info) = parts.extensions.get::<RequestInfo>() {
            let _ = info.actor.set(caller.actor());
        }
        Ok(Self(caller))
    }
}

impl FromRequestParts<App> for Unknown {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Refusal> {
        unknown(parts, app).map(Self)
    }
}

fn unknown(parts: &Parts, app: &App) -> Result<Caller, Refusal> {
    let mut caller = Caller::new(Identity::Anonymous, app.new_request_id());
    if let Some(info) = parts.extensions.get::<RequestInfo>() {
        caller.request_id = info.request_id;
        caller.repeatable = info.repeatable;
        caller.freshness = info.freshness.clone();
        caller.written = info.written.clone();
    }
    Ok(caller)
}

/// `?consistency=stale`, on reads only: a write is decided on the newest state.
fn consistency(parts: &Parts) -> Result<Consistency, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "consistency");
    match asked.as_ref().map(|(_, value)| value.as_ref()) {
        None | Some("linearizable") => Ok(Consistency::Linearizable),
        Some("stale") if matches!(parts.method, Method::GET | Method::HEAD) => Ok(Consistency::Stale),
        Some("stale") => Err(Refusal::field("consistency", "is for reads only")),
        Some(_) => Err(Refusal::field("consistency", "is 'stale', or absent for the newest state")),
    }
}

/// `x-min-index`, for reads: a write is decided on the newest state in any case.
fn min_index(parts: &Parts) -> Result<Option<u64>, Refusal> {
    let reads = matches!(parts.method, Method::GET | Method::HEAD);
    let Some(value) = parts.headers.get(MIN_INDEX).filter(|_| reads) else { return Ok(None) };
    let index = value.to_str().ok().and_then(|value| value.parse().ok());
    index.map(Some).ok_or_else(|| {
        let text = "x-min-index must be a log index, as x-log-index of a write has it";
        Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_HEADER, text)
    })
}

/// `Authorization` first, then the node key, then the cookie.
fn credential(parts: &Parts) -> Result<Credential, AppError> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let text = value.to_str().unwrap_or_default();
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(AppError::Unauthenticated("write Authorization: Bearer <credential>".into()));
        }
        return Credential::bearer(token.trim());
    }
    if let Some(value) = parts.headers.get(NODE_KEY) {
        let key = value.to_str().map_err(|_| AppError::Unauthenticated("Invalid node key".into()))?;
        return Ok(Credential::NodeKey(key.trim().into()));
    }
    let cookie = CookieJar::from_headers(&parts.headers).get(COOKIE).map(|cookie| cookie.value().to_owned());
    Ok(cookie.map_or(Credential::None, |token| Credential::Session(token.into())))
}
