//! One member that serves clients over TLS, with certificates of an operator's CA in files.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sentinel_api_types::Secret;
use sentinel_api_types::session::{SessionCreate, SessionKind};
use sentinel_client::{Client, ClientError, Credential, Trust};
use sentinel_kit::cluster::{ADMIN_EMAIL, ADMIN_PASSWORD};
use sentinel_kit::process::Process;
use sentinel_kit::{WorkDir, ports, until_ok};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::BINARY;

/// See the module.
pub struct Member {
    pub dir: WorkDir,
    pub process: Process,
    pub http: u16,
    pub grpc: u16,
    ca: CertifiedIssuer<'static, KeyPair>,
}

/// A chain and its key, in PEM.
pub struct Pair {
    pub chain: String,
    pub key: String,
    pub own: CertificateDer<'static>,
}

impl Member {
    /// Starts it, and returns when it takes requests.
    pub async fn start(listen: &str) -> Self {
        let dir = WorkDir::new("tls");
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(dir.join("ca.pem"), ca.pem()).unwrap();
        let pair = issue(&ca);
        std::fs::write(dir.join("chain.pem"), &pair.chain).unwrap();
        std::fs::write(dir.join("key.pem"), &pair.key).unwrap();
        let (http, grpc) = (ports::free(), ports::free());
        let mut command = server(&dir, listen, http, grpc);
        command.args(["--tls-cert", "chain.pem", "--tls-key", "key.pem"]);
        let process = Process::start("member", &mut command, &dir.join("member.log"));
        let member = Self { dir, process, http, grpc, ca };
        until_ok("the administrator signs in", 60, || member.sign_in()).await;
        member
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.http)
    }

    /// What an operator would give to clients.
    pub fn ca_file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    pub fn ca_fingerprint(&self) -> String {
        Sha256::digest(self.ca.der()).iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
    }

    pub fn issue(&self) -> Pair {
        issue(&self.ca)
    }

    pub fn write(&self, chain: &str, key: &str) {
        std::fs::write(self.dir.join("chain.pem"), chain).unwrap();
        std::fs::write(self.dir.join("key.pem"), key).unwrap();
    }

    pub fn trust(&self) -> Trust {
        Trust::ca(self.ca.pem()).unwrap()
    }

    fn anonymous(&self) -> Result<Client, ClientError> {
        Client::trusting([self.url()], Credential::Anonymous, &self.trust())
    }

    /// A session of the administrator.
    pub async fn token(&self) -> Result<Secret, ClientError> {
        let request = SessionCreate {
            email: ADMIN_EMAIL.to_owned(),
            password: ADMIN_PASSWORD.into(),
            kind: SessionKind::Token,
        };
        Ok(self.anonymous()?.create_session(&request).await?.token.unwrap())
    }

    /// The administrator's client.
    pub async fn sign_in(&self) -> Result<Client, ClientError> {
        Ok(self.anonymous()?.with_credential(Credential::Bearer(self.token().await?)))
    }

    /// A connection of a client that knows nothing but the CA.
    pub async fn connect(&self, port: u16, alpn: &[u8]) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config =
            ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let mut config = config.with_root_certificates(roots).with_no_client_auth();
        config.alpn_protocols = vec![alpn.to_vec()];
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let name = ServerName::try_from("127.0.0.1").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await
    }

    /// The certificate that the next connection is shown.
    pub async fn shown(&self) -> CertificateDer<'static> {
        let stream = self.connect(self.http, b"http/1.1").await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].clone()
    }

    /// Runs a command line as a user with a home of their own.
    pub fn ctl(&self, line: &[&str], input: &str) -> Output {
        let file = self.dir.join("input");
        std::fs::write(&file, input).unwrap();
        let mut command = Command::new(BINARY);
        for inherited in ["SERVER", "TOKEN", "PROJECT", "CONTEXT", "CA_FILE", "CA_FINGERPRINT"] {
            command.env_remove(format!("SENTINEL_CP_{inherited}"));
        }
        command.args(line).env("SENTINEL_CP_CONFIG_DIR", self.dir.join("home"));
        command.stdin(std::fs::File::open(file).unwrap()).output().unwrap()
    }
}

/// The command that starts the first member of a cluster, without TLS.
pub fn server(dir: &WorkDir, listen: &str, http: u16, grpc: u16) -> Command {
    if !dir.join("data").exists() {
        let made = Command::new(BINARY)
            .current_dir(dir.path())
            .args(["cluster", "init", "--data-dir", "data", "--admin", ADMIN_EMAIL])
            .env("SENTINEL_CP_ADMIN_PASSWORD", ADMIN_PASSWORD)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    let mut command = Command::new(BINARY);
    command
        .current_dir(dir.path())
        .args(["server", "--data-dir", "data"])
        .args(["--peer", &format!("127.0.0.1:{}", ports::free())])
        .args(["--http", &format!("{listen}:{http}"), "--grpc", &format!("{listen}:{grpc}")])
        .args(["--api-url", &format!("https://127.0.0.1:{http}")]);
    command
}

fn issue(ca: &CertifiedIssuer<'static, KeyPair>) -> Pair {
    let mut params = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    let own = params.signed_by(&key, ca).unwrap();
    Pair { chain: format!("{}{}", own.pem(), ca.pem()), key: key.serialize_pem(), own: own.der().clone() }
}
