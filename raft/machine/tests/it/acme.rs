//! Certificates by ACME, as the state machine has them. Upstream has a column for it and no client.

use sentinel_machine::acme::{Decided, account, challenge, due};
use sentinel_machine::certificate::{Content, content, find};
use sentinel_machine::commands::acme_account_forget::AcmeAccountForget;
use sentinel_machine::commands::acme_account_keep::AcmeAccountKeep;
use sentinel_machine::commands::certificate_fail::CertificateFail;
use sentinel_machine::commands::certificate_issue::CertificateIssue;
use sentinel_machine::commands::certificate_order::CertificateOrder;
use sentinel_machine::commands::certificate_request::CertificateRequest;
use sentinel_machine::{Read, Rejection, Scan, Table};
use sentinel_model::Time;
use sentinel_model::acme::{Acme, AcmeSettings};
use sentinel_model::certificate::Certificate;
use sentinel_model::secret::Sealed;

use crate::ids::*;
use crate::samples::acme::{acme_account, fail, forget_account, issue, on, order, renew, request, settings};
use crate::samples::certificates::{delete, replacement};
use crate::stage::Stage;

fn the(stage: &Stage) -> Certificate {
    find(&stage.tables, SHOP, "web").unwrap().unwrap()
}

fn acme(stage: &Stage) -> Acme {
    the(stage).acme.unwrap()
}

fn is_due(stage: &Stage, at: Time) -> bool {
    !due(&stage.tables, at, 9).unwrap().is_empty()
}

fn answer(stage: &Stage, token: &str) -> Option<String> {
    challenge(&stage.tables, token).unwrap().map(|found| found.answer)
}

fn last(stage: &Stage) -> String {
    stage.audit().pop().unwrap().action
}

#[test]
fn a_certificate_is_asked_for_ordered_and_issued_and_is_due_again_when_it_is_to_be_renewed() {
    let mut stage = Stage::furnished();
    let now = stage.now;
    stage.done(request());
    assert_eq!(last(&stage), "certificate.requested");
    assert!(is_due(&stage, now) && the(&stage).current().is_none());
    stage.done(acme_account());
    assert!(account(&stage.tables, SHOP, &settings()).unwrap().is_some());
    assert!(account(&stage.tables, LAB, &settings()).unwrap().is_none());
    stage.done(order(1));
    assert!(is_due(&stage, now), "it is under way");
    assert_eq!(answer(&stage, "token-1").as_deref(), Some("token-1.thumbprint"));
    stage.done(issue(2));
    assert_eq!(last(&stage), "certificate.issued");
    assert_eq!(answer(&stage, "token-1"), None, "it is over");
    let known = the(&stage);
    assert_eq!((known.version(), acme(&stage).failure), (1, None));
    assert_eq!(content(&stage.tables, &known).unwrap().unwrap().sealed, Sealed(vec![1; 80]));
    assert!(!is_due(&stage, now) && is_due(&stage, Time(1_500_000)));
    stage.done(delete());
    assert!(!is_due(&stage, Time(i64::MAX)));
}

#[test]
fn what_was_decided_on_an_earlier_revision_is_refused() {
    let mut stage = Stage::furnished();
    stage.done(request());
    stage.done(order(1));
    let stale = |decided_on| Rejection::Stale { decided_on, current: 2 };
    stage.refuses([
        (order(1).into(), stale(1)),
        (issue(1).into(), stale(1)),
        (fail(1, "late").into(), stale(1)),
    ]);
    let gone = Rejection::not_found("Certificate");
    let stranger = Decided { certificate_id: sentinel_model::CertificateId(NOBODY), ..on(2) };
    stage.refuses([(CertificateFail { on: stranger, ..fail(2, "x") }.into(), gone)]);
}

#[test]
fn a_chain_is_taken_only_with_the_key_of_the_order() {
    let mut stage = Stage::furnished();
    stage.done(request());
    let none = Rejection::WrongState("no order of this key is under way".into());
    stage.refuses([(issue(1).into(), none.clone())]);
    stage.done(order(1));
    let other = Content { sealed: Sealed(vec![9; 80]), ..issue(2).content };
    stage.refuses([(CertificateIssue { content: other, ..issue(2) }.into(), none)]);
    let wrong = CertificateOrder { version: 2, ..order(2) };
    stage.refuses([(wrong.into(), Rejection::WrongState("the certificate is at version 0".into()))]);
}

#[test]
fn a_failure_makes_a_pause_and_somebody_can_end_it() {
    let mut stage = Stage::furnished();
    let now = stage.now;
    stage.done(request());
    stage.done(order(1));
    stage.done(fail(2, "no answer"));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.changes["reason"].as_str()),
        ("certificate.failed", "no answer")
    );
    assert_eq!(answer(&stage, "token-1"), None);
    assert!(!is_due(&stage, now) && is_due(&stage, now.plus_ms(60_000)));
    stage.done(renew());
    assert_eq!(last(&stage), "certificate.renewal_asked");
    assert!(is_due(&stage, now));
    assert_eq!(acme(&stage).failure.unwrap().times, 1, "it is not forgotten");
    stage.done(CertificateFail { not_before: Some(now.plus_ms(3_600_000)), ..fail(4, "too many") });
    assert!(!is_due(&stage, now.plus_ms(3_599_999)) && is_due(&stage, now.plus_ms(3_600_000)));
    stage.done(renew());
    stage.done(order(6));
    stage.done(issue(7));
    assert_eq!(acme(&stage).failure, None);
}

