//! Internal CAs. Upstream keeps the keys of what it issues, lets its lists of revoked certificates run out, and gives one number twice.

use sentinel_machine::commands::internal_certificate_issue::InternalCertificateIssue;
use sentinel_machine::internal_ca::{certificate, crl, crls_due, ending, find, revoked, sealed_key};
use sentinel_machine::{Command, Read, Rejection, Scan, Table};
use sentinel_model::Time;
use sentinel_model::internal_ca::{
    CA_DAYS_MAX, DAY_MS, ISSUED_MAX, InternalCa, InternalCertificate, KEPT_MS, Reason, Serial,
};

use crate::ids::*;
use crate::samples::internal_ca::{self as sample, create, delete, issue, renew, revoke};
use crate::stage::Stage;

fn the(stage: &Stage) -> InternalCa {
    find(&stage.tables, SHOP).unwrap().unwrap()
}

fn rows(stage: &Stage, table: Table) -> usize {
    stage.tables.scan(Scan::all(table, &[])).unwrap().len()
}

#[test]
fn a_project_has_one_and_what_it_issues_is_kept_without_keys() {
    let mut stage = Stage::furnished();
    stage.refuses([(issue(1).into(), Rejection::not_found("Internal CA"))]);
    stage.done(create());
    let told = "the project has an internal CA already";
    stage.refuses([(create().into(), Rejection::WrongState(told.into()))]);
    stage.done(issue(1));
    stage.done(issue(2));
    let entry = stage.audit().pop().unwrap();
    let serial = Serial::of([2; 16]);
    assert_eq!(
        (entry.action.as_str(), entry.resource_id),
        ("internal_certificate.issued", serial.to_string())
    );
    assert_eq!((entry.changes["name"].as_str(), the(&stage).kept), ("client-2", 2));
    let known = certificate(&stage.tables, SHOP, serial).unwrap().unwrap();
    assert_eq!((known.subject_cn.as_str(), known.issued_at > Time(0)), ("Client 2", true));
    stage.refuses([(issue(2).into(), Rejection::taken("id", "this certificate exists already"))]);
    stage.done(delete());
    assert_eq!(find(&stage.tables, SHOP).unwrap(), None);
    for table in [
        Table::InternalCaKeys,
        Table::InternalCrls,
        Table::InternalCertificates,
        Table::InternalCertificatesByTime,
        Table::InternalCertificatesByEnd,
    ] {
        assert_eq!(rows(&stage, table), 0, "{table:?}");
    }
    stage.refuses([(delete().into(), Rejection::not_found("Internal CA"))]);
}

#[test]
fn no_entry_and_no_event_has_the_sealed_key() {
    let mut stage = Stage::furnished();
    stage.done(create());
    let told = format!("{:?} {:?} {:?}", stage.audit(), stage.events, Command::from(create()));
    assert!(told.contains("Sealed(80 bytes)"), "{told}");
    assert_eq!(sealed_key(&stage.tables, SHOP).unwrap().unwrap().ca_id, INTERNAL_CA);
}

#[test]
fn a_list_is_taken_only_behind_the_one_that_holds_and_with_everything_that_is_revoked() {
    let mut stage = Stage::furnished();
    stage.done(create());
    stage.done(issue(1));
    stage.done(issue(2));
    let half = the(&stage).crl_due();
    assert!(crls_due(&stage.tables, Time(half.0 - 1), 9).unwrap().is_empty());
    assert_eq!(crls_due(&stage.tables, half, 9).unwrap().len(), 1);
    stage.done(revoke(1, Reason::KeyCompromise));
    assert_eq!(crls_due(&stage.tables, Time(half.0 - 1), 9).unwrap().len(), 1, "it lacks one");
    stage.refuses([
        (renew(sample::crl(2, 0)).into(), Rejection::Stale { decided_on: 0, current: 1 }),
        (renew(sample::crl(1, 1)).into(), Rejection::Stale { decided_on: 0, current: 1 }),
        (renew(sample::crl(3, 1)).into(), Rejection::Stale { decided_on: 2, current: 1 }),
    ]);
    stage.done(renew(sample::crl(2, 1)));
    assert_eq!(crl(&stage.tables, SHOP).unwrap().unwrap().pem, "list 2");
    assert_eq!((the(&stage).crl.number, the(&stage).revocations), (2, 1));
    let again = "the certificate is revoked already: key_compromise";
    stage.refuses([(revoke(1, Reason::Superseded).into(), Rejection::WrongState(again.into()))]);
    let listed = |now: Time| {
        let found: Vec<InternalCertificate> = revoked(&stage.tables, SHOP, now).unwrap();
        found.into_iter().map(|one| one.revocation.unwrap().reason).collect::<Vec<_>>()
    };
    assert_eq!(listed(Time(1_000_000)), [Reason::KeyCompromise]);
    assert!(listed(Time(900_001).plus_ms(90 * DAY_MS)).is_empty(), "what has ended leaves the list");
}

#[test]
fn lives_and_numbers_have_limits_and_what_ended_long_ago_is_forgotten() {
    let mut stage = Stage::furnished();
    let long = Time(900_000).plus_ms(u64::from(CA_DAYS_MAX + 2) * DAY_MS);
    let mut too_long = create();
    too_long.not_after = long;
    stage.refuses_fields([("validity_days", too_long.into())]);
    stage.done(create());
    assert_eq!(ending(&stage.tables, long).unwrap().len(), 1);
    assert!(ending(&stage.tables, Time(1_000_000)).unwrap().is_empty());
    let with = |number: u8, not_after: Time| InternalCertificateIssue {
        certificate: InternalCertificate { not_after, ..sample::certificate(number) },
        validity_days: 90,
    };
    let told = "the certificate would end after the internal CA";
    stage.refuses([(with(1, long).into(), Rejection::WrongState(told.into()))]);
    stage.refuses_fields([("name", {
        let certificate = InternalCertificate { name: "No slug".into(), ..sample::certificate(1) };
        InternalCertificateIssue { certificate, validity_days: 90 }.into()
    })]);
    stage.done(issue(1));
    let later = sample::certificate(1).not_after.plus_ms(KEPT_MS);
    // Not on the stage, which looks at everything after each step.
    let mut many = stage.clone();
    let serial = |number: u64| {
        let mut bytes = [9; 16];
        bytes[8..].copy_from_slice(&number.to_be_bytes());
        Serial::of(bytes)
    };
    let one = |number: u64| InternalCertificateIssue {
        certificate: InternalCertificate { serial: serial(number), ..sample::certificate(9) },
        validity_days: 90,
    };
    for number in 1..ISSUED_MAX {
        let envelope = many.envelope(one(number));
        many.index += 1;
        sentinel_machine::apply(&mut many.tables, many.index, &envelope).unwrap().outcome.unwrap();
    }
    let mut envelope = many.envelope(one(ISSUED_MAX));
    many.index += 1;
    let refused = sentinel_machine::apply(&mut many.tables, many.index, &envelope).unwrap().outcome;
    assert!(matches!(refused, Err(Rejection::Limit(_))), "{refused:?}");
    envelope = many.envelope(with(8, later.plus_ms(DAY_MS)));
    envelope.time = later;
    many.index += 1;
    sentinel_machine::apply(&mut many.tables, many.index, &envelope).unwrap().outcome.unwrap();
    assert!(the(&many).kept < ISSUED_MAX, "some of those that ended long ago are gone");
}
