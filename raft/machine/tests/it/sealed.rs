//! Values under another key-encryption key.

use sentinel_machine::commands::certificate_order::CertificateOrder;
use sentinel_machine::commands::reseal::{RESEALED_MAX, Reseal, Resealed};
use sentinel_machine::sealed::Sealing;
use sentinel_machine::tables::Row;
use sentinel_machine::{Rejection, Reply, certificate, secret};
use sentinel_model::acme::AcmeState;
use sentinel_model::cluster::Cluster;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::secret::Sealed;

use crate::ids::*;
use crate::samples::acme::{acme_account, issue, order, renew, request, settings};
use crate::samples::secrets::secret as token;
use crate::samples::{internal_ca, reseal};
use crate::stage::Stage;

fn anew(sealed: &Sealed) -> Sealed {
    Sealed(vec![0xEE; sealed.0.len()])
}

#[test]
fn a_value_is_put_in_the_place_of_the_one_that_was_seen_and_of_no_other() {
    let mut stage = Stage::furnished();
    let before: Project = stage.get(SHOP.as_bytes()).unwrap();
    assert_eq!(stage.done(reseal()), Reply::Count(1));
    let after: Project = stage.get(SHOP.as_bytes()).unwrap();
    assert_eq!(after.sealed_marker_key, Sealed(vec![9; 3]));
    assert_eq!(Project { sealed_marker_key: before.sealed_marker_key.clone(), ..after.clone() }, before);
    let entry = stage.audit().pop().unwrap();
    assert_eq!(entry.action, "cluster.resealed");
    assert_eq!((entry.changes["key_id"].as_str(), entry.changes["values"].as_str()), ("a1b2", "1"));
    assert!(matches!(stage.refused(reseal()), Rejection::WrongState(_)), "it is another one by now");
    assert_eq!(stage.get::<Project>(SHOP.as_bytes()).unwrap(), after);
}

#[test]
fn everything_that_is_sealed_can_be_sealed_anew() {
    let mut stage = Stage::furnished();
    stage.done(token());
    stage.done(request());
    stage.done(acme_account());
    stage.done(order(1));
    stage.done(issue(2));
    stage.done(renew());
    stage.done(CertificateOrder { version: 2, ..order(4) });
    stage.done(internal_ca::create());
    let cluster: Cluster = stage.get(b"cluster").unwrap();
    let org: Org = stage.get(ACME.as_bytes()).unwrap();
    let secrets = secret::all(&stage.tables, SHOP).unwrap();
    let value = secret::value(&stage.tables, secrets[0].id, 1).unwrap().unwrap();
    let ordered = certificate::find(&stage.tables, SHOP, "web").unwrap().unwrap();
    let content = certificate::content(&stage.tables, &ordered).unwrap().unwrap();
    let acme = ordered.acme.as_ref().unwrap();
    let AcmeState::Ordered(order) = &acme.state else { panic!() };
    let external = &acme.settings.external.as_ref().unwrap().sealed;
    let account = sentinel_machine::acme::account(&stage.tables, SHOP, &settings()).unwrap().unwrap();
    let mut values = Vec::new();
    let mut add = |at, row, sealed: &Sealed| {
        values.push(Resealed { at, row, from: sealed.clone(), to: anew(sealed) });
    };
    if let Some(ca) = &cluster.ca {
        add(Sealing::Cluster, cluster.key(), &ca.sealed_key);
    }
    add(Sealing::Orgs, org.key(), &org.signing_key.sealed_seed);
    add(Sealing::SecretValues, value.key(), &value.sealed);
    add(Sealing::CertificateContents, content.key(), &content.sealed);
    add(Sealing::Certificates, ordered.key(), external);
    add(Sealing::Certificates, ordered.key(), &order.sealed);
    add(Sealing::AcmeAccounts, account.key(), &account.sealed);
    let own = sentinel_machine::internal_ca::sealed_key(&stage.tables, SHOP).unwrap().unwrap();
    add(Sealing::InternalCas, own.key(), &own.sealed);
    let count = values.len() as u64;
    let command = Reseal { key_id: "a1b2".into(), values };
    assert_eq!(stage.done(command.clone()), Reply::Count(count));
    stage.refused(command);
    let due = sentinel_machine::acme::due(&stage.tables, stage.now, 9).unwrap();
    assert_eq!(due.len(), 1, "the order goes on");
}

#[test]
fn a_command_has_a_bounded_number_of_values_and_none_that_is_longer_than_before() {
    let with = |values: Vec<Resealed>| Reseal { values, ..reseal() };
    let value = reseal().values.remove(0);
    let longer = Resealed { to: Sealed(vec![1; 4]), ..value.clone() };
    Stage::furnished().refuses_fields([
        ("values", with(Vec::new()).into()),
        ("values", with(vec![value; RESEALED_MAX + 1]).into()),
        ("values", with(vec![longer]).into()),
    ]);
}
