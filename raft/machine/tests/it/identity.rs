//! Cluster, orgs, projects, people, sessions, API keys.

use sentinel_machine::commands::api_key_create::{ApiKeyCreate, KEYS_MAX};
use sentinel_machine::commands::api_key_delete::ApiKeyDelete;
use sentinel_machine::commands::api_key_revoke::ApiKeyRevoke;
use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::org_create::OrgCreate;
use sentinel_machine::commands::project_create::ProjectCreate;
use sentinel_machine::commands::session_create::SessionCreate;
use sentinel_machine::commands::session_delete::SessionDelete;
use sentinel_machine::commands::user_create::UserCreate;
use sentinel_machine::commands::user_set_password::{SetBy, UserSetPassword};
use sentinel_machine::tables::key;
use sentinel_machine::{Read, Rejection, Reply, Scan, Table, query};
use sentinel_model::api_key::ApiKey;
use sentinel_model::cluster::Cluster;
use sentinel_model::session::Session;
use sentinel_model::user::{Membership, Role, User};
use sentinel_model::{ApiKeyId, OrgId, ProjectId, SessionId, Sha256Digest, Time, UserId};
use uuid::Uuid;

use crate::ids::*;
use crate::samples;
use crate::stage::Stage;

fn not_found(kind: &str) -> Rejection {
    Rejection::not_found(kind)
}

fn last_admin() -> Rejection {
    Rejection::WrongState("this is the org's last administrator; make another one first".into())
}

fn membership(stage: &Stage, org: OrgId, user: UserId) -> Option<Membership> {
    stage.get(&key(&[org.as_bytes(), user.as_bytes()]))
}

#[test]
fn a_cluster_is_formed_once_with_an_org_and_an_administrator() {
    let mut stage = Stage::empty();
    let init = ClusterInit { email: " Ada@Example.com ".into(), ..samples::cluster_init() };
    assert_eq!(stage.done(init.clone()), Reply::Done);
    assert_eq!(stage.get::<Cluster>(b"cluster").unwrap().id, CLUSTER);
    let ada: User = stage.get(ADA.as_bytes()).unwrap();
    assert_eq!((ada.email.as_str(), ada.cluster_admin), ("ada@example.com", true));
    assert_eq!(membership(&stage, ACME, ADA).unwrap().role, Role::Admin);
    stage.refuses([(init.into(), Rejection::WrongState("the cluster is formed already".into()))]);
}

#[test]
fn a_cluster_is_not_formed_with_bad_values() {
    let init = samples::cluster_init;
    Stage::empty().refuses_fields([
        ("org_name", ClusterInit { org_name: " ".into(), ..init() }.into()),
        ("org_slug", ClusterInit { org_slug: "Acme".into(), ..init() }.into()),
        ("email", ClusterInit { email: "nobody".into(), ..init() }.into()),
    ]);
}

#[test]
fn an_org_is_made_with_its_administrator() {
    let mut stage = Stage::empty();
    stage.done(samples::cluster_init());
    stage.done(samples::org());
    assert_eq!(query::org_by_slug(&stage.tables, "globex").unwrap().unwrap().id, GLOBEX);
    assert_eq!(membership(&stage, GLOBEX, ADA).unwrap().role, Role::Admin);
    let another = || OrgCreate { org_id: OrgId(NOBODY), slug: "other".into(), ..samples::org() };
    stage.refuses_fields([
        ("name", OrgCreate { name: String::new(), ..another() }.into()),
        ("slug", OrgCreate { slug: "-".into(), ..another() }.into()),
    ]);
    stage.refuses([
        (OrgCreate { admin: UserId(NOBODY), ..another() }.into(), not_found("User")),
        (
            OrgCreate { slug: "globex".into(), ..another() }.into(),
            Rejection::taken("slug", "the slug 'globex' is taken"),
        ),
        (OrgCreate { org_id: GLOBEX, ..another() }.into(), Rejection::taken("id", "this org exists already")),
    ]);
}

