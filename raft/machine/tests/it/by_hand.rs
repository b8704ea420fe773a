//! Rollouts whose steps wait for a person.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_release::RolloutRelease;
use sentinel_machine::{Command, Rejection};
use sentinel_model::rollout::{RolloutSpec, StepState};

use crate::ids::*;
use crate::samples::{rollout, spec};
use crate::stage::Stage;

fn release(step: u32) -> RolloutRelease {
    RolloutRelease { rollout_id: ROLLOUT, by: "ada@example.com".into(), step }
}

fn asked() -> RolloutCreate {
    RolloutCreate { spec: RolloutSpec { by_hand: true, ..spec() }, ..rollout() }
}

fn wrong(message: &str) -> Rejection {
    Rejection::WrongState(message.into())
}

/// The first step has completed, and the second one waits.
fn waits() -> Stage {
    let mut stage = Stage::furnished().raised();
    stage.done(asked());
    stage.complete_step(&[1, 2]);
    stage
}

#[test]
fn no_scheduler_begins_a_step_that_nobody_has_let_begin() {
    let mut stage = waits();
    let held = stage.advance(Transition::StartStep);
    stage.refuses([(held.into(), wrong("step 2 waits for a person to let it begin"))]);
    stage.decide(Transition::AwaitPerson { reason: "step 2 may begin".into() });
    let hold = stage.rollout().hold.unwrap();
    assert!(hold.for_person && !hold.broken && !hold.frozen && !hold.counts(), "{hold:?}");
    stage.done(release(1));
    assert_eq!((stage.rollout().hold, stage.rollout().released), (None, 1));
    let entry = stage.audit().into_iter().next_back().unwrap();
    assert_eq!(entry.action, "rollout.step_released");
    assert_eq!((entry.changes["by"].as_str(), entry.changes["step"].as_str()), ("ada@example.com", "2"));
    stage.decide(Transition::StartStep);
}

#[test]
fn only_the_step_that_waits_is_let_begin_and_once() {
    let mut stage = waits();
    stage.refuses([
        (release(0).into(), wrong("step 1 does not wait: step 2 does")),
        (release(2).into(), wrong("step 3 does not wait: step 2 does")),
    ]);
    stage.done(release(1));
    stage.refuses([(release(1).into(), wrong("step 2 was let go on already, and begins as soon as it may"))]);
    stage.decide(Transition::StartStep);
    stage.refuses([(release(1).into(), wrong("step 2 does not wait: step 2 is under way"))]);
}

#[test]
fn nothing_is_let_begin_that_goes_on_by_itself_or_stands_still() {
    Stage::rolling().refuses([(
        release(0).into(),
        wrong("this rollout goes on by itself: nobody has to let its steps begin"),
    )]);
    let mut stage = waits();
    stage.done(RolloutPause { rollout_id: ROLLOUT, by: "ada".into() });
    stage.refuses([(release(1).into(), wrong("Rollout cannot be let go on in current state (paused)"))]);
}

/// Defect: the step that never began was shown as failed, and the one whose nodes had failed as completed.
#[test]
fn a_step_that_never_began_has_not_failed_when_an_earlier_one_stops_the_rollout() {
    let fail = |step| Transition::FailStep { reason: "1 node failed: edge-1".into(), step };
    let mut stage = waits();
    let mut revoked = stage.clone();
    stage.fail(1);
    stage.decide(fail(Some(0)));
    assert_eq!(stage.step(0).state, StepState::Failed { reason: "1 node failed: edge-1".into() });
    assert_eq!(stage.step(1).state, StepState::Pending);
    // Nobody's nodes are to blame for a bundle that was revoked.
    revoked.decide(fail(None));
    assert_eq!((revoked.step(0).state, revoked.step(1).state), (StepState::Completed, StepState::Pending));
    // One that has begun fails, whatever is said.
    let mut begun = waits();
    begun.done(release(1));
    begun.decide(Transition::StartStep);
    begun.decide(fail(Some(0)));
    assert!(matches!(begun.step(1).state, StepState::Failed { .. }));
    assert_eq!(begun.step(0).state, StepState::Completed);
}

#[test]
fn no_step_is_let_begin_while_what_is_behind_is_broken() {
    let mut stage = waits();
    let hold =
        |broken| Transition::Hold { reason: Some("error rate above the limit: edge-1".into()), broken };
    stage.decide(hold(true));
    let refused = "step 2 may not begin, because of what has the bundle already: error rate above the limit: edge-1; it may when that is \
                   mended, and the rollout fails by itself if it lasts";
    stage.refuses([(release(1).into(), wrong(refused))]);
    // What is not known yet does not keep anybody from saying yes.
    stage.decide(hold(false));
    stage.done(release(1));
}

#[test]
fn an_older_cluster_knows_no_steps_by_hand() {
    let level = |command: Command| command.min_level();
    assert_eq!((level(asked().into()), level(rollout().into())), (4, 1));
    assert_eq!(level(release(1).into()), 4);
}
