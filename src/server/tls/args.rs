//! How TLS is asked for.

use std::path::PathBuf;

use clap::Args;

use super::Files;

/// Flags of a member's TLS towards clients.
#[derive(Args, Clone, Debug, Default)]
pub struct TlsArgs {
    /// Serve REST, web UI, node API and gRPC over TLS with the certificate chain in this file (PEM, the server's own first); it is
    /// read again when it changes, and on SIGHUP. Without TLS, members listen on loopback only
    #[arg(long, env = "SENTINEL_CP_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The key of that certificate (PEM)
    #[arg(long, env = "SENTINEL_CP_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// The files, when TLS is asked for.
    pub fn files(&self) -> Option<Files> {
        let (cert, key) = self.tls_cert.clone().zip(self.tls_key.clone())?;
        Some(Files { cert, key })
    }
}
