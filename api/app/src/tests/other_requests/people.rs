//! Requests about people, orgs and projects.

use futures::FutureExt;
use sentinel_api_types::member::{MemberCreate, MemberUpdate, PasswordReset, Role};
use sentinel_api_types::org::OrgCreate;
use sentinel_api_types::project::ProjectCreate;
use sentinel_api_types::session::{PasswordChange, SessionCreate, SessionKind};
use sentinel_model::UserId;

use super::{ORG_2, Row, with_key};
use crate::access::Operation::*;
use crate::caller::Caller;
use crate::testing::world::ORG;
use crate::testing::{ADMIN, Kit, PASSWORD, World};

pub(super) struct People {
    ids: [UserId; 2],
    of_one_org: [UserId; 2],
    ken: Caller,
    sessions: [Caller; 2],
}

pub(super) async fn people(world: &World) -> People {
    let mut ids = Vec::new();
    for name in ["lin@example.com", "mia@example.com"] {
        let known = world.kit.join(&world.admin, ORG, name, Role::Reader).await.unwrap();
        world.kit.join(&world.admin, ORG_2, name, Role::Reader).await.unwrap();
        ids.push(known.caller.person().unwrap().user.id);
    }
    let mut sessions = Vec::new();
    for _ in 0..2 {
        sessions.push(world.kit.sign_in("lin@example.com").await.unwrap().caller);
    }
    let ken = world.kit.join(&world.admin, ORG, "ken@example.com", Role::Reader).await.unwrap().caller;
    let ida = world.kit.join(&world.admin, ORG, "ida@example.com", Role::Reader).await.unwrap().caller;
    let of_one_org = [&ken, &ida].map(|caller| caller.person().unwrap().user.id);
    let (ids, sessions) = (ids.try_into().unwrap(), sessions.try_into().unwrap());
    People { ids, of_one_org, ken, sessions }
}

pub(super) fn of_people<'a>(world: &'a World, people: &'a People) -> Vec<Row<'a>> {
    let (app, admin, anonymous) = (&world.kit.app, &world.admin.caller, world.kit.anonymous());
    let [lin, mia] = people.ids;
    let [ken, ida] = people.of_one_org;
    let change = |current: &str, new: &str| PasswordChange { current: current.into(), new: new.into() };
    let reset = |password: &str| PasswordReset { password: password.into() };
    let sign_in = |email: &str| SessionCreate {
        email: email.into(),
        password: PASSWORD.into(),
        kind: SessionKind::Token,
    };
    let org = |name: &str, slug: &str| OrgCreate { name: name.into(), slug: Some(slug.into()) };
    let joins = |email: &str, name: &str, role| MemberCreate {
        email: email.into(),
        name: name.into(),
        password: PASSWORD.into(),
        role,
    };
    let role = |role| MemberUpdate { role };
    let project = |slug: &str, description: &str| ProjectCreate {
        name: slug.into(),
        slug: Some(slug.into()),
        description: Some(description.into()),
        sandbox: false,
    };
    vec![
        row!(
            SessionCreate,
            anonymous,
            |c| app.create_session(c, sign_in(ADMIN), "::1"),
            app.create_session(c, sign_in("lin@example.com"), "::1")
        ),
        row!(
            PasswordChange,
            people.ken,
            |c| app.change_password(c, change(PASSWORD, "another long password"), "::1"),
            app.change_password(c, change(PASSWORD, "a third long password"), "::1")
        ),
        row!(
            PasswordReset,
            admin,
            |c| app.reset_password(c, ORG, ken, reset("another long password")),
            app.reset_password(c, ORG, ken, reset("a third long password"))
        ),
        row!(
            PasswordReset,
            admin,
            |c| app.reset_password(c, ORG, ken, reset("another long password")),
            app.reset_password(c, ORG, ida, reset("another long password"))
        ),
        row!(SessionDelete, people.sessions[0], |c| app.delete_session(c), async {
            app.delete_session(&Kit::repeatable(&people.sessions[1], c.request_id.0)).await
        }),
        row!(OrgCreate, admin, |c| app.create_org(c, org("A", "a")), app.create_org(c, org("B", "b"))),
        row!(OrgCreate, admin, |c| app.create_org(c, org("C", "c")), app.create_org(c, org("C", "d"))),
        row!(
            MemberCreate,
            admin,
            |c| app.create_member(c, ORG, joins("new-1@example.com", "New", Role::Reader)),
            app.create_member(c, ORG, joins("new-2@example.com", "New", Role::Reader))
        ),
        row!(
            MemberCreate,
            admin,
            |c| app.create_member(c, ORG, joins("new-3@example.com", "New", Role::Reader)),
            app.create_member(c, ORG, joins("new-3@example.com", "New", Role::Admin))
        ),
        row!(
            MemberCreate,
            admin,
            |c| app.create_member(c, ORG, joins("new-4@example.com", "New", Role::Reader)),
            app.create_member(c, ORG, joins("new-4@example.com", "Newer", Role::Reader))
        ),
        // With an account that is there already.
        row!(
            MemberCreate,
            admin,
            |c| app.create_member(c, ORG, joins("outsider@example.com", "x", Role::Reader)),
            app.create_member(c, ORG_2, joins("outsider@example.com", "x", Role::Reader))
        ),
        row!(
            MemberCreate,
            admin,
            |c| app.create_member(c, ORG_2, joins("operator@example.com", "x", Role::Reader)),
            app.create_member(c, ORG_2, joins("reader@example.com", "x", Role::Reader))
        ),
        row!(
            MemberUpdate,
            admin,
            |c| app.update_member(c, ORG, lin, role(Role::Operator)),
            app.update_member(c, ORG, mia, role(Role::Operator))
        ),
        row!(
            MemberUpdate,
            admin,
            |c| app.update_member(c, ORG, lin, role(Role::Operator)),
            app.update_member(c, ORG, lin, role(Role::Admin))
        ),
        row!(
            MemberUpdate,
            admin,
            |c| app.update_member(c, ORG, lin, role(Role::Operator)),
            app.update_member(c, ORG_2, lin, role(Role::Operator))
        ),
        row!(MemberDelete, admin, |c| app.delete_member(c, ORG, lin), app.delete_member(c, ORG_2, lin)),
        row!(MemberDelete, admin, |c| app.delete_member(c, ORG_2, lin), app.delete_member(c, ORG_2, mia)),
        row!(
            ProjectCreate,
            admin,
            |c| app.create_project(c, ORG, project("p-1", "")),
            app.create_project(c, ORG, project("p-2", ""))
        ),
        row!(
            ProjectCreate,
            admin,
            |c| app.create_project(c, ORG, project("p-3", "")),
            app.create_project(c, ORG_2, project("p-3", ""))
        ),
        row!(
            ProjectCreate,
            admin,
            |c| app.create_project(c, ORG, project("p-4", "one")),
            app.create_project(c, ORG, project("p-4", "another"))
        ),
    ]
}
