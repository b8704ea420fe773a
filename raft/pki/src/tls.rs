//! The TLS between members: version 1.3 only, no resumption, every certificate checked against the identity of the moment.

use std::sync::{Arc, OnceLock};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion};

use crate::clock::Clock;

mod callers;
mod current;
mod refusal;
mod servers;

pub(crate) use callers::Callers;
pub(crate) use current::Current;
pub use refusal::Refusal;
pub(crate) use servers::{Expected, Servers};

const VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13];
/// Members speak gRPC, so HTTP/2.
const ALPN: &[u8] = b"h2";

/// The one provider of cryptography. Nobody has to install it for the process.
fn provider() -> &'static Arc<CryptoProvider> {
    static PROVIDER: OnceLock<Arc<CryptoProvider>> = OnceLock::new();
    PROVIDER.get_or_init(|| Arc::new(aws_lc_rs::default_provider()))
}

pub(crate) fn server_config(callers: Callers, clock: &Clock) -> Arc<ServerConfig> {
    let callers = Arc::new(callers);
    let mut config = ServerConfig::builder_with_details(Arc::clone(provider()), Arc::new(clock.clone()))
        .with_protocol_versions(VERSIONS)
        .expect("aws-lc-rs speaks TLS 1.3")
        .with_client_cert_verifier(Arc::clone(&callers) as _)
        .with_cert_resolver(callers);
    config.alpn_protocols = vec![ALPN.to_vec()];
    // A resumed session would skip the check of the certificates.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Arc::new(config)
}

pub(crate) fn client_config(servers: Servers, me: Option<Callers>, clock: &Clock) -> Arc<ClientConfig> {
    let config = ClientConfig::builder_with_details(Arc::clone(provider()), Arc::new(clock.clone()))
        .with_protocol_versions(VERSIONS)
        .expect("aws-lc-rs speaks TLS 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(servers));
    let mut config = match me {
        Some(me) => config.with_client_cert_resolver(Arc::new(me)),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = vec![ALPN.to_vec()];
    config.resumption = Resumption::disabled();
    // Who is meant is in the configuration; nobody on the way needs to read it.
    config.enable_sni = false;
    Arc::new(config)
}
