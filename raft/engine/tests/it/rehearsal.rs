//! Rehearsals beside life: the same realm, played on a copy and then lived through.

use std::collections::BTreeSet;

use sentinel_engine::rehearsal::{
    Assumptions, Behaviour, Bounds, Course, End, Halt, Judging, Play, ROLLOUT, WaitKind, advise, comparisons,
    copy_of, rehearse,
};
use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::{Read, Scan, Table, query, tables};
use sentinel_model::audit::{Actor, AuditEntry};
use sentinel_model::blue_green::BlueGreen;
use sentinel_model::canary::{Canary, Verdict};
use sentinel_model::node::NodeStatus;
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::rollout::{Batch, Gates, OnConflict, Rollout, RolloutSpec, RolloutState, Target};
use sentinel_model::{FreezeWindowId, RolloutId, Time};
use uuid::Uuid;

use crate::agent::OnNew;
use crate::plan::plan_over;
use crate::realm::{ADA, ORG, Realm};
use crate::scenario::{spec, traffic_gates};
use crate::world::{FRESH_MS, NEW, OFFLINE_AFTER_MS, PROJECT, TICK_MS, node_id};

const LIVED: RolloutId = RolloutId(Uuid::from_u128(0x99));

/// A realm whose nodes run the old bundle and are heard.
fn fleet(nodes: u8, on_new: OnNew) -> Realm {
    let mut realm = Realm::founded();
    for number in 1..=nodes {
        realm.enrol(number, on_new, true);
    }
    (0..4).for_each(|_| realm.tick());
    realm
}

/// As the nodes of a realm do.
fn assumed(on_new: OnNew) -> Assumptions {
    let old = Behaviour { error_percent: 0.0, p99_ms: 3.0 };
    let new = match on_new {
        OnNew::Errors => Behaviour { error_percent: 50.0, ..old },
        OnNew::SlowAnswers => Behaviour { p99_ms: 2_500.0, ..old },
        _ => old,
    };
    Assumptions {
        activation_ms: (TICK_MS, TICK_MS),
        heartbeat_ms: TICK_MS,
        failing_percent: if on_new == OnNew::Fails { 100.0 } else { 0.0 },
        silent_percent: 0.0,
        requests_per_second: 10.0,
        old,
        new,
        seed: 1,
    }
}

fn play(realm: &Realm, spec: &RolloutSpec, assumed: Assumptions) -> Play {
    let nodes = query::nodes_of(&realm.tables, PROJECT).unwrap();
    let plan = plan_over(spec, &nodes).unwrap();
    Play {
        create: RolloutCreate {
            rollout_id: ROLLOUT,
            project_id: PROJECT,
            spec: spec.clone(),
            steps: plan.steps,
            live: plan.live,
            created_by: "ada@example.com".into(),
            scheduled_at: None,
            override_freeze_reason: None,
            skip_order_reason: None,
            rule: None,
            template_id: None,
        },
        actor: Actor::User(ADA),
        begins: realm.now,
        applied: 1_000_000,
        assumed,
        judging: Judging { offline_after_ms: OFFLINE_AFTER_MS, fresh_ms: FRESH_MS },
        bounds: Bounds::default(),
    }
}

fn course(realm: &Realm, play: &Play) -> Course {
    let copied = copy_of(&realm.tables, PROJECT, play.create.spec.bundle_id, play.actor).unwrap();
    rehearse(copied.tables, play, &mut || None).unwrap()
}

fn state(course: &Course) -> &'static str {
    course.rollout.as_ref().map_or("none", |rollout| rollout.state.as_str())
}

/// What was decided, but for what is told of waits: these are told when the numbers change, and ticks are longer in a realm.
fn rehearsed(course: &Course) -> Vec<(String, String)> {
    let deeds = course.timeline.iter().filter(|deed| deed.rollout == ROLLOUT);
    let of = |step: Option<u32>| step.map(|step| step.to_string()).unwrap_or_default();
    told(deeds.map(|deed| (deed.action.clone(), of(deed.step))))
}

