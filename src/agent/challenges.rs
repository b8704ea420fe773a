//! Answers certificate authorities that ask this node's proxy whether a name is ours (ACME, HTTP-01): the proxy passes such questions on to here, and the answer
//! is asked of a member. Only on loopback, and only for those questions.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sentinel_bundle::certificates::CHALLENGE_PATH;
use sentinel_model::acme::is_token;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::link::Link;
use crate::durable;

/// Where the port is kept: a proxy that goes on knows it.
const FILE: &str = "challenges-port";
/// Longest time for one question.
const WITHIN: Duration = Duration::from_secs(10);
/// Most questions at a time; more wait in the kernel.
const QUESTIONS_MAX: usize = 8;
/// Largest head of a request, in bytes.
const HEAD_MAX: usize = 8_192;
/// Pause after a connection could not be taken.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

/// See the module. Nobody is answered before [`Challenges::serve`].
#[derive(Debug)]
pub struct Challenges {
    listener: TcpListener,
    address: SocketAddr,
}

impl Challenges {
    /// Listens where it did the last time, or at a free port.
    ///
    /// # Errors
    /// There is none, or it cannot be kept.
    pub async fn bind(data_dir: &Path) -> anyhow::Result<Self> {
        let path = data_dir.join(FILE);
        let kept = std::fs::read_to_string(&path).ok().and_then(|text| text.trim().parse::<u16>().ok());
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let before = match kept {
            Some(port) => TcpListener::bind(at(port)).await.ok(),
            None => None,
        };
        let listener = match before {
            Some(listener) => listener,
            None => TcpListener::bind(at(0)).await?,
        };
        let address = listener.local_addr()?;
        if kept != Some(address.port()) {
            durable::replace(&path, address.port().to_string().as_bytes(), 0o600)?;
        }
        Ok(Self { listener, address })
    }

    /// Where the proxy finds it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers from now on. The task never ends by itself.
    pub fn serve(self, link: Link) -> JoinHandle<()> {
        tokio::spawn(accept(self.listener, link))
    }
}

async fn accept(listener: TcpListener, link: Link) {
    let room = Arc::new(Semaphore::new(QUESTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let link = link.clone();
                tokio::spawn(async move {
                    // Whoever is too slow or goes away gets no answer, and asks again by itself.
                    let _ = timeout(WITHIN, talk(stream, link)).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a question of a certificate authority cannot be taken");
                sleep(AFTER_TROUBLE).await;
            }
        }
    }
}

async fn talk(mut stream: TcpStream, link: Link) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_MAX || stream.read_buf(&mut head).await? == 0 {
            return answer(stream, 400, "").await;
        }
    }
    match token(&head) {
        None => answer(stream, 404, "").await,
        Some(token) => match link.challenge(&token).await {
            Ok(Some(text)) => answer(stream, 200, &text).await,
            Ok(None) => answer(stream, 404, "").await,
            Err(error) => {
                tracing::warn!(%error, "a certificate authority asks, and no member has the answer");
                answer(stream, 503, "").await
            }
        },
    }
}

/// The token that is asked for: base64url, as RFC 8555 has it.
fn token(head: &[u8]) -> Option<String> {
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = std::str::from_utf8(line).ok()?;
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let token = target.split('?').next()?.strip_prefix(CHALLENGE_PATH)?;
    is_token(token).then(|| token.to_owned())
}

async fn answer(mut stream: TcpStream, status: u16, text: &str) -> std::io::Result<()> {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        _ => "Service Unavailable",
    };
    let response = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_question_of_a_certificate_authority_is_one() {
        let asked = |line: &str| token(format!("{line} HTTP/1.1\r\nhost: a\r\n\r\n").as_bytes());
        assert_eq!(asked("GET /.well-known/acme-challenge/aB-_9").as_deref(), Some("aB-_9"));
        assert_eq!(asked("GET /.well-known/acme-challenge/a?b=c").as_deref(), Some("a"));
        for other in [
            "GET /",
            "POST /.well-known/acme-challenge/a",
            "GET /.well-known/acme-challenge/",
            "GET /.well-known/acme-challenge/../secrets",
            "GET /.well-known/acme-challenge/a%2fb",
        ] {
            assert_eq!(asked(other), None, "{other}");
        }
        assert_eq!(asked(&format!("GET /.well-known/acme-challenge/{}", "a".repeat(257))), None);
    }

    #[tokio::test]
    async fn the_port_is_the_same_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Challenges::bind(dir.path()).await.unwrap().address();
        assert_eq!(Challenges::bind(dir.path()).await.unwrap().address(), first);
        let taken = TcpListener::bind(first).await.unwrap();
        let other = Challenges::bind(dir.path()).await.unwrap().address();
        assert_ne!(other, first);
        drop(taken);
        assert_eq!(Challenges::bind(dir.path()).await.unwrap().address(), other);
    }
}
