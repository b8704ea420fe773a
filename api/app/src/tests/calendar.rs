//! The calendar of a project.

use sentinel_api_types::approval::ApprovalRule;
use sentinel_api_types::calendar::{Calendar, CalendarEntry, CalendarKind, CalendarQuery};
use sentinel_api_types::environment::EnvironmentCreate;
use sentinel_api_types::freeze::{FreezeWindowCreate, Recurrence, Weekday};
use sentinel_api_types::node::NodeUpdate;
use sentinel_api_types::project::ProjectUpdate;
use sentinel_api_types::rollout::{RolloutCreate, RolloutState, TargetSelector};
use sentinel_api_types::why::NodeWhyQuery;
use sentinel_api_types::{Timestamp, timestamp};

use super::rollouts::create;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

async fn raised() -> World {
    let world = World::new().await.unwrap();
    world.kit.raise().await.unwrap();
    world
}

fn later(world: &World, ms: u64) -> Timestamp {
    timestamp(world.kit.app.now().plus_ms(ms))
}

fn freeze(world: &World, name: &str, from: u64, until: u64) -> FreezeWindowCreate {
    FreezeWindowCreate {
        name: name.into(),
        reason: Some("a holiday".into()),
        from: Some(later(world, from)),
        until: later(world, until),
        recurrence: None,
        environment: None,
    }
}

async fn frozen(world: &World, request: FreezeWindowCreate) {
    world.kit.app.create_freeze_window(&world.admin.again(), PROJECT, request).await.unwrap();
}

async fn shown(world: &World, from: Option<Timestamp>, to: Option<Timestamp>) -> Calendar {
    world.kit.app.calendar(&world.reader.again(), PROJECT, &CalendarQuery { from, to }).await.unwrap()
}

fn of(calendar: &Calendar, kind: CalendarKind) -> Vec<&CalendarEntry> {
    calendar.entries.iter().filter(|entry| entry.kind == kind).collect()
}

#[tokio::test]
async fn a_rollout_that_is_to_begin_in_a_freeze_says_when_that_ends() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let bundle = world.kit.bundle(by, PROJECT, "1.5.0").await.unwrap();
    // One follows on the other without a break.
    frozen(&world, freeze(&world, "first", 2 * HOUR, 6 * HOUR)).await;
    frozen(&world, freeze(&world, "second", 5 * HOUR, 9 * HOUR)).await;
    let at = |ms| RolloutCreate { scheduled_at: Some(later(&world, ms)), ..create(bundle) };
    app.create_rollout(&by.again(), PROJECT, at(HOUR)).await.unwrap();
    app.create_rollout(&by.again(), PROJECT, at(3 * HOUR)).await.unwrap();
    let calendar = shown(&world, None, None).await;
    let kinds: Vec<CalendarKind> = calendar.entries.iter().map(|entry| entry.kind).collect();
    use CalendarKind::{Freeze, Scheduled};
    assert_eq!(kinds, [Scheduled, Freeze, Scheduled, Freeze], "in the order of their beginnings");
    let scheduled = of(&calendar, Scheduled);
    assert_eq!((scheduled[0].title.as_str(), scheduled[0].from), ("1.5.0 to 1 node", later(&world, HOUR)));
    assert_eq!((scheduled[0].conflict.clone(), scheduled[0].state), (None, Some(RolloutState::Scheduled)));
    let conflict = scheduled[1].conflict.clone().unwrap();
    assert_eq!(conflict.until, later(&world, 9 * HOUR), "the second one holds it when the first is over");
    assert!(conflict.reason.contains("'first'"), "{}", conflict.reason);
    assert_eq!(of(&calendar, Freeze)[0].why.as_deref(), Some("a holiday"));
    assert!(!calendar.truncated && calendar.total == 4);
}

