//! Changes of a configuration: all of it or nothing, and never one on top of what nobody has seen.

use sentinel_machine::commands::config_change::{ConfigChange, OPERATIONS_MAX};
use sentinel_machine::config::{
    self, Expected, Operation, all, digest, document, find, find_by_id, state_of,
};
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Rejection, Reply, snapshot};
use sentinel_model::InvalidValue;
use sentinel_model::config::{Kind, Spec};
use sentinel_model::config_object::ConfigObject;
use serde_json::json;

use crate::ids::*;
use crate::samples::config::{self as samples, change, delete, group, put, service, to_group, whole};
use crate::stage::Stage;

/// The shop has its document.
fn stage() -> Stage {
    let mut stage = Stage::furnished();
    assert_eq!(stage.done(whole()), Reply::Revision(1));
    stage
}

fn the(stage: &Stage, kind: Kind, slug: &str) -> ConfigObject {
    find(&stage.tables, SHOP, kind, slug).unwrap().unwrap()
}

fn invalid(field: &str, message: &str) -> Rejection {
    Rejection::Invalid(InvalidValue::new(field, message))
}

/// One object changes, whatever it is.
fn one(slug: &str, spec: Spec, expected: Expected) -> ConfigChange {
    change(vec![put(object(900), slug, spec, expected)])
}

#[test]
fn a_document_that_is_put_is_there_as_it_was_and_survives_a_snapshot() {
    let stage = stage();
    assert_eq!(document(all(&stage.tables, SHOP).unwrap()), samples::document());
    assert_eq!(all(&stage.tables, LAB).unwrap(), []);
    let state = state_of(&stage.tables, SHOP).unwrap();
    assert_eq!((state.revision, state.count(Kind::Service), state.count(Kind::TrustStore)), (1, 2, 1));
    let shop = the(&stage, Kind::Service, "shop");
    assert_eq!(find_by_id(&stage.tables, SHOP, shop.id).unwrap(), Some(shop.clone()));
    assert_eq!(find_by_id(&stage.tables, LAB, shop.id).unwrap(), None, "other projects do not have it");

    let mut bytes = Vec::new();
    snapshot::write(&stage.tables, &mut bytes).unwrap();
    let mut back = MemoryTables::default();
    snapshot::read(&mut bytes.as_slice(), &mut back).unwrap();
    crate::integrity::check(&back);
    assert_eq!(document(all(&back, SHOP).unwrap()), samples::document());
}

#[test]
fn a_change_of_several_objects_is_one_entry_with_counts_names_and_a_digest() {
    let mut stage = stage();
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.resource_type.as_str()), ("config.applied", "config"));
    assert_eq!(entry.resource_id, SHOP.to_string());
    assert_eq!((entry.changes["added"].as_str(), entry.changes["changed"].as_str()), ("9", "0"));
    assert!(entry.changes["added_names"].contains("services.shop, upstream_groups.next"), "{entry:?}");
    assert_eq!(entry.changes["digest"], digest_of_sample());
    stage.done(change(vec![
        put(object(50), "new", group(1), Expected::New),
        put(object(51), "next", group(2), Expected::Anything),
        delete(Kind::Service, "old", Expected::Anything),
    ]));
    let entry = stage.audit().pop().unwrap();
    for (field, said) in [
        ("revision", "2"),
        ("added_names", "upstream_groups.new"),
        ("changed_names", "upstream_groups.next"),
        ("removed_names", "services.old"),
        ("removed", "1"),
    ] {
        assert_eq!(entry.changes[field], said, "{field}");
    }
    assert_eq!(stage.events[0].project_id, Some(SHOP));
    assert_eq!(the(&stage, Kind::UpstreamGroup, "next").id, id_of("next"), "an object keeps its id");
}

fn digest_of_sample() -> String {
    crate::ids::digest(0xc0).to_string()
}

/// The id that an upstream group of the document was given.
fn id_of(slug: &str) -> sentinel_model::ConfigObjectId {
    let objects = samples::document().into_objects();
    let place = objects.iter().position(|(own, spec)| own == slug && spec.kind() == Kind::UpstreamGroup);
    object(place.unwrap() as u16 + 1)
}

