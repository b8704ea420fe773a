//! API keys: what they reach, and what they can never become.

use sentinel_api_types::api_key::{ApiKeyCreate, ApiKeysQuery, Scope};
use sentinel_api_types::{Timestamp, timestamp};

use crate::authenticate::Credential;
use crate::caller::Identity;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{ORG, PROJECT};

fn create(scopes: &[Scope], project: Option<&str>, expires_at: Option<Timestamp>) -> ApiKeyCreate {
    ApiKeyCreate {
        org: None,
        name: "child".into(),
        scopes: scopes.to_vec(),
        project: project.map(str::to_owned),
        expires_at,
    }
}

#[tokio::test]
async fn a_key_never_makes_one_that_may_do_more_reaches_further_or_lives_longer() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    kit.project(&world.admin, ORG, "second").await.unwrap();
    let now = kit.app.now();
    let mine = [Scope::ApiKeysAdmin, Scope::NodesRead];
    let in_an_hour = timestamp(now.plus_ms(3_600_000));
    let in_two = timestamp(now.plus_ms(7_200_000));
    let parent =
        kit.app.create_api_key(&world.admin.again(), create(&mine, Some(PROJECT), Some(in_an_hour))).await;
    let parent = kit.known(Credential::ApiKey(parent.unwrap().key)).await.unwrap();
    for (what, request) in [
        ("another scope", create(&[Scope::NodesRead, Scope::NodesWrite], Some(PROJECT), Some(in_an_hour))),
        ("another project", create(&[Scope::NodesRead], Some("second"), Some(in_an_hour))),
        ("a longer life", create(&[Scope::NodesRead], Some(PROJECT), Some(in_two))),
        ("an endless life", create(&[Scope::NodesRead], Some(PROJECT), None)),
    ] {
        let refused = kit.app.create_api_key(&parent.again(), request).await.unwrap_err();
        assert!(matches!(refused, AppError::Forbidden(_)), "{what}: {refused:?}");
    }
    let child =
        kit.app.create_api_key(&parent.again(), create(&[Scope::NodesRead], None, Some(in_an_hour))).await;
    let child = child.unwrap();
    assert_eq!(
        child.api_key.project_slug.as_deref(),
        Some(PROJECT),
        "bound like its parent when nothing is said"
    );
    assert_eq!(child.api_key.created_by_id, world.admin.caller.person().unwrap().user.id);
}

#[tokio::test]
async fn a_bound_key_sees_the_keys_of_its_project_only() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let unbound = kit.key(&world.admin, &[Scope::NodesRead], None).await.unwrap();
    let bound = kit.key(&world.admin, &[Scope::ApiKeysAdmin], Some(PROJECT)).await.unwrap();
    let seen = kit.app.list_api_keys(&bound.again(), &ApiKeysQuery::default()).await.unwrap();
    assert_eq!(seen.total, 1);
    let Identity::ApiKey(row) = &unbound.caller.identity else { panic!() };
    let refused = kit.app.delete_api_key(&bound.again(), row.id).await.unwrap_err();
    assert_eq!(refused.to_string(), "API key not found");
    let all = kit.app.list_api_keys(&world.admin.again(), &ApiKeysQuery::default()).await.unwrap();
    assert_eq!(all.total, 2);
    let refused = kit.app.show_api_key(&world.outsider.again(), row.id).await.unwrap_err();
    assert_eq!(refused.to_string(), "API key not found");
}

#[tokio::test]
async fn a_key_dies_with_its_expiry_and_with_its_makers_membership() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let second =
        kit.join(&world.admin, ORG, "second@example.com", sentinel_api_types::member::Role::Admin).await;
    let second = second.unwrap();
    let soon = timestamp(kit.app.now().plus_ms(1_000));
    let short =
        kit.app.create_api_key(&second.again(), create(&[Scope::NodesRead], None, Some(soon))).await.unwrap();
    let long = kit.key(&second, &[Scope::NodesRead], None).await.unwrap();
    kit.known(Credential::ApiKey(short.key.clone())).await.unwrap();
    kit.clock.advance_ms(1_000);
    assert!(kit.known(Credential::ApiKey(short.key)).await.is_err(), "expired");
    kit.app.node_stats(&long.again(), PROJECT).await.unwrap();
    let id = second.caller.person().unwrap().user.id;
    let reader = sentinel_api_types::member::MemberUpdate { role: sentinel_api_types::member::Role::Reader };
    kit.app.update_member(&world.admin.again(), ORG, id, reader).await.unwrap();
    kit.app.node_stats(&long.again(), PROJECT).await.unwrap();
    kit.app.delete_member(&world.admin.again(), ORG, id).await.unwrap();
    let refused = kit.app.node_stats(&long.again(), PROJECT).await.unwrap_err();
    assert!(matches!(refused, AppError::Unauthenticated(_)), "{refused:?}");
    assert!(kit.known(Credential::ApiKey(long.secret)).await.is_err());
}

#[tokio::test]
async fn a_key_may_do_no_more_than_its_maker_may_by_now() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let role = |role| sentinel_api_types::member::MemberUpdate { role };
    let second =
        kit.join(&world.admin, ORG, "second@example.com", sentinel_api_types::member::Role::Admin).await;
    let second = second.unwrap();
    let key = kit.key(&second, &[Scope::NodesWrite], None).await.unwrap();
    kit.enrolment(&key, PROJECT, None).await.unwrap();
    let id = second.caller.person().unwrap().user.id;
    let demoted = role(sentinel_api_types::member::Role::Reader);
    kit.app.update_member(&world.admin.again(), ORG, id, demoted).await.unwrap();
    let refused = kit.enrolment(&key, PROJECT, None).await.unwrap_err();
    assert!(matches!(refused, AppError::Forbidden(_)), "{refused:?}");
}

#[tokio::test]
async fn a_key_without_scopes_or_with_a_past_expiry_is_not_made() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let past = timestamp(sentinel_model::Time(0));
    for (field, request) in
        [("scopes", create(&[], None, None)), ("expires_at", create(&[Scope::NodesRead], None, Some(past)))]
    {
        let refused = kit.app.create_api_key(&world.admin.again(), request).await.unwrap_err();
        assert!(matches!(&refused, AppError::Invalid(fields) if fields.contains_key(field)), "{refused:?}");
    }
}
