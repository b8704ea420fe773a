//! Certificates that are trusted.

use serde::{Deserialize, Serialize};

use super::Reference;
use super::check::{At, Findings};

/// Most bytes of one trust store.
pub const PEM_MAX: usize = 256 << 10;

/// Certificates of authorities that are trusted: for clients of a listener, or for upstreams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TrustStore {
    /// What people call it; usually its slug.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// One or more certificates, as PEM.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub certificates_pem: String,
    /// In their place: the internal CA of the project, as it is when a bundle is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub internal_ca: bool,
}

impl TrustStore {
    /// Checks its fields. Whether the certificates can be read is for who has a parser.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, &self.description, at);
        let pem = at.field("certificates_pem");
        if self.internal_ca {
            let message = "cannot stand beside internal_ca, which is in its place";
            findings.require(self.certificates_pem.is_empty(), pem, message);
            return;
        }
        let length = self.certificates_pem.len();
        findings.require(length <= PEM_MAX, pem, format!("must have at most {PEM_MAX} bytes, not {length}"));
        let begins = self.certificates_pem.contains("-----BEGIN CERTIFICATE-----");
        findings.require(
            begins,
            pem,
            "must hold at least one PEM block CERTIFICATE, unless internal_ca is true",
        );
        let private = self.certificates_pem.contains("PRIVATE KEY-----");
        findings.require(!private, pem, "holds a private key; give certificates alone");
    }

    /// It names nothing.
    pub fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }
}