#[test]
fn one_object_has_an_entry_of_its_own_with_what_changed() {
    let mut stage = stage();
    let made = service(json!({ "route_path": "/a", "respond_status": 404 }));
    stage.done(one("extra", made.clone(), Expected::New));
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.resource_id), ("service.created", object(900).to_string()));
    assert_eq!((entry.changes["slug"].as_str(), entry.changes["revision"].as_str()), ("extra", "2"));
    assert_eq!(entry.changes["digest"], digest(&made).unwrap().to_string());
    let other = service(json!({ "route_path": "/b", "respond_status": 404, "hosts": ["a.example.com"] }));
    stage.done(one("extra", other, Expected::Revision(2)));
    let entry = stage.audit().pop().unwrap();
    assert_eq!(
        (entry.action.as_str(), entry.changes["changed"].as_str()),
        ("service.updated", "hosts, route_path")
    );
    assert_eq!(entry.resource_type, "service");
    stage.done(change(vec![delete(Kind::Service, "extra", Expected::Revision(3))]));
    assert_eq!(stage.audit().pop().unwrap().action, "service.deleted");
    assert_eq!(find_by_id(&stage.tables, SHOP, object(900)).unwrap(), None);
}

#[test]
fn what_stays_as_it_is_keeps_its_revision() {
    let mut stage = stage();
    let before = stage.tables.clone();
    let again = ConfigChange { based_on: Some(1), ..change(puts(Expected::Anything)) };
    assert_eq!(stage.done(again), Reply::Revision(1));
    assert_eq!(all(&stage.tables, SHOP).unwrap(), all(&before, SHOP).unwrap());
    assert_eq!(stage.audit().pop().unwrap().changes["changed"], "0");
    let next = the(&stage, Kind::UpstreamGroup, "next").spec;
    assert_eq!(stage.done(one("next", next, Expected::Anything)), Reply::Revision(1));
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.changes["changed"].as_str()), ("upstream_group.updated", ""));
    let gone = change(vec![delete(Kind::Service, "none", Expected::Anything)]);
    assert_eq!(stage.done(gone), Reply::Revision(1));
    stage.done(one("next", group(9), Expected::Anything));
    let revision = |slug: &str| the(&stage, Kind::UpstreamGroup, slug).revision;
    assert_eq!((revision("next"), revision("shop")), (2, 1));
}

fn puts(expected: Expected) -> Vec<Operation> {
    let again = |operation: Operation| match operation {
        Operation::Put { id, slug, spec, .. } => Operation::Put { id, slug, spec, expected },
        other => other,
    };
    whole().operations.into_iter().map(again).collect()
}

/// Defect: the last one who saves takes back what somebody else has saved meanwhile, and nobody is told.
#[test]
fn who_has_not_seen_the_last_change_is_told_who_made_it_and_what_it_was() {
    let mut stage = stage();
    let renamed = json!({ "route_path": "/shop/*", "upstream_group": "shop", "hosts": ["b.example.com"] });
    let change_by =
        |by: &str, operation: Operation| ConfigChange { by: by.into(), ..change(vec![operation]) };
    let seen = Expected::Revision(1);
    stage.done(change_by("bob@example.com", put(object(900), "shop", service(renamed), seen)));
    let late = |expected| Command::from(one("shop", to_group("shop"), expected));
    let refused = stage.clone().refused(late(seen));
    let Rejection::Changed { what, current, by, at, fields } = refused.clone() else { panic!("{refused:?}") };
    assert_eq!((what.as_str(), current, by.as_str()), ("the service 'shop'", 2, "bob@example.com"));
    assert_eq!(at, stage.now);
    assert!(fields.contains(&"hosts[0]".to_owned()) && fields.contains(&"upstream_group".to_owned()));
    assert_eq!(refused.to_string(), "the service 'shop' was changed by bob@example.com meanwhile");
    let taken = Rejection::taken("slug", "the project has the service 'shop' already");
    let missing = |kind: &str| Rejection::not_found(kind);
    let drop =
        |slug: &str, expected| Command::from(change(vec![delete(Kind::UpstreamGroup, slug, expected)]));
    stage.refuses([
        (change(vec![delete(Kind::Service, "shop", seen)]).into(), refused),
        (late(Expected::New), taken),
        (one("none", to_group("shop"), seen).into(), missing("Service")),
        (one("none", to_group("shop"), Expected::Same(object(1))).into(), missing("Service")),
        (drop("none", Expected::Same(object(1))), missing("Upstream group")),
        (drop("none", seen), missing("Upstream group")),
    ]);
    stage.done(late(Expected::Revision(2)));
}

