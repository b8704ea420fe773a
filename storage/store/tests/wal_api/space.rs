//! Truncating, purging, segments, and what outlives them.

use super::*;

#[test]
fn truncated_entries_are_gone_at_once_and_for_good_and_others_take_their_place() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=10, 1));
    wal.truncate_after(Some(4)).unwrap();
    assert_eq!(wal.last(), Some(point(4, 1)));
    append(&wal, entries(5..=6, 2));
    let expected = [entries(1..=4, 1), entries(5..=6, 2)].concat();
    assert_eq!(all(&wal), expected);
    assert_eq!(all(&open(&disk.power_cut(1))), expected);
    wal.truncate_after(Some(100)).unwrap();
    assert_eq!(all(&wal), expected, "nothing after 100 to remove");
    wal.truncate_after(None).unwrap();
    assert_eq!((all(&wal), wal.first(), wal.last()), (Vec::new(), None, None));
    append(&wal, entries(1..=2, 3));
    assert_eq!(all(&open(&disk.power_cut(2))), entries(1..=2, 3));
}

#[test]
fn a_truncation_far_back_keeps_segment_names_ascending_and_the_log_readable() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    for index in 1..=600 {
        append(&wal, vec![entry(index, 1)]);
    }
    let before = segments(&disk);
    assert!(before.len() > 3, "{before:?}");
    wal.truncate_after(Some(5)).unwrap();
    append(&wal, entries(6..=600, 2));
    let after = segments(&disk);
    assert!(after.starts_with(&before) && after.len() > before.len() + 3, "{after:?}");
    let expected = [entries(1..=5, 1), entries(6..=600, 2)].concat();
    assert_eq!(all(&wal), expected);
    let again = open(&disk.restart());
    assert_eq!(all(&again), expected);
    again.purge_upto(point(599, 2)).unwrap();
    assert_eq!(all(&again), entries(600..=600, 2));
}

#[test]
fn purged_entries_cannot_be_truncated() {
    let wal = open(&FaultDisk::new());
    append(&wal, entries(1..=5, 1));
    wal.purge_upto(point(3, 1)).unwrap();
    for last in [None, Some(2)] {
        let error = wal.truncate_after(last).unwrap_err();
        assert!(matches!(error, WalError::Refused { .. }), "{error}");
    }
    wal.truncate_after(Some(3)).unwrap();
    assert_eq!((all(&wal), wal.last_purged()), (Vec::new(), Some(point(3, 1))));
    append(&wal, entries(4..=4, 2));
}

#[test]
fn purging_removes_whole_segments_and_vote_and_purged_point_outlive_them() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    let vote = Vote { term: 9, node: 4, committed: true };
    wal.save_vote(vote).unwrap();
    append(&wal, entries(1..=600, 1));
    let before = segments(&disk);
    wal.purge_upto(point(500, 1)).unwrap();
    let after = segments(&disk);
    assert!(before.len() >= 4 && after.len() < before.len(), "{before:?} {after:?}");
    assert_eq!(after, before[before.len() - after.len()..], "the oldest ones went");
    let first_left: u64 = after[0]["log-".len()..][..20].parse().unwrap();
    let second_left: u64 = after[1]["log-".len()..][..20].parse().unwrap();
    assert!(first_left <= 501 && 501 < second_left, "exactly those without entry 501 or later: {after:?}");
    for disk in [disk.restart(), disk.power_cut(3)] {
        let wal = open(&disk);
        assert_eq!(all(&wal), entries(501..=600, 1));
        assert_eq!((wal.read_vote(), wal.last_purged()), (Some(vote), Some(point(500, 1))));
    }
    // Once more, so that the segment in which the purge was first written goes too.
    append(&wal, entries(601..=1200, 1));
    wal.purge_upto(point(1200, 1)).unwrap();
    assert_eq!(segments(&disk).len(), 1);
    let again = open(&disk.restart());
    assert_eq!((again.read_vote(), again.last_purged()), (Some(vote), Some(point(1200, 1))));
    append(&again, entries(1201..=1201, 1));
}

