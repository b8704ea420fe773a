//! What is the same for every call: its id, who calls, its time limit, its line in the log and its metrics. Whoever is nobody is refused by the
//! head of the request, before a message is read.

use std::collections::HashSet;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderValue};
use sentinel_app::{App, Caller};
use sentinel_model::audit::Actor;
use tonic::{Code, Status};

use crate::caller::{self, REQUEST_ID};
use crate::message::POOL;
use crate::status;

/// Longest time for an answer; streams have given one when they begin.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Calls that only look have names that begin so.
const LOOKS: &[&str] = &["Get", "List", "Explain", "Export", "Watch"];

/// The calls that there are, as paths.
static CALLS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let services = POOL.services();
    services
        .flat_map(|service| {
            let path = |call: &str| format!("/{}/{call}", service.full_name());
            service.methods().map(|call| path(call.name())).collect::<Vec<_>>()
        })
        .collect()
});

/// Attends a call of the admin services from the head of the request to the head of the answer. Health and reflection are for everybody.
pub async fn attend(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if !CALLS.contains(&path) {
        return next.run(request).await;
    }
    let begun = Instant::now();
    let call = path.rsplit('/').next().unwrap_or_default();
    let reads = LOOKS.iter().any(|verb| call.starts_with(verb));
    let (caller, known) = caller::of(&app, request.headers(), reads).await;
    let response = match known {
        Err(refused) => refused.into_http(),
        Ok(()) => {
            let limit = limit(request.headers());
            request.extensions_mut().insert(caller.clone());
            match tokio::time::timeout(limit, next.run(request)).await {
                Ok(response) => response,
                Err(_) => late(reads).into_http(),
            }
        }
    };
    finish(response, &path, &caller, begun.elapsed())
}

/// The answer with the id of the request, noted.
fn finish(mut response: Response, path: &str, caller: &Caller, took: Duration) -> Response {
    let id = caller.request_id.to_string();
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    // A refusal has its status in the head; otherwise it comes behind the message.
    let refused = response.extensions().get::<Status>();
    let code = refused.map_or(Code::Ok, Status::code);
    let cause = refused.and_then(std::error::Error::source).map(ToString::to_string).unwrap_or_default();
    let labels = [("method", path.to_owned()), ("code", format!("{code:?}"))];
    metrics::counter!("grpc_requests_total", &labels).increment(1);
    metrics::histogram!("grpc_request_duration_seconds", &labels[..1]).record(took.as_secs_f64());
    let (actor, duration_ms): (Actor, f64) = (caller.actor(), took.as_secs_f64() * 1_000.0);
    if code == Code::Internal {
        tracing::error!(request_id = %id, path, ?code, duration_ms, %actor, cause, "call");
    } else if matches!(code, Code::Unavailable | Code::DeadlineExceeded) {
        tracing::warn!(request_id = %id, path, ?code, duration_ms, %actor, cause, "call");
    } else {
        tracing::info!(request_id = %id, path, ?code, duration_ms, %actor, "call");
    }
    response
}

fn late(reads: bool) -> Status {
    if reads {
        return Status::deadline_exceeded("the answer took too long");
    }
    Status::deadline_exceeded(
        "it is not known whether the change was made; ask again with the same idempotency-key",
    )
}

/// As long as the client waits, and no longer than we do.
fn limit(headers: &HeaderMap) -> Duration {
    let asked = headers.get("grpc-timeout").and_then(|value| value.to_str().ok()).and_then(timeout);
    asked.map_or(ANSWER_WITHIN, |asked| asked.min(ANSWER_WITHIN))
}

/// At most eight digits and a unit.
fn timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

/// For a handler that panicked.
pub fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> http::Response<Body> {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    status::of(sentinel_app::AppError::Internal(format!("panic: {text}"))).into_http()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_how_long_it_waits_in_its_own_unit() {
        for (text, millis) in [("2S", 2_000), ("150m", 150), ("1M", 60_000), ("99999999u", 99_999)] {
            assert_eq!(timeout(text).map(|limit| limit.as_millis()), Some(millis), "{text}");
        }
        for wrong in ["", "S", "1", "1s", "-1S", "123456789S", "1é"] {
            assert_eq!(timeout(wrong), None, "{wrong}");
        }
    }
}
