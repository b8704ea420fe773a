//! Secrets. Upstream stores what they resolve to in the source of every bundle, in clear.

use sentinel_api_types::config::ConfigApplyQuery;
use sentinel_api_types::environment::EnvironmentCreate;
use sentinel_api_types::project_secret::{
    ProjectSecret, ProjectSecretCreate, ProjectSecretRotate, ProjectSecretUpdate,
};
use sentinel_machine::tables::rows;
use sentinel_machine::{Scan, Table, secret, snapshot};
use sentinel_model::SecretId;
use sentinel_model::audit::AuditEntry;
use sentinel_model::project_secret::VALUE_MAX;
use serde_json::json;
use uuid::Uuid;

use crate::error::AppError;
use crate::keyring::project_secret_context;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

const CANARY: &str = "canary-3f9d-in-a-cage";

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn named(name: &str, value: &str) -> ProjectSecretCreate {
    ProjectSecretCreate { name: name.into(), value: value.into(), environment: None, description: None }
}

async fn make(world: &World, request: ProjectSecretCreate) -> ProjectSecret {
    world.kit.app.create_secret(&world.operator.again(), PROJECT, request).await.unwrap().secret
}

async fn rotate(world: &World, id: SecretId, value: &str) -> ProjectSecret {
    let request = ProjectSecretRotate { value: value.into() };
    world.kit.app.rotate_secret(&world.operator.again(), PROJECT, id, request).await.unwrap().secret
}

/// The value as a node would get it.
fn opened(world: &World, id: SecretId) -> String {
    let tables = world.kit.replica.memory().tables();
    let known = secret::find(&tables, world.project, id).unwrap().unwrap();
    let value = secret::value(&tables, known.id, known.version()).unwrap().unwrap();
    let context = project_secret_context(world.project, id, value.version);
    let opened = world.kit.app.keyring().unseal(&context, &value.sealed).unwrap();
    String::from_utf8(opened.to_vec()).unwrap()
}

#[tokio::test]
async fn a_value_is_in_the_state_only_sealed_and_in_no_answer_and_no_entry() {
    let world = raised().await;
    let made = make(&world, named("API_TOKEN", CANARY)).await;
    let rotated = rotate(&world, made.id, &format!("{CANARY}-2")).await;
    assert_eq!((rotated.version, opened(&world, made.id)), (2, format!("{CANARY}-2")));
    let app = &world.kit.app;
    let listed = app.list_secrets(&world.admin.again(), PROJECT).await.unwrap();
    let shown = app.show_secret(&world.admin.again(), PROJECT, made.id).await.unwrap();
    let tables = world.kit.replica.memory().tables();
    let entries: Vec<AuditEntry> = rows(&tables, Scan::all(Table::Audit, &[])).unwrap();
    let told = format!("{made:?} {} {shown:?} {entries:?}", serde_json::to_string(&listed).unwrap());
    assert!(told.contains("API_TOKEN") && !told.contains("canary"), "{told}");
    let request = named("API_TOKEN", CANARY);
    assert!(!format!("{request:?}").contains("canary"));
    let mut state = Vec::new();
    snapshot::write(&tables, &mut state).unwrap();
    let clear = state.windows(6).any(|window| window == b"canary");
    assert!(!clear, "the state has it in clear");
}

#[tokio::test]
async fn a_value_opens_only_as_the_version_of_the_secret_that_it_is() {
    let world = raised().await;
    let (one, two) = (make(&world, named("ONE", "a")).await, make(&world, named("TWO", "a")).await);
    let tables = world.kit.replica.memory().tables();
    let sealed = |id| {
        let known = secret::find(&tables, world.project, id).unwrap().unwrap();
        secret::value(&tables, known.id, known.version()).unwrap().unwrap().sealed
    };
    assert_ne!(sealed(one.id), sealed(two.id), "nobody sees that two are the same");
    let keyring = world.kit.app.keyring();
    for (id, version) in [(two.id, 1), (one.id, 2)] {
        let context = project_secret_context(world.project, id, version);
        assert!(keyring.unseal(&context, &sealed(one.id)).is_err());
    }
}

#[tokio::test]
async fn a_repeated_rotation_is_one_version() {
    let world = raised().await;
    let made = make(&world, named("API_TOKEN", "a")).await;
    let caller = world.operator.again();
    for _ in 0..2 {
        let request = ProjectSecretRotate { value: "b".into() };
        let answer = world.kit.app.rotate_secret(&caller, PROJECT, made.id, request).await.unwrap();
        assert_eq!(answer.secret.version, 2);
    }
    for number in 3..=8 {
        rotate(&world, made.id, &number.to_string()).await;
    }
    let shown = world.kit.app.show_secret(&world.reader.again(), PROJECT, made.id).await.unwrap().secret;
    let kept: Vec<u64> = shown.versions.iter().map(|version| version.version).collect();
    assert_eq!(kept, [8, 7, 6, 5, 4]);
    assert_eq!(opened(&world, made.id), "8");
}