#[test]
fn purging_beyond_the_end_moves_the_log_there() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=600, 1));
    wal.purge_upto(point(5000, 7)).unwrap();
    assert_eq!((wal.first(), wal.last(), wal.last_purged()), (None, None, Some(point(5000, 7))));
    assert_eq!(segments(&disk).len(), 1);
    append(&wal, entries(5001..=5600, 7));
    wal.purge_upto(point(10, 1)).unwrap();
    assert_eq!(wal.last_purged(), Some(point(5000, 7)), "purging never goes back");
    assert_eq!(all(&open(&disk.power_cut(4))), entries(5001..=5600, 7));
}

#[test]
fn the_vote_that_was_saved_last_is_the_one_that_is_kept() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    assert_eq!(wal.read_vote(), None);
    for term in 1..=500 {
        let vote = Vote { term, node: term % 3, committed: term % 2 == 0 };
        wal.save_vote(vote).unwrap();
        assert_eq!(wal.read_vote(), Some(vote));
        if term % 50 == 0 {
            assert_eq!(open(&disk.power_cut(term)).read_vote(), Some(vote));
        }
    }
    assert!(segments(&disk).len() > 2, "votes fill segments too: {:?}", segments(&disk));
}

#[test]
fn the_commit_point_comes_back_after_closing_and_never_costs_a_sync() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=5, 1));
    let before = disk.syncs();
    wal.note_committed(point(3, 1));
    assert_eq!(wal.committed(), Some(point(3, 1)));
    assert_eq!(disk.syncs(), before);
    append(&wal, entries(6..=6, 1));
    assert_eq!(open(&disk.power_cut(5)).committed(), Some(point(3, 1)), "written along with the batch");
    wal.note_committed(point(6, 1));
    wal.close().unwrap();
    assert_eq!(open(&disk.power_cut(6)).committed(), Some(point(6, 1)));
}

#[test]
fn segments_are_finished_at_their_size_and_a_larger_record_gets_its_own() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    let large = |index| Entry { payload: vec![index as u8; 60_000].into(), ..entry(index, 1) };
    append(&wal, vec![entry(1, 1), large(2), large(3), entry(4, 1)]);
    let names = segments(&disk);
    assert_eq!(names.len(), 4, "{names:?}");
    let size = |name: &String| disk.contents(&Path::new(DIR).join(name)).unwrap().len();
    assert!(names.iter().map(size).filter(|size| *size > 60_000).count() == 2);
    let expected = vec![entry(1, 1), large(2), large(3), entry(4, 1)];
    assert_eq!(all(&wal), expected);
    assert_eq!(all(&open(&disk.power_cut(7))), expected);
}

#[test]
fn a_write_before_and_after_an_unknown_file_in_the_directory_leaves_it_alone() {
    let disk = FaultDisk::new();
    let other: PathBuf = Path::new(DIR).join("notes.new");
    disk.create(&other).unwrap().write_at(0, b"mine").unwrap();
    append(&open(&disk), entries(1..=1, 1));
    assert_eq!(all(&open(&disk.restart())), entries(1..=1, 1));
    assert_eq!(disk.contents(&other).unwrap(), b"mine");
}

/// The first segment then holds a vote and no entry, and when it is gone, nothing but the entries says where they begin.
#[test]
fn a_log_that_begins_in_its_second_segment_is_readable_once_the_first_is_purged() {
    for first in [0, 1, 1000] {
        let disk = FaultDisk::new();
        let wal = open(&disk);
        let vote = Vote { term: 1, node: 1, committed: false };
        wal.save_vote(vote).unwrap();
        let large = |index| Entry { payload: vec![7; 9000].into(), ..entry(index, 1) };
        append(&wal, vec![large(first), large(first + 1)]);
        assert_eq!(segments(&disk).len(), 3);
        assert_eq!(all(&open(&disk.restart())), [large(first), large(first + 1)]);
        wal.purge_upto(point(first, 1)).unwrap();
        assert_eq!(segments(&disk).len(), 2, "entry {} and the purge itself", first + 1);
        let again = open(&disk.restart());
        assert_eq!((all(&again), again.read_vote()), (vec![large(first + 1)], Some(vote)));
        // A purge that the crash interrupted: of two segments only the one without entries went.
        let early = FaultDisk::new();
        let wal = open(&early);
        wal.save_vote(vote).unwrap();
        append(&wal, vec![large(first), large(first + 1)]);
        early.remove(&Path::new(DIR).join(&segments(&early)[0])).unwrap();
        assert_eq!(all(&open(&early.restart())), [large(first), large(first + 1)]);
    }
}
