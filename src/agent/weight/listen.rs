//! Where load balancers ask: HAProxy's agent-check, one line for each connection, and `GET /weight` over HTTP/1.
//!
//! Both answer from memory, so a connection is over at once. A bounded number at a time, each for a bounded time, and what a
//! client sends is read only as far as it takes to answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Weights;
use super::answer::Answer;
use crate::agent::board::Board;

/// Longest time for one connection.
const WITHIN: Duration = Duration::from_secs(2);
/// Most connections at a time, for each listener; more wait in the kernel.
const CONNECTIONS_MAX: usize = 64;
/// Largest head of a request, in bytes.
const HEAD_MAX: usize = 4_096;
/// Pause after a connection could not be taken: there are no descriptors, most likely.
const AFTER_TROUBLE: Duration = Duration::from_millis(100);

/// The listeners that were asked for; none by default.
#[derive(Debug, Default)]
pub struct Listeners {
    agent_check: Option<TcpListener>,
    http: Option<TcpListener>,
}

impl Listeners {
    /// Takes the addresses, so that one that cannot be had is said at once. Nobody is answered before [`Listeners::serve`].
    ///
    /// # Errors
    /// An address cannot be listened at.
    pub async fn bind(agent_check: Option<SocketAddr>, http: Option<SocketAddr>) -> anyhow::Result<Self> {
        Ok(Self {
            agent_check: listen(agent_check, "--agent-check-listen").await?,
            http: listen(http, "--weight-listen").await?,
        })
    }

    /// Answers from now on. The tasks never end by themselves.
    pub fn serve(self, weights: &Arc<Weights>, board: &Arc<Board>) -> Vec<JoinHandle<()>> {
        let says = || Says { weights: Arc::clone(weights), board: Arc::clone(board) };
        let agent_check =
            self.agent_check.map(|listener| tokio::spawn(accept(listener, says(), agent_check)));
        let http = self.http.map(|listener| tokio::spawn(accept(listener, says(), http)));
        agent_check.into_iter().chain(http).collect()
    }
}

async fn listen(address: Option<SocketAddr>, flag: &str) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    listener.map(Some).with_context(|| format!("{flag}: cannot listen at {address}"))
}

/// What there is to say, at the moment of each answer.
#[derive(Clone)]
struct Says {
    weights: Arc<Weights>,
    board: Arc<Board>,
}

impl Says {
    fn now(&self) -> Answer {
        Answer::new(&self.board.watch().borrow().serving, self.weights.percent())
    }
}

async fn accept<F>(listener: TcpListener, says: Says, talk: impl Fn(TcpStream, Says) -> F)
where
    F: Future<Output = std::io::Result<()>> + Send + 'static,
{
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let talk = talk(stream, says.clone());
                tokio::spawn(async move {
                    // Whoever is too slow or goes away gets no answer, and asks again by itself.
                    let _ = timeout(WITHIN, talk).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a question for the weight cannot be taken");
                sleep(AFTER_TROUBLE).await;
            }
        }
    }
}

/// Says one line at once: most clients send nothing, and what others send is not waited for.
async fn agent_check(mut stream: TcpStream, says: Says) -> std::io::Result<()> {
    stream.write_all(says.now().agent_check().as_bytes()).await?;
    finish(stream).await
}

async fn http(mut stream: TcpStream, says: Says) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_MAX || stream.read_buf(&mut head).await? == 0 {
            stream.write_all(response(400, "{}", true).as_bytes()).await?;
            return finish(stream).await;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let answer = match (method, path) {
        ("GET" | "HEAD", "/weight") => {
            let (status, body) = says.now().http();
            response(status, &body, method == "GET")
        }
        (_, "/weight") => response(405, "{}", true),
        _ => response(404, "{}", method != "HEAD"),
    };
    stream.write_all(answer.as_bytes()).await?;
    finish(stream).await
}

fn response(status: u16, body: &str, with_body: bool) -> String {
    let reason = match status {
        200 => "OK",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Service Unavailable",
    };
    let allow = if status == 405 { "Allow: GET, HEAD\r\n" } else { "" };
    format!(
        "HTTP/1.1 {status} {reason}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{allow}Cache-Control: no-store\r\n\
         Connection: close\r\n\r\n{}",
        body.len(),
        if with_body { body } else { "" }
    )
}