/// The same of a rollout that was lived through.
fn lived(realm: &Realm) -> Vec<(String, String)> {
    let entries: Vec<AuditEntry> = tables::rows(&realm.tables, Scan::all(Table::Audit, &[])).unwrap();
    let ours = entries.into_iter().filter(|entry| entry.resource_id == LIVED.to_string());
    told(ours.map(|entry| (entry.action, entry.changes.get("step").cloned().unwrap_or_default())))
}

fn told(all: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let wait = |action: &str| ["rollout.held", "rollout.hold_ended", "rollout.observed"].contains(&action);
    let mut told: Vec<(String, String)> = all.filter(|(action, _)| !wait(action)).collect();
    // What was asked for stands beside the step of what was decided.
    told.iter_mut().filter(|(action, _)| action == "rollout.created").for_each(|(_, step)| step.clear());
    told
}

fn live(realm: &mut Realm, play: &Play) -> Rollout {
    let create = RolloutCreate { rollout_id: LIVED, ..play.create.clone() };
    realm.propose(play.actor, create).unwrap();
    let rollout = |realm: &Realm| tables::load::<Rollout>(&realm.tables, LIVED.as_bytes()).unwrap().unwrap();
    for _ in 0..2_000 {
        if rollout(realm).state.is_final() {
            break;
        }
        realm.tick();
    }
    rollout(realm)
}

#[test]
fn a_course_is_that_of_life_step_by_step_whatever_the_bundle_does() {
    let canary = Canary { steps: vec![25, 50, 100], min_requests: 200, bake_s: 30, ..Canary::default() };
    let roomy = RolloutSpec { step_deadline_s: 600, ..spec() };
    let specs = [
        RolloutSpec { batch: Batch::Size(2), ..spec() },
        RolloutSpec { batch: Batch::Percent(100), gates: traffic_gates(), ..roomy.clone() },
        RolloutSpec { batch: Batch::Size(3), gates: traffic_gates(), auto_rollback: false, ..roomy.clone() },
        RolloutSpec { batch: Batch::Size(2), rollback_threshold: Some(10), max_unavailable: 1, ..spec() },
        RolloutSpec { failure_domain: Some("zone".into()), batch: Batch::Size(3), ..spec() },
        RolloutSpec { canary: Some(canary), batch: Batch::Percent(100), ..roomy },
    ];
    let mut ends = BTreeSet::new();
    for spec in specs {
        for on_new in [OnNew::Good(1), OnNew::Fails, OnNew::Errors, OnNew::SlowAnswers] {
            let mut realm = fleet(8, on_new);
            let play = play(&realm, &spec, assumed(on_new));
            let course = course(&realm, &play);
            let really = live(&mut realm, &play);
            let what = format!("{on_new:?} {spec:?}\n{:#?}", course.timeline);
            assert_eq!(course.end, End::Ended, "{what}");
            assert_eq!(state(&course), really.state.as_str(), "{what}");
            assert_eq!(rehearsed(&course), lived(&realm), "{what}");
            let steps = query::rollout_steps(&realm.tables, LIVED).unwrap();
            let nodes = |steps: Vec<&sentinel_model::rollout::Step>| -> Vec<_> {
                steps.iter().map(|step| (step.node_ids.clone(), step.state.as_str())).collect()
            };
            assert_eq!(
                nodes(course.steps.iter().map(|played| &played.step).collect()),
                nodes(steps.iter().collect())
            );
            ends.insert(really.state.as_str());
        }
    }
    assert!(ends.is_superset(&BTreeSet::from(["completed", "rolled_back", "failed"])), "{ends:?}");
}

#[test]
fn a_blue_green_rollout_shifts_its_traffic_as_in_life() {
    for on_new in [OnNew::Good(1), OnNew::Errors] {
        let mut realm = fleet(6, on_new);
        realm.slots();
        realm.tick();
        let blue_green = Some(BlueGreen { traffic_steps: vec![25, 100], bake_s: 30 });
        let spec = RolloutSpec {
            blue_green,
            batch: Batch::Percent(100),
            gates: traffic_gates(),
            step_deadline_s: 600,
            ..spec()
        };
        let play = play(&realm, &spec, assumed(on_new));
        let course = course(&realm, &play);
        live(&mut realm, &play);
        assert_eq!(rehearsed(&course), lived(&realm), "{on_new:?} {:#?}", course.timeline);
        assert_eq!(course.steps.len(), 3);
    }
}

