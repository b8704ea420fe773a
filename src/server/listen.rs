//! Where clients connect: REST with the web UI and the node protocol, and gRPC, over TLS or in plain text.
//!
//! A connection has *arrived* when the head of its first request is complete, its handshake included. Until then it is a stranger who may
//! never say anything, so there are few such places, each for a short time, and the oldest makes room for the newest: whoever is slow
//! keeps nobody else waiting. Afterwards the head of each further request has its time as well, and a peer that is gone is
//! noticed.
//!
//! What stands here knows connections and nothing of what is served over them.

mod arrivals;
mod connection;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::tls::ServingCertificate;
use arrivals::Arrivals;

/// Pause after the system refused to accept: out of file descriptors, most likely, which does not pass at once.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a quiet HTTP/2 peer is asked whether it is still there, and how long it may take to answer.
const PING: Duration = Duration::from_secs(20);
/// Requests at a time over one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;

/// What is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 and HTTP/2.
    Http,
    /// gRPC: HTTP/2 only.
    Grpc,
}

impl Protocol {
    /// Its name in logs and metrics.
    fn name(self) -> &'static str {
        match self {
            Protocol::Http => "http",
            Protocol::Grpc => "grpc",
        }
    }

    /// What is offered in a TLS handshake, best first.
    fn alpn(self) -> &'static [&'static [u8]] {
        match self {
            Protocol::Http => &[b"h2", b"http/1.1"],
            Protocol::Grpc => &[b"h2"],
        }
    }
}

/// How much a listener puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections that are open. More are closed, unless one that has not arrived can make room.
    pub open: usize,
    /// Connections that have not arrived. One more ends the oldest of them.
    pub arriving: usize,
    /// Longest time until a connection has arrived.
    pub arrive: Duration,
    /// Longest time for the head of each further HTTP/1.1 request, the pause before it included.
    pub head: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A node holds one while it polls.
            open: 20_000,
            arriving: 512,
            arrive: Duration::from_secs(10),
            // Longer than clients of ours keep an idle connection: they close it, so that none is closed under a request.
            head: Duration::from_secs(30),
        }
    }
}

/// A socket that is bound.
pub struct Listener {
    tcp: TcpListener,
    protocol: Protocol,
    tls: Option<TlsAcceptor>,
    limits: Limits,
}

/// What the connections of a listener share.
struct Shared {
    router: Router,
    protocol: Protocol,
    tls: Option<TlsAcceptor>,
    http: Builder<TokioExecutor>,
    arrive: Duration,
}

impl Listener {
    /// Binds. With a certificate, nothing but TLS is spoken.
    ///
    /// # Errors
    /// The address is taken, or is none of this host's.
    pub async fn bind(
        address: SocketAddr,
        protocol: Protocol,
        certificate: Option<&ServingCertificate>,
        limits: Limits,
    ) -> io::Result<Self> {
        let tls = certificate.map(|certificate| TlsAcceptor::from(certificate.config(protocol.alpn())));
        Ok(Self { tcp: TcpListener::bind(address).await?, protocol, tls, limits })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }

    /// Serves until `stop`, and then until the requests that are under way have their answers. Dropping it ends those too.
    ///
    /// # Errors
    /// None today: what goes wrong with one connection is that one's affair.
    pub async fn serve(self, router: Router, stop: CancellationToken) -> io::Result<()> {
        let Self { tcp, protocol, tls, limits } = self;
        let http = http(protocol, limits);
        let shared = Arc::new(Shared { router, protocol, tls, http, arrive: limits.arrive });
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        let mut arrivals = Arrivals::new(limits.arriving);
        let open = metrics::gauge!("listener_connections", "listener" => protocol.name());
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = tcp.accept() => accepted,
                Some(_) = connections.join_next() => {
                    open.set(connections.len() as f64);
                    continue;
                }
            };
            let (stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(listener = protocol.name(), %error, "no connection could be accepted");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            if connections.len() >= limits.open && !arrivals.make_room() {
                metrics::counter!("listener_connections_refused_total", "listener" => protocol.name())
                    .increment(1);
                tracing::debug!(listener = protocol.name(), %address, "too many connections; this one is closed");
                continue;
            }
            let arrival = arrivals.begin();
            let serving = connection::serve(
                Arc::clone(&shared),
                stream,
                address,
                Arc::clone(&arrival),
                graceful.watcher(),
            );
            arrivals.add(arrival, connections.spawn(serving));
            open.set(connections.len() as f64);
        }
        drop(tcp);
        arrivals.end();
        graceful.shutdown().await;
        open.set(0.0);
        Ok(())
    }
}

fn http(protocol: Protocol, limits: Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.head);
    http.http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .max_concurrent_streams(STREAMS_MAX);
    match protocol {
        Protocol::Http => http,
        Protocol::Grpc => http.http2_only(),
    }
}
