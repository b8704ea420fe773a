//! Real connections over loopback.
#![allow(clippy::unwrap_used)]

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::routing::get;
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, HandshakeKind, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::server::tls::Pair;
use crate::server::tls::testing::Issued;

const DEADLINE: Duration = Duration::from_secs(20);
/// As long as a test may take: nobody is helped by a timeout.
const PATIENT: Limits = Limits { open: 100, arriving: 100, arrive: DEADLINE, head: DEADLINE };
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a.example\r\n\r\n";

/// A listener that serves: `/` says who asks, `/slow` answers when it is let, `/stream` never ends.
struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<io::Result<()>>,
    /// Who waits at `/slow`.
    waiting: mpsc::UnboundedReceiver<()>,
    let_go: watch::Sender<bool>,
    /// What `/stream` says next.
    say: watch::Sender<u32>,
}

impl Served {
    async fn start(protocol: Protocol, certificate: Option<&ServingCertificate>, limits: Limits) -> Self {
        let listener =
            Listener::bind("127.0.0.1:0".parse().unwrap(), protocol, certificate, limits).await.unwrap();
        let (wait, waiting) = mpsc::unbounded_channel();
        let (let_go, gone) = watch::channel(false);
        let (say, said) = watch::channel(0);
        let slow = move || {
            let (wait, mut gone) = (wait.clone(), gone.clone());
            async move {
                wait.send(()).unwrap();
                gone.wait_for(|gone| *gone).await.unwrap();
                "at last"
            }
        };
        let stream = move || {
            let said = said.clone();
            async move {
                // What is said at the beginning, and then each new word.
                let words = futures::stream::unfold((said, true), |(mut said, begins)| async move {
                    if !begins {
                        said.changed().await.ok()?;
                    }
                    let word = format!("word {};", *said.borrow_and_update());
                    Some((Ok::<_, io::Error>(Bytes::from(word)), (said, false)))
                });
                Body::from_stream(words)
            }
        };
        let router = Router::new()
            .route(
                "/",
                get(|ConnectInfo(address): ConnectInfo<SocketAddr>| async move { address.to_string() }),
            )
            .route("/slow", get(slow))
            .route("/stream", get(stream));
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        let ended = tokio::spawn(listener.serve(router, stop.clone()));
        Self { address, stop, ended, waiting, let_go, say }
    }

    async fn plain(limits: Limits) -> Self {
        Self::start(Protocol::Http, None, limits).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn tls(&self, config: Arc<ClientConfig>) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from("a.example").unwrap();
        TlsConnector::from(config).connect(name, self.connect().await).await
    }

    /// A connection over which `/slow` is asked for.
    async fn ask_slow(&mut self) -> TcpStream {
        let mut stream = self.connect().await;
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        self.waiting.recv().await.unwrap();
        stream
    }
}

fn shown() -> (Issued, ServingCertificate) {
    let (issued, certificate) = (Issued::new(&["a.example"]), ServingCertificate::default());
    show(&certificate, &issued);
    (issued, certificate)
}

fn show(certificate: &ServingCertificate, issued: &Issued) {
    certificate.show(Pair::from_pem(issued.chain.as_bytes(), issued.key.as_bytes()).unwrap());
}

fn client(issued: &Issued, version: &'static SupportedProtocolVersion, alpn: &[&[u8]]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(issued.ca.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
    Arc::new(config)
}

/// Asks for `/` and reads until the body is there.
async fn ask(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<String> {
    stream.write_all(REQUEST).await?;
    read_until(stream, "127.0.0.1:").await
}

/// Reads until these words came.
async fn read_until(stream: &mut (impl AsyncRead + Unpin), words: &str) -> io::Result<String> {
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    while !text.contains(words) {
        match stream.read(&mut buffer).await? {
            0 => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text)),
            read => text.push_str(std::str::from_utf8(&buffer[..read]).unwrap()),
        }
    }
    Ok(text)
}

async fn in_time<T>(what: &str, wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, wait).await.unwrap_or_else(|_| panic!("{what}: not in time"))
}

/// Waits until the other end has closed the connection.
async fn closed(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1024];
    in_time("closed", async { while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {} }).await;
}

