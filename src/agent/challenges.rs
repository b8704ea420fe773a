//! Answers certificate authorities that ask this node's proxy whether a name is ours (ACME, HTTP-01): the proxy passes such questions on to here, and the answer
//! is asked of a member. Only on loopback, and only for those questions. Anybody can ask through the proxy, so members are asked so often and no oftener, and
//! not again for a token that was none a moment ago.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sentinel_bundle::certificates::CHALLENGE_PATH;
use sentinel_model::acme::is_token;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::free_port;
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
/// How many questions go to members at once, and how many a second in the long run: an order is for a hundred names at most, and each is asked for a
/// few times.
const BURST: f64 = 100.0;
const EACH_SECOND: f64 = 20.0;
/// How long a token is remembered that was none. Not longer: a member may be behind.
const UNKNOWN_FOR: Duration = Duration::from_secs(2);
/// How many of those are remembered.
const UNKNOWN_MAX: usize = 64;
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
            None => TcpListener::bind(free_port::free(at(0), None)?).await?,
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
    let asked = Arc::new(Mutex::new(Asked::new(Instant::now())));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let (link, asked) = (link.clone(), Arc::clone(&asked));
                tokio::spawn(async move {
                    // Whoever is too slow or goes away gets no answer, and asks again by itself.
                    let _ = timeout(WITHIN, talk(stream, link, &asked)).await;
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

/// What members were asked lately.
#[derive(Debug)]
struct Asked {
    left: f64,
    since: Instant,
    unknown: VecDeque<(String, Instant)>,
}

/// What to do with a question.
#[derive(Debug, PartialEq, Eq)]
enum Admission {
    Ask,
    /// It was none a moment ago.
    Unknown,
    /// There are too many.
    Later,
}

impl Asked {
    fn new(now: Instant) -> Self {
        Self { left: BURST, since: now, unknown: VecDeque::new() }
    }

    fn admit(&mut self, token: &str, now: Instant) -> Admission {
        self.unknown.retain(|(_, at)| now.duration_since(*at) < UNKNOWN_FOR);
        if self.unknown.iter().any(|(known, _)| known == token) {
            return Admission::Unknown;
        }
        let more = now.duration_since(self.since).as_secs_f64() * EACH_SECOND;
        (self.left, self.since) = ((self.left + more).min(BURST), now);
        if self.left < 1.0 {
            return Admission::Later;
        }
        self.left -= 1.0;
        Admission::Ask
    }

    fn is_none(&mut self, token: String, now: Instant) {
        if self.unknown.len() == UNKNOWN_MAX {
            self.unknown.pop_front();
        }
        self.unknown.push_back((token, now));
    }
}

async fn talk(mut stream: TcpStream, link: Link, asked: &Mutex<Asked>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_MAX || stream.read_buf(&mut head).await? == 0 {
            return answer(stream, 400, "").await;
        }
    }
    let Some(token) = token(&head) else { return answer(stream, 404, "").await };
    let asked = || asked.lock().unwrap_or_else(PoisonError::into_inner);
    let admission = asked().admit(&token, Instant::now());
    match admission {
        Admission::Unknown => return answer(stream, 404, "").await,
        Admission::Later => return answer(stream, 503, "").await,
        Admission::Ask => {}
    }
    match link.challenge(&token).await {
        Ok(Some(text)) => answer(stream, 200, &text).await,
        Ok(None) => {
            asked().is_none(token, Instant::now());
            answer(stream, 404, "").await
        }
        Err(error) => {
            tracing::warn!(%error, "a certificate authority asks, and no member has the answer");
            answer(stream, 503, "").await
        }
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

    #[test]
    fn strangers_cannot_have_members_asked_as_often_as_they_like() {
        let now = Instant::now();
        let mut asked = Asked::new(now);
        asked.is_none("none".to_owned(), now);
        assert_eq!(asked.admit("none", now), Admission::Unknown);
        assert_eq!(asked.admit("none", now + UNKNOWN_FOR), Admission::Ask, "a member may have learned of it");
        let mut asked = Asked::new(now);
        let admitted = (0..1_000).filter(|n| asked.admit(&n.to_string(), now) == Admission::Ask).count();
        assert_eq!(admitted, 100);
        assert_eq!(asked.admit("x", now), Admission::Later);
        assert_eq!(asked.admit("x", now + Duration::from_secs(1)), Admission::Ask);
        (0..1_000).for_each(|n| asked.is_none(n.to_string(), now));
        assert_eq!(asked.unknown.len(), UNKNOWN_MAX);
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
