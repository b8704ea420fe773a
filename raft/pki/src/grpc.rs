//! Members' connections under tonic: [`Acceptor`] for a server, [`Connector`] for a client.
//!
//! ```no_run
//! # use sentinel_model::MemberId;
//! # use sentinel_pki::{IdentityHandle, grpc::{Acceptor, Connector, Limits}};
//! # use tonic::transport::{Endpoint, Server, server::Router};
//! # async fn example(
//! #     handle: IdentityHandle, listener: tokio::net::TcpListener, router: Router, address: std::net::SocketAddr,
//! # ) -> Result<(), Box<dyn std::error::Error>> {
//! // Calling member 2. The scheme is `http`: TLS is the connector's, tonic's own stays off.
//! let connector = Connector::new(handle.client_config(MemberId(2)));
//! let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_with_connector(connector).await?;
//!
//! // Serving. In a service, `request.extensions().get::<Peer>()` says who calls.
//! let incoming = Acceptor::new(listener, handle.server_config(), Limits::default());
//! router.serve_with_incoming(incoming).await?;
//! # Ok(())
//! # }
//! ```
//!
//! It is here and not beside the gRPC code, because it knows connections only: no message, no service.

mod acceptor;
mod connection;
mod connector;

pub use acceptor::{Acceptor, Limits};
pub use connection::{Connection, Peer};
pub use connector::Connector;
