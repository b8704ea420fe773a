#![allow(clippy::unwrap_used)]

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::governance::Approval;
use sentinel_model::rollout::{Hold, Queued, RolloutState, StepState};
use sentinel_model::{Sha256Digest, Time};

use crate::fixture::{ROLLOUT, START, Scene};

const WORDS: &str = "frozen until 2026-12-03T00:00:00Z by window 'black friday': sales";

fn frozen() -> Option<Transition> {
    Some(Transition::Frozen { reason: WORDS.into() })
}

/// The next step has not begun, and all that is behind it is well.
fn before_a_step() -> Scene {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.rollout.current_step = 1;
    scene.step.index = 1;
    scene.step.state = StepState::Pending;
    scene.step.node_ids.clear();
    scene
}

fn hold(scene: &mut Scene, broken: bool, frozen: bool, since: Time) {
    scene.rollout.hold =
        Some(Hold { reason: WORDS.into(), broken, frozen, for_person: false, since, waits_since: None });
}

#[test]
fn a_scheduled_rollout_begins_at_its_time_and_not_in_a_freeze() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.rollout.state = RolloutState::Scheduled;
    scene.rollout.governance.scheduled_at = Some(scene.now.plus_ms(1));
    assert_eq!(scene.decide(), None);
    scene.now = scene.now.plus_ms(1);
    assert_eq!(scene.decide(), Some(Transition::Begin));
    scene.frozen = Some(WORDS.into());
    assert_eq!(scene.decide(), frozen());
    hold(&mut scene, false, true, START);
    assert_eq!(scene.decide(), None, "it is told once");
    scene.frozen = Some(format!("{WORDS}, and more"));
    assert!(matches!(scene.decide(), Some(Transition::Frozen { .. })), "another freeze is told");
    scene.frozen = None;
    assert_eq!(scene.decide(), Some(Transition::Begin), "and goes on by itself");
}

#[test]
fn a_rollout_that_waits_for_its_nodes_begins_when_it_is_called_and_not_in_a_freeze() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.rollout.state = RolloutState::Pending;
    scene.rollout.queued = Some(Queued { place: 7, behind: Some(ROLLOUT) });
    assert_eq!(scene.decide(), None);
    scene.frozen = Some(WORDS.into());
    assert_eq!(scene.decide(), None, "what it waits for is told, and nothing else");
    scene.rollout.queued = Some(Queued { place: 7, behind: None });
    assert_eq!(scene.decide(), frozen());
    scene.frozen = None;
    assert_eq!(scene.decide(), Some(Transition::Begin));
}

#[test]
fn a_rollout_that_nobody_decides_about_ends() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.rollout.state = RolloutState::PendingApproval;
    let expires_at = scene.now.plus_ms(1);
    scene.rollout.governance.approval =
        Some(Approval { digest: Sha256Digest([1; 32]), needed: 1, expires_at, given: Vec::new() });
    assert_eq!(scene.decide(), None);
    scene.now = expires_at;
    assert_eq!(scene.decide(), Some(Transition::Expire));
}

#[test]
fn no_step_starts_in_a_freeze_and_the_one_that_runs_goes_on() {
    let mut scene = before_a_step();
    assert_eq!(scene.decide(), Some(Transition::StartStep));
    scene.frozen = Some(WORDS.into());
    assert_eq!(scene.decide(), frozen());
    let mut under_way = Scene::verifying(&["edge-1"]);
    under_way.frozen = Some(WORDS.into());
    assert_eq!(under_way.decide(), Some(Transition::CompleteStep));
    let mut first = Scene::running(&["edge-1"]);
    first.step.state = StepState::Pending;
    first.frozen = Some(WORDS.into());
    assert_eq!(first.decide(), frozen());
}

#[test]
fn a_freeze_does_not_count_against_the_deadline_of_a_step() {
    let mut scene = before_a_step();
    scene.frozen = Some(WORDS.into());
    let now = scene.now;
    hold(&mut scene, false, true, now);
    scene.pass_s(1_000_000, &[]);
    assert_eq!(scene.decide(), None, "not even when nobody is heard");
    scene.frozen = None;
    let Some(Transition::Hold { reason: Some(reason), broken: false }) = scene.decide() else { panic!() };
    assert!(reason.contains("heartbeat"), "the wait begins now: {reason}");
}

#[test]
fn what_breaks_behind_a_frozen_step_fails_it_as_ever() {
    let mut scene = before_a_step();
    scene.frozen = Some(WORDS.into());
    scene.fail("edge-1", "it crashed");
    assert!(scene.failure().contains("it crashed"));
    let mut scene = before_a_step();
    scene.frozen = Some(WORDS.into());
    scene.heartbeat("edge-1", false);
    assert!(scene.held().1, "a broken gate is told before the freeze");
    let now = scene.now;
    hold(&mut scene, true, false, now);
    assert!(
        matches!(scene.decide(), None | Some(Transition::Hold { broken: true, .. })),
        "{:?}",
        scene.decide()
    );
    scene.pass_s(20, &["edge-1"]);
    scene.failure();
}

#[test]
fn the_way_back_is_open_in_a_freeze() {
    let mut scene = Scene::running(&["edge-1"]);
    scene.frozen = Some(WORDS.into());
    scene.rollout.state = RolloutState::RollingBack { reason: "no".into(), since: START };
    assert!(matches!(scene.decide(), Some(Transition::RestoreNodes { .. })));
}
