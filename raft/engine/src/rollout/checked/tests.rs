#![allow(clippy::unwrap_used)]

use sentinel_model::check::{Checks, Probe};
use sentinel_model::rollout::{Rollout, Step, StepState};

use super::*;
use crate::fixture;

const NOW: Time = Time(1_000_000);

/// A step that began a minute ago, and a check that was made so often; `age_s` is that of its newest result.
struct Scene {
    rollout: Rollout,
    step: Step,
    checks: Checks,
    leader_since: Time,
}

impl Scene {
    fn new(passes: u32, failures: u32, age_s: u64) -> Self {
        let mut rollout = fixture::rollout();
        rollout.spec.checks = vec![fixture::check()];
        let began = Time(NOW.0 - 60_000);
        let step = Step {
            rollout_id: rollout.id,
            index: 0,
            node_ids: Vec::new(),
            traffic: None,
            state: StepState::Verifying { since: began },
            ran_ms: 0,
            started_at: Some(began),
            ended_at: None,
        };
        let mut checks = Checks::begin(rollout.id, 0, Time(began.0 + 1), &rollout.spec.checks);
        let error = (failures > 0).then(|| "503 instead of 200-299".to_owned());
        let at = Time(NOW.0 - i64::try_from(age_s * 1_000).unwrap());
        let last = Probe { at, status: Some(503), latency_ms: 1, error };
        checks.results[0] = CheckResult { passes, failures, last: Some(last), ..checks.results[0].clone() };
        Self { rollout, step, checks, leader_since: Time(0) }
    }

    fn verdict(&self) -> &'static str {
        let (steps, nodes, samples) = ([self.step.clone()], Default::default(), Default::default());
        let view = RolloutView {
            rollout: &self.rollout,
            steps: &steps,
            members: &[],
            nodes: &nodes,
            samples: &samples,
            analysis: None,
            checks: Some(&self.checks),
            bundle_revoked: false,
            frozen: None,
            fresh_ms: 15_000,
            leader_since: self.leader_since,
        };
        match judge(&view, 0, NOW) {
            Verdict::Pass => "pass",
            Verdict::Undecided(finding) | Verdict::Broken(finding) => finding.kind,
        }
    }
}

#[test]
fn a_check_passes_when_it_has_passed_often_enough_and_lately() {
    assert_eq!(Scene::new(3, 0, 5).verdict(), "pass");
    assert_eq!(Scene::new(2, 0, 5).verdict(), "a check has not passed often enough so far");
    assert_eq!(Scene::new(3, 0, 32).verdict(), "a check has no fresh result");
}

#[test]
fn a_check_is_broken_when_it_has_failed_so_often_in_a_row() {
    assert_eq!(Scene::new(0, 1, 5).verdict(), "a check has failed");
    assert_eq!(Scene::new(0, 2, 5).verdict(), "a check fails");
}

#[test]
fn what_is_missing_or_of_another_step_or_leader_or_from_before_the_step_never_passes() {
    let nothing = "a check was not made so far";
    let mut scene = Scene::new(9, 0, 5);
    scene.checks.step = 1;
    assert_eq!(scene.verdict(), nothing);
    let mut scene = Scene::new(9, 0, 5);
    scene.leader_since = Time(scene.checks.since.0 + 1);
    assert_eq!(scene.verdict(), nothing);
    let mut scene = Scene::new(9, 0, 5);
    scene.checks.since = Time(scene.step.started_at.unwrap().0 - 1);
    assert_eq!(scene.verdict(), nothing);
    let mut scene = Scene::new(9, 0, 5);
    scene.checks.results[0].last = None;
    assert_eq!(scene.verdict(), nothing);
    let mut scene = Scene::new(9, 0, 5);
    scene.checks.results.clear();
    assert_eq!(scene.verdict(), nothing);
}
