//! What is the same for every request: its id, its line in the log, its metrics, the age of what it read, its time limit.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use sentinel_api_types::error::code;
use sentinel_app::{App, Freshness, Written};
use sentinel_model::RequestId;
use sentinel_model::audit::Actor;
use uuid::Uuid;

use crate::meters::Meters;
use crate::refusal::{Cause, Refusal};

/// Longest time for an answer, except for those that wait or stream.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(60);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const CONSISTENCY: HeaderName = HeaderName::from_static("x-consistency");
const AGE_MS: HeaderName = HeaderName::from_static("x-age-ms");
/// Where a write stands in the log.
pub const LOG_INDEX: HeaderName = HeaderName::from_static("x-log-index");
/// What a read must have in it.
pub const MIN_INDEX: HeaderName = HeaderName::from_static("x-min-index");

/// What is known of a request from its beginning to its line in the log.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// Its id: the client's `Idempotency-Key`, or one of ours.
    pub request_id: RequestId,
    /// The id is the client's.
    pub repeatable: bool,
    /// Filled in by the first read.
    pub freshness: Freshness,
    /// Filled in by the write.
    pub written: Written,
    /// Filled in when the caller is known.
    pub actor: Arc<OnceLock<Actor>>,
    /// Filled in when the caller asked for what this member has, at once.
    pub stale: Arc<OnceLock<()>>,
}

/// What attends every request needs.
#[derive(Clone)]
pub(crate) struct Attendance {
    pub(crate) app: App,
    pub(crate) meters: Meters,
}

/// Attends a request from the first byte of its head to the head of its answer.
pub(crate) async fn attend(
    State(Attendance { app, meters }): State<Attendance>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = request.method().clone();
    let (info, refused) = match named(&request) {
        Ok(Some(id)) => (info(RequestId(id), true), None),
        Ok(None) => (info(app.new_request_id(), false), None),
        Err(refusal) => (info(app.new_request_id(), false), Some(refusal)),
    };
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(info.clone());
    let mut response = match refused {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, text(&info.request_id.to_string()));
    if info.stale.get().is_some() {
        headers.insert(CONSISTENCY, HeaderValue::from_static("stale"));
        headers.insert(AGE_MS, info.freshness.age_ms().unwrap_or(0).into());
    }
    if let Some(index) = info.written.index().filter(|_| response.status().is_success()) {
        response.headers_mut().insert(LOG_INDEX, index.into());
    }
    let (route, took) = (route.as_ref().map_or("unmatched", MatchedPath::as_str), begun.elapsed());
    meters.note(&method, route, response.status(), took);
    log(&info, &method, route, &response, took);
    response
}

/// Ends a request that takes too long. A write may have happened all the same, and the answer says so.
pub async fn limit_time(request: Request, next: Next) -> Response {
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    match tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await {
        Ok(response) => response,
        Err(_) if writes => {
            let text = "it is not known whether the change was made; ask again with the same Idempotency-Key";
            Refusal::new(StatusCode::GATEWAY_TIMEOUT, code::OUTCOME_UNKNOWN, text).into_response()
        }
        Err(_) => Refusal::new(StatusCode::GATEWAY_TIMEOUT, code::TIMEOUT, "the answer took too long")
            .into_response(),
    }
}

fn info(request_id: RequestId, repeatable: bool) -> RequestInfo {
    RequestInfo {
        request_id,
        repeatable,
        freshness: Freshness::default(),
        written: Written::default(),
        actor: Arc::default(),
        stale: Arc::default(),
    }
}

/// The id that the client gave to a write, so that it can repeat it.
fn named(request: &Request) -> Result<Option<Uuid>, Refusal> {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let Some(key) = request.headers().get(IDEMPOTENCY_KEY).filter(|_| !reads) else { return Ok(None) };
    let id = key.to_str().ok().and_then(|key| Uuid::parse_str(key).ok()).filter(|id| !id.is_nil());
    id.map(Some).ok_or_else(|| {
        Refusal::new(StatusCode::BAD_REQUEST, code::MALFORMED_HEADER, "Idempotency-Key must be a UUID")
    })
}

fn text(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn log(info: &RequestInfo, method: &Method, route: &str, response: &Response, took: Duration) {
    let status = response.status().as_u16();
    let cause = response.extensions().get::<Cause>().map_or("", |cause| cause.0.as_str());
    let actor = info.actor.get().copied().unwrap_or(Actor::Anonymous);
    let duration_ms = took.as_secs_f64() * 1_000.0;
    let request_id = info.request_id;
    if status == 500 {
        tracing::error!(%request_id, %method, route, status, duration_ms, %actor, cause, "request");
    } else if status >= 500 {
        tracing::warn!(%request_id, %method, route, status, duration_ms, %actor, cause, "request");
    } else if status < 400 && matches!(actor, Actor::Node(_)) {
        // Some thousand nodes that are well say so all the time.
        tracing::debug!(%request_id, %method, route, status, duration_ms, %actor, "request");
    } else {
        tracing::info!(%request_id, %method, route, status, duration_ms, %actor, "request");
    }
}
