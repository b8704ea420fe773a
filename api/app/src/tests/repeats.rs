//! Requests that come again: the same key, the same answer, one change.

use sentinel_api_types::api_key::{ApiKeyCreate, Scope};
use sentinel_api_types::bundle::BundleCreate;
use sentinel_api_types::enrolment::EnrolmentTokenCreate;
use sentinel_api_types::member::{MemberCreate, PasswordReset, Role};
use sentinel_api_types::session::PasswordChange;
use uuid::Uuid;

use crate::authenticate::Credential;
use crate::error::AppError;
use crate::testing::world::{ORG, PROJECT, SOURCE};
use crate::testing::{Kit, PASSWORD, Trouble, World};

#[tokio::test]
async fn a_bundle_whose_answer_was_lost_is_there_once_and_told_again() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let caller = Kit::repeatable(&world.operator.caller, Uuid::from_u128(77));
    let request = BundleCreate { version: "1.0".into(), config_source: Some(SOURCE.into()) };
    world.kit.replica.trouble(Trouble::LostAnswer);
    let lost = app.create_bundle(&caller, PROJECT, request.clone()).await.unwrap_err();
    assert!(matches!(lost, AppError::OutcomeUnknown(_)));
    world.kit.replica.trouble(Trouble::None);
    let changes = world.kit.changes();
    let first = app.create_bundle(&caller, PROJECT, request.clone()).await.unwrap();
    let second = app.create_bundle(&caller, PROJECT, request.clone()).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(world.kit.changes(), changes);
    let other = Kit::repeatable(&world.admin.caller, Uuid::from_u128(77));
    let refused = app.create_bundle(&other, PROJECT, request).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "somebody else's key: {refused:?}");
}

#[tokio::test]
async fn a_node_whose_answer_was_lost_gets_its_key_with_the_same_request() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let token = kit.enrolment(&world.operator, PROJECT, Some(1)).await.unwrap();
    let request = Kit::registration(&token, "edge-7");
    let caller = Kit::repeatable(&kit.anonymous(), Uuid::from_u128(78));
    kit.replica.trouble(Trouble::LostAnswer);
    let lost = kit.app.register_node(&caller, PROJECT, request.clone(), "::1").await.unwrap_err();
    assert!(matches!(lost, AppError::OutcomeUnknown(_)));
    kit.replica.trouble(Trouble::None);
    // The one use of the token is spent, and the name is taken: by this very request.
    let made = kit.app.register_node(&caller, PROJECT, request, "::1").await.unwrap();
    kit.known(Credential::NodeKey(made.node_key)).await.unwrap();

    // Whoever learns the request id, from the audit log say, cannot get at the key with a token of their own.
    let own = kit.enrolment(&world.operator, PROJECT, None).await.unwrap();
    let stolen = kit.app.register_node(&caller, PROJECT, Kit::registration(&own, "edge-7"), "::1").await;
    assert!(matches!(stolen, Err(AppError::Conflict(_))), "{stolen:?}");
}

#[tokio::test]
async fn repeated_credentials_are_the_same_and_unrepeatable_ones_never() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let key = ApiKeyCreate {
        org: None,
        name: "ci".into(),
        scopes: vec![Scope::NodesRead],
        project: None,
        expires_at: None,
    };
    let caller = Kit::repeatable(&world.admin.caller, Uuid::from_u128(79));
    let first = kit.app.create_api_key(&caller, key.clone()).await.unwrap();
    let second = kit.app.create_api_key(&caller, key.clone()).await.unwrap();
    assert_eq!(first, second);
    let fresh = kit.app.create_api_key(&world.admin.again(), key.clone()).await.unwrap();
    assert_ne!(first.key, fresh.key);
    let renamed = ApiKeyCreate { name: "other".into(), ..key };
    let refused = kit.app.create_api_key(&caller, renamed).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    let token =
        EnrolmentTokenCreate { name: "fleet".into(), uses: None, expires_at: None, environment: None };
    let refused = kit.app.create_enrolment_token(&caller, PROJECT, token).await.unwrap_err();
    assert!(
        matches!(refused, AppError::Conflict(_)),
        "another kind of request under the same key: {refused:?}"
    );
}