/// Defect: nobody said of a plan that could not be carried out any more that it would fail, until it did.
#[tokio::test]
async fn one_whose_plan_is_stale_says_so_here_and_where_its_nodes_are_explained() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let bundle = world.kit.bundle(by, PROJECT, "1.5.0").await.unwrap();
    let other = world.kit.bundle(by, PROJECT, "1.4.0").await.unwrap();
    let request = RolloutCreate { scheduled_at: Some(later(&world, DAY)), ..create(bundle) };
    let made = app.create_rollout(&by.again(), PROJECT, request).await.unwrap().rollout;
    assert_eq!(shown(&world, None, None).await.entries[0].why, None);
    let pin = NodeUpdate { pinned_bundle_id: Some(Some(other)), ..NodeUpdate::default() };
    app.update_node(&by.again(), PROJECT, world.node.0, pin).await.unwrap();
    let why = shown(&world, None, None).await.entries.remove(0).why.unwrap();
    let stale = "its plan is stale: node 'edge-1' is pinned to another bundle; it will fail and move nothing, make a new one";
    assert_eq!(why, stale);
    let asked = NodeWhyQuery { generation: None };
    let why = app.node_why(&world.reader.again(), PROJECT, world.node.0, asked).await.unwrap();
    let waiting = why.findings.into_iter().find(|one| one.rollout_id == Some(made.id)).unwrap();
    assert!(waiting.text.contains("its plan is stale: node 'edge-1' is pinned"), "{}", waiting.text);
    assert!(waiting.next.unwrap().contains("make a new one"));
    // It never began, and does not say that it did.
    assert!(!made.begun);
    app.cancel_rollout(&by.again(), PROJECT, made.id).await.unwrap();
    assert!(!app.show_rollout(&by.again(), PROJECT, made.id).await.unwrap().rollout.begun);
}

#[tokio::test]
async fn one_that_waits_for_approvals_is_there_at_its_time_and_says_so() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let rules = Some(vec![ApprovalRule { risk_at_least: None, approvals: 2 }]);
    let update = ProjectUpdate { approval_rules: rules, ..Default::default() };
    app.update_project(&world.admin.again(), PROJECT, update).await.unwrap();
    let bundle = world.kit.bundle(by, PROJECT, "1.5.0").await.unwrap();
    let request = RolloutCreate { scheduled_at: Some(later(&world, DAY)), ..create(bundle) };
    app.create_rollout(&by.again(), PROJECT, request).await.unwrap();
    let calendar = shown(&world, None, None).await;
    let [entry] = &calendar.entries[..] else { panic!("{calendar:?}") };
    assert_eq!((entry.from, entry.state), (later(&world, DAY), Some(RolloutState::PendingApproval)));
    assert_eq!(entry.why.as_deref(), Some("waits for approvals: 0 of 2"));
}

#[tokio::test]
async fn a_freeze_that_comes_again_is_there_each_time_by_the_clock_of_its_zone() {
    let world = raised().await;
    let start: Timestamp = "2027-03-17T00:00:00Z".parse().unwrap();
    let end: Timestamp = "2027-04-07T00:00:00Z".parse().unwrap();
    let weekends = FreezeWindowCreate {
        from: Some(start),
        until: end,
        recurrence: Some(Recurrence {
            weekdays: vec![Weekday::Fri],
            starts: "16:00".into(),
            ends: "08:00".into(),
            days: Some(3),
            time_zone: "Europe/Berlin".into(),
        }),
        ..freeze(&world, "weekends", 0, 1)
    };
    frozen(&world, weekends).await;
    let from: Timestamp = "2027-03-22T00:00:00Z".parse().unwrap();
    let calendar = shown(&world, Some(from), Some(end)).await;
    let spans: Vec<(String, String)> =
        calendar.entries.iter().map(|one| (one.from.to_string(), one.to.unwrap().to_string())).collect();
    let expected = [
        ("2027-03-19T15:00:00Z", "2027-03-22T07:00:00Z"),
        // The clocks go forward in between.
        ("2027-03-26T15:00:00Z", "2027-03-29T06:00:00Z"),
        ("2027-04-02T14:00:00Z", "2027-04-05T06:00:00Z"),
    ];
    assert_eq!(spans, expected.map(|(from, to)| (from.to_owned(), to.to_owned())), "what reaches in, too");
}

