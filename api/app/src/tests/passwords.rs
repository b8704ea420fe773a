//! Passwords, changed by their owner and reset by an admin.

use sentinel_api_types::audit::AuditQuery;
use sentinel_api_types::member::{PasswordReset, Role};
use sentinel_api_types::session::{PasswordChange, SessionCreate, SessionKind};
use sentinel_model::UserId;

use crate::error::AppError;
use crate::testing::world::{Known, ORG, OTHER_ORG};
use crate::testing::{ADMIN, PASSWORD, World};

const NEW: &str = "another long password";

fn change(current: &str, new: &str) -> PasswordChange {
    PasswordChange { current: current.into(), new: new.into() }
}

fn reset(password: &str) -> PasswordReset {
    PasswordReset { password: password.into() }
}

fn id(known: &Known) -> UserId {
    known.caller.person().unwrap().user.id
}

async fn signs_in(world: &World, email: &str, password: &str) -> bool {
    let request = SessionCreate { email: email.into(), password: password.into(), kind: SessionKind::Token };
    world.kit.app.create_session(&world.kit.anonymous(), request, "::1").await.is_ok()
}

async fn is_signed_in(world: &World, known: &Known) -> bool {
    world.kit.app.show_session(&known.again()).await.is_ok()
}

#[tokio::test]
async fn who_changes_their_own_password_stays_signed_in_here_and_nowhere_else() {
    let world = World::new().await.unwrap();
    let elsewhere = world.kit.sign_in("reader@example.com").await.unwrap();
    world.kit.app.change_password(&world.reader.again(), change(PASSWORD, NEW), "::1").await.unwrap();
    assert!(is_signed_in(&world, &world.reader).await);
    assert!(!is_signed_in(&world, &elsewhere).await);
    assert!(is_signed_in(&world, &world.operator).await, "somebody else");
    assert!(!signs_in(&world, "reader@example.com", PASSWORD).await);
    assert!(signs_in(&world, "reader@example.com", NEW).await);
}

#[tokio::test]
async fn a_wrong_current_password_is_told_in_words_and_throttled_like_a_sign_in() {
    let world = World::new().await.unwrap();
    let (app, changes) = (&world.kit.app, world.kit.changes());
    let refused = |result: Result<(), AppError>, field: &str| match result {
        Err(AppError::Invalid(fields)) => assert!(fields.contains_key(field), "{fields:?}"),
        other => panic!("{other:?}"),
    };
    refused(app.change_password(&world.reader.again(), change(PASSWORD, "too short"), "::1").await, "new");
    for wrong in ["wrong password 1", "", "x", "wrong password 2", &"x".repeat(300)] {
        refused(app.change_password(&world.reader.again(), change(wrong, NEW), "::1").await, "current");
    }
    let held = app.change_password(&world.reader.again(), change(PASSWORD, NEW), "::1").await;
    assert!(matches!(held, Err(AppError::TooManyAttempts { retry_after_s: 1 })), "{held:?}");
    assert!(!signs_in(&world, "reader@example.com", PASSWORD).await, "it is the same counter");
    assert_eq!(world.kit.changes(), changes);
    world.kit.clock.advance_ms(1_000);
    app.change_password(&world.reader.again(), change(PASSWORD, NEW), "::1").await.unwrap();
}

#[tokio::test]
async fn a_reset_ends_every_session_and_is_in_the_log_of_the_org() {
    let world = World::new().await.unwrap();
    let app = &world.kit.app;
    let reader = id(&world.reader);
    let short = app.reset_password(&world.admin.again(), ORG, reader, reset("too short")).await;
    assert!(matches!(short, Err(AppError::Invalid(_))), "{short:?}");
    app.reset_password(&world.admin.again(), ORG, reader, reset(NEW)).await.unwrap();
    assert!(!is_signed_in(&world, &world.reader).await);
    assert!(is_signed_in(&world, &world.admin).await);
    assert!(signs_in(&world, "reader@example.com", NEW).await);
    let log = app.list_org_audit(&world.admin.again(), ORG, &AuditQuery::default()).await.unwrap();
    let entry = &log.entries[0];
    assert_eq!(
        (entry.action.as_str(), entry.resource_id.as_str()),
        ("user.password_reset", &*reader.to_string())
    );
}

#[tokio::test]
async fn an_admin_resets_nobody_who_is_more_than_a_person_of_their_org() {
    let world = World::new().await.unwrap();
    let (kit, app) = (&world.kit, &world.kit.app);
    let second = kit.join(&world.admin, ORG, "second@example.com", Role::Admin).await.unwrap();
    let changes = kit.changes();
    let own = app.reset_password(&world.admin.again(), ORG, id(&world.admin), reset(NEW)).await;
    assert!(matches!(&own, Err(AppError::Conflict(text)) if text.contains("your own")), "{own:?}");
    let cluster = app.reset_password(&second.again(), ORG, id(&world.admin), reset(NEW)).await;
    assert!(matches!(&cluster, Err(AppError::Conflict(text)) if text.contains("cluster")), "{cluster:?}");
    let stranger = app.reset_password(&world.admin.again(), ORG, id(&world.outsider), reset(NEW)).await;
    assert!(matches!(&stranger, Err(AppError::NotFound(kind)) if kind == "Member"), "{stranger:?}");
    assert_eq!(kit.changes(), changes);

    kit.join(&world.outsider, OTHER_ORG, "reader@example.com", Role::Reader).await.unwrap();
    let shared = app.reset_password(&world.admin.again(), ORG, id(&world.reader), reset(NEW)).await;
    assert!(matches!(&shared, Err(AppError::Conflict(text)) if text.contains("another org")), "{shared:?}");
    app.delete_member(&world.outsider.again(), OTHER_ORG, id(&world.reader)).await.unwrap();
    app.reset_password(&second.again(), ORG, id(&world.reader), reset(NEW)).await.unwrap();
    assert!(signs_in(&world, ADMIN, PASSWORD).await, "nothing was done to the cluster's administrator");
}