#[tokio::test]
async fn what_the_configuration_names_stays_and_says_where_it_is_named() {
    let world = raised().await;
    let app = &world.kit.app;
    let made = make(&world, named("API_TOKEN", "a")).await;
    let document = serde_json::from_value(json!({
        "version": 1,
        "services": { "shop": {
            "route_path": "/",
            "respond_status": 404,
            "headers": { "request": { "set": { "x-key": "Bearer ${secrets.API_TOKEN}" } } },
        } },
    }));
    let query = ConfigApplyQuery::default();
    app.apply_config(&world.operator.again(), PROJECT, query, document.unwrap()).await.unwrap();
    let shown = app.show_secret(&world.reader.again(), PROJECT, made.id).await.unwrap();
    assert_eq!(shown.secret.uses, 1);
    assert_eq!((shown.used_by[0].slug.as_str(), shown.used_by[0].kind.plural()), ("shop", "services"));
    assert_eq!(shown.used_by[0].fields, ["headers.request.set.x-key"]);
    let listed = app.list_secrets(&world.reader.again(), PROJECT).await.unwrap();
    assert_eq!((listed.total, listed.secrets[0].uses), (1, 1));
    let refused = app.delete_secret(&world.operator.again(), PROJECT, made.id).await.unwrap_err();
    let words = "the secret API_TOKEN is in use: the service 'shop' names it";
    assert!(matches!(&refused, AppError::Conflict(text) if text == words), "{refused:?}");
    app.apply_config(&world.operator.again(), PROJECT, query, Default::default()).await.unwrap();
    app.delete_secret(&world.operator.again(), PROJECT, made.id).await.unwrap();
    assert_eq!(app.list_secrets(&world.reader.again(), PROJECT).await.unwrap().total, 0);
}

#[tokio::test]
async fn environments_have_values_of_their_own_under_the_same_name() {
    let world = raised().await;
    let app = &world.kit.app;
    let prod = EnvironmentCreate { name: "prod".into(), ..EnvironmentCreate::default() };
    app.create_environment(&world.admin.again(), PROJECT, prod).await.unwrap();
    let for_prod = ProjectSecretCreate { environment: Some("prod".into()), ..named("API_TOKEN", "p") };
    let own = make(&world, for_prod.clone()).await;
    make(&world, named("API_TOKEN", "a")).await;
    assert_eq!(own.environment.map(|environment| environment.slug).as_deref(), Some("prod"));
    let again = app.create_secret(&world.operator.again(), PROJECT, for_prod).await.unwrap_err();
    assert!(again.to_string().contains("taken by another secret"), "{again}");
    let nowhere = ProjectSecretCreate { environment: Some("qa".into()), ..named("OTHER", "a") };
    let nowhere = app.create_secret(&world.operator.again(), PROJECT, nowhere).await.unwrap_err();
    assert!(matches!(nowhere, AppError::NotFound(_)), "{nowhere:?}");
    let listed = app.list_secrets(&world.reader.again(), PROJECT).await.unwrap().secrets;
    let places: Vec<Option<String>> =
        listed.into_iter().map(|secret| secret.environment.map(|place| place.slug)).collect();
    assert_eq!(places, [None, Some("prod".to_owned())], "the one for all first");
}

#[tokio::test]
async fn what_is_refused_tells_nothing_of_the_value() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let long = CANARY.repeat(VALUE_MAX / CANARY.len() + 1);
    for request in [named("API_TOKEN", ""), named("API_TOKEN", &long), named("token", CANARY)] {
        let refused = app.create_secret(&by.again(), PROJECT, request).await.unwrap_err();
        let told = format!("{refused:?} {refused}");
        assert!(matches!(refused, AppError::Invalid(_)) && !told.contains("canary"), "{told}");
    }
    let unknown = SecretId(Uuid::from_u128(1));
    let theirs = app.create_secret(&world.outsider.again(), OTHER_PROJECT, named("THEIRS", "a")).await;
    for id in [unknown, theirs.unwrap().secret.id] {
        let value = ProjectSecretRotate { value: CANARY.into() };
        let description = ProjectSecretUpdate { description: "mine".into() };
        for refused in [
            app.show_secret(&by.again(), PROJECT, id).await.err(),
            app.rotate_secret(&by.again(), PROJECT, id, value).await.err(),
            app.update_secret(&by.again(), PROJECT, id, description).await.err(),
            app.delete_secret(&by.again(), PROJECT, id).await.err(),
        ] {
            assert!(matches!(&refused, Some(AppError::NotFound(kind)) if kind == "Secret"), "{refused:?}");
        }
    }
}
