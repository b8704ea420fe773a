//! Samples of certificates by ACME.

use sentinel_machine::Command;
use sentinel_machine::acme::Decided;
use sentinel_machine::commands::acme_account_forget::AcmeAccountForget;
use sentinel_machine::commands::acme_account_keep::AcmeAccountKeep;
use sentinel_machine::commands::certificate_fail::CertificateFail;
use sentinel_machine::commands::certificate_issue::CertificateIssue;
use sentinel_machine::commands::certificate_order::CertificateOrder;
use sentinel_machine::commands::certificate_renew::CertificateRenew;
use sentinel_machine::commands::certificate_request::CertificateRequest;
use sentinel_model::Time;
use sentinel_model::acme::{AcmeAccount, AcmeSettings, ExternalAccount};
use sentinel_model::secret::Sealed;

use crate::ids::*;
use crate::samples::certificates::content;

/// What is asked for.
pub fn settings() -> AcmeSettings {
    AcmeSettings {
        directory_url: "https://ca.example/directory".into(),
        directory_ca: Some("the CA of the CA".into()),
        domains: vec!["shop.example".into(), "www.shop.example".into()],
        contact: "ada@example.com".into(),
        external: Some(ExternalAccount { key_id: "k1".into(), sealed: Sealed(vec![7; 64]) }),
    }
}

/// The certificate of the shop's listeners.
pub fn request() -> CertificateRequest {
    CertificateRequest {
        certificate_id: CERTIFICATE,
        project_id: SHOP,
        slug: "web".into(),
        description: "of the shop".into(),
        settings: settings(),
        mark: "m1".into(),
        created_by: "ada@example.com".into(),
    }
}

/// It, at a revision.
pub fn on(revision: u64) -> Decided {
    Decided { project_id: SHOP, slug: "web".into(), certificate_id: CERTIFICATE, revision }
}

pub fn acme_account() -> AcmeAccountKeep {
    let AcmeSettings { directory_url, contact, .. } = settings();
    AcmeAccountKeep {
        account: AcmeAccount {
            project_id: SHOP,
            directory_url,
            contact,
            external_key_id: "k1".into(),
            sealed: Sealed(vec![6; 80]),
            created_at: Time(0),
        },
    }
}

pub fn forget_account(revision: u64) -> AcmeAccountForget {
    AcmeAccountForget { on: on(revision), sealed: acme_account().account.sealed }
}

/// Its first order.
pub fn order(revision: u64) -> CertificateOrder {
    CertificateOrder {
        on: on(revision),
        url: "https://ca.example/orders/1".into(),
        version: 1,
        sealed: content(1).sealed,
        challenges: vec![("token-1".into(), "token-1.thumbprint".into())],
    }
}

/// What came of it.
pub fn issue(revision: u64) -> CertificateIssue {
    CertificateIssue {
        on: on(revision),
        content: content(1),
        renew_at: Time(1_500_000),
        by: "ca.example".into(),
    }
}

pub fn fail(revision: u64, reason: &str) -> CertificateFail {
    CertificateFail { on: on(revision), reason: reason.into(), not_before: None }
}

pub fn renew() -> CertificateRenew {
    CertificateRenew { project_id: SHOP, slug: "web".into(), certificate_id: CERTIFICATE }
}

/// One of each form.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![request().into()],
        vec![renew().into()],
        vec![acme_account().into()],
        vec![order(1).into()],
        vec![issue(2).into()],
        vec![fail(2, "no answer").into()],
        vec![forget_account(1).into()],
    ]
}
