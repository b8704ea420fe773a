#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::*;

const DIR: &str = "/d";

fn path(name: &str) -> PathBuf {
    Path::new(DIR).join(name)
}

#[test]
fn synced_bytes_under_a_synced_name_survive_every_power_cut() {
    let disk = FaultDisk::new();
    let file = disk.create(&path("a")).unwrap();
    file.write_at(0, &[7; 2000]).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file.write_at(2000, &[8; 2000]).unwrap();
    for seed in 0..200 {
        let after = disk.power_cut(seed).contents(&path("a")).unwrap();
        assert_eq!(after[..2000], [7; 2000], "seed {seed}");
    }
}

#[test]
fn unsynced_writes_are_lost_kept_torn_and_reordered_by_sector() {
    let disk = FaultDisk::new();
    let file = disk.create(&path("a")).unwrap();
    file.write_at(0, &[1; 4 * 512]).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file.write_at(0, &[2; 4 * 512]).unwrap();
    let mut found = BTreeSet::new();
    for seed in 0..2000 {
        let after = disk.power_cut(seed).contents(&path("a")).unwrap();
        let sectors: Vec<u8> = after.chunks(512).map(|sector| sector[0]).collect();
        assert!(
            after.chunks(512).all(|sector| sector.iter().all(|byte| *byte == sector[0])),
            "a sector is whole"
        );
        found.insert(sectors);
    }
    assert_eq!(found.len(), 16, "all mixtures of four old and new sectors: {found:?}");
}

#[test]
fn a_sector_never_holds_a_later_write_without_an_earlier_one() {
    let disk = FaultDisk::new();
    let file = disk.create(&path("a")).unwrap();
    file.write_at(0, &[0; 512]).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file.write_at(0, &[1]).unwrap();
    file.write_at(1, &[2]).unwrap();
    for seed in 0..200 {
        let after = disk.power_cut(seed).contents(&path("a")).unwrap();
        assert!(after[1] == 0 || after[0] == 1, "seed {seed}: {:?}", &after[..2]);
    }
}

#[test]
fn names_are_durable_only_after_their_directory_is_synced() {
    let disk = FaultDisk::new();
    disk.create(&path("a")).unwrap().sync_data().unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    disk.rename(&path("a"), &path("b")).unwrap();
    let states: BTreeSet<_> =
        (0..500).map(|seed| disk.power_cut(seed).list(Path::new(DIR)).unwrap()).collect();
    assert!(states.contains(&vec!["a".to_owned()]) && states.contains(&vec!["b".to_owned()]), "{states:?}");
    disk.sync_dir(Path::new(DIR)).unwrap();
    assert!((0..500).all(|seed| disk.power_cut(seed).list(Path::new(DIR)).unwrap() == ["b"]));
}

#[test]
fn a_failed_sync_loses_its_bytes_for_good_although_readers_see_them() {
    let disk = FaultDisk::new();
    let file = disk.create(&path("a")).unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file.write_at(0, b"lost").unwrap();
    disk.fail_sync_after(0);
    assert!(file.sync_data().is_err());
    file.sync_data().unwrap();
    assert_eq!(disk.contents(&path("a")).unwrap(), b"lost");
    assert_eq!(disk.restart().contents(&path("a")).unwrap(), b"lost");
    assert!((0..50).all(|seed| disk.power_cut(seed).contents(&path("a")).unwrap().is_empty()));
}

#[test]
fn a_full_disk_takes_what_fits_and_says_so() {
    let disk = FaultDisk::new();
    let file = disk.create(&path("a")).unwrap();
    disk.set_capacity(Some(10));
    file.write_at(0, b"12345678").unwrap();
    assert_eq!(file.write_at(8, b"9abc").unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.contents(&path("a")).unwrap(), b"123456789a");
    file.write_at(0, b"overwriting needs no room").unwrap_err();
    file.write_at(0, b"overwriting").unwrap_err();
    file.write_at(0, b"in place").unwrap();
}

#[test]
fn a_recording_shows_each_moment_with_the_notes_before_it() {
    let disk = FaultDisk::recording();
    let file = disk.create(&path("a")).unwrap();
    disk.sync_dir(Path::new(DIR)).unwrap();
    file.write_at(0, b"one").unwrap();
    file.sync_data().unwrap();
    disk.note(1);
    file.write_at(3, b"two").unwrap();
    let recording = disk.recorded();
    assert_eq!(recording.steps(), 6);
    let mut seen = Vec::new();
    recording.cuts(
        |step| step >= 4,
        |moment| {
            let bytes = moment.power_cut(1).contents(&path("a")).unwrap();
            assert!(bytes.starts_with(b"one"), "{bytes:?}");
            seen.push((moment.step, moment.notes.clone()));
        },
    );
    assert_eq!(seen, [(4, vec![]), (5, vec![1]), (6, vec![1])]);
}

#[test]
fn a_lock_dies_with_its_process_but_not_before() {
    let disk = FaultDisk::new();
    let held = disk.lock(&path("lock")).unwrap();
    assert_eq!(disk.lock(&path("lock")).unwrap_err().kind(), io::ErrorKind::WouldBlock);
    disk.restart().lock(&path("lock")).unwrap();
    drop(held);
    disk.lock(&path("lock")).unwrap();
}
