//! Real handshakes over loopback.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    date_time_ymd,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, SupportedProtocolVersion, version};
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::provider;
use crate::{Client, ClientError, Credential, TlsTrouble, Trust};

const ANSWER: &str =
    r#"{"total":1,"by_status":{"online":1,"offline":0,"unknown":0},"converged":1,"failed":0}"#;

struct Ca(CertifiedIssuer<'static, KeyPair>);

impl Ca {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn trusted(&self) -> Trust {
        Trust::ca(self.0.pem()).unwrap()
    }

    fn pin(&self) -> Sha256Digest {
        Sha256Digest(Sha256::digest(self.0.der()).into())
    }

    /// A member with a certificate for this name, good in these years, and its URL.
    async fn member(
        &self,
        name: &str,
        years: (i32, i32),
        versions: &[&'static SupportedProtocolVersion],
    ) -> String {
        let mut own = CertificateParams::new([name.to_owned()]).unwrap();
        (own.not_before, own.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
        own.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let chain = vec![own.signed_by(&key, &self.0).unwrap().der().clone(), self.0.der().clone()];
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config =
            ServerConfig::builder_with_provider(Arc::clone(provider())).with_protocol_versions(versions);
        let config = config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let (listener, tls) =
            (TcpListener::bind("127.0.0.1:0").await.unwrap(), TlsAcceptor::from(Arc::new(config)));
        let url = format!("https://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = tls.accept(stream).await else { continue };
                let _ = stream.read(&mut [0; 4096]).await;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    ANSWER.len()
                );
                let _ = stream.write_all(format!("{head}{ANSWER}").as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        url
    }

    /// One that nothing is wrong with.
    async fn good(&self) -> String {
        self.member("127.0.0.1", (2000, 2100), rustls::ALL_VERSIONS).await
    }
}

async fn ask(url: &str, trust: &Trust) -> Result<u64, ClientError> {
    let client = Client::trusting([url], Credential::Anonymous, trust).unwrap();
    client.node_stats("shop").await.map(|stats| stats.total)
}

async fn trouble(url: &str, trust: &Trust) -> TlsTrouble {
    match ask(url, trust).await.unwrap_err() {
        ClientError::Tls { trouble, reasons } => {
            assert_eq!(reasons, format!("{url} ({trouble})"));
            trouble
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_member_whose_ca_was_named_is_asked_whatever_version_it_speaks() {
    let ca = Ca::new();
    for version in [&version::TLS12, &version::TLS13] {
        let url = ca.member("127.0.0.1", (2000, 2100), &[version]).await;
        assert_eq!(ask(&url, &ca.trusted()).await.unwrap(), 1);
        assert_eq!(ask(&url, &Trust::fingerprint(ca.pin())).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_member_of_an_unknown_ca_is_not_asked() {
    let (ca, other) = (Ca::new(), Ca::new());
    let url = ca.good().await;
    assert_eq!(trouble(&url, &Trust::default()).await, TlsTrouble::UnknownCa);
    assert_eq!(trouble(&url, &other.trusted()).await, TlsTrouble::UnknownCa);
}

#[tokio::test]
async fn a_pin_is_for_that_ca_and_for_none_that_the_system_or_the_chain_may_have() {
    let (ca, other) = (Ca::new(), Ca::new());
    let pin = other.pin();
    assert_eq!(trouble(&ca.good().await, &Trust::fingerprint(pin)).await, TlsTrouble::OtherCa(pin));
}

#[tokio::test]
async fn a_pinned_ca_that_is_shown_beside_the_certificate_of_another_does_not_help() {
    let (ca, forger) = (Ca::new(), Ca::new());
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &forger.0).unwrap();
    let verifier = super::verifier::Verifier::new(&Trust::fingerprint(ca.pin())).unwrap();
    let name = "127.0.0.1".try_into().unwrap();
    let now = rustls::pki_types::UnixTime::now();
    let shown = [forger.0.der().clone(), ca.0.der().clone()];
    let refused = rustls::client::danger::ServerCertVerifier::verify_server_cert(
        &verifier,
        own.der(),
        &shown,
        &name,
        &[],
        now,
    );
    let refused = refused.unwrap_err();
    // The CAs have one title, so it is the signature that tells them apart.
    assert_eq!(TlsTrouble::behind(&refused), Some(TlsTrouble::UnknownCa), "{refused}");
}

#[tokio::test]
async fn names_and_times_are_checked_whoever_is_trusted() {
    let ca = Ca::new();
    for trust in [ca.trusted(), Trust::fingerprint(ca.pin())] {
        let url = ca.member("cp.example.com", (2000, 2100), rustls::ALL_VERSIONS).await;
        let said = trouble(&url, &trust).await.to_string();
        assert_eq!(said, "its certificate is for cp.example.com, not for 127.0.0.1");
        let url = ca.member("127.0.0.1", (2000, 2020), rustls::ALL_VERSIONS).await;
        assert_eq!(trouble(&url, &trust).await, TlsTrouble::Expired);
        let url = ca.member("127.0.0.1", (2090, 2100), rustls::ALL_VERSIONS).await;
        assert_eq!(trouble(&url, &trust).await, TlsTrouble::NotYetValid);
    }
}

#[tokio::test]
async fn tls_at_a_port_of_plain_http_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let app = axum::Router::new();
    tokio::spawn(async move { axum::serve(listener, app).await });
    assert_eq!(trouble(&url, &Trust::default()).await, TlsTrouble::PlainText);
}

#[tokio::test]
async fn another_member_is_asked_when_no_tls_comes_about_with_the_first() {
    let (ca, other) = (Ca::new(), Ca::new());
    let (stranger, good) = (other.good().await, ca.good().await);
    let client = Client::trusting([stranger, good], Credential::Anonymous, &ca.trusted()).unwrap();
    assert_eq!(client.node_stats("shop").await.unwrap().total, 1);
}

#[tokio::test]
async fn trouble_with_tls_says_more_than_a_member_that_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let away = format!("https://{}", listener.local_addr().unwrap());
    drop(listener);
    let stranger = Ca::new().good().await;
    let client = Client::new([&away, &stranger], Credential::Anonymous).unwrap();
    let error = client.node_stats("shop").await.unwrap_err();
    assert!(matches!(error, ClientError::Tls { trouble: TlsTrouble::UnknownCa, .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("{away} (connection refused)")), "{error}");
}
