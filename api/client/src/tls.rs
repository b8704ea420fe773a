//! TLS to a member.

mod trouble;
mod verifier;

use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};

use crate::error::ClientError;
use crate::trust::Trust;
pub use trouble::TlsTrouble;
use verifier::Verifier;

/// The one provider of cryptography. Nobody has to install it for the process.
fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider()))
}

/// To call members, of which whoever is trusted vouches for the name that is dialled.
pub(crate) fn config(trust: &Trust) -> Result<ClientConfig, ClientError> {
    let verifier = Arc::new(Verifier::new(trust)?);
    let config = ClientConfig::builder_with_provider(Arc::clone(provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Setup(error.to_string()))?;
    let mut config = config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests;
