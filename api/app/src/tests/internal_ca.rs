//! The internal CA. Upstream keeps the private keys of clients and shows them again and again; its lists of revoked certificates run out.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sentinel_api_types::internal_ca::{
    InternalCaCreate, InternalCaKeyAlgorithm, InternalCertificateIssue, InternalCertificateIssued,
    InternalCertificateRevoke, InternalCertificateStatus, InternalCertificatesQuery, RevocationReason,
};
use sentinel_machine::tables::rows;
use sentinel_machine::{Scan, Table, internal_ca as machine, snapshot};
use sentinel_model::audit::AuditEntry;
use sentinel_model::internal_ca::{CRL_MS, DAY_MS};
use x509_parser::extensions::ParsedExtension;
use x509_parser::pem::Pem;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use crate::error::AppError;
use crate::keyring::internal_ca_key_context;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

async fn founded(algorithm: InternalCaKeyAlgorithm) -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    let request = InternalCaCreate {
        subject_cn: "Clients".into(),
        key_algorithm: Some(algorithm),
        validity_days: Some(3_650),
    };
    world.kit.app.create_internal_ca(&world.admin.again(), PROJECT, request).await.unwrap();
    world
}

fn client(name: &str) -> InternalCertificateIssue {
    InternalCertificateIssue {
        name: name.into(),
        subject_cn: "Ada".into(),
        subject_ou: Some("Shop".into()),
        sans: vec!["ada.example".into(), "10.0.0.1".into(), "ada@example.com".into()],
        validity_days: None,
    }
}

async fn issue(world: &World, name: &str) -> InternalCertificateIssued {
    world.kit.app.issue_internal_certificate(&world.operator.again(), PROJECT, client(name)).await.unwrap()
}

async fn revoke(world: &World, serial: &str) -> Result<InternalCertificateStatus, AppError> {
    let because = InternalCertificateRevoke { reason: RevocationReason::KeyCompromise };
    let app = &world.kit.app;
    let done = app.revoke_internal_certificate(&world.operator.again(), PROJECT, serial, because).await?;
    Ok(done.certificate.status)
}

/// Number, and entries with their reasons. It is signed by the CA.
fn list(world: &World) -> (u64, Vec<(String, String)>) {
    let tables = world.kit.replica.memory().tables();
    let ca = machine::find(&tables, world.project).unwrap().unwrap();
    let kept = machine::crl(&tables, world.project).unwrap().unwrap();
    let pem = Pem::iter_from_buffer(kept.pem.as_bytes()).next().unwrap().unwrap();
    let (rest, list) = CertificateRevocationList::from_der(&pem.contents).unwrap();
    assert!(rest.is_empty());
    let own = CertificateDer::from_pem_slice(ca.certificate.as_bytes()).unwrap();
    let (_, own) = X509Certificate::from_der(&own).unwrap();
    list.verify_signature(own.public_key()).unwrap();
    let life = list.next_update().unwrap().timestamp() - list.last_update().timestamp();
    assert_eq!(life, (CRL_MS / 1_000) as i64);
    let number = list.crl_number().unwrap().to_string().parse().unwrap();
    let entries = list.iter_revoked_certificates().map(|one| {
        let reason = one.reason_code().map(|(_, reason)| reason.to_string()).unwrap_or_default();
        (one.raw_serial_as_string().replace(':', ""), reason)
    });
    (number, entries.collect())
}

#[tokio::test]
async fn a_key_is_in_one_answer_and_nowhere_else_and_that_of_the_ca_in_none() {
    for algorithm in [InternalCaKeyAlgorithm::EcP384, InternalCaKeyAlgorithm::EcP256] {
        let world = founded(algorithm).await;
        let app = &world.kit.app;
        let issued = issue(&world, "ada").await;
        let serial = &issued.certificate.serial;
        let shown = app.show_internal_certificate(&world.reader.again(), PROJECT, serial).await.unwrap();
        let query = InternalCertificatesQuery::default();
        let listed = app.list_internal_certificates(&world.reader.again(), PROJECT, &query).await.unwrap();
        let ca = app.show_internal_ca(&world.reader.again(), PROJECT).await.unwrap();
        let tables = world.kit.replica.memory().tables();
        let entries: Vec<AuditEntry> = rows(&tables, Scan::all(Table::Audit, &[])).unwrap();
        let mut told = format!("{issued:?} {shown:?} {listed:?} {ca:?} {entries:?}").into_bytes();
        snapshot::write(&tables, &mut told).unwrap();
        let known = machine::find(&tables, world.project).unwrap().unwrap();
        let sealed = machine::sealed_key(&tables, world.project).unwrap().unwrap().sealed;
        let context = internal_ca_key_context(world.project, known.id);
        let own = app.keyring().unseal(&context, &sealed).unwrap();
        let line = issued.private_key.expose().lines().nth(1).unwrap().as_bytes();
        for canary in [line, &own[30..60]] {
            assert!(!told.windows(canary.len()).any(|window| window == canary), "a key is in clear");
        }
        assert!(String::from_utf8_lossy(&told).contains("internal_certificate.issued"));
    }
}

