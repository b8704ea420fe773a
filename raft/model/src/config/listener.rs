//! Where the proxy listens.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::check::{At, Findings, is_dns_name};
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
    /// The certificate of the project that is shown; its slug. Nodes are handed it with its key, and again whenever it is replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
    /// Certificates for some names alone, in place of that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<NamedCertificate>,
    /// In place of `certificate`: a file on the node with the certificate and its chain, as PEM.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificate_file: String,
    /// File on the node with the private key, as PEM; beside `certificate_file`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key_file: String,
    /// Oldest version; usually 1.2.
    #[serde(default, skip_serializing_if = "TlsVersion::is_usual")]
    pub min_version: TlsVersion,
    /// Clients must show a certificate that this trust store vouches for; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_trust_store: Option<String>,
}

/// A certificate for some names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NamedCertificate {
    /// The names that clients ask for, 1 to 100: `shop.example.com`, or `*.example.com` for each one directly below.
    pub hosts: Vec<String>,
    /// The certificate of the project; its slug.
    pub certificate: String,
}

/// Most certificates of one listener for some names alone.
const NAMED_MAX: usize = 100;
/// Most names of one of them.
const HOSTS_MAX: usize = 100;

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

impl ListenerTls {
    /// The certificates of the project that it shows, by slug.
    pub fn certificates(&self) -> impl Iterator<Item = &str> {
        let named = self.names.iter().map(|one| one.certificate.as_str());
        self.certificate.as_deref().into_iter().chain(named)
    }

    fn check(&self, at: At<'_>, findings: &mut Findings) {
        let files = [(&self.certificate_file, "certificate_file"), (&self.key_file, "key_file")];
        match &self.certificate {
            Some(slug) => {
                check_slug(slug, at.field("certificate"), findings);
                for (path, name) in files {
                    let message = "cannot stand beside certificate: nodes are handed that with its key";
                    findings.require(path.is_empty(), at.field(name), message);
                }
            }
            None if files.iter().all(|(path, _)| path.is_empty()) => {
                findings
                    .refuse(at.field("certificate"), "is required: the slug of a certificate of the project");
            }
            None => {
                for (path, name) in files {
                    let right =
                        path.starts_with('/') && path.len() <= 1_000 && !path.chars().any(char::is_control);
                    findings.require(right, at.field(name), "must be the whole path of a file on the node");
                }
            }
        }
        let names = at.field("names");
        findings.require(self.names.len() <= NAMED_MAX, names, format!("must be at most {NAMED_MAX}"));
        let mut taken = BTreeSet::new();
        for (number, one) in self.names.iter().enumerate().take(NAMED_MAX) {
            let at = names.item(number);
            check_slug(&one.certificate, at.field("certificate"), findings);
            let hosts = at.field("hosts");
            let many = (1..=HOSTS_MAX).contains(&one.hosts.len());
            findings.require(many, hosts, format!("must be 1 to {HOSTS_MAX} names"));
            for (number, host) in one.hosts.iter().enumerate().take(HOSTS_MAX) {
                let at = hosts.item(number);
                // The proxy compares them with what clients ask for, which is in lower case.
                let plain = host.strip_prefix("*.").unwrap_or(host);
                let right = is_dns_name(plain) && !host.bytes().any(|byte| byte.is_ascii_uppercase());
                let message = "must be a name such as shop.example.com or *.example.com, in lower case";
                findings.require(right, at, message);
                findings.require(taken.insert(host), at, "has a certificate already");
            }
        }
    }
}

fn check_slug(slug: &str, at: At<'_>, findings: &mut Findings) {
    if let Err(refused) = crate::name::check_slug("certificate", slug) {
        findings.refuse(at, refused.message);
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
            tls.check(at.field("tls"), findings);
        }
        if let Some(seconds) = self.request_timeout_seconds {
            findings.within(seconds, 1..=86_400, at.field("request_timeout_seconds"));
        }
        if let Some(seconds) = self.keepalive_timeout_seconds {
            findings.within(seconds, 1..=86_400, at.field("keepalive_timeout_seconds"));
        }
    }

    /// The trust store that vouches for its clients.
    pub fn client_trust_store(&self) -> Option<&str> {
        self.tls.as_ref()?.client_trust_store.as_deref()
    }

    /// Everything that it names.
    pub fn references(&self) -> Vec<Reference<'_>> {
        let store = self.client_trust_store();
        store
            .map(|slug| Reference::new(Kind::TrustStore, slug, "tls.client_trust_store"))
            .into_iter()
            .collect()
    }
}
