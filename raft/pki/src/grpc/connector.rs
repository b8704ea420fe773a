//! Dials a member.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::{DnsName, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower::Service;

/// Longest time until a connection stands, its handshake included. A shorter one is the endpoint's to set.
const WITHIN: Duration = Duration::from_secs(5);
/// rustls wants a name with every connection. It is neither sent nor checked: who is meant is in the configuration.
const NAME: &str = "member.sentinel.internal";

/// Makes TLS connections for `Endpoint::connect_with_connector`. The URI of the endpoint names host and port, with the scheme
/// `http`. A connection that stands may still be refused by the server: in TLS 1.3 a client whose certificate is not taken
/// learns it with its first call.
#[derive(Clone)]
pub struct Connector(TlsConnector);

impl Connector {
    /// With a configuration of an [`crate::IdentityHandle`], or of [`crate::join_client_config`].
    pub fn new(config: Arc<ClientConfig>) -> Self {
        Self(TlsConnector::from(config))
    }
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector(..)")
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let tls = self.0.clone();
        Box::pin(async move {
            let connected = tokio::time::timeout(WITHIN, connect(tls, uri)).await;
            let late =
                || io::Error::new(ErrorKind::TimedOut, "the member did not finish its handshake in time");
            connected.unwrap_or_else(|_| Err(late())).map(TokioIo::new)
        })
    }
}

async fn connect(tls: TlsConnector, uri: Uri) -> io::Result<TlsStream<TcpStream>> {
    let wrong = || {
        io::Error::new(ErrorKind::InvalidInput, format!("{uri} does not name the host and port of a member"))
    };
    let host = uri.host().ok_or_else(wrong)?.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().ok_or_else(wrong)?;
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let name = DnsName::try_from(NAME).map_err(|_| wrong())?;
    tls.connect(ServerName::DnsName(name), stream).await
}
