//! Certificates. Upstream keeps their private keys in clear.

use sentinel_machine::certificate::{Content, all, content, ending, find};
use sentinel_machine::commands::certificate_change::{CertificateChange, What};
use sentinel_machine::commands::certificate_create::CertificateCreate;
use sentinel_machine::commands::certificate_delete::CertificateDelete;
use sentinel_machine::{Command, Read, Rejection, Scan, Table};
use sentinel_model::certificate::{
    BYTES_MAX, CERTIFICATES_MAX, CHAIN_MAX, Certificate, Facts, SEALED_MAX, VERSIONS_KEPT,
};
use sentinel_model::secret::Sealed;
use sentinel_model::{CertificateId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::samples::certificates::{self, certificate, delete, description, replacement};
use crate::stage::Stage;

fn numbered(number: usize) -> CertificateCreate {
    let certificate_id = CertificateId(Uuid::from_u128(0x6000 + number as u128));
    CertificateCreate { certificate_id, slug: format!("web-{number}"), ..certificate() }
}

fn the(stage: &Stage) -> Certificate {
    find(&stage.tables, SHOP, "web").unwrap().unwrap()
}

fn contents(stage: &Stage) -> usize {
    stage.tables.scan(Scan::all(Table::CertificateContents, &[])).unwrap().len()
}

#[test]
fn a_replacement_is_the_next_version_and_the_last_ones_are_kept() {
    let mut stage = Stage::furnished();
    stage.done(certificate());
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.changes["slug"].as_str()), ("certificate.created", "web"));
    assert_eq!(entry.changes["names"], "shop.example, *.shop.example");
    for version in 2..=7 {
        stage.done(replacement(version));
    }
    let known = the(&stage);
    let numbers: Vec<u64> = known.versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
    assert_eq!(contents(&stage), VERSIONS_KEPT, "what is not kept is gone");
    let held = content(&stage.tables, &known).unwrap().unwrap();
    assert_eq!((held.chain.as_str(), held.sealed), ("chain 7", Sealed(vec![7; 80])));
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.changes["version"].as_str()), ("certificate.replaced", "7"));

    let told = "the certificate was replaced meanwhile, and is at version 7; look at it again";
    stage.refuses([(replacement(7).into(), Rejection::WrongState(told.into()))]);
    stage.done(description("of nobody"));
    assert_eq!((the(&stage).description.as_str(), the(&stage).version()), ("of nobody", 7));
    stage.done(delete());
    assert_eq!((all(&stage.tables, SHOP).unwrap(), contents(&stage)), (vec![], 0));
}

#[test]
fn no_entry_of_the_audit_log_has_the_sealed_key() {
    let mut stage = Stage::furnished();
    let sealed = Sealed(b"a canary in a cage of its own".to_vec());
    stage
        .done(CertificateCreate { content: Content { sealed, ..certificates::content(1) }, ..certificate() });
    let told = format!("{:?} {:?} {:?}", stage.audit(), stage.events, Command::from(certificate()));
    assert!(!told.contains("canary") && told.contains("Sealed(80 bytes)"), "{told}");
}

#[test]
fn those_that_end_first_come_first() {
    let mut stage = Stage::furnished();
    for (number, end) in [(1, 5_000_000), (2, 3_000_000), (3, 4_000_000)] {
        let facts = Facts { not_after: Time(end), ..certificates::content(1).facts };
        stage.done(CertificateCreate {
            content: Content { facts, ..certificates::content(1) },
            ..numbered(number)
        });
    }
    let slugs = |before, most| {
        let found = ending(&stage.tables, Time(before), most).unwrap();
        found.into_iter().map(|certificate| certificate.slug).collect::<Vec<_>>()
    };
    assert_eq!(slugs(5_000_000, 9), ["web-2", "web-3"]);
    assert_eq!(slugs(9_000_000, 1), ["web-2"]);
    assert!(slugs(3_000_000, 9).is_empty());
}

#[test]
fn fields_numbers_and_bytes_have_limits() {
    let mut stage = Stage::furnished();
    let with = |content: Content| CertificateCreate { content, ..certificate() };
    let one = || certificates::content(1);
    let nameless = Facts { names: Vec::new(), ..one().facts };
    stage.refuses_fields([
        ("slug", CertificateCreate { slug: "Web".into(), ..certificate() }.into()),
        ("description", CertificateCreate { description: "a".repeat(1_001), ..certificate() }.into()),
        ("chain", with(Content { chain: "x".repeat(CHAIN_MAX + 1), ..one() }).into()),
        ("chain", with(Content { facts: nameless, ..one() }).into()),
        ("key", with(Content { sealed: Sealed(Vec::new()), ..one() }).into()),
        ("key", with(Content { sealed: Sealed(vec![0; SEALED_MAX + 1]), ..one() }).into()),
    ]);
    stage.done(certificate());
    let taken = Rejection::taken("slug", "is taken by another certificate of this project");
    let same = CertificateCreate { slug: "other".into(), ..certificate() };
    stage.refuses([
        (CertificateCreate { slug: "web".into(), ..numbered(1) }.into(), taken),
        (same.into(), Rejection::taken("id", "this certificate exists already")),
    ]);
    // Not on the stage, which looks at everything after each step.
    let mut many = stage.clone();
    for number in 1..CERTIFICATES_MAX {
        let envelope = many.envelope(numbered(number));
        many.index += 1;
        sentinel_machine::apply(&mut many.tables, many.index, &envelope).unwrap().outcome.unwrap();
    }
    let limit =
        format!("a project has at most {CERTIFICATES_MAX} certificates; delete one that nobody needs");
    many.refuses([(numbered(0).into(), Rejection::Limit(limit))]);

    let large = Content { chain: "x".repeat(CHAIN_MAX), sealed: Sealed(vec![0; SEALED_MAX]), ..one() };
    let most = BYTES_MAX as usize / (CHAIN_MAX + SEALED_MAX);
    assert!(most < CERTIFICATES_MAX);
    let mut refused = None;
    for number in 1..=most + 1 {
        let envelope = stage.envelope(CertificateCreate { content: large.clone(), ..numbered(number) });
        stage.index += 1;
        refused = sentinel_machine::apply(&mut stage.tables, stage.index, &envelope).unwrap().outcome.err();
        assert_eq!(refused.is_some(), number > most, "{number}: {refused:?}");
    }
    assert!(matches!(refused, Some(Rejection::Limit(_))), "{refused:?}");
}

#[test]
fn nothing_of_another_project_or_of_an_earlier_certificate_is_touched() {
    let mut stage = Stage::furnished();
    stage.done(CertificateCreate { project_id: LAB, ..certificate() });
    let gone = || Rejection::not_found("Certificate");
    stage.refuses([
        (replacement(2).into(), gone()),
        (description("x").into(), gone()),
        (delete().into(), gone()),
    ]);
    assert_eq!(all(&stage.tables, SHOP).unwrap(), []);
    stage.done(CertificateCreate { slug: "web".into(), ..numbered(1) });
    // The slug is that of another certificate by now.
    stage.refuses([
        (CertificateChange { what: What::Description("x".into()), ..replacement(2) }.into(), gone()),
        (CertificateDelete { ..delete() }.into(), gone()),
    ]);
}
