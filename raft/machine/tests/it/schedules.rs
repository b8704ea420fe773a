//! The life of a rollout that waits, and when it begins. Each defect of schedules that other systems are known for is a test here.

use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Command, Rejection, query, waiting};
use sentinel_model::Time;
use sentinel_model::rollout::{Deed, Phase, RolloutState, life};

use crate::crew::{
    HOUR, WEEK, approved_by, break_glass, freeze_now, pending, reject, scheduled, staffed, window,
};
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

fn due(stage: &Stage) -> Vec<sentinel_model::RolloutId> {
    waiting::due(&stage.tables, stage.now, 10).unwrap()
}

/// Defect: whatever waits is read again and again by whoever looks for what to do.
#[test]
fn what_waits_is_found_when_its_time_has_come_and_costs_nothing_before() {
    let mut stage = staffed(0);
    scheduled(&mut stage);
    assert_eq!(query::active_rollouts(&stage.tables).unwrap(), []);
    assert_eq!((due(&stage), waiting::of_project(&stage.tables, SHOP).unwrap().len()), (vec![], 1));
    assert_eq!(waiting::of_project(&stage.tables, LAB).unwrap(), []);
    stage.now = stage.now.plus_ms(HOUR);
    assert_eq!(due(&stage), [ROLLOUT]);
    // A freeze holds it: it is looked at when that ends, or is deleted, or is overridden, and not before.
    freeze_now(&mut stage);
    stage.decide(Transition::Frozen { reason: "frozen".into() });
    assert_eq!(due(&stage), []);
    let mut overridden = stage.clone();
    overridden.done(break_glass("now"));
    assert_eq!(due(&overridden), [ROLLOUT]);
    let mut deleted = stage.clone();
    let window_id = window(1, Time(0), Time(1)).window_id;
    deleted.done(FreezeWindowDelete { project_id: SHOP, window_id });
    assert_eq!((due(&deleted), deleted.rollout().hold), (vec![ROLLOUT], None));
    stage.now = stage.now.plus_ms(HOUR);
    assert_eq!(due(&stage), [ROLLOUT]);
    stage.decide(Transition::Begin);
    assert_eq!((due(&stage), query::active_rollouts(&stage.tables).unwrap().len()), (vec![], 1));
    // One that waits for people is looked at when their time is over.
    let mut waits = pending(1);
    assert_eq!(due(&waits), []);
    waits.now = waits.now.plus_ms(WEEK);
    assert_eq!(due(&waits), [ROLLOUT]);
    waits.done(RolloutCancel { rollout_id: ROLLOUT, by: "ada".into() });
    assert_eq!(due(&waits), []);
}