#[tokio::test]
async fn what_ran_is_there_from_its_beginning_to_its_end() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    let bundle = world.kit.bundle(by, PROJECT, "1.5.0").await.unwrap();
    let made = app.create_rollout(&by.again(), PROJECT, create(bundle)).await.unwrap().rollout;
    let begun = app.now();
    world.kit.clock.advance_ms(2 * HOUR as i64);
    let (before, after) = (timestamp(begun), timestamp(begun.plus_ms(DAY)));
    let calendar = shown(&world, Some(timestamp(begun.plus_ms(HOUR))), Some(after)).await;
    let [entry] = &calendar.entries[..] else { panic!("one that is under way lasts: {calendar:?}") };
    assert_eq!((entry.kind, entry.from, entry.to), (CalendarKind::Rollout, before, None));
    app.cancel_rollout(&by.again(), PROJECT, made.id).await.unwrap();
    let calendar = shown(&world, Some(before), Some(after)).await;
    assert_eq!(calendar.entries[0].to, Some(later(&world, 0)));
    let past_it = shown(&world, Some(later(&world, HOUR)), Some(after)).await;
    assert_eq!(past_it.entries, [], "it was over by then");
}

#[tokio::test]
async fn what_is_for_an_environment_says_so_and_holds_only_that() {
    let world = raised().await;
    let (app, by) = (&world.kit.app, &world.operator);
    for name in ["Dev", "Prod"] {
        let request = EnvironmentCreate { name: name.into(), ..Default::default() };
        app.create_environment(&world.admin.again(), PROJECT, request).await.unwrap();
    }
    let dev =
        sentinel_api_types::node::NodeUpdate { environment: Some(Some("dev".into())), ..Default::default() };
    app.update_node(&by.again(), PROJECT, world.node.0, dev).await.unwrap();
    let elsewhere =
        FreezeWindowCreate { environment: Some("prod".into()), ..freeze(&world, "prod", HOUR, 3 * HOUR) };
    frozen(&world, elsewhere).await;
    let bundle = world.kit.bundle(by, PROJECT, "1.5.0").await.unwrap();
    let target_selector = Some(TargetSelector::Environment { environment: "dev".into() });
    let scheduled_at = Some(later(&world, 2 * HOUR));
    let request = RolloutCreate { target_selector, scheduled_at, ..create(bundle) };
    app.create_rollout(&by.again(), PROJECT, request).await.unwrap();
    let calendar = shown(&world, None, None).await;
    let slugs: Vec<_> =
        calendar.entries.iter().map(|one| one.environment.as_ref().unwrap().slug.as_str()).collect();
    assert_eq!(slugs, ["prod", "dev"]);
    assert_eq!(calendar.entries[1].conflict, None);
}

#[tokio::test]
async fn a_calendar_has_bounds_and_says_when_it_is_cut() {
    let world = raised().await;
    for (from, to) in [(0, 0), (DAY, 0), (0, 92 * DAY + 1)] {
        let query = CalendarQuery { from: Some(later(&world, from)), to: Some(later(&world, to)) };
        let refused = world.kit.app.calendar(&world.reader.again(), PROJECT, &query).await.unwrap_err();
        assert!(matches!(&refused, AppError::Invalid(fields) if fields.contains_key("to")), "{refused:?}");
    }
    let every =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    for number in 0..12 {
        let daily = FreezeWindowCreate {
            recurrence: Some(Recurrence {
                weekdays: every.to_vec(),
                starts: format!("{number:02}:00"),
                ends: format!("{number:02}:30"),
                days: None,
                time_zone: "UTC".into(),
            }),
            ..freeze(&world, &format!("window {number}"), 0, 95 * DAY)
        };
        frozen(&world, daily).await;
    }
    let calendar = shown(&world, None, Some(later(&world, 92 * DAY))).await;
    assert!(calendar.truncated && calendar.entries.len() <= 1_000, "{}", calendar.entries.len());
    assert!(calendar.entries.iter().all(|entry| entry.from < calendar.complete_to));
    assert!(calendar.complete_to < calendar.to && calendar.complete_from == calendar.from);
    let rest = shown(&world, Some(calendar.complete_to), Some(calendar.to)).await;
    assert!(!rest.truncated && rest.entries.len() + calendar.entries.len() >= 12 * 91);
}

#[tokio::test]
async fn another_tenants_calendar_is_not_there() {
    let world = raised().await;
    let query = CalendarQuery::default();
    let refused = world.kit.app.calendar(&world.reader.again(), OTHER_PROJECT, &query).await.unwrap_err();
    assert!(matches!(refused, AppError::NotFound(_)));
}