#[test]
fn a_whole_that_was_made_of_an_older_one_is_refused() {
    let mut stage = stage();
    stage.done(one("next", group(9), Expected::Anything));
    let late =
        ConfigChange { based_on: Some(1), ..change(vec![delete(Kind::Service, "old", Expected::Anything)]) };
    let refused = stage.refused(late.clone());
    let Rejection::Changed { what, current, fields, .. } = refused else { panic!("{refused:?}") };
    assert_eq!((what.as_str(), current), ("the configuration", 2));
    assert_eq!(fields, ["upstream_groups.next"]);
    stage.done(ConfigChange { based_on: Some(2), ..late });
}

#[test]
fn nothing_names_what_is_not_there_and_nothing_goes_that_is_named() {
    let stage = stage();
    let gone = |kind, slug: &str| delete(kind, slug, Expected::Anything);
    let absent = "the upstream group 'none' does not exist";
    stage.refuses([
        (
            one("shop", to_group("none"), Expected::Anything).into(),
            invalid("services.shop.upstream_group", absent),
        ),
        (
            change(vec![gone(Kind::UpstreamGroup, "next")]).into(),
            Rejection::WrongState("the upstream group 'next' is in use: the service 'shop' names it".into()),
        ),
        (
            change(vec![gone(Kind::UpstreamGroup, "next"), gone(Kind::Service, "old")]).into(),
            invalid("upstream_groups.next", "is in use: the service 'shop' names it"),
        ),
        (
            change(vec![
                gone(Kind::UpstreamGroup, "next"),
                put(object(900), "shop", to_group("next"), Expected::Anything),
            ])
            .into(),
            invalid("services.shop.upstream_group", "the upstream group 'next' does not exist"),
        ),
        (
            change(vec![gone(Kind::TrustStore, "own")]).into(),
            Rejection::WrongState(
                "the trust store 'own' is in use: the upstream group 'shop' names it".into(),
            ),
        ),
    ]);
    // In one step what named it goes too, or names something else.
    stage.clone().done(change(vec![gone(Kind::UpstreamGroup, "next"), gone(Kind::Service, "shop")]));
    let elsewhere = put(object(900), "shop", to_group("new"), Expected::Anything);
    stage.clone().done(change(vec![
        elsewhere,
        gone(Kind::UpstreamGroup, "next"),
        put(object(901), "new", group(1), Expected::New),
    ]));
}

#[test]
fn of_many_who_name_something_a_few_are_told() {
    let mut stage = Stage::furnished();
    let mut operations = vec![put(object(1), "shared", group(1), Expected::New)];
    operations.extend((0..600).map(|number| {
        put(object(10 + number), &format!("s-{number:03}"), to_group("shared"), Expected::New)
    }));
    stage.done(change(operations));
    let gone = || delete(Kind::UpstreamGroup, "shared", Expected::Anything);
    let few = "the service 's-000', the service 's-001', the service 's-002', the service 's-003' and others name it";
    let refused = stage.refused(change(vec![gone()]));
    assert_eq!(refused, Rejection::WrongState(format!("the upstream group 'shared' is in use: {few}")));
    // All but the last one go with it.
    let without = |count: u16| {
        (0..count).map(|number| delete(Kind::Service, &format!("s-{number:03}"), Expected::Anything))
    };
    let refused = stage.refused(change(without(599).chain([gone()]).collect()));
    assert_eq!(refused, invalid("upstream_groups.shared", "is in use: the service 's-599' names it"));
    stage.done(change(without(600).chain([gone()]).collect()));
    let state = state_of(&stage.tables, SHOP).unwrap();
    assert_eq!((state.bytes, state.count(Kind::Service)), (0, 0));
    assert!(stage.audit().pop().unwrap().changes["removed_names"].ends_with("services.s-049 and 551 more"));
}

#[test]
fn what_can_never_be_is_refused_with_its_place_whoever_proposes_it() {
    let stage = stage();
    let settings = |slug: &str| {
        let spec = serde_json::from_value::<sentinel_model::config::Settings>(json!({})).unwrap();
        Command::from(one(slug, spec.into(), Expected::Anything))
    };
    stage.refuses_fields([
        ("config", change(Vec::new()).into()),
        ("config", change(vec![delete(Kind::Service, "a", Expected::Anything); OPERATIONS_MAX + 1]).into()),
        ("services.a", change(vec![delete(Kind::Service, "a", Expected::Anything); 2]).into()),
        ("services.Shop", one("Shop", to_group("shop"), Expected::New).into()),
        ("settings", settings("other")),
    ]);
    let known = put(object(1), "brand-new", group(1), Expected::New);
    let elsewhere = ConfigChange { project_id: NOBODY.into(), ..change(vec![known.clone()]) };
    stage.refuses([
        (change(vec![known]).into(), Rejection::taken("id", "this upstream group exists already")),
        (elsewhere.into(), Rejection::not_found("Project")),
    ]);
}

