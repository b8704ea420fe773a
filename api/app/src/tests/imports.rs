//! Descriptions of APIs that become services. Upstream makes everything anew on each import, or fails, and swallows what went wrong.

use sentinel_api_types::config::{
    ConfigApplyQuery, ConfigDiffQuery, ConfigImport, ConfigImportState, ConfigImported,
};
use sentinel_model::config::{Document, Service};
use serde_json::json;
use uuid::Uuid;

use crate::error::AppError;
use crate::testing::world::{OTHER_PROJECT, PROJECT};
use crate::testing::{Kit, World};

const PETS: &str = include_str!("../../../../tests/fuzz/seeds/openapi/petstore-3.0.yaml");

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn pets(text: &str) -> ConfigImport {
    ConfigImport { openapi: text.to_owned(), prefix: Some("pets".to_owned()), ..ConfigImport::default() }
}

fn applied(text: &str) -> ConfigImport {
    ConfigImport { apply: Some(true), ..pets(text) }
}

async fn import(world: &World, request: ConfigImport) -> ConfigImported {
    world.kit.app.import_config(&world.operator.again(), PROJECT, request).await.unwrap()
}

async fn refused(world: &World, request: ConfigImport) -> AppError {
    world.kit.app.import_config(&world.operator.again(), PROJECT, request).await.unwrap_err()
}

async fn export(world: &World) -> Document {
    world.kit.app.export_config(&world.reader.again(), PROJECT).await.unwrap()
}

fn slugs(imported: &ConfigImported, state: ConfigImportState) -> Vec<&str> {
    let of_state = imported.objects.iter().filter(|object| object.state == state);
    of_state.map(|object| object.slug.as_str()).collect()
}

#[tokio::test]
async fn a_look_writes_nothing_and_what_was_looked_at_is_applied() {
    let world = raised().await;
    let looked = import(&world, pets(PETS)).await;
    assert_eq!((looked.applied, looked.revision, looked.made), (false, 0, 5));
    assert_eq!(looked.document.services.len(), 4);
    assert!(looked.left_out.iter().any(|one| one.places.contains(&"api_key".to_owned())));
    assert_eq!(export(&world).await, Document::default());
    let request = ConfigImport { revision: Some(looked.revision), ..applied(PETS) };
    let written = import(&world, request).await;
    assert_eq!((written.applied, written.revision), (true, 1));
    assert_eq!(export(&world).await, looked.document);
    let checked = world.kit.app.check_config(&world.reader.again(), PROJECT, None).await.unwrap();
    assert!(checked.valid, "{checked:?}");
    let again = import(&world, applied(PETS)).await;
    assert_eq!((again.revision, again.unchanged, again.made), (1, 5, 0));
}

#[tokio::test]
async fn what_the_description_lacks_is_told_and_goes_when_that_is_asked_for() {
    let world = raised().await;
    import(&world, applied(PETS)).await;
    let by_hand = json!({ "route_path": "/mine", "upstream_group": "pets" });
    let by_hand: Service = serde_json::from_value(by_hand).unwrap();
    let slug = Some("pets-mine".to_owned());
    world.kit.app.create_config(&world.operator.again(), PROJECT, slug, by_hand).await.unwrap();
    let newer = PETS.replace("  /pets/mine:\n", "  /cats:\n").replace("    delete:\n", "    patch:\n");
    let told = import(&world, applied(&newer)).await;
    assert_eq!(slugs(&told, ConfigImportState::Made), ["pets-cats"]);
    assert_eq!(slugs(&told, ConfigImportState::Changed), ["pets-pets-petid"]);
    assert_eq!(slugs(&told, ConfigImportState::Gone), ["pets-pets-mine"]);
    let changed = told.objects.iter().find(|one| one.state == ConfigImportState::Changed).unwrap();
    assert!(!changed.fields.is_empty() && changed.fields.iter().all(|field| field.starts_with("methods")));
    assert!(export(&world).await.services.contains_key("pets-pets-mine"), "it was told and not taken away");
    let pruned = import(&world, ConfigImport { prune: Some(true), ..applied(&newer) }).await;
    assert_eq!((pruned.gone, pruned.made, pruned.changed), (1, 0, 0));
    let left = export(&world).await;
    assert!(!left.services.contains_key("pets-pets-mine") && left.services.contains_key("pets-mine"));
}

