//! When nothing goes forward. Each defect of freezes that other systems are known for is a test here.

use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection, freeze};
use sentinel_model::audit::Actor;
use sentinel_model::freeze::{Recurrence, Span};
use sentinel_model::rollout::RolloutState;
use sentinel_model::{FreezeWindowId, MemberId, Time};
use uuid::Uuid;

use crate::crew::{
    HOUR, MAL, approved_by, as_user, break_glass, forbidden, freeze_now, frozen_words, pending, refused_for,
    reject, scheduled, staffed, window, wrong,
};
use crate::ids::*;
use crate::samples::{self, rollout};
use crate::stage::Stage;

/// Defect: freezes are looked at when a rollout is made, and at no other time.
#[test]
fn in_a_freeze_nothing_goes_forward_at_any_point() {
    let mut fresh = staffed(0);
    freeze_now(&mut fresh);
    let words = frozen_words(&fresh);
    assert!(words.to_string().ends_with("by window 'window 1': sales"), "{words}");
    fresh.refuses([(rollout().into(), words.clone()), (samples::assign(NEW, &[1]).into(), words.clone())]);

    let mut first = Stage::rolling();
    freeze_now(&mut first);
    first.refuses([(first.advance(Transition::StartStep).into(), words.clone())]);

    let mut second = Stage::rolling();
    second.complete_step(&[1, 2]);
    freeze_now(&mut second);
    second.refuses([(second.advance(Transition::StartStep).into(), words.clone())]);

    let mut paused = Stage::rolling();
    paused.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    freeze_now(&mut paused);
    let resume = || RolloutResume { rollout_id: ROLLOUT, by: "ada".into() };
    paused.refuses([(resume().into(), words.clone())]);

    let mut waits = staffed(0);
    scheduled(&mut waits);
    waits.now = waits.now.plus_ms(HOUR);
    freeze_now(&mut waits);
    let words = frozen_words(&waits);
    waits.refuses([(waits.advance(Transition::Begin).into(), words)]);

    // And when it is over, everything goes on.
    for stage in [&mut fresh, &mut first, &mut second, &mut paused, &mut waits] {
        stage.now = stage.now.plus_ms(HOUR);
    }
    fresh.done(rollout());
    first.decide(Transition::StartStep);
    second.decide(Transition::StartStep);
    paused.done(resume());
    waits.decide(Transition::Begin);
    assert_eq!(waits.rollout().state, RolloutState::Running);
}

#[test]
fn a_step_that_has_begun_is_proven_and_completed_in_a_freeze() {
    let mut stage = Stage::rolling();
    stage.verify_step(&[1, 2]);
    freeze_now(&mut stage);
    stage.decide(Transition::CompleteStep);
    stage.decide(Transition::Frozen { reason: "frozen".into() });
    let hold = stage.rollout().hold.unwrap();
    assert!(hold.frozen && !hold.broken && hold.since == stage.now, "{hold:?}");
}

#[test]
fn the_way_back_is_open_in_a_freeze() {
    type Act = fn(&mut Stage);
    let acts: [Act; 4] = [
        |stage| {
            stage.done(RolloutRollback { rollout_id: ROLLOUT, by: "ada".into(), reason: String::new() });
            stage.decide(Transition::RestoreNodes { node_ids: vec![edge(1), edge(2)] });
            stage.decide(Transition::FinishRollback { exceptions: vec![] });
        },
        |stage| {
            stage.decide(Transition::FailStep { reason: "no".into(), step: None });
        },
        |stage| {
            stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
        },
        |stage| {
            stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
        },
    ];
    for act in acts {
        let mut stage = Stage::rolling();
        stage.decide(Transition::StartStep);
        freeze_now(&mut stage);
        act(&mut stage);
    }
    let mut stage = pending(1);
    freeze_now(&mut stage);
    as_user(&mut stage, BOB, reject("no"));
}

/// Defect: two windows that overlap make an exception.
#[test]
fn windows_may_overlap_and_the_one_that_ends_last_is_named() {
    let mut stage = staffed(0);
    let at = |minutes: u64| Time(1_000_000).plus_ms(minutes * 60_000);
    stage.done(window(1, at(0), at(10)));
    stage.done(window(2, at(5), at(20)));
    stage.done(window(3, at(20), at(30)));
    let until = |minute: u64| {
        let frozen = freeze::at(&stage.tables, SHOP, at(minute)).unwrap();
        frozen.map(|frozen| frozen.until)
    };
    assert_eq!(until(0), Some(at(10)));
    assert_eq!(until(7), Some(at(20)));
    assert_eq!(until(19), Some(at(20)));
    assert_eq!(until(20), Some(at(30)), "the end of one is not frozen by it");
    assert_eq!(until(30), None);
}

#[test]
fn a_window_that_comes_again_holds_in_its_occurrences_only() {
    let mut stage = staffed(0);
    let now = stage.now;
    let at = |hours: u64| now.plus_ms(hours * HOUR);
    let span = |from, until| Span { from: at(from), until: at(until) };
    let recurrence = Recurrence { occurrences: vec![span(1, 2), span(25, 26)], ..samples::recurrence() };
    let again = |recurrence| FreezeWindowCreate { recurrence: Some(recurrence), ..window(1, now, at(48)) };
    let outside = Recurrence { occurrences: vec![span(1, 2), span(47, 49)], ..samples::recurrence() };
    stage.refuses_fields([("recurrence.occurrences", again(outside).into())]);
    stage.done(again(recurrence));
    stage.now = at(1);
    let words = format!("the project is frozen until {} by window 'window 1': sales", at(2));
    stage.refuses([(rollout().into(), wrong(&words))]);
    stage.now = at(2);
    stage.done(rollout());
    stage.now = at(25);
    assert!(matches!(stage.refused(stage.advance(Transition::StartStep)), Rejection::WrongState(_)));
    stage.now = at(26);
    stage.done(stage.advance(Transition::StartStep));
    let over = Recurrence { occurrences: vec![span(1, 2)], ..samples::recurrence() };
    let late = FreezeWindowCreate { window_id: FreezeWindowId(Uuid::from_u128(2)), ..again(over) };
    stage.refuses_fields([("until", late.into())]);
}

