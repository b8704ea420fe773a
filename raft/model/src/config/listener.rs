//! Where the proxy listens.

use serde::{Deserialize, Serialize};

use super::check::{At, Findings};
use super::{Kind, Reference};

/// Where the proxy listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Listener {
    /// What people call it; usually its slug.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `IP:PORT`. `${node.NAME}` stands for what each node says of itself: for all of it, for the IP, or for the port.
    pub address: String,
    /// What is spoken; usually HTTP.
    #[serde(default, skip_serializing_if = "Protocol::is_http")]
    pub protocol: Protocol,
    /// Who may connect, for HTTPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<ListenerTls>,
    /// Longest pause of a client that sends the body of a request over HTTP/1.1, in seconds; usually 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_timeout_seconds: Option<u64>,
    /// How long a connection may stay open between requests, in seconds; usually 75.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keepalive_timeout_seconds: Option<u64>,
}

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ListenerProtocol))]
pub enum Protocol {
    /// HTTP/1.1 in the clear.
    #[default]
    Http,
    /// HTTP/1.1 and HTTP/2 over TLS.
    Https,
}

impl Protocol {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_http(&self) -> bool {
        *self == Self::Http
    }
}

/// TLS of a listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ListenerTls {
    /// File on the node with the certificate and its chain, as PEM.
    pub certificate_file: String,
    /// File on the node with the private key, as PEM.
    pub key_file: String,
    /// Oldest version; usually 1.2.
    #[serde(default, skip_serializing_if = "TlsVersion::is_usual")]
    pub min_version: TlsVersion,
    /// Clients must show a certificate that this trust store vouches for; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_trust_store: Option<String>,
}

/// Version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TlsVersion {
    /// RFC 5246.
    #[default]
    #[serde(rename = "1.2")]
    V1_2,
    /// RFC 8446.
    #[serde(rename = "1.3")]
    V1_3,
}

impl TlsVersion {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::V1_2
    }
}

impl Listener {
    /// Checks its fields. What the address may look like is for the compiler, which knows the variables of nodes.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, &self.description, at);
        let length = self.address.len();
        findings.require((3..=200).contains(&length), at.field("address"), "must be IP:PORT");
        match (self.protocol, &self.tls) {
            (Protocol::Http, Some(_)) => findings.refuse(at.field("tls"), "needs protocol: https"),
            (Protocol::Https, None) => {
                findings.refuse(at.field("tls"), "https needs a certificate: give tls");
            }
            _ => {}
        }
        if let Some(tls) = &self.tls {
            let at = at.field("tls");
            for (path, name) in [(&tls.certificate_file, "certificate_file"), (&tls.key_file, "key_file")] {
                let right =
                    path.starts_with('/') && path.len() <= 1_000 && !path.chars().any(char::is_control);
                findings.require(right, at.field(name), "must be the whole path of a file on the node");
            }
        }
        if let Some(seconds) = self.request_timeout_seconds {
            findings.within(seconds, 1..=86_400, at.field("request_timeout_seconds"));
        }
        if let Some(seconds) = self.keepalive_timeout_seconds {
            findings.within(seconds, 1..=86_400, at.field("keepalive_timeout_seconds"));
        }
    }

    /// Everything that it names.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let store = self.tls.as_ref().and_then(|tls| tls.client_trust_store.as_deref());
        store
            .map(|slug| Reference::new(Kind::TrustStore, slug, "tls.client_trust_store"))
            .into_iter()
            .collect()
    }
}