#[tokio::test]
async fn without_a_leader_nothing_is_written_and_stale_reads_still_answer_with_their_age() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    kit.replica.trouble(Trouble::NoLeader);
    let refused = kit.enrolment(&world.operator, PROJECT, None).await.unwrap_err();
    assert!(matches!(refused, AppError::NoQuorum(_)), "{refused:?}");
    let mut caller = world.reader.again();
    assert!(matches!(kit.app.node_stats(&caller, PROJECT).await, Err(AppError::NoQuorum(_))));
    caller.consistency = sentinel_machine::Consistency::Stale;
    assert_eq!(kit.app.node_stats(&caller, PROJECT).await.unwrap().total, 1);
    assert_eq!(caller.freshness.age_ms(), Some(1_500));
    kit.app.show_cluster(&world.admin.again()).await.unwrap();
}

#[tokio::test]
async fn joining_and_removing_can_be_repeated_too() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let joins = |email: &str| MemberCreate {
        email: email.into(),
        name: "Grace".into(),
        password: "a long enough password".into(),
        role: Role::Reader,
    };
    // With a new account, and with the account of somebody from the other org.
    for (request, email) in [(80, "grace@example.com"), (81, "outsider@example.com")] {
        let caller = Kit::repeatable(&world.admin.caller, Uuid::from_u128(request));
        let first = kit.app.create_member(&caller, ORG, joins(email)).await.unwrap();
        let changes = kit.changes();
        assert_eq!(kit.app.create_member(&caller, ORG, joins(email)).await.unwrap(), first);
        assert_eq!(kit.changes(), changes);
    }
    let key = kit.key(&world.admin, &[Scope::NodesRead], None).await.unwrap();
    let crate::Identity::ApiKey(row) = &key.caller.identity else { panic!() };
    let caller = Kit::repeatable(&world.admin.caller, Uuid::from_u128(82));
    kit.app.delete_api_key(&caller, row.id).await.unwrap();
    kit.app.delete_api_key(&caller, row.id).await.unwrap();
    let other = kit.app.delete_api_key(&world.admin.again(), row.id).await.unwrap_err();
    assert!(matches!(other, AppError::NotFound(_)));
    let caller = Kit::repeatable(&world.operator.caller, Uuid::from_u128(83));
    kit.app.delete_node(&caller, PROJECT, world.node.0).await.unwrap();
    kit.app.delete_node(&caller, PROJECT, world.node.0).await.unwrap();
}

#[tokio::test]
async fn a_password_whose_answer_was_lost_is_set_once() {
    let world = World::new().await.unwrap();
    let (kit, app) = (&world.kit, &world.kit.app);
    let reader = world.reader.caller.person().unwrap().user.id;
    let change = PasswordChange { current: PASSWORD.into(), new: "another long password".into() };
    let reset = PasswordReset { password: "a third long password".into() };
    let (owner, admin) = (
        Kit::repeatable(&world.reader.caller, Uuid::from_u128(84)),
        Kit::repeatable(&world.admin.caller, Uuid::from_u128(85)),
    );
    kit.replica.trouble(Trouble::LostAnswer);
    let lost = app.change_password(&owner, change.clone(), "::1").await.unwrap_err();
    assert!(matches!(lost, AppError::OutcomeUnknown(_)), "{lost:?}");
    kit.replica.trouble(Trouble::None);
    let changes = kit.changes();
    // What it calls the current password is the old one by now, because of this very request.
    app.change_password(&owner, change.clone(), "::1").await.unwrap();
    assert_eq!(kit.changes(), changes);
    kit.replica.trouble(Trouble::LostAnswer);
    let lost = app.reset_password(&admin, ORG, reader, reset.clone()).await.unwrap_err();
    assert!(matches!(lost, AppError::OutcomeUnknown(_)), "{lost:?}");
    kit.replica.trouble(Trouble::None);
    app.reset_password(&admin, ORG, reader, reset).await.unwrap();
    assert_eq!(kit.changes(), changes + 1);

    // A repeated key is no way to try passwords without end.
    let guess = PasswordReset { password: "a wrong long password".into() };
    for _ in 0..5 {
        let refused = app.reset_password(&admin, ORG, reader, guess.clone()).await;
        assert!(matches!(refused, Err(AppError::Conflict(_))), "{refused:?}");
    }
    let held = app.reset_password(&admin, ORG, reader, guess).await;
    assert!(matches!(held, Err(AppError::TooManyAttempts { .. })), "{held:?}");
}
