//! Certificates of a project: what its listeners show to clients. The private keys are sealed and in rows of their own.

use serde::{Deserialize, Serialize};

use crate::acme::Acme;
use crate::name::{check_slug, check_text};
use crate::secret::Sealed;
use crate::{CertificateId, InvalidValue, ProjectId, Sha256Digest, Time};

/// Most certificates of one project.
pub const CERTIFICATES_MAX: usize = 200;
/// Versions of a certificate that are kept.
pub const VERSIONS_KEPT: usize = 5;
/// Longest chain, in bytes of PEM.
pub const CHAIN_MAX: usize = 64 << 10;
/// Most certificates in a chain.
pub const CHAIN_LENGTH_MAX: usize = 10;
/// Longest private key, in bytes of PEM.
pub const KEY_MAX: usize = 16 << 10;
/// Longest sealed private key, in bytes: the key, and what sealing adds to it.
pub const SEALED_MAX: usize = KEY_MAX + 128;
/// Most names of a certificate.
pub const NAMES_MAX: usize = 100;
/// Longest name, in bytes.
pub const NAME_MAX: usize = 253;
/// Longest words about a certificate (its issuer, its kind of key), in bytes.
pub const WORDS_MAX: usize = 512;
/// Bytes that the chains and sealed keys of a project may have together, those of earlier versions with them.
pub const BYTES_MAX: u64 = 8 << 20;
/// A certificate that ends within this time should be looked after, in milliseconds: 14 days.
pub const ENDS_SOON_MS: u64 = 14 * 24 * 60 * 60 * 1_000;

/// A certificate. Chains and keys are in [`CertificateContent`]s, so that nobody who looks at certificates has keys in hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Identity.
    pub id: CertificateId,
    /// The project.
    pub project_id: ProjectId,
    /// What the project calls it. It never changes.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// The versions that are kept, the newest last, at most [`VERSIONS_KEPT`].
    pub versions: Vec<CertificateVersion>,
    /// How a certificate authority issues it by ACME; `None`: it is uploaded.
    pub acme: Option<Acme>,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When anything of it last changed.
    pub updated_at: Time,
}

/// One chain and key that a certificate has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateVersion {
    /// Its number, from 1.
    pub number: u64,
    /// Since when.
    pub at: Time,
    /// By whom, as the audit log names them.
    pub by: String,
    /// Bytes of its chain and its sealed key.
    pub bytes: u64,
    /// What it says of itself.
    pub facts: Facts,
}

/// What a certificate says of itself: the first one of the chain, the server's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The names and addresses that it is for, in lower case: its subject alternative names, in their order.
    pub names: Vec<String>,
    /// Who issued it.
    pub issuer: String,
    /// SHA-256 of its DER.
    pub fingerprint: Sha256Digest,
    /// The kind of its key, such as `ECDSA P-256`.
    pub key_type: String,
    /// From when it holds.
    pub not_before: Time,
    /// Until when it holds.
    pub not_after: Time,
}

/// Chain and key of one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateContent {
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The version.
    pub version: u64,
    /// The chain in PEM, the server's own certificate first. Public.
    pub chain: String,
    /// The private key in PEM, sealed for its project, certificate and version: it opens nowhere else.
    pub sealed: Sealed,
}

impl Certificate {
    /// The version that holds; `None`: there is none yet.
    pub fn current(&self) -> Option<&CertificateVersion> {
        self.versions.last()
    }

    /// The number of the version that holds; 0: there is none yet.
    pub fn version(&self) -> u64 {
        self.current().map_or(0, |version| version.number)
    }

    /// Until when it holds.
    pub fn not_after(&self) -> Option<Time> {
        self.current().map(|version| version.facts.not_after)
    }

    /// Bytes of its chains and sealed keys.
    pub fn bytes(&self) -> u64 {
        self.versions.iter().map(|version| version.bytes).sum()
    }

    /// Adds a version. Those that are not kept any more are returned.
    pub fn rotate(&mut self, version: CertificateVersion) -> Vec<CertificateVersion> {
        self.updated_at = version.at;
        self.versions.push(version);
        let surplus = self.versions.len().saturating_sub(VERSIONS_KEPT);
        self.versions.drain(..surplus).collect()
    }

    /// Checks every field beside the versions; the first refusal names it.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_slug("slug", &self.slug)?;
        check_text("description", &self.description)
    }
}