#[tokio::test]
async fn whoever_is_served_knows_where_a_request_comes_from() {
    let served = Served::plain(PATIENT).await;
    let mut stream = served.connect().await;
    let own = stream.local_addr().unwrap().to_string();
    // Twice over one connection.
    for _ in 0..2 {
        let answer = ask(&mut stream).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains(&own), "{answer}");
    }
    let (issued, certificate) = shown();
    let served = Served::start(Protocol::Http, Some(&certificate), PATIENT).await;
    let mut stream = served.tls(client(&issued, &version::TLS13, &[])).await.unwrap();
    let own = stream.get_ref().0.local_addr().unwrap().to_string();
    assert!(ask(&mut stream).await.unwrap().contains(&own));
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken_and_sessions_resumed() {
    let (issued, certificate) = shown();
    let served = Served::start(Protocol::Http, Some(&certificate), PATIENT).await;
    let versions = [(&version::TLS12, ProtocolVersion::TLSv1_2), (&version::TLS13, ProtocolVersion::TLSv1_3)];
    for (offered, spoken) in versions {
        let config = client(&issued, offered, &[b"http/1.1"]);
        for kind in [HandshakeKind::Full, HandshakeKind::Resumed] {
            let mut stream = served.tls(config.clone()).await.unwrap();
            // Tickets of TLS 1.3 come with the answer.
            ask(&mut stream).await.unwrap();
            let connection = stream.get_ref().1;
            assert_eq!(
                (connection.protocol_version(), connection.handshake_kind()),
                (Some(spoken), Some(kind))
            );
        }
    }
}

#[tokio::test]
async fn browsers_are_offered_http_2_first_and_grpc_clients_nothing_else() {
    let (issued, certificate) = shown();
    let alpn = async |protocol, offered: &[&[u8]]| {
        let served = Served::start(protocol, Some(&certificate), PATIENT).await;
        let stream = served.tls(client(&issued, &version::TLS13, offered)).await?;
        Ok::<_, io::Error>(stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec))
    };
    let both: [&[u8]; 2] = [b"http/1.1", b"h2"];
    assert_eq!(alpn(Protocol::Http, &both).await.unwrap(), Some(b"h2".to_vec()));
    assert_eq!(alpn(Protocol::Http, &both[..1]).await.unwrap(), Some(b"http/1.1".to_vec()));
    assert_eq!(alpn(Protocol::Grpc, &both).await.unwrap(), Some(b"h2".to_vec()));
    let refused = alpn(Protocol::Grpc, &both[..1]).await.unwrap_err();
    assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
}

#[tokio::test]
async fn the_next_connection_sees_a_new_certificate_while_an_open_one_goes_on() {
    let (old, certificate) = shown();
    let served = Served::start(Protocol::Http, Some(&certificate), PATIENT).await;
    let mut open = served.tls(client(&old, &version::TLS13, &[])).await.unwrap();
    open.write_all(b"GET /stream HTTP/1.1\r\nhost: a.example\r\n\r\n").await.unwrap();
    in_time("the first word", read_until(&mut open, "word 0;")).await.unwrap();

    let new = Issued::new(&["a.example"]);
    show(&certificate, &new);
    let refused = served.tls(client(&old, &version::TLS13, &[])).await.unwrap_err();
    assert!(refused.to_string().contains("invalid peer certificate"), "{refused}");
    ask(&mut served.tls(client(&new, &version::TLS13, &[])).await.unwrap()).await.unwrap();

    served.say.send(1).unwrap();
    in_time("the second word", read_until(&mut open, "word 1;")).await.unwrap();
}

#[tokio::test]
async fn without_a_certificate_nobody_is_served_and_with_the_first_one_everybody_is() {
    let certificate = ServingCertificate::default();
    let served = Served::start(Protocol::Http, Some(&certificate), PATIENT).await;
    let issued = Issued::new(&["a.example"]);
    assert!(served.tls(client(&issued, &version::TLS13, &[])).await.is_err());
    show(&certificate, &issued);
    ask(&mut served.tls(client(&issued, &version::TLS13, &[])).await.unwrap()).await.unwrap();
}