/// Ends a connection so that the answer arrives: what the client still sends is read, else the kernel would reset it.
async fn finish(mut stream: TcpStream) -> std::io::Result<()> {
    stream.shutdown().await?;
    let mut rest = [0; 1_024];
    while stream.read(&mut rest).await? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_api_types::agent::Weight;
    use sentinel_model::{Epoch, NodeId};
    use uuid::Uuid;

    use super::*;
    use crate::agent::board::Serving;
    use crate::agent::local_http::LocalHttp;
    use crate::agent::meter::Meter;

    struct Asked {
        weights: Arc<Weights>,
        board: Arc<Board>,
        agent_check: SocketAddr,
        http: SocketAddr,
        _dir: tempfile::TempDir,
    }

    impl Asked {
        async fn start() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let weights = Arc::new(Weights::open(dir.path(), NodeId(Uuid::nil())).unwrap());
            let board = Arc::new(Board::new(Meter::new(LocalHttp::new().unwrap())));
            let any = || Some("127.0.0.1:0".parse().unwrap());
            let listeners = Listeners::bind(any(), any()).await.unwrap();
            let address = |listener: &Option<TcpListener>| listener.as_ref().unwrap().local_addr().unwrap();
            let (agent_check, http) = (address(&listeners.agent_check), address(&listeners.http));
            assert_eq!(listeners.serve(&weights, &board).len(), 2);
            Self { weights, board, agent_check, http, _dir: dir }
        }

        fn is(&self, serving: Serving, percent: u8, revision: u64) {
            self.board.change(|facts| facts.serving = serving);
            self.weights.learn(Weight { percent, epoch: Epoch::FIRST, revision });
        }

        async fn ask(&self, address: SocketAddr, sends: &[u8]) -> String {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(sends).await.unwrap();
            let mut told = String::new();
            timeout(Duration::from_secs(20), stream.read_to_string(&mut told)).await.unwrap().unwrap();
            told
        }
    }

    #[tokio::test]
    async fn agent_checks_get_one_line_whether_they_send_something_or_not() {
        let asked = Asked::start().await;
        assert_eq!(asked.ask(asked.agent_check, b"").await, "down #nothing runs yet\n");
        asked.is(Serving::Proven, 50, 1);
        assert_eq!(asked.ask(asked.agent_check, b"").await, "up ready 50%\n");
        asked.is(Serving::Proven, 0, 2);
        assert_eq!(asked.ask(asked.agent_check, b"edge-1\n").await, "up ready 1%\n", "not at once");
        asked.is(Serving::No("it ended".into()), 0, 2);
        assert_eq!(asked.ask(asked.agent_check, b"").await, "down #it ended\n");
    }

    #[tokio::test]
    async fn http_answers_one_path_and_nothing_else() {
        let asked = Asked::start().await;
        asked.is(Serving::Proven, 50, 1);
        let http = LocalHttp::new().unwrap();
        let answer = http.get(asked.http, "/weight?x=1", None, 1_000).await.unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, br#"{"reason":null,"state":"ready","weight":50}"#);
        assert_eq!(http.get(asked.http, "/", None, 1_000).await.unwrap().status, 404);
        for (sends, begins) in [
            ("HEAD /weight HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\n"),
            ("POST /weight HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 405 Method Not Allowed\r\n"),
            (&format!("GET /{} HTTP/1.1\r\n", "x".repeat(HEAD_MAX)), "HTTP/1.1 400 Bad Request\r\n"),
        ] {
            let told = asked.ask(asked.http, sends.as_bytes()).await;
            assert!(told.starts_with(begins), "{told}");
            assert_eq!(told.ends_with("\r\n\r\n"), sends.starts_with("HEAD"), "{told}");
        }
        asked.is(Serving::No("it ended".into()), 50, 1);
        assert_eq!(http.get(asked.http, "/weight", None, 1_000).await.unwrap().status, 503);
    }

    #[tokio::test]
    async fn those_who_say_nothing_for_long_make_room() {
        let asked = Asked::start().await;
        asked.is(Serving::Proven, 50, 1);
        let mut silent = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            silent.push(TcpStream::connect(asked.http).await.unwrap());
        }
        let told = asked.ask(asked.http, b"GET /weight HTTP/1.1\r\n\r\n").await;
        assert!(told.starts_with("HTTP/1.1 200 OK"), "{told}");
    }

    #[tokio::test]
    async fn an_address_that_is_taken_is_said_with_its_flag() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let error = Listeners::bind(Some(taken.local_addr().unwrap()), None).await.unwrap_err();
        assert!(
            error.to_string().starts_with("--agent-check-listen: cannot listen at 127.0.0.1:"),
            "{error}"
        );
    }
}