#[tokio::test]
async fn services_of_somebody_else_are_left_alone_and_counted() {
    let world = raised().await;
    import(&world, applied(PETS)).await;
    let mut theirs = export(&world).await;
    for service in theirs.services.values_mut() {
        service.description = "Ours".to_owned();
    }
    let query = ConfigApplyQuery::default();
    world.kit.app.apply_config(&world.operator.again(), PROJECT, query, theirs.clone()).await.unwrap();
    let told = import(&world, applied(PETS)).await;
    assert_eq!((told.left_alone, told.made, told.changed, told.gone), (4, 0, 0, 0));
    assert_eq!(export(&world).await, theirs);
}

#[tokio::test]
async fn an_import_is_of_the_revision_that_was_looked_at_or_not_at_all() {
    let world = raised().await;
    import(&world, applied(PETS)).await;
    let late = refused(&world, ConfigImport { revision: Some(0), ..applied(PETS) }).await;
    assert!(matches!(late, AppError::Changed { revision: 1, .. }), "{late:?}");
    let late = refused(&world, ConfigImport { revision: Some(0), ..pets(PETS) }).await;
    assert!(matches!(late, AppError::Changed { revision: 1, .. }), "{late:?}");
}

#[tokio::test]
async fn an_import_that_comes_again_is_answered_again_and_done_once() {
    let world = raised().await;
    let key = || Kit::repeatable(&world.operator.caller, Uuid::from_u128(1));
    let app = &world.kit.app;
    let request = || ConfigImport { revision: Some(0), ..applied(PETS) };
    let first = app.import_config(&key(), PROJECT, request()).await.unwrap();
    app.apply_config(&world.operator.again(), PROJECT, ConfigApplyQuery::default(), Document::default())
        .await
        .unwrap();
    let again = app.import_config(&key(), PROJECT, request()).await.unwrap();
    assert_eq!((again.made, again.revision, again.applied), (first.made, first.revision, true));
    assert_eq!(slugs(&again, ConfigImportState::Made), slugs(&first, ConfigImportState::Made));
    assert_eq!(export(&world).await, Document::default(), "it was not done again");
    let other = app.import_config(&key(), PROJECT, applied(PETS)).await.unwrap_err();
    assert!(matches!(other, AppError::Conflict(_)), "{other:?}");
}

#[tokio::test]
async fn what_is_wrong_is_told_at_the_field_that_it_comes_from() {
    let world = raised().await;
    for (request, field) in [
        (pets("nonsense"), "openapi"),
        (pets("openapi: 3.0.0\npaths: {/a: {get: {}}}"), "upstream_group"),
        (ConfigImport { prefix: Some("No slug".to_owned()), ..pets(PETS) }, "prefix"),
        (ConfigImport { upstream_group: Some("none".to_owned()), ..pets(PETS) }, "upstream_group"),
        (ConfigImport { hosts: vec!["No host".to_owned()], ..pets(PETS) }, "hosts[0]"),
        (ConfigImport { base_path: Some("v1".to_owned()), ..pets(PETS) }, "base_path"),
    ] {
        let refused = refused(&world, request).await;
        assert!(
            matches!(&refused, AppError::Invalid(fields) if fields.contains_key(field)),
            "{field}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn only_who_may_change_a_configuration_may_import_and_other_projects_are_not_there() {
    let world = raised().await;
    let app = &world.kit.app;
    let reader = app.import_config(&world.reader.again(), PROJECT, pets(PETS)).await.unwrap_err();
    assert!(matches!(reader, AppError::Forbidden(_)), "{reader:?}");
    let elsewhere = app.import_config(&world.operator.again(), OTHER_PROJECT, pets(PETS)).await.unwrap_err();
    assert!(matches!(elsewhere, AppError::NotFound(_)), "{elsewhere:?}");
    let query = ConfigDiffQuery { prune: Some(true) };
    let diff = app.diff_config(&world.reader.again(), PROJECT, query, Document::default()).await.unwrap();
    assert_eq!(diff.changes, []);
}