#[tokio::test]
async fn what_is_issued_is_of_the_ca_for_clients_alone_and_never_outlives_it() {
    let world = founded(InternalCaKeyAlgorithm::EcP384).await;
    let app = &world.kit.app;
    let ca = app.show_internal_ca(&world.reader.again(), PROJECT).await.unwrap().internal_ca;
    let own = CertificateDer::from_pem_slice(ca.certificate_pem.as_bytes()).unwrap();
    let (_, own) = X509Certificate::from_der(&own).unwrap();
    assert!(own.is_ca() && own.key_usage().unwrap().unwrap().value.crl_sign());
    let long = InternalCertificateIssue { validity_days: Some(3_650), ..client("ada") };
    let issued = app.issue_internal_certificate(&world.operator.again(), PROJECT, long).await.unwrap();
    assert!(issued.certificate.not_after <= ca.not_after);
    let der = CertificateDer::from_pem_slice(issued.certificate_pem.as_bytes()).unwrap();
    let (_, leaf) = X509Certificate::from_der(&der).unwrap();
    leaf.verify_signature(Some(own.public_key())).unwrap();
    assert_eq!(leaf.issuer(), own.subject());
    assert!(leaf.subject().to_string().contains("CN=Ada") && leaf.subject().to_string().contains("OU=Shop"));
    assert_eq!(leaf.raw_serial_as_string().replace(':', ""), issued.certificate.serial);
    let usage = leaf.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth && !leaf.is_ca());
    let names = leaf.extensions().iter().find_map(|one| match one.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names.general_names.len()),
        _ => None,
    });
    assert_eq!(names, Some(3));
    for (request, field) in [
        (InternalCertificateIssue { name: "No".into(), ..client("a") }, "name"),
        (InternalCertificateIssue { subject_cn: String::new(), ..client("a") }, "subject_cn"),
        (InternalCertificateIssue { validity_days: Some(0), ..client("a") }, "validity_days"),
        (InternalCertificateIssue { validity_days: Some(3_651), ..client("a") }, "validity_days"),
        (InternalCertificateIssue { sans: vec!["a b".into()], ..client("a") }, "sans.0"),
    ] {
        let refused = app.issue_internal_certificate(&world.operator.again(), PROJECT, request).await;
        assert!(matches!(&refused, Err(AppError::Invalid(fields)) if fields.contains_key(field)), "{field}");
    }
}

#[tokio::test]
async fn a_list_has_what_is_revoked_until_it_ends_and_is_made_anew_before_it_runs_out() {
    let world = founded(InternalCaKeyAlgorithm::EcP256).await;
    let app = &world.kit.app;
    assert_eq!(list(&world), (1, vec![]));
    let (one, two) =
        (issue(&world, "one").await.certificate.serial, issue(&world, "two").await.certificate.serial);
    assert_eq!(revoke(&world, &one).await.unwrap(), InternalCertificateStatus::Revoked);
    let (number, entries) = list(&world);
    assert_eq!(number, 2);
    assert_eq!(entries.len(), 1);
    assert!(entries[0].0 == one && entries[0].1.to_lowercase().contains("compromise"), "{entries:?}");
    assert!(matches!(revoke(&world, &one).await, Err(AppError::Conflict(_))));
    revoke(&world, &two).await.unwrap();
    assert_eq!(list(&world).1.len(), 2);
    assert_eq!(app.renew_internal_crls().await.unwrap(), 0, "none is due");
    world.kit.clock.advance_ms((CRL_MS / 2 + 1_000) as i64);
    assert_eq!(app.renew_internal_crls().await.unwrap(), 1);
    let renewed = list(&world);
    assert_eq!((renewed.0, renewed.1.len()), (4, 2));
    world.kit.clock.advance_ms((91 * DAY_MS) as i64);
    app.renew_internal_crls().await.unwrap();
    assert_eq!(list(&world), (5, vec![]), "what has ended leaves the list");
}

#[tokio::test]
async fn another_tenant_finds_none() {
    let world = founded(InternalCaKeyAlgorithm::EcP256).await;
    let app = &world.kit.app;
    let serial = issue(&world, "ada").await.certificate.serial;
    let none = app.show_internal_ca(&world.outsider.again(), OTHER_PROJECT).await.unwrap_err();
    assert_eq!(none.to_string(), "No internal CA configured");
    let refused = app.show_internal_certificate(&world.outsider.again(), OTHER_PROJECT, &serial).await;
    assert!(matches!(refused, Err(AppError::NotFound(_))));
    app.delete_internal_ca(&world.admin.again(), PROJECT).await.unwrap();
    let gone = app.internal_crl(&world.reader.again(), PROJECT).await;
    assert!(matches!(gone, Err(AppError::NotConfigured(_))));
}
