//! Tenants, their people and their projects.

use sentinel_api_types::PageQuery;
use sentinel_api_types::audit::AuditQuery;
use sentinel_api_types::member::{MemberCreate, MemberUpdate, Role};
use sentinel_api_types::project::ProjectCreate;

use crate::error::AppError;
use crate::password::Passwords;
use crate::testing::world::{ORG, OTHER_ORG, PROJECT};
use crate::testing::{ADMIN, Kit, PASSWORD, World};

#[tokio::test]
async fn a_cluster_is_formed_once_whoever_is_first() {
    let kit = Kit::unformed().unwrap();
    assert!(!kit.app.is_formed().await.unwrap());
    assert!(kit.app.unready().await.unwrap().contains("not formed"));
    let first = crate::Initialize {
        cluster_id: None,
        level: sentinel_machine::Command::LEVEL,
        org_name: "Acme".into(),
        email: ADMIN.into(),
        password_hash: Passwords::default().hash(PASSWORD).await.unwrap(),
        founding: None,
    };
    kit.app.initialize(first.clone()).await.unwrap();
    kit.app.initialize(first).await.unwrap();
    assert_eq!(kit.changes(), 1);
    assert!(kit.app.unready().await.is_none());
    kit.cluster.change(|status| status.unready = Some("no leader".into()));
    assert_eq!(kit.app.unready().await.unwrap(), "no leader");
}

#[tokio::test]
async fn people_see_their_own_orgs_only() {
    let world = World::new().await.unwrap();
    let session = world.kit.app.show_session(&world.outsider.again()).await.unwrap();
    assert_eq!(session.memberships.len(), 1);
    assert_eq!(session.memberships[0].org.slug, OTHER_ORG);
    assert_eq!(session.memberships[0].projects[0].slug, "other-shop");
    let orgs = world.kit.app.list_orgs(&world.admin.again(), &PageQuery::default()).await.unwrap();
    assert_eq!(orgs.orgs.iter().map(|org| org.slug.as_str()).collect::<Vec<_>>(), [ORG]);
    let refused = world.kit.app.show_org(&world.outsider.again(), ORG).await.unwrap_err();
    let unknown = world.kit.app.show_org(&world.outsider.again(), "nowhere").await.unwrap_err();
    assert_eq!(refused.to_string(), unknown.to_string(), "what is not yours looks like what is not there");
}

#[tokio::test]
async fn an_org_keeps_an_administrator() {
    let world = World::new().await.unwrap();
    let admin = world.admin.caller.person().unwrap().user.id;
    let demote = MemberUpdate { role: Role::Reader };
    let refused = world.kit.app.update_member(&world.admin.again(), ORG, admin, demote).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    let refused = world.kit.app.delete_member(&world.admin.again(), ORG, admin).await.unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
}

#[tokio::test]
async fn an_account_joins_a_second_org_with_its_own_password() {
    let world = World::new().await.unwrap();
    let request = MemberCreate {
        email: "reader@example.com".into(),
        name: "Somebody else".into(),
        password: "another long password".into(),
        role: Role::Operator,
    };
    let joined =
        world.kit.app.create_member(&world.outsider.again(), OTHER_ORG, request.clone()).await.unwrap();
    assert_eq!(joined.member.name, "reader@example.com", "the account's own name");
    let again = world.kit.app.create_member(&world.outsider.again(), OTHER_ORG, request).await.unwrap_err();
    assert!(matches!(again, AppError::Invalid(fields) if fields.contains_key("email")));
    let session = world.kit.sign_in("reader@example.com").await.unwrap();
    let shown = world.kit.app.show_session(&session.caller).await.unwrap();
    assert_eq!(shown.memberships.len(), 2);
}

#[tokio::test]
async fn a_slug_is_made_from_the_name_and_taken_once() {
    let world = World::new().await.unwrap();
    let create =
        |name: &str| ProjectCreate { name: name.into(), slug: None, description: None, sandbox: false };
    let made = world.kit.app.create_project(&world.admin.again(), ORG, create("Web Front")).await.unwrap();
    assert_eq!((made.project.slug.as_str(), made.project.org_slug.as_str()), ("web-front", ORG));
    for wrong in ["Web  front", "日本"] {
        let refused =
            world.kit.app.create_project(&world.admin.again(), ORG, create(wrong)).await.unwrap_err();
        assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key("slug")), "{wrong}");
    }
}

#[tokio::test]
async fn the_audit_log_names_actors_and_pages_newest_first() {
    let world = World::new().await.unwrap();
    let page = |cursor: Option<String>| AuditQuery { limit: Some(2), cursor, ..AuditQuery::default() };
    let first = world.kit.app.list_org_audit(&world.reader.again(), ORG, &page(None)).await.unwrap();
    assert_eq!(first.total, 2);
    assert!(first.entries[0].seq > first.entries[1].seq);
    let second = world
        .kit
        .app
        .list_org_audit(&world.reader.again(), ORG, &page(first.next_cursor.clone()))
        .await
        .unwrap();
    assert!(first.entries[1].seq > second.entries[0].seq);
    // A cursor is good for its own filters and its own list only.
    let filtered = AuditQuery { action: Some("user".into()), ..page(first.next_cursor.clone()) };
    let refused = world.kit.app.list_org_audit(&world.reader.again(), ORG, &filtered).await.unwrap_err();
    assert!(matches!(refused, AppError::InvalidCursor));
    let other =
        world.kit.app.list_org_audit(&world.outsider.again(), OTHER_ORG, &page(first.next_cursor)).await;
    assert!(matches!(other, Err(AppError::InvalidCursor)));

    let users = AuditQuery { action: Some("user".into()), ..AuditQuery::default() };
    let users = world.kit.app.list_org_audit(&world.reader.again(), ORG, &users).await.unwrap();
    assert_eq!(users.total, 2);
    assert!(users.entries.iter().all(|entry| entry.action == "user.created" && entry.actor.name == ADMIN));
    let by_node = AuditQuery { actor: Some("anonymous".into()), ..AuditQuery::default() };
    let by_node = world.kit.app.list_project_audit(&world.reader.again(), PROJECT, &by_node).await.unwrap();
    assert_eq!(
        by_node.entries.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(),
        ["node.registered"]
    );
}