#[test]
fn a_canary_without_traffic_fails_at_its_deadline_and_it_is_said_what_it_would_need() {
    let realm = fleet(8, OnNew::Good(1));
    let canary = Some(Canary { steps: vec![25, 100], ..Canary::default() });
    let spec = RolloutSpec { canary, batch: Batch::Percent(100), step_deadline_s: 300, ..spec() };
    let mut play = play(&realm, &spec, Assumptions { requests_per_second: 0.0, ..assumed(OnNew::Good(1)) });
    let none = course(&realm, &play);
    let Some(RolloutState::RolledBack { reason, .. }) = none.rollout.as_ref().map(|rollout| &rollout.state)
    else {
        panic!("{none:#?}");
    };
    assert!(reason.contains("deadline has passed") && reason.contains("waits for traffic"), "{reason}");
    assert_eq!(comparisons(&play, &none)[0].needs_ms, None);
    assert!(advise(&play, &none)[0].contains("takes for ever"));
    // A little is too little: 500 requests of two nodes that answer 0.4 a second each.
    play.assumed.requests_per_second = 0.4;
    let few = course(&realm, &play);
    assert_eq!(state(&few), "rolled_back");
    let needed = comparisons(&play, &few);
    assert_eq!((needed.len(), needed[0].canary_nodes, needed[0].control_nodes), (1, 2, 6));
    assert!((400_000..900_000).contains(&needed[0].needs_ms.unwrap()), "{needed:?}");
    assert!(needed[0].requests < 500 && needed[0].verdict != Some(Verdict::Fair), "{needed:?}");
    let words = &advise(&play, &few)[0];
    assert!(words.contains("cannot come to a verdict before its deadline of 300 s"), "{words}");
    assert_eq!(few.stopped.as_ref().unwrap().action, "rollout.step_failed");
    // And enough is enough, in about the time that was said.
    play.assumed.requests_per_second = 10.0;
    let enough = course(&realm, &play);
    assert_eq!(state(&enough), "completed", "{:#?}", enough.timeline);
    let needs_ms = comparisons(&play, &enough)[0].needs_ms.unwrap();
    let took_ms = enough.steps[0].step.ended_at.unwrap().since(enough.steps[0].verified_at.unwrap());
    assert!(took_ms.abs_diff(needs_ms) < 30_000, "{took_ms} instead of {needs_ms}");
    assert_eq!(advise(&play, &enough), Vec::<String>::new());
}

fn freeze(realm: &mut Realm, from: Time, until: Time) {
    let window = FreezeWindowCreate {
        window_id: FreezeWindowId(Uuid::from_u128(0x71)),
        project_id: PROJECT,
        name: "sales".into(),
        reason: String::new(),
        from,
        until,
        created_by: "ada@example.com".into(),
        recurrence: None,
        environment_id: None,
    };
    realm.propose(Actor::User(ADA), window).unwrap();
}

#[test]
fn a_freeze_in_the_middle_holds_it_until_it_is_over() {
    let mut realm = fleet(3, OnNew::Good(1));
    let (from, until) = (realm.now.plus_ms(8_000), realm.now.plus_ms(36_000_000));
    freeze(&mut realm, from, until);
    let play = play(&realm, &spec(), assumed(OnNew::Good(1)));
    let course = course(&realm, &play);
    assert_eq!(state(&course), "completed");
    let waits: Vec<_> = course.steps.iter().flat_map(|step| &step.waits).collect();
    let frozen: Vec<_> = waits.iter().filter(|wait| wait.kind == WaitKind::Freeze).collect();
    assert_eq!(frozen.len(), 1, "{waits:#?}");
    assert!(frozen[0].to.since(until) <= 1_000, "{frozen:?}");
    assert!(frozen[0].reason.as_ref().unwrap().contains("frozen until"));
    assert!(frozen[0].to.since(frozen[0].from) > 35_900_000);
    assert!(
        course.ends > until && course.looks < 500,
        "nobody looks every half second for ten hours: {}",
        course.looks
    );
}

