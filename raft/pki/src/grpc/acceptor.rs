//! Turns a listener into connections whose handshake is over.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;
use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, Peer};
use crate::peer::peer_of;

/// Pause after the system refused to accept: out of file descriptors, most likely, which does not pass at once.
const PAUSE: Duration = Duration::from_millis(50);

/// How much an [`Acceptor`] puts up with.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Handshakes that may be under way. One more ends the oldest, not the newest: a handshake takes milliseconds, so the
    /// oldest of many is somebody who says nothing.
    pub handshakes: usize,
    /// Longest time for one.
    pub handshake: Duration,
    /// Connections of clients without a certificate that may be open; more are closed. Members are not counted: strangers
    /// cannot use up what members need.
    pub nameless: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { handshakes: 128, handshake: Duration::from_secs(5), nameless: 64 }
    }
}

/// A stream of connections for `serve_with_incoming`. Handshakes run beside each other, on tasks of their own. It never ends
/// and never fails: what goes wrong with one connection is logged. Dropping it ends the handshakes that are under way.
pub struct Acceptor {
    listener: TcpListener,
    tls: TlsAcceptor,
    limits: Limits,
    nameless: Arc<Semaphore>,
    handshakes: JoinSet<Result<Connection, (SocketAddr, io::Error)>>,
    /// The same, oldest first. Those that are over are in it for a while.
    under_way: VecDeque<AbortHandle>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Acceptor {
    /// Accepts on the listener. The configuration is of [`crate::IdentityHandle::server_config`].
    pub fn new(listener: TcpListener, config: Arc<ServerConfig>, limits: Limits) -> Self {
        Self {
            listener,
            tls: TlsAcceptor::from(config),
            limits,
            nameless: Arc::new(Semaphore::new(limits.nameless.min(Semaphore::MAX_PERMITS))),
            handshakes: JoinSet::new(),
            under_way: VecDeque::new(),
            pause: None,
        }
    }

    /// Where it listens.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    fn begin(&mut self, stream: TcpStream, address: SocketAddr) {
        if self.under_way.len() >= self.limits.handshakes.max(1) {
            self.under_way.retain(|handshake| !handshake.is_finished());
        }
        if self.under_way.len() >= self.limits.handshakes.max(1)
            && let Some(oldest) = self.under_way.pop_front()
        {
            oldest.abort();
        }
        let (tls, nameless) = (self.tls.clone(), Arc::clone(&self.nameless));
        let within = self.limits.handshake;
        let handshake = async move {
            let connection = handshake(tls, stream, address, within, nameless).await;
            connection.map_err(|error| (address, error))
        };
        self.under_way.push_back(self.handshakes.spawn(handshake));
    }

    /// A connection whose handshake has succeeded, if there is one.
    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<Connection> {
        loop {
            match self.handshakes.poll_join_next(cx) {
                Poll::Ready(Some(Ok(Ok(connection)))) => return Poll::Ready(connection),
                Poll::Ready(Some(Ok(Err((address, error))))) => log(address, &error),
                Poll::Ready(Some(Err(error))) if error.is_cancelled() => {
                    tracing::debug!("the oldest handshake was ended for a newer one");
                }
                Poll::Ready(Some(Err(error))) => tracing::error!(%error, "a handshake ended unexpectedly"),
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Acceptor({:?}, {} handshakes)", self.listener, self.handshakes.len())
    }
}

impl Stream for Acceptor {
    type Item = Result<Connection, Infallible>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Poll::Ready(connection) = this.poll_finished(cx) {
                return Poll::Ready(Some(Ok(connection)));
            }
            if let Some(pause) = &mut this.pause {
                match pause.as_mut().poll(cx) {
                    Poll::Ready(()) => this.pause = None,
                    Poll::Pending => return Poll::Pending,
                }
            }
            match this.listener.poll_accept(cx) {
                Poll::Ready(Ok((stream, address))) => this.begin(stream, address),
                Poll::Ready(Err(error)) => {
                    tracing::warn!(%error, "no connection could be accepted");
                    this.pause = Some(Box::pin(tokio::time::sleep(PAUSE)));
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

async fn handshake(
    tls: TlsAcceptor,
    stream: TcpStream,
    address: SocketAddr,
    within: Duration,
    nameless: Arc<Semaphore>,
) -> io::Result<Connection> {
    stream.set_nodelay(true)?;
    let accepted = tokio::time::timeout(within, tls.accept(stream)).await;
    let late = |_| io::Error::new(ErrorKind::TimedOut, "it did not finish its handshake in time");
    let stream = accepted.map_err(late)??;
    let member = peer_of(stream.get_ref().1);
    let many = |_| io::Error::new(ErrorKind::QuotaExceeded, "too many clients without a certificate");
    let place = match member {
        Some(_) => None,
        None => Some(nameless.try_acquire_owned().map_err(many)?),
    };
    Ok(Connection::new(stream, Peer { member, address }, place))
}

/// Who shows a wrong certificate is worth a line; who knocks at the wrong door is not.
fn log(address: SocketAddr, error: &io::Error) {
    let tls = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match tls {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_)) => {
            tracing::warn!(%address, %error, "a connection of a member was refused");
        }
        _ => tracing::debug!(%address, %error, "a connection did not become one of a member"),
    }
}