#[tokio::test]
async fn clients_that_are_slow_keep_nobody_waiting() {
    let (issued, certificate) = shown();
    let few = Limits { arriving: 4, ..PATIENT };
    // Before a handshake, within it, and within the head of a request.
    let beginnings: [&[u8]; 3] = [b"", b"\x16\x03\x01\x02", b"GET / HTTP/1.1\r\nx-slow: "];
    for (certificate, begun) in [
        (Some(&certificate), beginnings[0]),
        (Some(&certificate), beginnings[1]),
        (None, beginnings[0]),
        (None, beginnings[2]),
    ] {
        let served = Served::start(Protocol::Http, certificate, few).await;
        let mut slow = Vec::new();
        for _ in 0..3 * few.arriving {
            let mut stream = served.connect().await;
            stream.write_all(begun).await.unwrap();
            slow.push(stream);
        }
        in_time("served beside the slow ones", async {
            for _ in 0..3 {
                match certificate {
                    Some(_) => {
                        let mut stream = served.tls(client(&issued, &version::TLS13, &[])).await.unwrap();
                        ask(&mut stream).await.unwrap();
                    }
                    None => drop(ask(&mut served.connect().await).await.unwrap()),
                }
            }
        })
        .await;
        // The oldest ones had to go.
        closed(&mut slow[0]).await;
    }
}

#[tokio::test]
async fn a_client_that_asks_for_nothing_is_given_up() {
    let (issued, certificate) = shown();
    let brief = Limits { arrive: Duration::from_millis(50), ..PATIENT };
    let served = Served::plain(brief).await;
    closed(&mut served.connect().await).await;
    let mut slow = served.connect().await;
    slow.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    closed(&mut slow).await;
    let served = Served::start(Protocol::Http, Some(&certificate), brief).await;
    closed(&mut served.connect().await).await;
    // The handshake alone is no request.
    if let Ok(mut stream) = served.tls(client(&issued, &version::TLS13, &[b"h2"])).await {
        closed(&mut stream).await;
    }
}

#[tokio::test]
async fn who_has_arrived_may_take_as_long_as_the_answer_does_and_no_longer_over_the_next_head() {
    let served = Served::plain(Limits { arrive: Duration::from_millis(50), ..PATIENT }).await;
    let mut stream = served.connect().await;
    stream.write_all(b"GET /stream HTTP/1.1\r\nhost: a.example\r\n\r\n").await.unwrap();
    in_time("the stream begins", read_until(&mut stream, "word 0;")).await.unwrap();
    // A silent one that comes later is given up meanwhile; then the time is over for the first one as well.
    closed(&mut served.connect().await).await;
    served.say.send(1).unwrap();
    in_time("the stream goes on", read_until(&mut stream, "word 1;")).await.unwrap();

    let served = Served::plain(Limits { head: Duration::from_millis(50), ..PATIENT }).await;
    let mut stream = served.connect().await;
    ask(&mut stream).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nx-slow: ").await.unwrap();
    closed(&mut stream).await;
}

#[tokio::test]
async fn more_connections_than_allowed_are_closed_unless_a_stranger_can_make_room() {
    let mut served = Served::plain(Limits { open: 2, ..PATIENT }).await;
    let mut first = served.ask_slow().await;
    let mut stranger = served.connect().await;
    // The stranger was accepted before, for the system hands connections out in order.
    let mut second = served.ask_slow().await;
    closed(&mut stranger).await;
    closed(&mut served.connect().await).await;
    served.let_go.send(true).unwrap();
    for stream in [&mut first, &mut second] {
        in_time("an answer", read_until(stream, "at last")).await.unwrap();
    }
    // Both have gone; that is noticed when the listener looks next.
    in_time("a place", async { while ask(&mut served.connect().await).await.is_err() {} }).await;
}

#[tokio::test]
async fn what_is_under_way_ends_with_its_answer_when_the_listener_stops() {
    let mut served = Served::plain(PATIENT).await;
    let mut silent = served.connect().await;
    let mut idle = served.connect().await;
    ask(&mut idle).await.unwrap();
    let mut asked = served.ask_slow().await;
    served.stop.cancel();
    closed(&mut silent).await;
    closed(&mut idle).await;
    assert!(!served.ended.is_finished());
    served.let_go.send(true).unwrap();
    in_time("the answer", read_until(&mut asked, "at last")).await.unwrap();
    in_time("the end", served.ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn a_listener_that_is_given_up_takes_its_connections_along() {
    let mut served = Served::plain(PATIENT).await;
    let mut asked = served.ask_slow().await;
    served.ended.abort();
    closed(&mut asked).await;
}

#[tokio::test]
async fn plain_http_at_a_port_of_tls_is_answered_with_what_to_do() {
    let (_, certificate) = shown();
    let served = Served::start(Protocol::Http, Some(&certificate), PATIENT).await;
    let mut stream = served.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    let mut answer = String::new();
    in_time("an answer", stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(answer.contains("https://") && answer.ends_with(r#""code":"tls_required"}"#), "{answer}");
}