#[test]
fn what_would_be_refused_is_said_and_nothing_is_played() {
    let mut realm = fleet(3, OnNew::Good(1));
    let (from, until) = (realm.now, realm.now.plus_ms(36_000_000));
    freeze(&mut realm, from, until);
    let mut play = play(&realm, &spec(), assumed(OnNew::Good(1)));
    let refused = course(&realm, &play);
    assert!(matches!(&refused.end, End::Refused(why) if why.contains("frozen until")), "{:?}", refused.end);
    assert_eq!((refused.rollout, refused.looks), (None, 0));
    // A time behind the freeze waits for it, and is not looked at in vain.
    play.create.scheduled_at = Some(until.plus_ms(1_000));
    let waited = course(&realm, &play);
    assert_eq!((state(&waited), waited.waits[0].kind), ("completed", WaitKind::Schedule));
    assert!(waited.looks < 500, "{}", waited.looks);
}

#[test]
fn it_queues_behind_what_is_under_way_and_says_so_when_that_is_held() {
    let mut realm = fleet(4, OnNew::Good(1));
    let first = play(&realm, &spec(), assumed(OnNew::Good(1)));
    realm.propose(first.actor, RolloutCreate { rollout_id: LIVED, ..first.create }).unwrap();
    let queues = RolloutSpec {
        on_conflict: OnConflict::Queue,
        target: Target::Nodes(vec![node_id(4)]),
        bundle_id: crate::realm::OTHER,
        ..spec()
    };
    let play = play(&realm, &queues, assumed(OnNew::Good(1)));
    let behind = course(&realm, &play);
    assert_eq!((state(&behind), behind.waits[0].kind), ("completed", WaitKind::Queue), "{behind:#?}");
    let order: Vec<bool> = behind.timeline.iter().map(|deed| deed.rollout == ROLLOUT).collect();
    assert!(order.contains(&false), "the other one is played as well");
    realm
        .propose(Actor::User(ADA), RolloutPause { rollout_id: LIVED, by: "ada@example.com".into() })
        .unwrap();
    let stuck = course(&realm, &play);
    assert!(
        matches!(&stuck.end, End::Unfinished(why) if why.contains("until somebody does something")),
        "{:?}",
        stuck.end
    );
}

#[test]
fn nodes_that_are_away_stay_so_and_count() {
    let mut realm = fleet(4, OnNew::Good(1));
    realm.hush(node_id(2));
    (0..8).for_each(|_| realm.tick());
    let nodes = query::nodes_of(&realm.tables, PROJECT).unwrap();
    assert_eq!(nodes.iter().filter(|node| node.status == NodeStatus::Offline).count(), 1);
    let one = RolloutSpec { batch: Batch::Size(2), ..spec() };
    let play_one = play(&realm, &one, assumed(OnNew::Good(1)));
    let course_one = course(&realm, &play_one);
    assert_eq!((state(&course_one), course_one.peak.away), ("rolled_back", 1));
    let two = RolloutSpec { max_unavailable: 1, ..one };
    let play_two = play(&realm, &two, assumed(OnNew::Good(1)));
    let course_two = course(&realm, &play_two);
    assert_eq!(state(&course_two), "completed");
    assert_eq!((course_two.peak.groups[0].away, course_two.peak.groups[0].of), (1, 2));
    assert!(advise(&play_two, &course_two).iter().any(|words| words.contains("away or would fail")));
}

#[test]
fn a_bad_bundle_that_no_gate_minds_is_what_is_warned_of() {
    let realm = fleet(4, OnNew::Good(1));
    let play = play(&realm, &spec(), assumed(OnNew::Errors));
    let course = course(&realm, &play);
    assert_eq!(state(&course), "completed");
    let words = advise(&play, &course);
    assert!(words[0].contains("50 %") && words[0].contains("give it --max-error-rate"), "{words:?}");
}

/// Defect: a limit that was given and is above what the bundle does was asked for once more.
#[test]
fn a_bad_bundle_below_the_limit_that_was_given_is_said_to_be_below_it() {
    let realm = fleet(4, OnNew::Good(1));
    let gates = Gates { max_error_percent: Some(60.0), ..spec().gates };
    let play = play(&realm, &RolloutSpec { gates, ..spec() }, assumed(OnNew::Errors));
    let course = course(&realm, &play);
    assert_eq!(state(&course), "completed");
    let words = advise(&play, &course);
    assert!(words[0].ends_with("that is not above the limit of 60 % (--max-error-rate)"), "{words:?}");
}

