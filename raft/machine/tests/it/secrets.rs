//! Secrets. Upstream keeps them under one key for ever, mixes the values of environments, and answers with an error of its own when one is
//! missing.

use sentinel_machine::commands::bundle_create::BundleCreate;
use sentinel_machine::commands::config_change::ConfigChange;
use sentinel_machine::commands::environment_delete::EnvironmentDelete;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_sealing_key_set::NodeSealingKeySet;
use sentinel_machine::commands::secret_create::SecretCreate;
use sentinel_machine::commands::secret_delete::SecretDelete;
use sentinel_machine::config::{Expected, Operation};
use sentinel_machine::node_secret::stamp;
use sentinel_machine::secret::{Use, all, find, of_name, uses, value};
use sentinel_machine::{Command, Read, Rejection, Scan, Table, tables};
use sentinel_model::SecretId;
use sentinel_model::bundle::Bundle;
use sentinel_model::config::{Kind, Spec};
use sentinel_model::project_secret::{
    BYTES_MAX, NodeSealingKey, ProjectSecret, SEALED_MAX, SECRETS_MAX, VERSIONS_KEPT,
};
use sentinel_model::secret::Sealed;
use serde_json::json;
use uuid::Uuid;

use crate::ids::*;
use crate::samples;
use crate::samples::config::{change, delete as unset, put, service};
use crate::samples::secrets::{delete, description, rotation, sealing_key, secret};
use crate::stage::Stage;

fn numbered(number: usize) -> SecretCreate {
    let secret_id = SecretId(Uuid::from_u128(0x5000 + number as u128));
    SecretCreate { secret_id, name: format!("SECRET_{number}"), ..secret() }
}

fn the(stage: &Stage) -> ProjectSecret {
    find(&stage.tables, SHOP, SECRET).unwrap().unwrap()
}

fn values(stage: &Stage) -> usize {
    stage.tables.scan(Scan::all(Table::SecretValues, &[])).unwrap().len()
}

/// A service that sends the token.
fn sends(slug: &str, text: &str) -> ConfigChange {
    let spec: Spec = service(json!({
        "route_path": "/",
        "respond_status": 404,
        "headers": { "request": { "set": { "X-Key": text } } },
    }));
    change(vec![put(object(800 + slug.len() as u16), slug, spec, Expected::Anything)])
}

#[test]
fn a_rotation_is_the_next_version_and_the_last_ones_are_kept() {
    let mut stage = Stage::furnished();
    stage.done(secret());
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.changes["name"].as_str()), ("secret.created", "API_TOKEN"));
    assert_eq!((the(&stage).version(), values(&stage)), (1, 1));
    for version in 2..=7 {
        stage.done(rotation(version));
    }
    let known = the(&stage);
    let numbers: Vec<u64> = known.versions.iter().map(|version| version.number).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
    assert_eq!(values(&stage), VERSIONS_KEPT, "what is not kept is gone");
    assert_eq!(value(&stage.tables, known.id, known.version()).unwrap().unwrap().sealed, Sealed(vec![7; 80]));
    assert_eq!(known.versions[4].by, "bob@example.com");
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.changes["version"].as_str()), ("secret.rotated", "7"));

    let told = "the secret was rotated meanwhile, and is at version 7; look at it again";
    stage.refuses([(rotation(7).into(), Rejection::WrongState(told.into()))]);
    stage.done(description("of nobody"));
    assert_eq!((the(&stage).description.as_str(), the(&stage).version()), ("of nobody", 7));
    stage.done(delete());
    assert_eq!((all(&stage.tables, SHOP).unwrap(), values(&stage)), (vec![], 0));
}

#[test]
fn no_entry_of_the_audit_log_has_the_sealed_value() {
    let mut stage = Stage::furnished();
    let sealed = Sealed(b"a canary in a cage of its own".to_vec());
    stage.done(SecretCreate { sealed, ..secret() });
    let told = format!("{:?} {:?} {:?}", stage.audit(), stage.events, Command::from(secret()));
    assert!(!told.contains("canary") && told.contains("Sealed(80 bytes)"), "{told}");
}