#[test]
fn a_project_is_made_in_its_org_with_a_slug_that_no_other_org_has_either() {
    let mut stage = Stage::furnished();
    let another =
        || ProjectCreate { project_id: ProjectId(NOBODY), slug: "third".into(), ..samples::project() };
    stage.done(another());
    assert_eq!(query::project_by_slug(&stage.tables, "third").unwrap().unwrap().org_id, ACME);
    stage.refuses_fields([
        ("name", ProjectCreate { name: "x".repeat(101), ..another() }.into()),
        ("slug", ProjectCreate { slug: "a_b".into(), ..another() }.into()),
        ("description", ProjectCreate { description: "x".repeat(1_001), ..another() }.into()),
    ]);
    let taken = "the slug 'shop' is taken; project slugs are unique in the cluster";
    stage.refuses([
        (ProjectCreate { org_id: OrgId(NOBODY), ..another() }.into(), not_found("Org")),
        (
            ProjectCreate { org_id: GLOBEX, slug: "shop".into(), ..another() }.into(),
            Rejection::taken("slug", taken),
        ),
        (
            ProjectCreate { slug: "fourth".into(), ..another() }.into(),
            Rejection::taken("id", "this project exists already"),
        ),
    ]);
}

#[test]
fn a_person_joins_with_an_account_of_their_own() {
    let mut stage = Stage::furnished();
    let carol =
        || UserCreate { user_id: UserId(NOBODY), email: "Carol@Example.com".into(), ..samples::user() };
    stage.refuses_fields([
        ("email", UserCreate { email: "a@b@c".into(), ..carol() }.into()),
        ("name", UserCreate { name: "tab\t".into(), ..carol() }.into()),
    ]);
    stage.refuses([
        (UserCreate { org_id: OrgId(NOBODY), ..carol() }.into(), not_found("Org")),
        (
            UserCreate { email: "BOB@example.com".into(), ..carol() }.into(),
            Rejection::taken("email", "'bob@example.com' has an account already"),
        ),
        (UserCreate { user_id: BOB, ..carol() }.into(), Rejection::taken("id", "this user exists already")),
    ]);
    stage.done(carol());
    let user: User = stage.get(NOBODY.as_bytes()).unwrap();
    assert_eq!((user.email.as_str(), user.cluster_admin), ("carol@example.com", false));
    assert_eq!(membership(&stage, ACME, UserId(NOBODY)).unwrap().role, Role::Operator);
    assert_eq!(query::memberships_of(&stage.tables, UserId(NOBODY)).unwrap().len(), 1);
}

#[test]
fn a_password_is_replaced_and_the_sessions_that_the_old_one_opened_end() {
    let digest = |byte: u8| Sha256Digest([byte; 32]);
    let mut stage = Stage::furnished();
    for (byte, user_id) in [(1, BOB), (2, BOB), (3, BOB), (4, ADA)] {
        let session_id = SessionId(Uuid::from_u128(byte.into()));
        stage.done(SessionCreate {
            session_id,
            token_digest: digest(byte),
            user_id,
            expires_at: Time(i64::MAX),
        });
    }
    let living = |stage: &Stage| -> Vec<u8> {
        (1..=4).filter(|byte| stage.get::<Session>(&digest(*byte).0).is_some()).collect()
    };
    let hash = samples::set_password(None).password_hash;
    stage.done(samples::set_password(None));
    assert_eq!(stage.get::<User>(BOB.as_bytes()).unwrap().password_hash, hash);
    assert_eq!(living(&stage), [1, 2, 3, 4], "bytes from before said nothing about sessions");
    stage.done(samples::set_password(Some(SetBy::Owner(digest(2)))));
    assert_eq!(living(&stage), [2, 4], "the one that asked stays");
    stage.refuses([
        (samples::set_password(Some(SetBy::Owner(digest(1)))).into(), not_found("Session")),
        (samples::set_password(Some(SetBy::Owner(digest(4)))).into(), not_found("Session")),
        (
            UserSetPassword { user_id: UserId(NOBODY), ..samples::set_password(None) }.into(),
            not_found("User"),
        ),
    ]);
    stage.done(samples::set_password(Some(SetBy::Admin(ACME))));
    assert_eq!(living(&stage), [4]);
    let entry = stage.audit().pop().unwrap();
    assert_eq!((entry.action.as_str(), entry.org_id), ("user.password_reset", Some(ACME)));
    assert_eq!(entry.changes["sessions_ended"], "1");
}