#[test]
fn work_is_bounded_and_it_is_said_how_far_it_came() {
    let realm = fleet(6, OnNew::Good(1));
    let mut play = play(&realm, &spec(), assumed(OnNew::Good(1)));
    let copy = || copy_of(&realm.tables, PROJECT, NEW, play.actor).unwrap().tables;
    let (one, two, three) = (copy(), copy(), copy());
    let unfinished = |course: &Course| match &course.end {
        End::Unfinished(why) => why.clone(),
        other => panic!("{other:?}"),
    };
    let late = rehearse(one, &play, &mut || Some(Halt::TimeOut)).unwrap();
    assert!(unfinished(&late).contains("took too long"));
    play.bounds.simulated_ms = 10_000;
    let short = rehearse(two, &play, &mut || None).unwrap();
    assert_eq!(unfinished(&short), "a rehearsal ends after 10 s");
    assert_eq!(state(&short), "running");
    play.bounds = Bounds { nodes_read: 20, ..Bounds::default() };
    let much = rehearse(three, &play, &mut || None).unwrap();
    assert!(unfinished(&much).contains("too much work"));
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_another_course() {
    let realm = fleet(6, OnNew::Good(1));
    let some =
        Assumptions { activation_ms: (2_000, 8_000), failing_percent: 30.0, ..assumed(OnNew::Good(1)) };
    let wide = RolloutSpec { batch: Batch::Size(3), max_unavailable: 3, ..spec() };
    let mut play = play(&realm, &wide, some);
    let bytes = |course: &Course| format!("{:?} {:?} {:?}", course.timeline, course.steps, course.failed);
    let first = course(&realm, &play);
    assert_eq!(bytes(&first), bytes(&course(&realm, &play)));
    let others = (2..12u64).map(|seed| {
        play.assumed.seed = seed;
        bytes(&course(&realm, &play))
    });
    assert!(others.collect::<BTreeSet<_>>().len() > 5);
}

#[test]
fn a_copy_shares_nothing_and_has_no_secret() {
    let mut realm = fleet(4, OnNew::Good(1));
    let first = play(&realm, &spec(), assumed(OnNew::Good(1)));
    realm.propose(first.actor, RolloutCreate { rollout_id: LIVED, ..first.create.clone() }).unwrap();
    (0..3).for_each(|_| realm.tick());
    let before = realm.tables.clone();
    let takes = RolloutSpec { on_conflict: OnConflict::Supersede, ..spec() };
    let play = play(&realm, &takes, assumed(OnNew::Fails));
    let copied = copy_of(&realm.tables, PROJECT, NEW, play.actor).unwrap();
    let secret = [
        Table::Users,
        Table::UserEmails,
        Table::Sessions,
        Table::ApiKeyDigests,
        Table::EnrolmentTokens,
        Table::EnrolmentDigests,
        Table::JoinTokens,
        Table::NodeKeyDigests,
        Table::Requests,
        Table::Audit,
        Table::ClusterMembers,
        Table::RuntimeConfigs,
    ];
    for table in secret {
        assert_eq!(copied.tables.count(table).unwrap(), 0, "{table:?}");
    }
    let org: Org = tables::load(&copied.tables, ORG.as_bytes()).unwrap().unwrap();
    let project: Project = tables::load(&copied.tables, PROJECT.as_bytes()).unwrap().unwrap();
    assert!(org.signing_key.sealed_seed.0.is_empty() && project.sealed_marker_key.0.is_empty());
    let keys = query::nodes_of(&copied.tables, PROJECT).unwrap();
    assert!(keys.len() == 4 && keys.iter().all(|node| node.key_digest.0 == [0; 32]));
    tables::check_rows(&copied.tables).unwrap();
    rehearse(copied.tables, &play, &mut || None).unwrap();
    assert!(before == realm.tables, "what was copied is as it was");
}