#[test]
fn the_value_of_an_environment_goes_before_the_one_for_all() {
    let mut stage = Stage::furnished().raised();
    stage.done(samples::environments());
    stage.done(SecretCreate { environment_id: Some(PROD), ..secret() });
    let taken = Rejection::taken("name", "is taken by another secret of this project for the same nodes");
    let again = SecretCreate { name: secret().name, environment_id: Some(PROD), ..numbered(1) };
    stage.refuses([(again.into(), taken)]);
    let of = |stage: &Stage, name: &str, environment| {
        of_name(&stage.tables, SHOP, name, environment).unwrap().map(|found| found.secret_id)
    };
    assert_eq!(of(&stage, "API_TOKEN", Some(DEV)), None, "no environment gets that of another one");
    assert_eq!(of(&stage, "API_TOKEN", None), None);
    stage.done(SecretCreate { name: secret().name, ..numbered(1) });
    assert_eq!(of(&stage, "API_TOKEN", Some(PROD)), Some(SECRET));
    let for_all = Some(numbered(1).secret_id);
    assert_eq!((of(&stage, "API_TOKEN", None), of(&stage, "API_TOKEN", Some(DEV))), (for_all, for_all));
    assert_eq!(of(&stage, "OTHER", Some(PROD)), None);

    let gone = stage.refused(EnvironmentDelete { project_id: SHOP, environment_id: PROD });
    assert!(gone.to_string().contains("the secret API_TOKEN has a value for it"), "{gone}");
}

#[test]
fn what_names_a_secret_is_known_and_keeps_it() {
    let mut stage = Stage::furnished();
    stage.done(secret());
    stage.done(sends("a", "${secrets.API_TOKEN}"));
    stage.done(sends("bb", "Bearer ${secrets.API_TOKEN} ${secrets.OTHER}"));
    let field = "headers.request.set.x-key".to_owned();
    let (found, count) = uses(&stage.tables, SHOP, "API_TOKEN", 1).unwrap();
    assert_eq!((found[0].kind, found[0].slug.as_str(), count), (Kind::Service, "a", 2));
    assert_eq!(found[0].fields[0].to_lowercase(), field);
    let words = "the secret API_TOKEN is in use: the service 'a', the service 'bb' name it";
    stage.refuses([(delete().into(), Rejection::WrongState(words.into()))]);
    stage.done(sends("a", "nothing"));
    let words = "the secret API_TOKEN is in use: the service 'bb' names it";
    stage.refuses([(delete().into(), Rejection::WrongState(words.into()))]);
    stage.done(change(vec![unset(Kind::Service, "bb", Expected::Anything)]));
    assert_eq!(uses(&stage.tables, SHOP, "OTHER", 9).unwrap(), (Vec::<Use>::new(), 0));
    stage.done(delete());
}

#[test]
fn a_value_of_an_environment_goes_when_there_is_one_for_all() {
    let mut stage = Stage::furnished().raised();
    stage.done(samples::environments());
    stage.done(SecretCreate { environment_id: Some(PROD), ..secret() });
    stage.done(sends("a", "${secrets.API_TOKEN}"));
    assert!(stage.clone().refused(delete()).to_string().contains("in use"));
    stage.done(SecretCreate { name: secret().name, ..numbered(1) });
    let for_all = SecretDelete { secret_id: numbered(1).secret_id, ..delete() };
    assert!(stage.clone().refused(for_all).to_string().contains("in use"), "others have nothing else");
    stage.done(delete());
}

#[test]
fn fields_numbers_and_bytes_have_limits() {
    let mut stage = Stage::furnished();
    let long = Sealed(vec![0; SEALED_MAX + 1]);
    stage.refuses_fields([
        ("name", SecretCreate { name: "token".into(), ..secret() }.into()),
        ("description", SecretCreate { description: "a".repeat(1_001), ..secret() }.into()),
        ("value", SecretCreate { sealed: Sealed(Vec::new()), ..secret() }.into()),
        ("value", SecretCreate { sealed: long, ..secret() }.into()),
    ]);
    stage.done(secret());
    stage.refuses([(
        SecretCreate { name: "OTHER".into(), ..secret() }.into(),
        Rejection::taken("id", "this secret exists already"),
    )]);
    // Not on the stage, which looks at everything after each step.
    let mut many = stage.clone();
    for number in 1..SECRETS_MAX {
        let envelope = many.envelope(numbered(number));
        many.index += 1;
        sentinel_machine::apply(&mut many.tables, many.index, &envelope).unwrap().outcome.unwrap();
    }
    let limit = format!("a project has at most {SECRETS_MAX} secrets; delete one that nobody needs");
    many.refuses([(numbered(0).into(), Rejection::Limit(limit))]);
    let most = SEALED_MAX as u64;
    for number in 1..=BYTES_MAX / most {
        let large = SecretCreate { sealed: Sealed(vec![0; SEALED_MAX]), ..numbered(number as usize) };
        let envelope = stage.envelope(large);
        stage.index += 1;
        let step = sentinel_machine::apply(&mut stage.tables, stage.index, &envelope).unwrap();
        if let Err(refused) = step.outcome {
            assert!(matches!(refused, Rejection::Limit(_)), "{refused}");
            assert!(number * most + 80 > BYTES_MAX);
            return;
        }
    }
    let more = SecretCreate { sealed: Sealed(vec![0; SEALED_MAX]), ..numbered(0) };
    assert!(matches!(stage.refused(more), Rejection::Limit(_)));
}

