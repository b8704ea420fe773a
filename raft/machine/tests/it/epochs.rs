//! Backups that are known, and new epochs.

use sentinel_machine::commands::backup_note::BackupNote;
use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::cluster_member_remove::ClusterMemberRemove;
use sentinel_machine::commands::epoch_begin::EpochBegin;
use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_machine::tables::rows;
use sentinel_machine::{Rejection, Scan, Table};
use sentinel_model::cluster::{BackupRecord, Cluster, ClusterMember, EpochReason};
use sentinel_model::rollout::RolloutState;
use sentinel_model::{Epoch, Generation, MemberId};

use crate::crew::pending;
use crate::ids::*;
use crate::samples::{self, admit, backup, epoch, founding, join_token, place};
use crate::stage::Stage;

/// Three members, and a token that would let in another.
fn three() -> Stage {
    let mut stage = Stage::empty();
    stage.done(ClusterInit { founding: Some(founding()), ..samples::cluster_init() });
    stage.done(sentinel_machine::commands::join_token_create::JoinTokenCreate { uses: 3, ..join_token() });
    stage.done(admit(2));
    stage.done(admit(3));
    stage
}

fn present(stage: &Stage) -> Vec<u64> {
    let members: Vec<ClusterMember> = rows(&stage.tables, Scan::all(Table::ClusterMembers, &[])).unwrap();
    members.iter().filter(|member| member.removed_at.is_none()).map(|member| member.id.0).collect()
}

fn cluster(stage: &Stage) -> Cluster {
    stage.get(b"cluster").unwrap()
}

#[test]
fn a_restored_cluster_has_one_new_member_and_numbers_are_never_given_twice() {
    let mut stage = three();
    assert_eq!(cluster(&stage).epoch, Epoch::FIRST);
    stage.done(epoch(2, 4, EpochReason::Restore));
    assert_eq!((present(&stage), cluster(&stage).epoch), (vec![4], Epoch(2)));
    let began = cluster(&stage).epoch_began.unwrap();
    assert_eq!((began.reason, began.founder, began.at), (EpochReason::Restore, MemberId(4), stage.now));
    assert_eq!(stage.events[0].data["members_removed"], "1, 2, 3");
    let gone = "the join token was revoked";
    stage.refuses([(admit(5).into(), Rejection::WrongState(gone.into()))]);
}

#[test]
fn whoever_is_left_goes_on_alone_at_its_new_place() {
    let mut stage = three();
    stage.done(epoch(2, 3, EpochReason::Recovery));
    assert_eq!(present(&stage), [3]);
    let left: ClusterMember = stage.get(&3u64.to_be_bytes()).unwrap();
    assert_eq!((left.place, left.key_digest), (place(3), digest(0xb3)));
    assert!(left.token_id.is_some(), "how it came is not forgotten");
}

#[test]
fn an_epoch_begins_once_and_only_with_a_member_that_may_be_one() {
    let mut stage = three();
    stage.done(ClusterMemberRemove { member_id: MemberId(2) });
    let nowhere = EpochBegin { founder: samples_founder_nowhere(), ..epoch(2, 3, EpochReason::Recovery) };
    stage.refuses_fields([("peer_address", nowhere.into())]);
    let wrong = |text: &str| Rejection::WrongState(text.into());
    stage.refuses([
        (epoch(1, 3, EpochReason::Recovery).into(), Rejection::Stale { decided_on: 1, current: 1 }),
        (
            epoch(2, 2, EpochReason::Recovery).into(),
            wrong("member 2 was removed; its number is never given again"),
        ),
        (
            epoch(2, 0, EpochReason::Restore).into(),
            wrong("member 0 is not known, and its number may have been given"),
        ),
    ]);
    stage.clone().done(epoch(7, 3, EpochReason::Recovery));
    stage.done(epoch(2, 3, EpochReason::Recovery));
    stage.refuses([(
        epoch(2, 3, EpochReason::Recovery).into(),
        Rejection::Stale { decided_on: 2, current: 2 },
    )]);
    Stage::empty().refuses([(epoch(2, 1, EpochReason::Restore).into(), Rejection::not_found("Cluster"))]);
}

fn samples_founder_nowhere() -> sentinel_machine::commands::epoch_begin::Founder {
    let mut founder = epoch(2, 3, EpochReason::Recovery).founder;
    founder.place.peer_address = "nowhere".into();
    founder
}

#[test]
fn nodes_have_to_prove_anew_what_they_run_and_keep_what_they_are_to_run() {
    let mut stage = Stage::furnished();
    let before = stage.node(1);
    assert!(before.effective.is_some());
    stage.done(epoch(2, 1, EpochReason::Restore));
    let after = stage.node(1);
    assert_eq!((after.offered, after.accepted, after.effective, after.failure), (None, None, None, None));
    assert_eq!((&after.assignment, after.generation), (&before.assignment, Generation(1)));
    stage.prove(1);
    assert!(stage.node(1).converged() && stage.node(1).effective.is_some());
}

#[test]
fn a_rollout_that_waits_for_approval_has_to_be_asked_for_anew() {
    let mut stage = pending(1);
    stage.done(epoch(2, 1, EpochReason::Restore));
    let RolloutState::Cancelled { by, reason } = stage.rollout().state else { panic!("it waits on") };
    assert_eq!((by.as_str(), reason.as_str()), ("the restore of the cluster", "ask for it anew"));
}

#[test]
fn a_running_rollout_is_held_until_somebody_has_looked() {
    let mut stage = Stage::rolling();
    stage.decide(Transition::StartStep);
    stage.done(epoch(2, 1, EpochReason::Restore));
    let by = "the restore of the cluster".to_owned();
    assert_eq!(stage.rollout().state, RolloutState::Paused { by });
    assert!(stage.events.iter().any(|event| event.kind == "rollout.paused"));
    let decided = stage.advance(Transition::VerifyStep);
    assert!(matches!(stage.clone().refused(decided), Rejection::WrongState(_)));
}

#[test]
fn the_newest_state_is_the_better_backup() {
    let mut stage = three();
    stage.done(backup());
    assert_eq!(cluster(&stage).backup, Some(backup().backup));
    let with = |change: fn(&mut BackupRecord)| {
        let mut note = backup();
        change(&mut note.backup);
        note
    };
    let known = Rejection::WrongState("a backup of a newer state is known already".into());
    stage.refuses([(with(|backup| backup.index = 11).into(), known)]);
    stage.refuses_fields([
        ("place", with(|backup| backup.place.clear()).into()),
        ("place", with(|backup| backup.place = "a\nb".into()).into()),
        ("size_bytes", with(|backup| backup.size_bytes = 0).into()),
    ]);
    stage.done(BackupNote { ..with(|backup| backup.index = 13) });
    Stage::empty().refuses([(backup().into(), Rejection::not_found("Cluster"))]);
}
