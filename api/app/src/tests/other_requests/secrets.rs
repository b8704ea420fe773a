//! Requests about secrets.

use futures::FutureExt;
use sentinel_api_types::project_secret::{ProjectSecretCreate, ProjectSecretRotate, ProjectSecretUpdate};
use sentinel_model::SecretId;

use super::{Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::PROJECT;

fn named(name: &str, value: &str) -> ProjectSecretCreate {
    ProjectSecretCreate { name: name.into(), value: value.into(), environment: None, description: None }
}

pub(super) async fn secrets(world: &World) -> [SecretId; 2] {
    let mut ids = Vec::new();
    for name in ["ONE", "TWO"] {
        let made = world.kit.app.create_secret(&world.operator.again(), PROJECT, named(name, "a")).await;
        ids.push(made.unwrap().secret.id);
    }
    ids.try_into().unwrap()
}

pub(super) fn of_secrets<'a>(world: &'a World, ids: &[SecretId; 2]) -> Vec<Row<'a>> {
    let (app, operator) = (&world.kit.app, &world.operator.caller);
    let [one, two] = *ids;
    let value = |value: &str| ProjectSecretRotate { value: value.into() };
    let described = |text: &str| ProjectSecretUpdate { description: text.into() };
    let for_what = |text: &str| ProjectSecretCreate { description: Some(text.into()), ..named("FOUR", "a") };
    vec![
        row!(
            SecretCreate,
            operator,
            |c| app.create_secret(c, PROJECT, named("THREE", "a")),
            app.create_secret(c, PROJECT, named("THREE", "b"))
        ),
        row!(
            SecretCreate,
            operator,
            |c| app.create_secret(c, PROJECT, for_what("a")),
            app.create_secret(c, PROJECT, for_what("b"))
        ),
        row!(
            SecretRotate,
            operator,
            |c| app.rotate_secret(c, PROJECT, one, value("b")),
            app.rotate_secret(c, PROJECT, one, value("c"))
        ),
        row!(
            SecretRotate,
            operator,
            |c| app.rotate_secret(c, PROJECT, one, value("b")),
            app.rotate_secret(c, PROJECT, two, value("b"))
        ),
        row!(
            SecretUpdate,
            operator,
            |c| app.update_secret(c, PROJECT, one, described("a")),
            app.update_secret(c, PROJECT, one, described("b"))
        ),
        row!(
            SecretDelete,
            operator,
            |c| app.delete_secret(c, PROJECT, one),
            app.delete_secret(c, PROJECT, two)
        ),
    ]
}
