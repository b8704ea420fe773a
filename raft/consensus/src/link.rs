//! A line to one other member: a connection, or a carrier that takes each call there.

use std::sync::Arc;
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use tonic::Status;
use tonic::body::Body;
use tonic::transport::Channel;
use tower::Service;

use crate::carried::{Call, Carrier};

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// See the module. Clones share.
#[derive(Clone)]
pub(crate) enum Link {
    /// Over a socket.
    Channel(Channel),
    /// Without one.
    Carried { from: u64, to: u64, carrier: Arc<dyn Carrier> },
}

impl Service<Request<Body>> for Link {
    type Response = Response<Body>;
    type Error = Failed;
    type Future = BoxFuture<'static, Result<Response<Body>, Failed>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        match self {
            Link::Channel(channel) => channel.poll_ready(cx).map_err(Into::into),
            Link::Carried { .. } => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self {
            Link::Channel(channel) => channel.call(request).map(|answer| answer.map_err(Into::into)).boxed(),
            Link::Carried { from, to, carrier } => {
                let (from, to, carrier) = (*from, *to, Arc::clone(carrier));
                async move {
                    let call = Call::collect(from, to, request).await?;
                    let answer = carrier.carry(call).await;
                    let answer = answer.map_err(|lost| Status::unavailable(lost.to_string()))?;
                    Ok(answer.into_response())
                }
                .boxed()
            }
        }
    }
}
