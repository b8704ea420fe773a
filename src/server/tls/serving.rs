//! The certificate that clients are shown.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::pair::{Pair, provider};

/// A place for one certificate with its key. Clones share it: what is shown in one is shown in all, from the next connection on, without
/// a restart. While nothing is shown, handshakes fail.
#[derive(Clone, Debug, Default)]
pub struct ServingCertificate(Arc<RwLock<Option<Pair>>>);

impl ServingCertificate {
    /// Shows a certificate.
    pub fn show(&self, pair: Pair) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(pair);
    }

    /// What is shown.
    pub fn shown(&self) -> Option<Pair> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// To serve with it: TLS 1.2 and 1.3. Clients may resume sessions, which skips nothing here: they show no certificate, and
    /// who they are is in each request.
    pub fn config(&self, alpn: &[&[u8]]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::clone(provider()))
            .with_safe_default_protocol_versions()
            .expect("aws-lc-rs speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone()));
        config.alpn_protocols = alpn.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::new(config)
    }
}

impl ResolvesServerCert for ServingCertificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.shown().map(|pair| pair.certified)
    }
}