/// What fields may say differs from version to version: an entry that one member applies is applied by all of them.
#[test]
fn what_fields_may_say_is_looked_at_by_who_proposes_it_and_never_when_it_is_applied() {
    let mut stage = stage();
    let operation =
        put(object(900), "a", service(json!({"route_path": "a", "respond_status": 404})), Expected::New);
    let found = config::findings(&stage.tables, SHOP, std::slice::from_ref(&operation)).unwrap();
    assert_eq!(found[0].field, "services.a.route_path", "{found:?}");
    stage.done(change(vec![operation]));
}

/// Defect: who looked at one object changes another one that has taken its place.
#[test]
fn an_object_that_was_made_anew_under_the_same_slug_is_another_one() {
    let mut stage = stage();
    let known = the(&stage, Kind::UpstreamGroup, "next").id;
    let rest = one("shop", to_group("shop"), Expected::Anything);
    stage.done(rest);
    stage.done(change(vec![delete(Kind::UpstreamGroup, "next", Expected::Same(known))]));
    stage.done(one("next", group(7), Expected::New));
    let missing = || Rejection::not_found("Upstream group");
    stage.refuses([
        (one("next", group(9), Expected::Same(known)).into(), missing()),
        (change(vec![delete(Kind::UpstreamGroup, "next", Expected::Same(known))]).into(), missing()),
    ]);
    let anew = the(&stage, Kind::UpstreamGroup, "next").id;
    stage.done(one("next", group(9), Expected::Same(anew)));
}

#[test]
fn a_project_has_so_many_objects_and_so_many_bytes() {
    let mut stage = Stage::furnished();
    let listener = |port: usize| {
        let value = json!({ "address": format!("127.0.0.1:{port}") });
        Spec::from(serde_json::from_value::<sentinel_model::config::Listener>(value).unwrap())
    };
    let listeners = |from: usize, count: usize| {
        let numbers = from..from + count;
        change(
            numbers
                .map(|number| {
                    put(object(number as u16), &format!("l-{number}"), listener(1000 + number), Expected::New)
                })
                .collect(),
        )
    };
    stage.done(listeners(0, 64));
    let limit = |text: &str| Rejection::Limit(text.into());
    stage.refuses([(listeners(64, 1).into(), limit("a project has at most 64 listeners, not 65"))]);
    stage.done(change(vec![delete(Kind::Listener, "l-0", Expected::Anything)]));
    stage.done(listeners(64, 1));

    let store = |number: u16| {
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}", "A".repeat(250_000));
        let spec =
            serde_json::from_value::<sentinel_model::config::TrustStore>(json!({"certificates_pem": pem}));
        put(object(200 + number), &format!("t-{number}"), spec.unwrap().into(), Expected::New)
    };
    for number in 0..12 {
        stage.done(change(vec![store(number)]));
    }
    let refused = stage.refused(change(vec![store(12)]));
    assert!(
        matches!(&refused, Rejection::Limit(text) if text.starts_with("the configuration of a project has at most 3145728 bytes")),
        "{refused:?}"
    );
}

#[test]
fn the_findings_are_all_of_them_and_those_of_a_document_are_the_same() {
    let stage = stage();
    let mut wrong = samples::document();
    wrong.services.get_mut("shop").unwrap().hosts = vec!["A".into()];
    wrong.services.get_mut("old").unwrap().redirect_status = Some(200);
    wrong.upstream_groups.remove("next");
    let operations: Vec<Operation> = wrong
        .clone()
        .into_objects()
        .into_iter()
        .map(|(slug, spec)| Operation::Put { id: object(1), slug, spec, expected: Expected::Anything })
        .chain([delete(Kind::UpstreamGroup, "next", Expected::Anything)])
        .collect();
    let found = config::findings(&stage.tables, SHOP, &operations).unwrap();
    assert_eq!(Err(found.clone()), wrong.check());
    assert_eq!(found.len(), 4, "{found:#?}");
}