impl Facts {
    /// Checks that it has names, and that nothing is too long.
    ///
    /// # Errors
    /// A field is not as it must be.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.names.is_empty() || self.names.len() > NAMES_MAX {
            let message = format!("must be for 1 to {NAMES_MAX} names, not {}", self.names.len());
            return Err(InvalidValue::new("chain", message));
        }
        if self.names.iter().any(|name| name.is_empty() || name.len() > NAME_MAX) {
            return Err(InvalidValue::new("chain", format!("a name must have 1 to {NAME_MAX} bytes")));
        }
        if [&self.issuer, &self.key_type].iter().any(|words| words.len() > WORDS_MAX) {
            return Err(InvalidValue::new("chain", format!("an issuer may have {WORDS_MAX} bytes")));
        }
        if self.not_after <= self.not_before {
            return Err(InvalidValue::new("chain", "the certificate ends before it begins"));
        }
        Ok(())
    }

    /// Whether it is for this name: itself, or by a wildcard, which stands for one label.
    pub fn covers(&self, name: &str) -> bool {
        let above = name.split_once('.').map(|(_, above)| above);
        self.names.iter().any(|own| {
            own == name
                || own.strip_prefix("*.").is_some_and(|zone| above == Some(zone) && !name.starts_with('*'))
        })
    }

    /// The names of another one that it is not for.
    pub fn lacks<'o>(&self, other: &'o Facts) -> Vec<&'o str> {
        other.names.iter().map(String::as_str).filter(|name| !self.covers(name)).collect()
    }
}

/// Checks the sizes of a chain and a sealed key.
///
/// # Errors
/// One of them is empty or too long.
pub fn check_content(chain: &str, sealed: &Sealed) -> Result<(), InvalidValue> {
    if chain.is_empty() || chain.len() > CHAIN_MAX {
        return Err(InvalidValue::new("chain", format!("must have 1 to {CHAIN_MAX} bytes of PEM")));
    }
    if sealed.0.is_empty() || sealed.0.len() > SEALED_MAX {
        return Err(InvalidValue::new("key", format!("must have 1 to {KEY_MAX} bytes of PEM")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn facts(names: &[&str]) -> Facts {
        Facts {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            issuer: "CN=Test CA".into(),
            fingerprint: Sha256Digest([7; 32]),
            key_type: "ECDSA P-256".into(),
            not_before: Time(1),
            not_after: Time(1_000),
        }
    }

    fn version(number: u64) -> CertificateVersion {
        let facts = Facts { not_after: Time(1_000 + number as i64), ..facts(&["a.example"]) };
        CertificateVersion { number, at: Time(number as i64), by: "ada@example.com".into(), bytes: 10, facts }
    }

    #[test]
    fn the_last_versions_are_kept_and_the_newest_holds() {
        let mut certificate = Certificate {
            id: CertificateId(Uuid::from_u128(1)),
            project_id: ProjectId(Uuid::from_u128(2)),
            slug: "web".into(),
            description: String::new(),
            versions: Vec::new(),
            acme: None,
            created_by: "ada@example.com".into(),
            created_at: Time(1),
            updated_at: Time(1),
        };
        assert_eq!((certificate.version(), certificate.not_after()), (0, None));
        let gone: Vec<u64> = (1..=7)
            .flat_map(|number| certificate.rotate(version(number)))
            .map(|version| version.number)
            .collect();
        assert_eq!(gone, [1, 2]);
        assert_eq!((certificate.version(), certificate.bytes()), (7, 50));
        assert_eq!((certificate.not_after(), certificate.updated_at), (Some(Time(1_007)), Time(7)));
        assert!(certificate.check().is_ok());
        assert_eq!(Certificate { slug: "We b".into(), ..certificate }.check().unwrap_err().field, "slug");
    }

    #[test]
    fn a_wildcard_stands_for_one_label() {
        let own = facts(&["shop.example", "*.shop.example"]);
        for name in ["shop.example", "a.shop.example", "*.shop.example"] {
            assert!(own.covers(name), "{name}");
        }
        for name in ["a.b.shop.example", "*.a.shop.example", "example", "shop.example.org", "xshop.example"] {
            assert!(!own.covers(name), "{name}");
        }
        let old = facts(&["shop.example", "www.shop.example", "old.example"]);
        assert_eq!(own.lacks(&old), ["old.example"]);
        assert!(!facts(&["*.shop.example"]).covers("shop.example"));
    }

    #[test]
    fn facts_have_names_and_limits() {
        assert!(facts(&["a.example"]).check().is_ok());
        assert!(facts(&[]).check().is_err());
        assert!(facts(&["a"; NAMES_MAX + 1]).check().is_err());
        assert!(facts(&[&"a".repeat(NAME_MAX + 1)]).check().is_err());
        assert!(Facts { issuer: "x".repeat(WORDS_MAX + 1), ..facts(&["a"]) }.check().is_err());
        assert!(Facts { not_after: Time(0), ..facts(&["a"]) }.check().is_err());
    }
}
