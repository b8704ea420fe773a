//! How certificate authorities are asked: over HTTPS, only where requests of the cluster may go, following no redirect, and reading no more
//! of an answer than one can be.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::BodyExt;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use reqwest::Url;
use sentinel_app::App;
use sentinel_model::Time;
use serde_json::Value;

use crate::server::outbound::{Caller, Outbound};

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest answer that is read: a chain of some certificates.
const BODY_MAX: usize = 512 * 1024;
/// Longest pause that the client is told of, in milliseconds: a day.
const PAUSE_MAX_MS: i64 = 24 * 60 * 60 * 1_000;
/// What is said of an address to which no request goes, and what that means here.
const KEPT: &str = "checks do not go there";
const KEPT_HERE: &str =
    "requests do not go there (a private address has to be let in by `server --allow-checks-to`)";

/// See the module. Clones share.
#[derive(Clone)]
pub struct Http {
    caller: Caller,
    app: App,
    /// Before then the certificate authority wants no other order.
    not_before: Arc<Mutex<Option<Time>>>,
}

impl Http {
    /// `authority`: who vouches for the directory, in PEM; `None`: who vouches for everybody.
    pub fn new(app: &App, outbound: &Outbound, authority: Option<&str>) -> Result<Self, String> {
        let caller = outbound.caller(authority, TIMEOUT)?;
        Ok(Self { caller, app: app.clone(), not_before: Arc::default() })
    }

    /// When the certificate authority wants the next order at the earliest, if it has said so.
    pub fn not_before(&self) -> Option<Time> {
        *self.not_before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(self, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
        let (parts, body) = request.into_parts();
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(never) => match never {},
        };
        let url = Url::parse(&parts.uri.to_string()).map_err(|error| Error::Other(Box::new(error)))?;
        if url.scheme() != "https" {
            return Err(other("the certificate authority names an address that is not of HTTPS"));
        }
        let answer = self.caller.send(parts.method, url.clone(), parts.headers, body, BODY_MAX).await;
        let (status, mut headers, body) =
            answer.map_err(|words| Error::Other(words.replace(KEPT, KEPT_HERE).into()))?;
        if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
            let asked = pause(&headers, self.app.now());
            let mut known = self.not_before.lock().unwrap_or_else(PoisonError::into_inner);
            *known = (*known).max(asked);
        }
        // The client adds it to the time, which breaks at the end of time.
        if pause(&headers, Time(0)).is_some_and(|pause| pause > Time(PAUSE_MAX_MS)) {
            headers.remove(RETRY_AFTER);
        }
        // Anything else than ACME is told as what it is.
        if !status.is_success() && !is_problem(&body) {
            let words =
                format!("{url} answered {status}, and not as a certificate authority that speaks ACME does");
            return Err(Error::Other(words.into()));
        }
        let mut response = Response::new(());
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        let (parts, ()) = response.into_parts();
        Ok(BytesResponse { parts, body: Box::new(body) })
    }
}

impl HttpClient for Http {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        Box::pin(self.clone().ask(request))
    }
}

/// A problem document (RFC 7807), as ACME tells what is wrong.
fn is_problem(body: &[u8]) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return false };
    fields.contains_key("type") || fields.contains_key("detail")
}

fn other(words: &'static str) -> Error {
    Error::Other(words.into())
}

/// `Retry-After`: seconds, or a date.
fn pause(headers: &HeaderMap, now: Time) -> Option<Time> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(now.plus_ms(seconds.saturating_mul(1_000)));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Time(date.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_until_a_date() {
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            pause(&headers, Time(1_000))
        };
        assert_eq!(asked("120"), Some(Time(121_000)));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Time(946_684_799_000)));
        assert_eq!(asked("soon"), None);
        assert_eq!(pause(&HeaderMap::new(), Time(1_000)), None);
        assert!(asked("18446744073709551615").unwrap() > Time(PAUSE_MAX_MS), "and is not told to the client");
    }

    #[test]
    fn a_refusal_of_acme_is_told_from_one_of_something_else() {
        assert!(is_problem(br#"{"type":"urn:ietf:params:acme:error:badNonce","detail":"x"}"#));
        for other in ["<html>404</html>", "", "{}", "[]", "\"type\""] {
            assert!(!is_problem(other.as_bytes()), "{other}");
        }
    }
}