#[test]
fn an_order_that_is_left_behind_is_answered_for_no_more() {
    let mut stage = Stage::furnished();
    stage.done(request());
    stage.done(order(1));
    stage.done(renew());
    assert_eq!(answer(&stage, "token-1"), None);
    let another = vec![("token-2".into(), "token-2.thumbprint".into())];
    stage.done(CertificateOrder { challenges: another, ..order(3) });
    stage.done(delete());
    assert_eq!(stage.tables.scan(Scan::all(Table::AcmeChallenges, &[])).unwrap(), []);
}

#[test]
fn the_first_account_is_kept() {
    let mut stage = Stage::furnished();
    stage.done(acme_account());
    let mut second = acme_account();
    second.account.sealed = Sealed(vec![8; 80]);
    stage.refuses([(second.into(), Rejection::taken("id", "this account exists already"))]);
    let mut other = acme_account();
    other.account.contact = "bob@example.com".into();
    stage.done(other);
    let mut empty = acme_account();
    (empty.account.project_id, empty.account.sealed) = (LAB, Sealed(Vec::new()));
    assert!(matches!(stage.refused(empty), Rejection::Limit(_)));
    let nowhere = sentinel_model::ProjectId(NOBODY);
    let mut lost = acme_account();
    lost.account.project_id = nowhere;
    assert_eq!(stage.refused(AcmeAccountKeep { ..lost }), Rejection::not_found("Project"));
}

#[test]
fn an_issued_certificate_is_not_replaced_by_hand_and_an_uploaded_one_is_not_renewed() {
    let mut stage = Stage::furnished();
    stage.done(request());
    let words = "the certificate is issued by a certificate authority; have it renewed instead";
    stage.refuses([(replacement(1).into(), Rejection::WrongState(words.into()))]);
    stage.done(delete());
    stage.done(crate::samples::certificates::certificate());
    let words = "the certificate is one that was uploaded; replace it with another one";
    stage.refuses([
        (renew().into(), Rejection::WrongState(words.into())),
        (order(1).into(), Rejection::WrongState(words.into())),
    ]);
}

#[test]
fn fields_have_limits() {
    let mut stage = Stage::furnished();
    let with = |settings: AcmeSettings| CertificateRequest { settings, ..request() };
    stage.refuses_fields([
        ("slug", CertificateRequest { slug: "Web".into(), ..request() }.into()),
        ("directory_url", with(AcmeSettings { directory_url: "http://ca".into(), ..settings() }).into()),
        ("domains", with(AcmeSettings { domains: Vec::new(), ..settings() }).into()),
    ]);
    stage.done(request());
    let taken = Rejection::taken("slug", "is taken by another certificate of this project");
    stage.refuses([(request().into(), taken)]);
    for wrong in [
        CertificateOrder { url: String::new(), ..order(1) },
        CertificateOrder { sealed: Sealed(Vec::new()), ..order(1) },
        CertificateOrder { challenges: vec![("a/b".into(), "a".into())], ..order(1) },
        CertificateOrder { challenges: vec![("a".into(), "a".repeat(600))], ..order(1) },
    ] {
        assert!(matches!(stage.clone().refused(wrong), Rejection::Limit(_)));
    }
}

#[test]
fn an_order_cannot_take_the_answer_of_another_one_away_nor_come_without_room() {
    let mut stage = Stage::furnished();
    stage.done(request());
    stage.done(order(1));
    let second = sentinel_model::CertificateId(uuid::Uuid::from_u128(0xd1));
    stage.done(CertificateRequest { certificate_id: second, slug: "api".into(), ..request() });
    let on = Decided { slug: "api".into(), certificate_id: second, ..on(1) };
    let refused = stage.refused(CertificateOrder { on: on.clone(), ..order(1) });
    assert!(refused.to_string().contains("one of another order"), "{refused}");
    assert_eq!(challenge(&stage.tables, "token-1").unwrap().unwrap().project_id, SHOP);
    let other = vec![("token-9".into(), "token-9.thumbprint".into())];
    stage.done(CertificateOrder { on, challenges: other, ..order(1) });
}

#[test]
fn an_account_that_is_known_no_more_is_forgotten_and_no_other_one() {
    let mut stage = Stage::furnished();
    stage.done(request());
    stage.done(acme_account());
    let another = AcmeAccountForget { sealed: Sealed(vec![1; 80]), ..forget_account(1) };
    stage.refuses([(another.into(), Rejection::not_found("Account"))]);
    stage.done(forget_account(1));
    assert_eq!(last(&stage), "acme_account.deleted");
    assert!(account(&stage.tables, SHOP, &settings()).unwrap().is_none());
}
