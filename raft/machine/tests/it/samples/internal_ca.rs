//! Samples of an internal CA and what it issues.

use sentinel_machine::Command;
use sentinel_machine::commands::internal_ca_create::InternalCaCreate;
use sentinel_machine::commands::internal_ca_delete::InternalCaDelete;
use sentinel_machine::commands::internal_certificate_issue::InternalCertificateIssue;
use sentinel_machine::commands::internal_certificate_revoke::InternalCertificateRevoke;
use sentinel_machine::commands::internal_crl_renew::InternalCrlRenew;
use sentinel_machine::internal_ca::SignedCrl;
use sentinel_model::internal_ca::{
    CRL_MS, CrlFacts, DAY_MS, InternalCertificate, KeyAlgorithm, Reason, Serial,
};
use sentinel_model::secret::Sealed;
use sentinel_model::{Sha256Digest, Time};

use crate::ids::*;

/// A list with this number, made when so many were revoked.
pub fn crl(number: u64, revocations: u64) -> SignedCrl {
    let this_update = Time(1_000_000);
    let facts = CrlFacts { number, revocations, this_update, next_update: this_update.plus_ms(CRL_MS) };
    SignedCrl { facts, pem: format!("list {number}") }
}

/// The CA of the shop.
pub fn create() -> InternalCaCreate {
    InternalCaCreate {
        ca_id: INTERNAL_CA,
        project_id: SHOP,
        subject_cn: "Clients of the shop".into(),
        key_algorithm: KeyAlgorithm::EcP384,
        certificate: "certificate".into(),
        fingerprint: Sha256Digest([5; 32]),
        not_before: Time(900_000),
        not_after: Time(900_000).plus_ms(3_650 * DAY_MS),
        validity_days: 3_650,
        sealed: Sealed(vec![5; 80]),
        crl: crl(1, 0),
        created_by: "ada@example.com".into(),
    }
}

/// A certificate of it, of 90 days.
pub fn certificate(number: u8) -> InternalCertificate {
    InternalCertificate {
        project_id: SHOP,
        ca_id: INTERNAL_CA,
        serial: Serial::of([number; 16]),
        name: format!("client-{number}"),
        subject_cn: format!("Client {number}"),
        subject_ou: Some("Shop".into()),
        sans: vec!["client.example".into()],
        certificate: format!("certificate {number}"),
        fingerprint: Sha256Digest([number; 32]),
        not_before: Time(900_000),
        not_after: Time(900_000).plus_ms(90 * DAY_MS),
        revocation: None,
        issued_by: "bob@example.com".into(),
        issued_at: Time(0),
    }
}

pub fn issue(number: u8) -> InternalCertificateIssue {
    InternalCertificateIssue { certificate: certificate(number), validity_days: 90 }
}

pub fn revoke(number: u8, reason: Reason) -> InternalCertificateRevoke {
    InternalCertificateRevoke {
        project_id: SHOP,
        ca_id: INTERNAL_CA,
        serial: Serial::of([number; 16]),
        reason,
        by: "bob@example.com".into(),
    }
}

pub fn renew(crl: SignedCrl) -> InternalCrlRenew {
    InternalCrlRenew { project_id: SHOP, ca_id: INTERNAL_CA, crl }
}

pub fn delete() -> InternalCaDelete {
    InternalCaDelete { project_id: SHOP, ca_id: INTERNAL_CA }
}

/// One of each form.
pub fn all() -> Vec<Vec<Command>> {
    vec![
        vec![create().into()],
        vec![delete().into()],
        vec![issue(1).into()],
        vec![revoke(1, Reason::KeyCompromise).into()],
        vec![renew(crl(2, 1)).into()],
    ]
}
