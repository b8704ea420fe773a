//! Appending and reading.

use super::*;

#[test]
fn entries_and_vote_are_there_after_reopening_on_a_real_disk() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("a/log");
    let vote = Vote { term: 3, node: 2, committed: true };
    let wal = Wal::open(Arc::new(RealDisk), &dir, WalOptions::default()).unwrap();
    append(&wal, entries(0..=9, 1));
    wal.save_vote(vote).unwrap();
    wal.truncate_after(Some(7)).unwrap();
    wal.purge_upto(point(2, 1)).unwrap();
    drop(wal);
    let wal = Wal::open(Arc::new(RealDisk), &dir, WalOptions::default()).unwrap();
    assert_eq!(all(&wal), entries(3..=7, 1));
    assert_eq!((wal.first(), wal.last()), (Some(point(3, 1)), Some(point(7, 1))));
    assert_eq!((wal.read_vote(), wal.last_purged()), (Some(vote), Some(point(2, 1))));
    assert_eq!((wal.recovery().segments, wal.recovery().entries, &wal.recovery().torn), (1, 5, &None));
    let error = Wal::open(Arc::new(RealDisk), &dir, WalOptions::default()).unwrap_err();
    assert!(matches!(error, WalError::Locked { .. }), "{error}");
}

#[test]
fn entries_can_be_read_as_soon_as_append_returns_and_are_reported_only_once_synced() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    disk.hold_syncs();
    let done = submit(&wal, entries(1..=3, 1));
    assert_eq!(all(&wal), entries(1..=3, 1));
    assert_eq!(wal.last(), Some(point(3, 1)));
    until("the appender syncs", || disk.waiting_syncs() == 1);
    assert!(done.try_recv().is_err(), "not durable, but reported");
    disk.release_syncs();
    done.recv_timeout(DEADLINE).unwrap().unwrap();
    assert_eq!(all(&wal), entries(1..=3, 1));
}

#[test]
fn everything_that_waits_during_a_sync_shares_the_next_one() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    disk.hold_syncs();
    let first = submit(&wal, vec![entry(1, 1)]);
    until("the appender syncs", || disk.waiting_syncs() == 1);
    let rest: Vec<_> = (2..=50).map(|index| submit(&wal, vec![entry(index, 1)])).collect();
    let before = disk.syncs();
    disk.release_syncs();
    for done in std::iter::once(first).chain(rest) {
        done.recv_timeout(DEADLINE).unwrap().unwrap();
    }
    assert_eq!(disk.syncs() - before, 2);
}

#[test]
fn completions_come_in_the_order_of_the_calls() {
    let wal = open(&FaultDisk::new());
    let (sender, receiver) = mpsc::channel();
    for number in 1..=200 {
        let sender = sender.clone();
        let done: Completion = Box::new(move |result| sender.send((number, result.is_ok())).unwrap());
        match number % 4 {
            0 => wal.save_vote_then(Vote { term: number, node: 1, committed: false }, done).unwrap(),
            1 => wal.append(Vec::new(), done).unwrap(),
            _ => {
                let next = wal.last().map_or(1, |last| last.index + 1);
                wal.append(vec![entry(next, 1)], done).unwrap();
            }
        }
    }
    wal.close().unwrap();
    assert!(receiver.try_iter().eq((1..=200).map(|number| (number, true))));
}

#[test]
fn a_hole_a_repetition_and_a_payload_that_is_too_large_are_refused_and_change_nothing() {
    let wal = open(&FaultDisk::new());
    append(&wal, entries(1..=3, 1));
    for (wrong, expected) in [(5, 4), (3, 4)] {
        let (done, called) = promise();
        let error = wal.append(vec![entry(wrong, 1)], done).unwrap_err();
        assert!(
            matches!(error, WalError::OutOfOrder { expected: e, found } if e == expected && found == wrong)
        );
        assert!(called.recv().is_err(), "the completion of a refused call is dropped");
    }
    let error = wal.append(vec![entry(4, 1), entry(6, 1)], promise().0).unwrap_err();
    assert!(matches!(error, WalError::OutOfOrder { expected: 5, found: 6 }), "{error}");
    let large = Entry { payload: vec![1; (64 << 10) + 1].into(), ..entry(4, 1) };
    let error = wal.append(vec![large], promise().0).unwrap_err();
    assert!(matches!(error, WalError::TooLarge { index: 4, size: 65537, limit: 65536 }), "{error}");
    let error = wal.append(vec![entry(u64::MAX, 1)], promise().0).unwrap_err();
    assert!(matches!(error, WalError::Refused { .. }), "{error}");
    assert_eq!(all(&wal), entries(1..=3, 1));
    append(&wal, vec![entry(4, 1)]);
}

#[test]
fn entries_outside_the_cache_are_read_from_disk_and_checked() {
    let disk = FaultDisk::new();
    let options = WalOptions { cache_bytes: 100, segment_bytes: 1 << 20, ..small() };
    let wal = Wal::open(Arc::new(disk.clone()), Path::new(DIR), options).unwrap();
    append(&wal, entries(1..=200, 1));
    wal.save_vote(Vote { term: 1, node: 1, committed: false }).unwrap();
    append(&wal, entries(201..=400, 2));
    let expected = [entries(1..=200, 1), entries(201..=400, 2)].concat();
    assert_eq!(all(&wal), expected);
    assert_eq!(wal.read(198..203).unwrap(), expected[197..202]);
    let few = wal.read_limited(10..400, 60).unwrap();
    assert_eq!(few, expected[9..13], "18 bytes each, so the fourth reaches 60");

    let path = Path::new(DIR).join(&segments(&disk)[0]);
    let bytes = disk.contents(&path).unwrap();
    let at = bytes.windows(18).position(|window| window == b"entry 100 of term ").unwrap();
    disk.flip(&path, at + 3, 0x10).unwrap();
    assert_eq!(wal.read(1..100).unwrap(), entries(1..=99, 1));
    let error = wal.read(1..200).unwrap_err();
    assert!(matches!(&error, WalError::Corrupt { reason, .. } if reason.contains("entry 100 ")), "{error}");
}

#[test]
fn a_reader_that_found_entries_can_read_them_while_they_are_purged_and_truncated() {
    let temp = tempfile::tempdir().unwrap();
    let options = WalOptions { cache_bytes: 0, ..small() };
    let wal = Wal::open(Arc::new(RealDisk), temp.path(), options).unwrap();
    append(&wal, entries(1..=2000, 1));
    let reader = std::thread::spawn({
        let wal = wal.clone();
        move || {
            let mut reads = 0;
            while wal.last().unwrap().index < 3000 {
                let seen = wal.read(0..u64::MAX).unwrap();
                assert!(seen.iter().all(|seen| *seen == entry(seen.index, seen.term)));
                assert!(seen.windows(2).all(|pair| pair[0].index + 1 == pair[1].index));
                reads += 1;
            }
            reads
        }
    });
    for index in 2001..=3000 {
        wal.purge_upto(point(index - 1000, 1)).unwrap();
        append(&wal, vec![entry(index, 2)]);
        if index % 10 == 0 {
            wal.truncate_after(Some(index - 2)).unwrap();
            append(&wal, entries(index - 1..=index, 2));
        }
    }
    assert!(reader.join().unwrap() > 3);
}
