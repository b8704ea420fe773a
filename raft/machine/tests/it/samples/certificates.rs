//! Samples of certificates.

use sentinel_machine::Command;
use sentinel_machine::certificate::Content;
use sentinel_machine::commands::certificate_change::{CertificateChange, What};
use sentinel_machine::commands::certificate_create::CertificateCreate;
use sentinel_machine::commands::certificate_delete::CertificateDelete;
use sentinel_model::certificate::Facts;
use sentinel_model::secret::Sealed;
use sentinel_model::{Sha256Digest, Time};

use crate::ids::*;

/// A chain with its key, as the given version.
pub fn content(version: u64) -> Content {
    Content {
        facts: Facts {
            names: vec!["shop.example".into(), "*.shop.example".into()],
            issuer: "CN=Test CA".into(),
            fingerprint: Sha256Digest([version as u8; 32]),
            key_type: "ECDSA P-256".into(),
            not_before: Time(1_000_000),
            not_after: Time(2_000_000 + version as i64),
        },
        chain: format!("chain {version}"),
        digest: Sha256Digest([0x80 + version as u8; 32]),
        sealed: Sealed(vec![version as u8; 80]),
    }
}

/// The certificate of the shop's listeners.
pub fn certificate() -> CertificateCreate {
    CertificateCreate {
        certificate_id: CERTIFICATE,
        project_id: SHOP,
        slug: "web".into(),
        description: "of the shop".into(),
        content: content(1),
        created_by: "ada@example.com".into(),
    }
}

/// Its chain and key from now on.
pub fn replacement(version: u64) -> CertificateChange {
    change(What::Content { version, content: Box::new(content(version)) })
}

/// What it is for from now on.
pub fn description(text: &str) -> CertificateChange {
    change(What::Description(text.into()))
}

fn change(what: What) -> CertificateChange {
    let by = "bob@example.com".into();
    CertificateChange { project_id: SHOP, slug: "web".into(), certificate_id: CERTIFICATE, what, by }
}

pub fn delete() -> CertificateDelete {
    CertificateDelete { project_id: SHOP, slug: "web".into(), certificate_id: CERTIFICATE }
}

/// One of each form.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![certificate().into()],
        vec![replacement(2).into(), description("of nobody").into()],
        vec![delete().into()],
    ]
}
