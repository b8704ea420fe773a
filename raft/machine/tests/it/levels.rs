//! The cluster's level: what the log may hold, and who may be a member.

use sentinel_machine::commands::cluster_init::ClusterInit;
use sentinel_machine::commands::cluster_member_admit::ClusterMemberAdmit;
use sentinel_machine::commands::cluster_member_remove::ClusterMemberRemove;
use sentinel_machine::{Command, Envelope, ProposeError, Rejection, apply, level};
use sentinel_model::MemberId;
use sentinel_model::cluster::{Cluster, EpochReason};

use crate::samples::{self, admit, backup, epoch, founding, join_token, raise};
use crate::stage::Stage;

/// Two members at level 1, and a token that would let in another.
fn two() -> Stage {
    let mut stage = Stage::empty();
    stage.done(ClusterInit { founding: Some(founding()), ..samples::cluster_init() });
    stage.done(join_token());
    stage.done(admit(2));
    stage
}

fn level_of(stage: &Stage) -> u16 {
    stage.get::<Cluster>(b"cluster").unwrap().level
}

fn wrong(text: &str) -> Rejection {
    Rejection::WrongState(text.into())
}

#[test]
fn no_command_takes_more_than_this_version_knows() {
    let levels: Vec<u16> = samples::all().iter().flatten().map(Command::min_level).collect();
    assert_eq!(levels.iter().max(), Some(&Command::LEVEL));
    // Or no cluster could ever leave the first level.
    assert_eq!(Command::from(raise(1, 2, &[])).min_level(), 1);
}

#[test]
fn the_level_goes_up_by_one_once_and_is_audited() {
    let mut stage = two();
    stage.done(raise(1, 2, &[1, 2]));
    assert_eq!(level_of(&stage), 2);
    let event = &stage.events[0];
    assert_eq!(
        (event.kind.as_str(), event.data["from"].as_str(), event.data["to"].as_str()),
        ("cluster.level_raised", "1", "2")
    );
    stage.refuses([
        (raise(1, 2, &[1, 2]).into(), Rejection::Stale { decided_on: 1, current: 2 }),
        (raise(2, 1, &[1, 2]).into(), wrong("the level is raised one at a time: from 2 to 3")),
        (raise(2, 2, &[1, 2]).into(), wrong("the level is raised one at a time: from 2 to 3")),
        (raise(2, 4, &[1, 2]).into(), wrong("the level is raised one at a time: from 2 to 3")),
    ]);
    Stage::empty().refuses([(raise(1, 2, &[]).into(), Rejection::not_found("Cluster"))]);
}

#[test]
fn who_was_not_asked_what_it_knows_holds_it_back_and_who_was_taken_out_does_not() {
    let mut stage = two();
    let other = wrong("member 2 came meanwhile, and nobody has asked what it knows");
    stage.refuses([(raise(1, 2, &[1]).into(), other.clone()), (raise(1, 2, &[1, 3]).into(), other)]);
    stage.done(ClusterMemberRemove { member_id: MemberId(2) });
    stage.done(raise(1, 2, &[1]));
}

#[test]
fn who_knows_less_than_the_cluster_is_not_let_in() {
    let mut stage = two();
    stage.done(raise(1, 2, &[1, 2]));
    let refusal = wrong(&level::too_old(2, 1));
    assert!(refusal.to_string().starts_with("the cluster is at level 2, and"), "{refusal}");
    stage.refuses([(admit(3).into(), refusal)]);
    stage.done(ClusterMemberAdmit { level: 2, ..admit(3) });
}

#[test]
fn a_level_that_this_version_does_not_know_stops_it_before_it_misreads_anything() {
    let mut stage = two();
    for next in 2..=Command::LEVEL {
        stage.done(raise(next - 1, next, &[1, 2]));
    }
    let beyond = stage.envelope(raise(Command::LEVEL, Command::LEVEL + 1, &[1, 2]));
    let before = stage.tables.clone();
    let stopped = apply(&mut stage.tables, stage.index + 1, &beyond).unwrap_err().to_string();
    assert!(stopped.contains("start this member with a newer one"), "{stopped}");
    assert_eq!(stage.tables, before);
}

#[test]
fn what_an_entry_takes_is_told_by_its_bytes() {
    let stage = two();
    let bytes = |command: Command| stage.envelope(command).encode().unwrap();
    assert_eq!(Envelope::level_of(&bytes(admit(3).into())), Some(1));
    assert_eq!(Envelope::level_of(&bytes(backup().into())), Some(2));
    assert_eq!(Envelope::level_of(&bytes(raise(6, 7, &[]).into())), Some(7));
    let mut newer = bytes(admit(3).into());
    // Another level, another kind: of a version to come.
    (newer[6], newer[7]) = (9, 200);
    assert_eq!(Envelope::level_of(&newer), Some(9));
    assert_eq!(Envelope::level_of(b"SCP1"), None);
    assert_eq!(Envelope::level_of(&[0; 64]), None);
}

#[test]
fn a_new_epoch_takes_its_level_with_it() {
    let mut stage = two();
    stage.done(epoch(2, 1, EpochReason::Recovery));
    assert_eq!(level_of(&stage), 2);
    stage.done(epoch(3, 1, EpochReason::Recovery));
    assert_eq!(level_of(&stage), 2);
}

#[test]
fn a_command_above_the_level_is_not_proposed_and_a_new_epoch_always_is() {
    let mut stage = two();
    let refused = level::check(&backup().into(), &stage.tables).unwrap_err();
    assert!(matches!(refused, ProposeError::Level { needed: 2, level: 1 }), "{refused}");
    level::check(&epoch(2, 1, EpochReason::Recovery).into(), &stage.tables).unwrap();
    level::check(&raise(1, 2, &[1, 2]).into(), &stage.tables).unwrap();
    stage.done(raise(1, 2, &[1, 2]));
    level::check(&backup().into(), &stage.tables).unwrap();
}
