//! The event stream.

use sentinel_api_types::api_key::Scope;
use sentinel_api_types::event::EventsQuery;

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{ORG, OTHER_PROJECT, PROJECT};
use crate::watch::{Told, Watch};

fn of(project: Option<&str>) -> EventsQuery {
    EventsQuery { project: project.map(str::to_owned), last_event_id: None }
}

async fn kinds(watch: &mut Watch, count: usize) -> Vec<String> {
    let mut kinds = Vec::new();
    while kinds.len() < count {
        match watch.next().await.unwrap() {
            Told::Event(event) => kinds.push(event.kind),
            Told::Quiet => {}
            Told::Compacted(gap) => panic!("{gap:?}"),
        }
    }
    kinds
}

#[tokio::test]
async fn a_watcher_sees_its_project_and_nothing_of_other_tenants() {
    let world = World::new().await.unwrap();
    let mut watch = world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), None).await.unwrap();
    world.kit.enrolment(&world.outsider, OTHER_PROJECT, None).await.unwrap();
    world.kit.project(&world.admin, ORG, "second").await.unwrap();
    world.kit.enrolment(&world.operator, PROJECT, None).await.unwrap();
    world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assert_eq!(kinds(&mut watch, 2).await, ["enrolment_token.created", "bundle.compiled"]);
    let refused = world.kit.app.watch(&world.outsider.again(), &of(Some(PROJECT)), None).await.err();
    assert!(matches!(refused, Some(AppError::NotFound(_))));
}

/// Defect: a key learns from the stream what it may not read.
#[tokio::test]
async fn a_key_is_told_what_its_scopes_let_it_read_and_nothing_else() {
    let world = World::new().await.unwrap();
    let key = world.kit.key(&world.admin, &[Scope::NodesRead, Scope::BundlesRead], None).await.unwrap();
    let mut watch = world.kit.app.watch(&key.again(), &of(Some(PROJECT)), None).await.unwrap();
    world.kit.enrolment(&world.operator, PROJECT, None).await.unwrap();
    let bundle = world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    world.kit.app.create_rollout(&world.operator.again(), PROJECT, create(bundle)).await.unwrap();
    world.kit.node(&world.operator, PROJECT, "edge-2").await.unwrap();
    assert_eq!(kinds(&mut watch, 2).await, ["bundle.compiled", "node.registered"]);
}

#[tokio::test]
async fn a_watcher_of_everything_sees_its_orgs_and_new_projects_in_them() {
    let world = World::new().await.unwrap();
    let mut watch = world.kit.app.watch(&world.reader.again(), &of(None), None).await.unwrap();
    world.kit.enrolment(&world.outsider, OTHER_PROJECT, None).await.unwrap();
    world.kit.project(&world.admin, ORG, "second").await.unwrap();
    let (node, known) = world.kit.node(&world.operator, "second", "edge-1").await.unwrap();
    world.kit.app.heartbeat(&known.again(), node, Default::default()).await.unwrap();
    world.kit.app.flush_facts().await.unwrap();
    let seen = kinds(&mut watch, 4).await;
    assert_eq!(seen, ["project.created", "enrolment_token.created", "node.registered", "node.online"]);
}

#[tokio::test]
async fn a_stream_goes_on_where_it_stopped() {
    let world = World::new().await.unwrap();
    let mut watch = world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), None).await.unwrap();
    world.kit.enrolment(&world.operator, PROJECT, None).await.unwrap();
    let Some(Told::Event(event)) = watch.next().await else { panic!() };
    drop(watch);
    world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    let mut again =
        world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), Some(&event.id)).await.unwrap();
    assert_eq!(kinds(&mut again, 1).await, ["bundle.compiled"]);
    let refused =
        world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), Some("yesterday")).await.err();
    assert!(matches!(refused, Some(AppError::Invalid(_))));
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_says_so_and_ends_when_the_watcher_may_not_watch_any_more() {
    let world = World::new().await.unwrap();
    let mut watch = world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), None).await.unwrap();
    assert_eq!(watch.next().await, Some(Told::Quiet));
    let reader = world.reader.caller.person().unwrap().user.id;
    world.kit.app.delete_member(&world.admin.again(), ORG, reader).await.unwrap();
    // At most one more word, then the end.
    let rest = [watch.next().await, watch.next().await];
    assert!(rest.contains(&None), "{rest:?}");
}

#[tokio::test]
async fn a_watcher_from_before_a_new_epoch_is_told_of_the_gap_whatever_number_it_had_seen() {
    let world = World::new().await.unwrap();
    let mut old = world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), None).await.unwrap();
    world.kit.begin_epoch().await.unwrap();
    world.kit.enrolment(&world.operator, PROJECT, None).await.unwrap();
    let Some(Told::Event(event)) = old.next().await else { panic!() };
    assert!(event.id.starts_with("2-"), "{}", event.id);
    // From the first epoch, and from further ahead than this one is.
    let from = Some("1000000-0");
    let mut watch = world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), from).await.unwrap();
    let Some(Told::Compacted(gap)) = watch.next().await else { panic!() };
    assert!(gap.resumes_after.starts_with("2-"), "{gap:?}");
    world.kit.bundle(&world.operator, PROJECT, "1.0").await.unwrap();
    assert_eq!(kinds(&mut watch, 1).await, ["bundle.compiled"]);
    let mut again =
        world.kit.app.watch(&world.reader.again(), &of(Some(PROJECT)), Some(&event.id)).await.unwrap();
    assert_eq!(kinds(&mut again, 1).await, ["bundle.compiled"], "within an epoch it goes on");
}
