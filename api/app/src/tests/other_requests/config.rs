//! Requests about configurations.

use futures::FutureExt;
use sentinel_api_types::config::{ConfigApplyQuery, ConfigImport};
use sentinel_model::config::document::SETTINGS;
use sentinel_model::config::{Document, Service, Settings};
use serde_json::json;

use super::{PROJECT_2, Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

/// A service that answers by itself.
fn answers(path: &str) -> Service {
    serde_json::from_value(json!({ "route_path": path, "respond_status": 404 })).unwrap()
}

fn settings(worker_threads: u32) -> Settings {
    Settings { worker_threads: Some(worker_threads), ..Settings::default() }
}

fn document(path: &str) -> Document {
    let mut document = Document::default();
    document.put("whole", answers(path).into());
    document
}

/// The description of an API with one path.
fn described(path: &str) -> ConfigImport {
    let openapi = json!({
        "openapi": "3.1.0",
        "info": { "title": "API" },
        "servers": [{ "url": "http://10.0.0.1:8080" }],
        "paths": { path: { "get": {} } },
    });
    ConfigImport { openapi: openapi.to_string(), apply: Some(true), ..ConfigImport::default() }
}

pub(super) async fn configured(world: &World) {
    for slug in ["one", "two", "three"] {
        let (by, slug) = (world.operator.again(), Some(slug.to_owned()));
        world.kit.app.create_config(&by, PROJECT, slug, answers("/")).await.unwrap();
    }
}

pub(super) fn of_configuration(world: &World) -> Vec<Row<'_>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let four = || Some("four".to_owned());
    let keep = ConfigApplyQuery { prune: Some(false), ..Default::default() };
    vec![
        row!(
            ConfigCreate,
            operator,
            |c| app.create_config(c, PROJECT, four(), answers("/4")),
            app.create_config(c, PROJECT, four(), answers("/5"))
        ),
        row!(
            ConfigCreate,
            operator,
            |c| app.create_config(c, PROJECT, Some("five".into()), answers("/5")),
            app.create_config(c, PROJECT_2, Some("five".into()), answers("/5"))
        ),
        row!(
            ConfigReplace,
            operator,
            |c| app.replace_config(c, PROJECT, "one", None, answers("/a")),
            app.replace_config(c, PROJECT, "one", None, answers("/b"))
        ),
        row!(
            ConfigReplace,
            operator,
            |c| app.replace_config(c, PROJECT, "two", None, answers("/a")),
            app.replace_config(c, PROJECT, "one", None, answers("/a"))
        ),
        row!(
            ConfigReplace,
            operator,
            |c| app.replace_config(c, PROJECT, SETTINGS, None, settings(1)),
            app.replace_config(c, PROJECT, SETTINGS, None, settings(2))
        ),
        row!(
            ConfigDelete,
            operator,
            |c| app.delete_config::<Service>(c, PROJECT, "three", None),
            app.delete_config::<Service>(c, PROJECT, "two", None)
        ),
        row!(
            ConfigApply,
            operator,
            |c| app.apply_config(c, PROJECT, ConfigApplyQuery::default(), document("/")),
            app.apply_config(c, PROJECT, ConfigApplyQuery::default(), document("/other"))
        ),
        row!(
            ConfigApply,
            operator,
            |c| app.apply_config(c, PROJECT, keep, document("/x")),
            app.apply_config(c, PROJECT, ConfigApplyQuery::default(), document("/x"))
        ),
        row!(
            ConfigImport,
            operator,
            |c| app.import_config(c, PROJECT, described("/orders")),
            app.import_config(c, PROJECT, described("/carts"))
        ),
    ]
}