/// Defect: there is no way to make or see a window.
#[test]
fn windows_are_made_and_taken_away_by_administrators_in_person() {
    let mut stage = staffed(0);
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    let make = || Command::from(window(1, from, until));
    let delete = || {
        Command::from(FreezeWindowDelete { project_id: SHOP, window_id: FreezeWindowId(Uuid::from_u128(1)) })
    };
    for actor in [Actor::User(BOB), Actor::User(MAL), Actor::ApiKey(KEY), Actor::Member(MemberId(1))] {
        refused_for(&mut stage, actor, make());
    }
    stage.refuses_fields([
        ("name", FreezeWindowCreate { name: String::new(), ..window(1, from, until) }.into()),
        ("reason", FreezeWindowCreate { reason: "x".repeat(1_001), ..window(1, from, until) }.into()),
        ("until", window(1, from, from).into()),
        ("until", window(1, Time(0), from).into()),
        ("until", window(1, from, from.plus_ms(367 * 24 * HOUR)).into()),
    ]);
    stage.done(make());
    assert!(matches!(stage.refused(make()), Rejection::Taken { .. }));
    for actor in [Actor::User(BOB), Actor::User(MAL), Actor::ApiKey(KEY)] {
        refused_for(&mut stage, actor, delete());
    }
    stage.done(delete());
    assert_eq!(stage.refused(delete()), Rejection::not_found("Freeze window"));
    stage.done(rollout());
}

/// Defect: the override exists in code only, and nothing is kept of it.
#[test]
fn who_breaks_the_glass_is_an_administrator_and_says_why() {
    let mut stage = staffed(0);
    freeze_now(&mut stage);
    let create = |reason: &str| {
        Command::from(RolloutCreate { override_freeze_reason: Some(reason.into()), ..rollout() })
    };
    let operator = forbidden("this needs the role admin, yours is operator");
    for (actor, expected) in [
        (Actor::User(BOB), operator.clone()),
        (Actor::User(MAL), Rejection::not_found("Project")),
        (Actor::ApiKey(KEY), forbidden("only a person may do this; sign in instead")),
    ] {
        assert_eq!(refused_for(&mut stage, actor, create("the site is down")), expected);
    }
    stage.refuses_fields([
        ("override_freeze_reason", create("")),
        ("override_freeze_reason", create(" ")),
        ("override_freeze_reason", create(&"x".repeat(1_001))),
    ]);
    stage.done(create("the site is down"));
    let broken = stage.rollout().governance.break_glass.unwrap();
    assert_eq!((broken.user_id, broken.reason.as_str()), (ADA, "the site is down"));
    assert_eq!(stage.audit().pop().unwrap().changes["override_freeze_reason"], "the site is down");
    stage.complete_step(&[1, 2]);
    stage.complete_step(&[3, 4]);

    let mut held = Stage::rolling();
    freeze_now(&mut held);
    held.decide(Transition::Frozen { reason: "frozen".into() });
    assert_eq!(refused_for(&mut held, Actor::User(BOB), break_glass("please")), operator);
    held.refuses_fields([("override_freeze_reason", break_glass("\n"))]);
    held.done(break_glass("a hole is open"));
    assert_eq!(held.rollout().hold, None);
    assert_eq!(held.audit().pop().unwrap().changes["reason"], "a hole is open");
    held.decide(Transition::StartStep);
    assert!(matches!(held.refused(break_glass("again")), Rejection::WrongState(_)));
    held.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert!(matches!(held.refused(break_glass("late")), Rejection::WrongState(_)));
}

#[test]
fn broken_glass_is_no_approval() {
    let mut stage = staffed(1);
    freeze_now(&mut stage);
    stage.done(RolloutCreate { override_freeze_reason: Some("now".into()), ..rollout() });
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    approved_by(&mut stage, BOB);
    assert_eq!(stage.rollout().state, RolloutState::Running);
}

#[test]
fn a_rollout_that_is_approved_in_a_freeze_waits_for_its_end_where_all_can_see_it() {
    let mut stage = pending(1);
    freeze_now(&mut stage);
    approved_by(&mut stage, BOB);
    let waits = stage.rollout();
    assert_eq!(waits.state, RolloutState::Scheduled);
    assert!(waits.hold.is_some_and(|hold| hold.frozen && hold.reason.starts_with("frozen until")));
    stage.now = stage.now.plus_ms(HOUR);
    stage.decide(Transition::Begin);
    let begun = stage.rollout();
    assert_eq!((begun.state, begun.hold), (RolloutState::Running, None));
}

/// What is told must be what is kept, or it would be told again with every look.
#[test]
fn the_words_of_a_freeze_fit_into_what_is_kept_of_a_hold() {
    let mut stage = staffed(0);
    let (from, until) = (stage.now, stage.now.plus_ms(HOUR));
    stage.done(FreezeWindowCreate { reason: "x".repeat(1_000), ..window(1, from, until) });
    let Rejection::WrongState(text) = frozen_words(&stage) else { panic!("another refusal") };
    assert_eq!(text.trim_start_matches("the project is ").chars().count(), 1_000);
}