#[test]
fn nothing_of_another_project_is_there() {
    let mut stage = Stage::furnished().raised();
    stage.done(samples::environments());
    stage.done(SecretCreate { project_id: LAB, ..secret() });
    let there = Rejection::not_found("Secret");
    stage.refuses([
        (rotation(2).into(), there.clone()),
        (description("x").into(), there.clone()),
        (delete().into(), there),
        (
            SecretCreate { project_id: LAB, environment_id: Some(PROD), ..numbered(1) }.into(),
            Rejection::not_found("Environment"),
        ),
    ]);
    assert_eq!(all(&stage.tables, SHOP).unwrap(), []);
    // Uses are the project's own.
    stage.done(sends("a", "${secrets.API_TOKEN}"));
    stage.done(SecretDelete { project_id: LAB, ..delete() });
}

#[test]
fn a_put_of_the_same_leaves_the_uses_as_they_are() {
    let mut stage = Stage::furnished();
    let sent = sends("a", "${secrets.API_TOKEN}");
    stage.done(sent.clone());
    stage.done(sent);
    assert_eq!(uses(&stage.tables, SHOP, "API_TOKEN", 9).unwrap().1, 1);
    let Operation::Put { spec, .. } = &sends("a", "${secrets.API_TOKEN}").operations[0] else { panic!() };
    assert_eq!(sentinel_machine::config::secrets_of(spec).unwrap().len(), 1);
}

#[test]
fn a_stamp_changes_with_the_values_that_a_node_shall_have_and_with_nothing_else() {
    let mut stage = Stage::furnished().raised();
    stage.done(samples::environments());
    stage.done(secret());
    let names = vec!["API_TOKEN".to_owned(), "OTHER".to_owned()];
    stage.done(samples::bundles::bundle(BETWEEN, SHOP, "1.5"));
    let bundle: Bundle = tables::load(&stage.tables, BETWEEN.as_bytes()).unwrap().unwrap();
    let bundle = Bundle { secrets: names, ..bundle };
    let of = |stage: &Stage, environment| stamp(&stage.tables, &bundle, environment).unwrap();
    let before = (of(&stage, Some(PROD)), of(&stage, None));
    assert_eq!(before.0, before.1, "both have the one for all");
    stage.done(description("of nobody"));
    stage.done(numbered(3));
    assert_eq!((of(&stage, Some(PROD)), of(&stage, None)), before);
    stage.done(SecretCreate { name: secret().name, environment_id: Some(PROD), ..numbered(1) });
    assert_ne!(of(&stage, Some(PROD)), before.0);
    assert_eq!(of(&stage, None), before.1);
    stage.done(rotation(2));
    assert_ne!(of(&stage, None), before.1);
    let rotated = of(&stage, None);
    stage.done(SecretCreate { name: "OTHER".into(), ..numbered(2) });
    assert_ne!(of(&stage, None), rotated, "what had no value has one");
}

#[test]
fn a_bundle_names_secrets_that_there_are_and_keeps_them_while_nodes_get_it() {
    let mut stage = Stage::furnished().raised();
    let naming =
        BundleCreate { secrets: vec!["API_TOKEN".into()], ..samples::bundles::bundle(BETWEEN, SHOP, "1.5") };
    let unknown = stage.refused(naming.clone());
    assert!(unknown.to_string().contains("the secret API_TOKEN, which the bundle names"), "{unknown}");
    stage.done(secret());
    stage.done(naming.clone());
    let id = naming.bundle_id;
    assert_eq!(tables::load::<Bundle>(&stage.tables, id.as_bytes()).unwrap().unwrap().secrets, ["API_TOKEN"]);
}

#[test]
fn the_first_key_of_a_node_counts_until_it_is_removed() {
    let mut stage = Stage::furnished();
    let known = |stage: &Stage| {
        tables::load::<NodeSealingKey>(&stage.tables, edge(1).as_bytes()).unwrap().map(|key| key.public_key)
    };
    stage.done(sealing_key(1));
    assert_eq!(known(&stage), Some(vec![1; 32]));
    let refused = stage.refused(sealing_key(2));
    assert!(refused.to_string().contains("enrol it anew"), "{refused}");
    let short = NodeSealingKeySet { public_key: vec![1; 31], ..sealing_key(1) };
    assert!(stage.refused(short).to_string().contains("32 bytes"));
    stage.done(NodeDelete { node_id: edge(1) });
    assert_eq!(known(&stage), None);
}
