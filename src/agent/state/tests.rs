//! What is remembered, and what is refused because of it.
#![allow(clippy::unwrap_used)]

use sentinel_api_types::node::ActivationStage;
use sentinel_model::BundleId;
use uuid::Uuid;

use super::*;

fn release(generation: u64) -> Release {
    let byte = u8::try_from(generation).unwrap();
    Release {
        epoch: Epoch::FIRST,
        generation: Generation(generation),
        bundle_id: BundleId(Uuid::from_u128(u128::from(generation))),
        version: generation.to_string(),
        checksum: Sha256Digest([byte; 32]),
        manifest_digest: Sha256Digest([byte; 32]),
        signature: String::new(),
        signing_key_id: String::new(),
    }
}

fn failure(generation: u64) -> FailureReport {
    FailureReport {
        epoch: Epoch::FIRST,
        generation: Generation(generation),
        bundle_id: release(generation).bundle_id,
        stage: ActivationStage::Prove,
        message: "no".to_owned(),
    }
}

fn refused(state: &State, generation: u64) -> Option<String> {
    state.refuses(release(generation).at(), release(generation).checksum)
}

#[test]
fn an_older_generation_is_refused_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = StateFile::open(dir.path()).unwrap();
    assert_eq!(refused(file.get(), 1), None, "everything is new to a new node");
    file.change(|state| {
        state.begin(&release(5));
        state.succeed(&release(5));
    })
    .unwrap();
    let file = StateFile::open(dir.path()).unwrap();
    assert!(refused(file.get(), 4).unwrap().contains("older than 5"));
    assert!(refused(file.get(), 5).unwrap().contains("dealt with"));
    assert_eq!(refused(file.get(), 6), None);
}

#[test]
fn a_lower_generation_is_accepted_only_in_a_higher_epoch() {
    let mut state = State::default();
    state.begin(&release(5));
    state.succeed(&release(5));
    let restored = Release { epoch: Epoch(2), ..release(3) };
    assert_eq!(state.refuses(restored.at(), restored.checksum), None);
    state.begin(&restored);
    state.succeed(&restored);
    assert_eq!((state.handled(), state.epoch()), (restored.at(), Epoch(2)));
    assert_eq!(state.good, [restored.clone(), release(5)]);
    assert!(refused(&state, 9).unwrap().contains("generation 9 is older than 3 of epoch 2"));
    assert!(state.refuses(restored.at(), restored.checksum).unwrap().contains("dealt with"));
    state.fail(FailureReport { epoch: Epoch(2), ..failure(4) }, false);
    assert_eq!(state.failure().unwrap().generation, Generation(4));
}

#[test]
fn a_state_that_was_written_before_there_were_epochs_is_of_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = StateFile::open(dir.path()).unwrap();
    file.change(|state| {
        state.begin(&release(5));
        state.fail(failure(5), false);
        state.begin(&release(6));
        state.succeed(&release(6));
    })
    .unwrap();
    let path = dir.path().join("state.json");
    let mut old: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    old.as_object_mut().unwrap().remove("handled_epoch").unwrap();
    for part in ["floor", "effective"] {
        old[part].as_object_mut().unwrap().remove("epoch").unwrap();
    }
    old["good"][0].as_object_mut().unwrap().remove("epoch").unwrap();
    assert_eq!(old["failures"][0].get("epoch"), None);
    std::fs::write(&path, old.to_string()).unwrap();
    assert_eq!(StateFile::open(dir.path()).unwrap().get(), file.get());
}

#[test]
fn a_generation_that_failed_stays_the_floor() {
    let mut state = State::default();
    state.begin(&release(5));
    state.succeed(&release(5));
    state.begin(&release(6));
    state.fail(failure(6), false);
    assert!(refused(&state, 5).is_some() && refused(&state, 6).is_some());
    assert_eq!(state.effective, Some(release(5)));
    assert_eq!(state.handled, Generation(6));
    assert_eq!(state.failure().unwrap().generation, Generation(6));
    state.succeed(&release(7));
    assert_eq!(state.failure(), None, "something newer is effective");
}

#[test]
fn an_interrupted_activation_may_be_taken_up_again_but_only_with_the_same_bundle() {
    let mut state = State::default();
    state.begin(&release(5));
    assert_eq!(refused(&state, 5), None);
    assert!(state.refuses(release(5).at(), Sha256Digest([9; 32])).unwrap().contains("another bundle"));
    state.begin(&release(5));
    assert_eq!(state.activating.as_ref().unwrap().begun, 2);
    state.begin(&release(6));
    assert_eq!(state.activating.as_ref().unwrap().begun, 1);
}

#[test]
fn a_failure_that_is_tried_again_stays_open() {
    let mut state = State::default();
    state.fail(failure(5), true);
    assert_eq!(state.handled, Generation(0));
    assert!(state.failure().is_some());
    state.begin(&release(5));
    state.succeed(&release(5));
    assert_eq!((state.handled, state.failure()), (Generation(5), None));
}

#[test]
fn the_last_three_good_releases_are_kept_and_failures_are_bounded() {
    let mut state = State::default();
    for generation in 1..=30 {
        state.succeed(&release(generation));
        state.fail(failure(generation), false);
    }
    let kept: Vec<u64> = state.good.iter().map(|release| release.generation.0).collect();
    assert_eq!(kept, [30, 29, 28]);
    assert_eq!(state.failures.len(), FAILURES_KEPT);
}

#[test]
fn when_an_older_release_runs_from_disk_the_newest_is_open_again_and_not_forgotten() {
    let mut state = State::default();
    for generation in 1..=3 {
        state.begin(&release(generation));
        state.succeed(&release(generation));
    }
    state.run_from_disk(Some(&release(2)));
    assert_eq!((state.handled, state.effective.clone()), (Generation(2), Some(release(2))));
    assert_eq!(refused(&state, 3), None, "the broken one may be fetched again");
    assert!(refused(&state, 2).is_some(), "and nothing older");
    state.run_from_disk(None);
    assert_eq!((state.handled, state.effective.clone()), (Generation(0), None));
    assert_eq!(refused(&state, 3), None);
    state.run_from_disk(Some(&release(3)));
    assert_eq!((state.handled, state.effective.clone()), (Generation(3), Some(release(3))));
    assert_eq!(state.good, [release(3), release(2), release(1)]);
    // What failed for good stays dealt with.
    state.begin(&release(4));
    state.fail(failure(4), false);
    state.run_from_disk(Some(&release(3)));
    assert_eq!(state.handled, Generation(4));
}

#[test]
fn a_damaged_state_is_an_error_and_not_a_new_beginning() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("state.json"), b"{\"format\":1").unwrap();
    assert!(StateFile::open(dir.path()).unwrap_err().to_string().contains("damaged"));
    std::fs::write(
        dir.path().join("state.json"),
        serde_json::to_vec(&State { format: 9, ..State::default() }).unwrap(),
    )
    .unwrap();
    assert!(StateFile::open(dir.path()).unwrap_err().to_string().contains("format 9"));
}

#[test]
fn a_change_that_cannot_be_written_did_not_happen() {
    let dir = tempfile::tempdir().unwrap();
    let mut file = StateFile::open(dir.path()).unwrap();
    file.change(|state| state.succeed(&release(1))).unwrap();
    std::fs::create_dir(dir.path().join(".state.json.new")).unwrap();
    assert!(file.change(|state| state.succeed(&release(2))).is_err());
    assert_eq!(file.get().effective, Some(release(1)));
    assert_eq!(StateFile::open(dir.path()).unwrap().get().effective, Some(release(1)));
}
