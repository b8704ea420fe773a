//! What members speak through.

use std::sync::Arc;

use sentinel_model::MemberId;
use sentinel_pki::IdentityHandle;
use sentinel_pki::grpc::Connector;
use tonic::Status;
use tonic::transport::Endpoint;

use crate::carried::Carrier;
use crate::link::Link;

/// See the module. Clones share.
#[derive(Clone)]
pub enum Transport {
    /// TCP. Whoever reaches a member is believed, so it is for loopback only.
    Plain,
    /// Mutual TLS: each end proves which member it is.
    Mutual(IdentityHandle),
    /// No socket: the carrier takes each call to the other member, or loses it. Whoever gave it out vouches for who calls.
    Carried(Arc<dyn Carrier>),
}

impl Transport {
    /// Connects to a member, and to no other.
    pub(crate) async fn connect(&self, endpoint: &Endpoint, me: u64, id: u64) -> Result<Link, Status> {
        let connected = match self {
            Transport::Plain => endpoint.connect().await,
            Transport::Mutual(identity) => {
                let connector = Connector::new(identity.client_config(MemberId(id)));
                endpoint.connect_with_connector(connector).await
            }
            Transport::Carried(carrier) => {
                return Ok(Link::Carried { from: me, to: id, carrier: Arc::clone(carrier) });
            }
        };
        connected.map(Link::Channel).map_err(|error| Status::unavailable(reason(&error)))
    }
}

/// The innermost cause is the one that helps: the others say that something went wrong.
pub(crate) fn reason(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
