//! An [`Echo`](crate::Echo) that speaks TLS, with a certificate that nobody vouches for.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::serve::Listener;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use crate::certificate::Certificate;
use crate::echo;

/// See the module.
pub struct TlsEcho {
    port: u16,
    task: JoinHandle<()>,
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // Whoever does not speak TLS, or does not trust the certificate, is not served.
            if let Ok((socket, from)) = self.listener.accept().await
                && let Ok(stream) = self.acceptor.accept(socket).await
            {
                return (stream, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

impl TlsEcho {
    /// One that calls itself `name`, with a certificate for `host`.
    pub async fn start(name: &str, host: &str) -> Self {
        let Certificate { certificate_der, key_der, .. } = Certificate::of(&[host]);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key_der));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(certificate_der)], key)
            .expect("a certificate and its key");
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a loopback listener");
        let port = listener.local_addr().expect("its address").port();
        let listener = Tls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) };
        let app = echo::app(name, &Arc::default());
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self { port, task }
    }

    /// It as a target of an upstream group.
    pub fn target(&self) -> Value {
        json!({ "host": "127.0.0.1", "port": self.port })
    }
}

impl Drop for TlsEcho {
    fn drop(&mut self) {
        self.task.abort();
    }
}
