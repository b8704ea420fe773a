//! Requests about API keys and enrolment tokens.

use futures::FutureExt;
use sentinel_api_types::api_key::{ApiKeyCreate, Scope};
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_model::{ApiKeyId, EnrolmentTokenId};

use super::{PROJECT_2, Row, with_key};
use crate::access::Operation::*;
use crate::testing::World;
use crate::testing::world::{ORG, PROJECT};

pub(super) struct Credentials {
    keys: [ApiKeyId; 4],
    tokens: [EnrolmentTokenId; 2],
}

pub(super) async fn credentials(world: &World) -> Credentials {
    let mut keys = Vec::new();
    for _ in 0..4 {
        let request = api_key("one", &[Scope::NodesRead], None);
        keys.push(world.kit.app.create_api_key(&world.admin.again(), request).await.unwrap().api_key.id);
    }
    let mut tokens = Vec::new();
    for name in ["one", "two"] {
        let request =
            EnrolmentTokenCreate { name: name.into(), uses: None, expires_at: None, environment: None };
        let made = world.kit.app.create_enrolment_token(&world.operator.again(), PROJECT, request).await;
        tokens.push(made.unwrap().enrolment_token.id);
    }
    Credentials { keys: keys.try_into().unwrap(), tokens: tokens.try_into().unwrap() }
}

fn api_key(name: &str, scopes: &[Scope], project: Option<&str>) -> ApiKeyCreate {
    ApiKeyCreate {
        org: Some(ORG.into()),
        name: name.into(),
        scopes: scopes.to_vec(),
        project: project.map(str::to_owned),
        expires_at: None,
    }
}

pub(super) fn of_credentials<'a>(world: &'a World, credentials: &'a Credentials) -> Vec<Row<'a>> {
    let (app, admin, operator) = (&world.kit.app, &world.admin.caller, &world.operator.caller);
    let ([one, two, three, four], [token, other]) = (credentials.keys, credentials.tokens);
    let enrols = |name: &str, uses| EnrolmentTokenCreate {
        name: name.into(),
        uses,
        expires_at: None,
        environment: None,
    };
    let read = &[Scope::NodesRead];
    vec![
        row!(
            ApiKeyCreate,
            admin,
            |c| app.create_api_key(c, api_key("a", read, None)),
            app.create_api_key(c, api_key("b", read, None))
        ),
        row!(
            ApiKeyCreate,
            admin,
            |c| app.create_api_key(c, api_key("a", read, None)),
            app.create_api_key(c, api_key("a", &[Scope::NodesWrite], None))
        ),
        row!(
            ApiKeyCreate,
            admin,
            |c| app.create_api_key(c, api_key("a", read, Some(PROJECT))),
            app.create_api_key(c, api_key("a", read, Some(PROJECT_2)))
        ),
        row!(ApiKeyRevoke, admin, |c| app.revoke_api_key(c, one), app.revoke_api_key(c, two)),
        row!(ApiKeyDelete, admin, |c| app.delete_api_key(c, three), app.delete_api_key(c, four)),
        row!(
            EnrolmentTokenCreate,
            operator,
            |c| app.create_enrolment_token(c, PROJECT, enrols("a", None)),
            app.create_enrolment_token(c, PROJECT, enrols("b", None))
        ),
        row!(
            EnrolmentTokenCreate,
            operator,
            |c| app.create_enrolment_token(c, PROJECT, enrols("a", None)),
            app.create_enrolment_token(c, PROJECT_2, enrols("a", None))
        ),
        row!(
            EnrolmentTokenCreate,
            operator,
            |c| app.create_enrolment_token(c, PROJECT, enrols("a", None)),
            app.create_enrolment_token(c, PROJECT, enrols("a", Some(1)))
        ),
        row!(
            EnrolmentTokenRevoke,
            operator,
            |c| app.revoke_enrolment_token(c, PROJECT, token),
            app.revoke_enrolment_token(c, PROJECT, other)
        ),
    ]
}
