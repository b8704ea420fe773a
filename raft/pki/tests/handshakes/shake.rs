//! One connection, from its handshake to a byte in each direction.

use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, CommonState, HandshakeKind, ProtocolVersion, RootCertStore, ServerConfig};
use sentinel_pki::{Ca, CertificateDer, Clock, MemberName, peer_of};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What one end knows when a byte has come from the other.
#[derive(Debug)]
pub struct End {
    pub peer: Option<MemberName>,
    pub certificate: Option<CertificateDer<'static>>,
    pub alpn: Option<Vec<u8>>,
    pub version: Option<ProtocolVersion>,
    pub kind: Option<HandshakeKind>,
}

impl End {
    fn of(connection: &CommonState) -> Self {
        Self {
            peer: peer_of(connection),
            certificate: connection.peer_certificates().map(|chain| chain[0].clone()),
            alpn: connection.alpn_protocol().map(<[u8]>::to_vec),
            version: connection.protocol_version(),
            kind: connection.handshake_kind(),
        }
    }
}

/// How it ended for the server and for the client.
pub struct Shaken {
    pub server: io::Result<End>,
    pub client: io::Result<End>,
}

impl Shaken {
    /// Both ends, if both are content.
    pub fn both(self) -> (End, End) {
        (self.server.expect("the server is content"), self.client.expect("the client is content"))
    }

    /// Why the server refused the client. The client must have noticed.
    pub fn refused_by_server(self) -> io::Error {
        self.client.expect_err("the client is told");
        self.server.expect_err("the server refuses")
    }

    /// Why the client refused the server. The server must have noticed.
    pub fn refused_by_client(self) -> io::Error {
        self.server.expect_err("the server is told");
        self.client.expect_err("the client refuses")
    }
}

pub async fn shake(server: Arc<ServerConfig>, client: Arc<ClientConfig>) -> Shaken {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = async {
        let (stream, _) = listener.accept().await?;
        let mut stream = TlsAcceptor::from(server).accept(stream).await?;
        exchange(&mut stream).await?;
        Ok(End::of(stream.get_ref().1))
    };
    let call = async {
        let stream = TcpStream::connect(address).await?;
        let name = ServerName::try_from("anything.example").unwrap();
        let mut stream = TlsConnector::from(client).connect(name, stream).await?;
        exchange(&mut stream).await?;
        Ok(End::of(stream.get_ref().1))
    };
    let (server, client) = tokio::join!(serve, call);
    Shaken { server, client }
}

async fn exchange(stream: &mut (impl AsyncWrite + tokio::io::AsyncRead + Unpin)) -> io::Result<()> {
    stream.write_all(b"x").await?;
    stream.flush().await?;
    stream.read_u8().await.map(drop)
}

type Chain = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

/// A server that shows any chain and asks for nothing.
pub fn rogue_server((chain, key): Chain) -> Arc<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap())
}

/// A client that shows any chain, to a server that a CA vouches for whatever its name is.
pub fn rogue_client(ca: &Ca, (chain, key): Chain, clock: Clock) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(clock));
    let config = config.with_safe_default_protocol_versions().unwrap();
    let verifier = Arc::new(AnyName(verifier(ca, provider)));
    let config = config.dangerous().with_custom_certificate_verifier(verifier);
    Arc::new(config.with_client_auth_cert(chain, key).unwrap())
}

/// A client of the time before TLS 1.3.
pub fn old_client(ca: &Ca, clock: Clock) -> Arc<ClientConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_details(Arc::clone(&provider), Arc::new(clock));
    let config = config.with_protocol_versions(&[&rustls::version::TLS12]).unwrap();
    Arc::new(config.with_webpki_verifier(verifier(ca, provider)).with_no_client_auth())
}

fn verifier(ca: &Ca, provider: Arc<rustls::crypto::CryptoProvider>) -> Arc<WebPkiServerVerifier> {
    let mut roots = RootCertStore::empty();
    roots.add(ca.certificate().clone()).unwrap();
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap()
}

/// Takes the name in the certificate for the one that it wanted.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

mod any_name {
    use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
    use rustls::{DigitallySignedStruct, Error, SignatureScheme};
    use sentinel_pki::MemberName;

    impl ServerCertVerifier for super::AnyName {
        fn verify_server_cert(
            &self,
            own: &CertificateDer<'_>,
            rest: &[CertificateDer<'_>],
            _name: &ServerName<'_>,
            ocsp: &[u8],
            now: UnixTime,
        ) -> Result<ServerCertVerified, Error> {
            let name = MemberName::of_certificate(own).unwrap().to_string();
            self.0.verify_server_cert(own, rest, &ServerName::try_from(name).unwrap(), ocsp, now)
        }

        fn verify_tls12_signature(
            &self,
            message: &[u8],
            own: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            self.0.verify_tls12_signature(message, own, signed)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            own: &CertificateDer<'_>,
            signed: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, Error> {
            self.0.verify_tls13_signature(message, own, signed)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            self.0.supported_verify_schemes()
        }
    }
}