#[test]
fn a_password_is_reset_in_the_only_org_of_the_person() {
    let mut stage = Stage::furnished();
    let reset = |org| samples::set_password(Some(SetBy::Admin(org)));
    stage.refuses([(reset(GLOBEX).into(), not_found("Member"))]);
    stage.done(MembershipSet { org_id: GLOBEX, user_id: BOB, role: Role::Reader, must_exist: false });
    let elsewhere = Rejection::WrongState(
        "this person belongs to another org too, which a new password would open; let them change it themselves, or have them \
         taken out of every other org first"
            .into(),
    );
    stage.refuses([(reset(GLOBEX).into(), elsewhere.clone()), (reset(ACME).into(), elsewhere)]);
    stage.done(MembershipRemove { org_id: GLOBEX, user_id: BOB });
    stage.done(reset(ACME));
}

#[test]
fn an_org_keeps_its_last_administrator() {
    let mut stage = Stage::furnished();
    let set = |user_id, role| MembershipSet { org_id: ACME, user_id, role, must_exist: false };
    let remove = |user_id| MembershipRemove { org_id: ACME, user_id };
    stage.refuses([
        (MembershipSet { org_id: OrgId(NOBODY), ..set(BOB, Role::Admin) }.into(), not_found("Org")),
        (set(UserId(NOBODY), Role::Reader).into(), not_found("User")),
        (set(ADA, Role::Operator).into(), last_admin()),
        (remove(ADA).into(), last_admin()),
        (remove(UserId(NOBODY)).into(), not_found("Member")),
        (MembershipRemove { org_id: GLOBEX, user_id: BOB }.into(), not_found("Member")),
    ]);
    stage.done(set(ADA, Role::Admin));
    stage.done(set(BOB, Role::Admin));
    stage.done(set(ADA, Role::Reader));
    assert_eq!(membership(&stage, ACME, ADA).unwrap().role, Role::Reader);
    stage.refuses([(remove(BOB).into(), last_admin())]);
    stage.done(remove(ADA));
    assert_eq!(membership(&stage, ACME, ADA), None);
    assert_eq!(membership(&stage, GLOBEX, ADA).unwrap().role, Role::Admin, "other orgs are not touched");
}

#[test]
fn a_change_of_role_that_races_with_a_removal_brings_nobody_back() {
    let mut stage = Stage::furnished();
    let change = |role| MembershipSet { org_id: ACME, user_id: BOB, role, must_exist: true };
    let joined = membership(&stage, ACME, BOB).unwrap().created_at;
    stage.now = stage.now.plus_ms(60_000);
    stage.done(change(Role::Reader));
    let changed = membership(&stage, ACME, BOB).unwrap();
    assert_eq!((changed.role, changed.created_at), (Role::Reader, joined), "a member since then");
    stage.done(MembershipRemove { org_id: ACME, user_id: BOB });
    stage.refuses([(change(Role::Admin).into(), not_found("Member"))]);
    stage.done(MembershipSet { must_exist: false, ..change(Role::Reader) });
    assert_eq!(membership(&stage, ACME, BOB).unwrap().created_at, stage.now);
}

