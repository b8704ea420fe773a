//! Calls between members without a socket: whole, so that whoever carries them can hold them up, lose them, bring them twice or in
//! another order. Everything above the wire is the same as over TLS: frames, labels, refusals.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use tonic::Status;
use tonic::body::Body;

/// Takes calls to where they belong.
#[async_trait]
pub trait Carrier: Send + Sync + 'static {
    /// The answer, or that the call or its answer was lost.
    async fn carry(&self, call: Call) -> Result<Answer, Lost>;
}

/// A call, or its answer, did not arrive.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Lost(pub String);

/// One call of one member to another.
#[derive(Clone)]
pub struct Call {
    from: u64,
    to: u64,
    head: http::request::Parts,
    body: Bytes,
}

/// What the other member said.
pub struct Answer {
    head: http::response::Parts,
    body: Bytes,
    trailers: Option<HeaderMap>,
}

/// Where calls arrive: the peer protocol of one member.
pub struct Carried(Box<Serve>);

pub(crate) type Serve = dyn Fn(http::Request<Body>) -> BoxFuture<'static, http::Response<Body>> + Send + Sync;

impl Call {
    pub(crate) async fn collect(from: u64, to: u64, request: http::Request<Body>) -> Result<Self, Status> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Self { from, to, head, body })
    }

    /// Who calls.
    pub fn from(&self) -> u64 {
        self.from
    }

    /// Who is meant.
    pub fn to(&self) -> u64 {
        self.to
    }

    /// The operation.
    pub fn name(&self) -> &str {
        self.head.uri.path().rsplit('/').next().unwrap_or_default()
    }

    /// Bytes of the message.
    pub fn size(&self) -> usize {
        self.body.len()
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {}: {}, {} bytes", self.from, self.to, self.name(), self.size())
    }
}

impl Answer {
    /// The other member answered, but did nothing: it refused the call or failed at it.
    pub fn refused(&self) -> bool {
        let status = |headers: &HeaderMap| headers.get("grpc-status").cloned();
        let status = status(&self.head.headers).or_else(|| self.trailers.as_ref().and_then(status));
        status.is_some_and(|status| status != "0")
    }

    pub(crate) fn into_response(self) -> http::Response<Body> {
        let trailers = self.trailers.map(Ok);
        let body = Full::new(self.body).with_trailers(std::future::ready(trailers));
        http::Response::from_parts(self.head, Body::new(body))
    }
}

impl Carried {
    pub(crate) fn new(serve: Box<Serve>) -> Self {
        Self(serve)
    }

    /// Answers a call.
    pub async fn answer(&self, call: Call) -> Result<Answer, Lost> {
        let request = http::Request::from_parts(call.head, Body::new(Full::new(call.body)));
        let (head, body) = (self.0)(request).await.into_parts();
        let collected = body.collect().await.map_err(|status| Lost(status.to_string()))?;
        let trailers = collected.trailers().cloned();
        Ok(Answer { head, body: collected.to_bytes(), trailers })
    }
}
