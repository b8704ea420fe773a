//! What is taken note of while a canary is compared, and what it takes to go on.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_observe::RolloutObserve;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::{Command, Rejection};
use sentinel_model::canary::{Analysis, COURSE_MAX, Canary, Verdict};
use sentinel_model::rollout::{Gates, RolloutSpec, RolloutState, StepState};

use crate::ids::*;
use crate::samples::{analysis, rollout, spec};
use crate::stage::Stage;

fn canary() -> RolloutSpec {
    RolloutSpec { canary: Some(Canary::default()), ..spec() }
}

/// A canary whose first step has begun.
fn begun() -> Stage {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: canary(), ..rollout() });
    stage.decide(Transition::StartStep);
    stage
}

fn look(number: u64, verdict: Verdict) -> Command {
    RolloutObserve { analysis: analysis(number, verdict) }.into()
}

fn wrong(message: &str) -> Rejection {
    Rejection::WrongState(message.into())
}

#[test]
fn looks_are_kept_one_after_the_other_and_are_no_decision() {
    let mut stage = begun();
    let (audited, revision) = (stage.audit().len(), stage.rollout().revision);
    stage.done(look(1, Verdict::Gathering));
    stage.done(look(2, Verdict::Fair));
    assert_eq!(stage.get::<Analysis>(ROLLOUT.as_bytes()), Some(analysis(2, Verdict::Fair)));
    assert_eq!((stage.audit().len(), stage.rollout().revision), (audited, revision));
    assert_eq!(
        (stage.events[0].kind.as_str(), stage.events[0].data["verdict"].as_str()),
        ("rollout.observed", "fair")
    );
    // An older leader's, and one that leaves out another.
    for number in [1, 2, 4] {
        stage.refuses([(
            look(number, Verdict::Fair),
            Rejection::Stale { decided_on: number - 1, current: 2 },
        )]);
    }
}

#[test]
fn a_look_at_another_step_at_a_rollout_that_stands_still_or_at_none_is_refused() {
    let mut stage = begun();
    let other = RolloutObserve { analysis: Analysis { step: 1, ..analysis(1, Verdict::Fair) } };
    let long = RolloutObserve {
        analysis: Analysis {
            course: vec![analysis(1, Verdict::Fair).course[0]; COURSE_MAX + 1],
            ..analysis(1, Verdict::Fair)
        },
    };
    stage.refuses([(other.into(), wrong("Rollout cannot be observed in current state (running)"))]);
    stage.refuses_fields([("analysis.course", long.into())]);
    stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    stage.refuses([(look(1, Verdict::Fair), wrong("Rollout cannot be observed in current state (paused)"))]);
    let plain = Stage::rolling();
    plain.refuses([(look(1, Verdict::Fair), wrong("Rollout has no canary"))]);
    Stage::furnished().refuses([(look(1, Verdict::Fair), Rejection::not_found("Rollout"))]);
}

#[test]
fn no_step_completes_without_a_verdict_on_that_very_step() {
    let mut stage = Stage::furnished();
    stage.done(RolloutCreate { spec: canary(), ..rollout() });
    stage.verify_step(&[1, 2]);
    let complete = |stage: &Stage| Command::from(stage.advance(Transition::CompleteStep));
    stage.refuses([(complete(&stage), wrong("the canary's verdict on step 0 is missing"))]);
    stage.done(look(1, Verdict::Gathering));
    stage.refuses([(complete(&stage), wrong("the canary's verdict on step 0 is gathering"))]);
    stage.done(look(2, Verdict::Worse));
    stage.refuses([(complete(&stage), wrong("the canary's verdict on step 0 is worse"))]);
    stage.done(look(3, Verdict::Fair));
    stage.decide(Transition::CompleteStep);
    assert_eq!(stage.step(0).state, StepState::Completed);
    // Everybody has the bundle then: there is nothing to compare with.
    stage.complete_step(&[3, 4]);
    assert_eq!(stage.rollout().state, RolloutState::Completed);
}

#[test]
fn what_came_later_takes_a_level_and_a_plain_rollout_does_not() {
    let level = |spec| Command::from(RolloutCreate { spec, ..rollout() }).min_level();
    assert_eq!((level(spec()), level(canary())), (1, 4));
    let cpu = Gates { max_cpu_percent: Some(80.0), ..spec().gates };
    let memory = Gates { max_memory_percent: Some(80.0), ..spec().gates };
    for gates in [cpu, memory] {
        assert_eq!(level(RolloutSpec { gates, ..spec() }), 4);
    }
    assert_eq!(look(1, Verdict::Fair).min_level(), 4);
}

#[test]
fn what_is_asked_of_a_canary_is_checked() {
    let stage = Stage::furnished();
    let with = |bend: fn(&mut Canary)| {
        let mut canary = Canary::default();
        bend(&mut canary);
        Command::from(RolloutCreate { spec: RolloutSpec { canary: Some(canary), ..spec() }, ..rollout() })
    };
    stage.refuses_fields([
        ("canary_analysis_config.steps", with(|canary| canary.steps = vec![])),
        ("canary_analysis_config.steps", with(|canary| canary.steps = vec![0, 100])),
        ("canary_analysis_config.steps", with(|canary| canary.steps = vec![25, 5, 100])),
        ("canary_analysis_config.steps", with(|canary| canary.steps = vec![5, 50])),
        ("canary_analysis_config.steps", with(|canary| canary.steps = (80..=101).collect())),
        ("canary_analysis_config.confidence_level", with(|canary| canary.alpha = 0.5)),
        ("canary_analysis_config.confidence_level", with(|canary| canary.alpha = f64::NAN)),
        ("canary_analysis_config.max_error_rate_rise", with(|canary| canary.error_margin = -1.0)),
        ("canary_analysis_config.max_slow_rise", with(|canary| canary.slow_margin = Some(f64::INFINITY))),
        ("canary_analysis_config.min_requests", with(|canary| canary.min_requests = 0)),
        ("canary_analysis_config.bake_seconds", with(|canary| canary.bake_s = 600)),
    ]);
}