#[test]
fn signing_in_makes_a_session_and_forgets_a_few_expired_ones() {
    let mut stage = Stage::furnished();
    for number in 0..20 {
        let (session_id, token_digest) = (Uuid::from_u128(number).into(), digest(number as u8));
        stage.done(SessionCreate {
            session_id,
            token_digest,
            expires_at: Time(2_000_000),
            ..samples::session()
        });
    }
    stage.now = Time(2_000_000);
    stage.done(samples::session());
    let sessions = |stage: &Stage| stage.tables.scan(Scan::all(Table::Sessions, &[])).unwrap().len();
    assert_eq!(sessions(&stage), 21, "not past their time yet");
    stage.now = Time(2_000_001);
    stage.done(SessionCreate { token_digest: digest(0x42), ..samples::session() });
    assert_eq!(sessions(&stage), 14, "eight at a time");
    stage.refuses([
        (
            SessionCreate { user_id: UserId(NOBODY), token_digest: digest(0x43), ..samples::session() }
                .into(),
            not_found("User"),
        ),
        (samples::session().into(), Rejection::taken("id", "this session exists already")),
    ]);
}

#[test]
fn signing_out_removes_the_session() {
    let mut stage = Stage::furnished();
    stage.done(samples::session());
    assert_eq!(stage.get::<Session>(&digest(0x41).0).unwrap().user_id, BOB);
    stage.done(SessionDelete { token_digest: digest(0x41) });
    assert_eq!(stage.get::<Session>(&digest(0x41).0), None);
    stage.refuses([(SessionDelete { token_digest: digest(0x41) }.into(), not_found("Session"))]);
}

#[test]
fn an_api_key_is_made_for_its_org_and_project() {
    let mut stage = Stage::furnished();
    let new = samples::api_key;
    stage.refuses_fields([
        ("name", ApiKeyCreate { name: String::new(), ..new() }.into()),
        ("scopes", ApiKeyCreate { scopes: vec![], ..new() }.into()),
        ("expires_at", ApiKeyCreate { expires_at: Some(stage.now), ..new() }.into()),
    ]);
    stage.refuses([
        (ApiKeyCreate { org_id: OrgId(NOBODY), ..new() }.into(), not_found("Org")),
        (ApiKeyCreate { project_id: Some(ProjectId(NOBODY)), ..new() }.into(), not_found("Project")),
        (ApiKeyCreate { project_id: Some(LAB), ..new() }.into(), not_found("Project")),
    ]);
    stage.done(new());
    let key: ApiKey = stage.get(KEY.as_bytes()).unwrap();
    assert_eq!((key.org_id, key.project_id, key.revoked_at), (ACME, Some(SHOP), None));
    stage.refuses([(new().into(), Rejection::taken("id", "this API key exists already"))]);
}

#[test]
fn an_api_key_is_revoked_once_and_removed_wholly() {
    let mut stage = Stage::furnished();
    let (revoke, delete) = (ApiKeyRevoke { api_key_id: KEY }, ApiKeyDelete { api_key_id: KEY });
    stage.refuses([
        (revoke.clone().into(), not_found("API key")),
        (delete.clone().into(), not_found("API key")),
    ]);
    stage.done(samples::api_key());
    stage.done(revoke.clone());
    assert_eq!(stage.get::<ApiKey>(KEY.as_bytes()).unwrap().revoked_at, Some(stage.now));
    let twice = Rejection::WrongState("the API key is revoked already".into());
    stage.refuses([(revoke.into(), twice)]);
    stage.done(delete);
    assert_eq!(stage.get::<ApiKey>(KEY.as_bytes()), None);
}

#[test]
fn an_org_has_a_bounded_number_of_api_keys() {
    let mut stage = Stage::furnished();
    // Written past the commands, for speed; the indexes are made as a command makes them.
    use sentinel_machine::Write;
    for number in 0..KEYS_MAX as u128 {
        let id = ApiKeyId(Uuid::from_u128(0x9_0000 + number));
        let by_org = key(&[ACME.as_bytes(), id.as_bytes()]);
        stage.tables.put(Table::ApiKeysByOrg, &by_org, b"").unwrap();
    }
    let envelope = stage.envelope(samples::api_key());
    let outcome = sentinel_machine::apply(&mut stage.tables, 999, &envelope).unwrap().outcome;
    assert_eq!(outcome, Err(Rejection::Limit("the org has 1000 API keys; delete some first".into())));
}
