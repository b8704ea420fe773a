//! What happens to a request: which members are asked, how often, and how the answer is read.

use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url, header};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use uuid::Uuid;

use crate::client::Client;
use crate::error::{ApiError, ClientError, NO_MEMBER};
use crate::tls::TlsTrouble;
use crate::tried::{Tried, reason};

/// Longest wait for an answer when nothing else is said. Members give up after 60 seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(65);
/// Largest answer that is read whole, in bytes.
const BODY_MAX: u64 = 16 << 20;
/// Most attempts over all members.
const ATTEMPTS_MAX: usize = 6;
/// Pause before members are asked again that were asked before.
const PAUSE: Duration = Duration::from_millis(250);

/// One request before it is sent.
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    path: Vec<String>,
    query: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    headers: Vec<(header::HeaderName, String)>,
    /// `None`: until the connection breaks.
    within: Option<Duration>,
    problem: Option<String>,
}

impl Call {
    fn new<S: ToString>(method: Method, path: &[S]) -> Self {
        let path = path.iter().map(ToString::to_string).collect();
        let within = Some(ANSWER_WITHIN);
        Self { method, path, query: Vec::new(), body: None, headers: Vec::new(), within, problem: None }
    }

    pub(crate) fn get<S: ToString>(path: &[S]) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post<S: ToString>(path: &[S]) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn put<S: ToString>(path: &[S]) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(crate) fn patch<S: ToString>(path: &[S]) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(crate) fn delete<S: ToString>(path: &[S]) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// A JSON body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes),
            Err(error) => self.problem = Some(format!("the request has no JSON form: {error}")),
        }
        self
    }

    /// One parameter.
    pub(crate) fn parameter(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The parameters of a query shape: a flat object; what is absent is left out.
    pub(crate) fn query(mut self, query: &impl Serialize) -> Self {
        match serde_json::to_value(query) {
            Ok(serde_json::Value::Object(fields)) => {
                for (name, value) in fields {
                    let text = match value {
                        serde_json::Value::Null => continue,
                        serde_json::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    self.query.push((name, text));
                }
            }
            Ok(_) => self.problem = Some("the query is not an object".to_owned()),
            Err(error) => self.problem = Some(format!("the query has no text form: {error}")),
        }
        self
    }

    pub(crate) fn header(mut self, name: header::HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Another limit for the whole exchange with one member.
    pub(crate) fn within(mut self, limit: Option<Duration>) -> Self {
        self.within = limit;
        self
    }

    fn url(&self, base: &Url, stale: bool) -> Url {
        let mut url = base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(&self.path);
        }
        if !self.query.is_empty() || stale {
            let mut pairs = url.query_pairs_mut();
            pairs.extend_pairs(&self.query);
            if stale {
                pairs.append_pair("consistency", "stale");
            }
        }
        url
    }
}

impl Client {
    /// Sends a request and reads the JSON of its answer.
    pub(crate) async fn ask<T: DeserializeOwned>(&self, call: Call) -> Result<T, ClientError> {
        let response = self.send(call).await?;
        let member = member_of(&response);
        let body = read(response, BODY_MAX).await?;
        serde_json::from_slice(&body).map_err(|error| {
            // Not JSON at all is not an old or a new member, it is none.
            let json = serde_json::from_slice::<IgnoredAny>(&body).is_ok();
            let reason = if json { error.to_string() } else { format!("it is not JSON; {NO_MEMBER}") };
            ClientError::Unreadable { member, reason }
        })
    }

    /// Sends a request whose answer has no body.
    pub(crate) async fn tell(&self, call: Call) -> Result<(), ClientError> {
        self.send(call).await.map(drop)
    }

    /// Sends a request to one member after the other until one answers for good. A write keeps its `Idempotency-Key`, so that
    /// it happens once even if an earlier member had begun it.
    pub(crate) async fn send(&self, call: Call) -> Result<Response, ClientError> {
        if let Some(problem) = call.problem {
            return Err(ClientError::Setup(problem));
        }
        let id = self.request_id.unwrap_or_else(Uuid::new_v4);
        let key = (call.method != Method::GET).then(|| id.to_string());
        let members = self.members.in_order();
        let attempts = (members.len() * 2).clamp(3, ATTEMPTS_MAX.max(members.len()));
        let mut tried = Tried::default();
        for (attempt, member) in members.iter().cycle().take(attempts).enumerate() {
            if attempt > 0 && attempt % members.len() == 0 {
                tokio::time::sleep(PAUSE.mul_f64(rand::random_range(0.5..1.5))).await;
            }
            let answer = self.attempt(&call, member, key.as_deref()).await;
            match answer {
                Ok(response) => {
                    self.members.prefer(member);
                    return Ok(response);
                }
                Err(error) if is_passing(&error) => {
                    self.members.avoid(member);
                    tried.note(member, error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(tried.verdict())
    }

    async fn attempt(&self, call: &Call, member: &Url, key: Option<&str>) -> Result<Response, ClientError> {
        let stale = self.stale && call.method == Method::GET;
        let mut request = self.http.request(call.method.clone(), call.url(member, stale));
        request = self.credential.put(request);
        request = with_headers(request, call, key);
        if let Some(index) = self.min_index.filter(|_| call.method == Method::GET) {
            request = request.header("x-min-index", index);
        }
        let sending = request.send();
        let sent = match call.within {
            Some(limit) => match tokio::time::timeout(limit, sending).await {
                Ok(sent) => sent,
                Err(_) => {
                    return Err(ClientError::Unreachable(format!("silent for {} s", limit.as_secs_f64())));
                }
            },
            None => sending.await,
        };
        let response = sent.map_err(|error| match TlsTrouble::behind(&error) {
            Some(trouble) => ClientError::Tls { reasons: trouble.to_string(), trouble },
            None => ClientError::Unreachable(reason(&error)),
        })?;
        if response.status().is_success() {
            let index = response.headers().get("x-log-index").and_then(|index| index.to_str().ok());
            if let Some(index) = index.and_then(|index| index.parse().ok()) {
                self.written.fetch_max(index, Ordering::Relaxed);
            }
            return Ok(response);
        }
        let status = response.status().as_u16();
        let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok());
        let request_id = request_id.map(str::to_owned);
        let member = member_of(&response);
        let body = read(response, BODY_MAX).await?;
        let mut error = ApiError::read(status, &member, &body);
        error.request_id = request_id;
        error.path.clone_from(&call.path);
        Err(error.into())
    }
}

fn with_headers(mut request: RequestBuilder, call: &Call, key: Option<&str>) -> RequestBuilder {
    if let Some(limit) = call.within {
        request = request.timeout(limit);
    }
    if let Some(body) = &call.body {
        request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
    }
    for (name, value) in &call.headers {
        request = request.header(name, value);
    }
    match key {
        Some(key) => request.header("idempotency-key", key),
        None => request,
    }
}

/// Another member, or the same one a little later, may answer otherwise.
fn is_passing(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable(_) | ClientError::Tls { .. } => true,
        ClientError::Api(error) => {
            let unavailable = error.status == StatusCode::SERVICE_UNAVAILABLE.as_u16();
            let unknown = error.code == sentinel_api_types::error::code::OUTCOME_UNKNOWN;
            // Another member may be one that was named by its URL of today.
            let plain = error.code == sentinel_api_types::error::code::TLS_REQUIRED;
            unavailable || unknown || plain || error.status == StatusCode::BAD_GATEWAY.as_u16()
        }
        _ => false,
    }
}

pub(crate) fn member_of(response: &Response) -> String {
    response.url().origin().ascii_serialization()
}

/// Reads a body up to a limit.
pub(crate) async fn read(mut response: Response, limit: u64) -> Result<Bytes, ClientError> {
    let member = member_of(&response);
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if (body.len() + chunk.len()) as u64 > limit => {
                return Err(ClientError::TooLarge { limit });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(ClientError::Unreadable { member, reason: causes(&error) }),
        }
    }
}

/// An error with everything behind it; reqwest's own text names only the URL.
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests;
