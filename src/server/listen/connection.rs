//! One connection, from its first byte to its last.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::Watcher;
use sentinel_api_types::ErrorBody;
use sentinel_api_types::error::code;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::Service;

use super::Shared;
use super::arrivals::Arrival;

/// What the first byte of every TLS connection is: a record of its handshake.
const HANDSHAKE: u8 = 0x16;
/// As much of a request in plain text is read as a client sends at once, before it is answered.
const PLAIN_MAX: usize = 16 * 1024;

/// Serves it.
pub async fn serve(
    shared: Arc<Shared>,
    stream: TcpStream,
    address: SocketAddr,
    arrival: Arc<Arrival>,
    watcher: Watcher,
) {
    let deadline = Instant::now() + shared.arrive;
    // Answers are small, and somebody waits for each.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &shared.tls else {
        return http(&shared, stream, address, arrival, watcher, deadline).await;
    };
    match timeout_at(deadline, handshake(tls, stream)).await {
        Ok(Ok(Some(stream))) => http(&shared, stream, address, arrival, watcher, deadline).await,
        Ok(Ok(None)) => tracing::debug!(%address, "plain HTTP was spoken where TLS is, and answered so"),
        Ok(Err(error)) => tracing::debug!(%address, %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!(%address, "a TLS handshake took too long"),
    }
}

/// `None`: the client speaks plain HTTP, and was told what to do.
async fn handshake(tls: &TlsAcceptor, mut stream: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    match stream.peek(&mut first).await? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ if first[0] == HANDSHAKE => tls.accept(stream).await.map(Some),
        _ => {
            refuse_plain(&mut stream).await?;
            Ok(None)
        }
    }
}

/// Somebody who wrote `http://` learns what to write instead, which an alert of TLS would not tell.
async fn refuse_plain(stream: &mut TcpStream) -> io::Result<()> {
    let text = "this port speaks TLS: write https:// in place of http://";
    let body = serde_json::to_string(&ErrorBody::text(code::TLS_REQUIRED, text))?;
    let head =
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length";
    let mut request = vec![0; PLAIN_MAX];
    let _ = stream.read(&mut request).await?;
    stream.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
    stream.shutdown().await?;
    // With bytes unread, closing would be a reset, and that can overtake the answer.
    while stream.read(&mut request).await? > 0 {}
    Ok(())
}

async fn http(
    shared: &Shared,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    address: SocketAddr,
    arrival: Arc<Arrival>,
    watcher: Watcher,
    deadline: Instant,
) {
    let (asked, router) = (Arc::clone(&arrival), shared.router.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        asked.note();
        request.extensions_mut().insert(ConnectInfo(address));
        // A router is always ready.
        router.clone().call(request)
    });
    let connection = shared.http.serve_connection(TokioIo::new(stream), service).into_owned();
    let mut connection = pin!(watcher.watch(connection));
    let first = tokio::select! {
        ended = &mut connection => Some(ended),
        () = sleep_until(deadline) => None,
    };
    let ended = match first {
        Some(ended) => ended,
        None if arrival.has_arrived() => connection.await,
        None => {
            tracing::debug!(listener = shared.protocol.name(), %address, "a connection asked for nothing in time");
            return;
        }
    };
    if let Err(error) = ended {
        tracing::debug!(listener = shared.protocol.name(), %address, %error, "a connection broke off");
    }
}
