#![allow(clippy::unwrap_used)]

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::canary::Evidence;

use super::*;
use crate::fixture::Scene;

/// The first of two steps is being verified, its gates hold.
fn scene() -> Scene {
    let mut scene = Scene::verifying(&["edge-1"]);
    scene.waiting("edge-2");
    scene.rollout.spec.canary = Some(Canary::default());
    scene.pass_s(60, &["edge-1"]);
    scene
}

fn analysis(scene: &Scene, verdict: Verdict) -> Analysis {
    let traffic = |requests, errors| Traffic { requests, errors, timed: requests, slow: errors };
    Analysis {
        rollout_id: scene.rollout.id,
        look: 3,
        step: 0,
        since: scene.now,
        at: scene.now,
        compared_ms: 0,
        block_ms: 5_000,
        judged: 1,
        verdict,
        canary: traffic(400, 40),
        control: traffic(4_000, 40),
        slow_above_ms: Some(25.0),
        errors: Evidence { logs: vec![6.0; 6], looks: 3, newest: 0.0, recent: (4_000.0, 40.0) },
        slow: Evidence::default(),
        course: Vec::new(),
    }
}

#[test]
fn without_traffic_it_waits_and_fails_at_the_deadline_and_never_passes() {
    let mut scene = scene();
    assert!(scene.held().0.starts_with("the canary waits for traffic"), "{}", scene.held().0);
    scene.analysis = Some(analysis(&scene, Verdict::Gathering));
    assert_eq!(scene.held().0, "the canary is being compared: 400 of 500 requests, 0 of 60 s, 1 of 3 looks");
    scene.analysis.as_mut().unwrap().errors.newest = 4.0;
    assert!(
        scene.held().0.ends_with("1 of 3 looks; the newest look speaks against it"),
        "{}",
        scene.held().0
    );
    scene.pass_s(600, &["edge-1"]);
    assert!(scene.failure().starts_with("the step's deadline has passed"), "{}", scene.failure());
}

#[test]
fn a_verdict_on_an_earlier_step_or_of_long_ago_does_not_let_a_step_pass() {
    let mut scene = scene();
    scene.analysis = Some(Analysis { step: 7, ..analysis(&scene, Verdict::Fair) });
    assert!(scene.held().0.starts_with("the canary waits for traffic"));
    scene.analysis = Some(analysis(&scene, Verdict::Fair));
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
    scene.pass_s(61, &["edge-1"]);
    assert_eq!(scene.held().0, "the canary waits for traffic: none of both groups for 61 s");
}

#[test]
fn a_worse_canary_fails_at_once_with_the_numbers() {
    let mut scene = scene();
    scene.analysis = Some(analysis(&scene, Verdict::Worse));
    assert_eq!(
        scene.failure(),
        "the canary is worse: 10.00 % of its answers are errors, 1.00 % of the other nodes' (evidence 404 to 1, 200 are enough)"
    );
    let slow = std::mem::take(&mut scene.analysis.as_mut().unwrap().errors);
    scene.analysis.as_mut().unwrap().slow = slow;
    assert!(scene.failure().contains("take longer than 25 ms"), "{}", scene.failure());
}

#[test]
fn the_last_step_has_nothing_to_be_compared_with() {
    let mut scene = scene();
    scene.rollout.steps = 1;
    assert_eq!(scene.decide(), Some(Transition::CompleteStep));
}
