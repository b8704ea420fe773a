//! The life of a rollout that waits, and when it begins. Each defect of schedules that other systems are known for is a test here.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection};
use sentinel_model::Time;
use sentinel_model::rollout::{Deed, Phase, RolloutState, life};

use crate::crew::{HOUR, approved_by, pending, reject, scheduled, staffed};
use crate::ids::*;
use crate::samples::rollout;
use crate::stage::Stage;

#[test]
fn the_table_knows_what_the_commands_do_and_nothing_else_happens() {
    let by = || "ada@example.com".to_owned();
    let commands: [(Deed, Command); 6] = [
        (Deed::Pause, RolloutPause { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::Resume, RolloutResume { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::Cancel, RolloutCancel { rollout_id: ROLLOUT, by: by() }.into()),
        (Deed::RollBack, RolloutRollback { rollout_id: ROLLOUT, by: by(), reason: String::new() }.into()),
        (Deed::Reject, reject("no")),
        (Deed::Approve, RolloutApprove { rollout_id: ROLLOUT, digest: digest(1), by: by() }.into()),
    ];
    let waiting = pending(1);
    let mut waits = staffed(0);
    scheduled(&mut waits);
    let running = Stage::rolling();
    let mut paused = running.clone();
    paused.done(commands[0].1.clone());
    let mut back = running.clone();
    back.done(commands[3].1.clone());
    for stage in [waiting, waits, running, paused, back] {
        let from = stage.rollout().state.phase();
        for (deed, command) in commands.clone() {
            // The digest is another one, so approving is refused also where it is the way.
            let known = deed != Deed::Approve
                && life::WAYS.iter().any(|way| way.from == Some(from) && way.deed == deed);
            let mut stage = stage.clone();
            if known {
                stage.done(command);
                assert!(life::leads(Some(from), deed, stage.rollout().state.phase()));
            } else {
                stage.refused(command);
                assert_eq!(stage.rollout().state.phase(), from);
            }
        }
    }
}

/// Defect: a rollout that has not begun cannot be cancelled.
#[test]
fn a_rollout_that_waits_can_be_cancelled() {
    let mut waits = staffed(0);
    scheduled(&mut waits);
    for mut stage in [pending(1), waits] {
        stage.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
        assert_eq!(stage.rollout().state.phase(), Phase::Cancelled);
    }
}

#[test]
fn a_time_lies_in_the_future_and_within_a_year() {
    let stage = staffed(0);
    let at = |at: Time| Command::from(RolloutCreate { scheduled_at: Some(at), ..rollout() });
    stage.refuses_fields([
        ("scheduled_at", at(stage.now)),
        ("scheduled_at", at(Time(0))),
        ("scheduled_at", at(stage.now.plus_ms(367 * 24 * HOUR))),
    ]);
}

/// Defect: the scheduler stops after the first rollout that it starts.
#[test]
fn scheduled_rollouts_begin_one_like_the_other_at_their_time_and_not_before() {
    let mut stage = staffed(0);
    scheduled(&mut stage);
    let at = stage.now.plus_ms(HOUR);
    stage.refuses([(
        stage.advance(Transition::Begin).into(),
        Rejection::WrongState(format!("it is scheduled for {at}")),
    )]);
    stage.now = at;
    stage.decide(Transition::Begin);
    assert_eq!(stage.rollout().state, RolloutState::Running);
    assert!((1..=4).all(|number| stage.node(number).owner == Some(ROLLOUT)));
}

#[test]
fn an_approved_rollout_waits_for_its_time_and_one_approved_late_does_not() {
    let mut stage = staffed(1);
    scheduled(&mut stage);
    assert_eq!(stage.rollout().state, RolloutState::PendingApproval);
    let mut late = stage.clone();
    approved_by(&mut stage, BOB);
    assert_eq!((stage.rollout().state, stage.rollout().hold), (RolloutState::Scheduled, None));
    late.now = late.now.plus_ms(2 * HOUR);
    approved_by(&mut late, BOB);
    assert_eq!(late.rollout().state, RolloutState::Running);
}
