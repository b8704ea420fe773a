//! Disks that fail, fill up or hang; logs that are full or closed.

use super::*;

#[test]
fn after_a_failed_sync_every_write_fails_with_its_reason_and_no_sync_is_tried_again() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=2, 1));
    let syncs = disk.syncs();
    disk.fail_sync_after(0);
    let error = submit(&wal, vec![entry(3, 1)]).recv_timeout(DEADLINE).unwrap().unwrap_err();
    assert!(error.to_string().contains("injected sync error"), "{error}");
    let later: [Result<(), WalError>; 5] = [
        wal.append(vec![entry(4, 1)], promise().0),
        wal.save_vote(Vote { term: 1, node: 1, committed: false }),
        wal.truncate_after(Some(1)),
        wal.purge_upto(point(1, 1)),
        wal.close(),
    ];
    for result in later {
        let error = result.unwrap_err();
        assert!(
            matches!(&error, WalError::Stopped { reason, .. } if reason == "injected sync error"),
            "{error}"
        );
    }
    assert_eq!(disk.syncs(), syncs);
    assert_eq!(wal.read(1..3).unwrap(), entries(1..=2, 1), "reading goes on");
}

#[test]
fn calls_that_wait_while_a_sync_fails_fail_with_it() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    disk.hold_syncs();
    disk.fail_sync_after(0);
    let first = submit(&wal, vec![entry(1, 1)]);
    until("the appender syncs", || disk.waiting_syncs() == 1);
    let second = submit(&wal, vec![entry(2, 1)]);
    disk.release_syncs();
    for done in [first, second] {
        let error = done.recv_timeout(DEADLINE).unwrap().unwrap_err();
        assert!(error.to_string().contains("injected sync error"), "{error}");
    }
}

/// The kernel marks pages clean when writing them back failed. The next process reads them, finds them good, and must not
/// build on them before they really are on the medium.
#[test]
fn what_the_next_process_reads_after_a_failed_sync_is_durable_from_then_on() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=2, 1));
    disk.fail_sync_after(0);
    submit(&wal, entries(3..=40, 1)).recv_timeout(DEADLINE).unwrap().unwrap_err();
    let next = disk.restart();
    // Still open while the power goes: nothing but opening it can have made it durable.
    let reader = open(&next);
    let seen = all(&reader);
    assert_eq!(seen, entries(1..=40, 1), "the page cache still has them");
    for seed in 0..50 {
        assert_eq!(all(&open(&next.power_cut(seed))), seen, "seed {seed}");
    }
}

#[test]
fn a_full_disk_is_reported_as_such_and_costs_nothing_that_was_acknowledged() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=10, 1));
    disk.set_capacity(Some(20_000));
    let mut acked = 10;
    let error = loop {
        match submit(&wal, vec![entry(acked + 1, 1)]).recv_timeout(DEADLINE).unwrap() {
            Ok(()) => acked += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    let error = wal.save_vote(Vote { term: 1, node: 1, committed: false }).unwrap_err();
    assert!(matches!(error, WalError::Stopped { kind: io::ErrorKind::StorageFull, .. }), "{error}");
    let next = disk.restart();
    let wal = open(&next);
    assert!(all(&wal).starts_with(&entries(1..=acked, 1)));
    assert!(acked > 20, "{acked}");
    append(&wal, vec![entry(wal.last().unwrap().index + 1, 2)]);
}

#[test]
fn a_failed_write_at_any_point_stops_the_log_and_loses_nothing_acknowledged() {
    for skip in 0..60 {
        let disk = FaultDisk::new();
        let wal = open(&disk);
        append(&wal, entries(1..=1, 1));
        disk.fail_write_after(skip);
        let mut acked = 1;
        loop {
            let (done, receiver) = promise();
            // If it is a seal that fails, the next call is refused; if it is a batch, its completion says so.
            if wal.append(vec![entry(acked + 1, 1)], done).is_err()
                || receiver.recv_timeout(DEADLINE).unwrap().is_err()
            {
                break;
            }
            acked += 1;
            assert!(acked < 1000, "write {skip} never failed");
        }
        for disk in [disk.restart(), disk.power_cut(skip)] {
            assert!(
                all(&open(&disk)).starts_with(&entries(1..=acked, 1)),
                "write {skip}, acknowledged {acked}"
            );
        }
    }
}

#[test]
fn a_full_queue_makes_the_next_caller_wait() {
    let disk = FaultDisk::new();
    let options = WalOptions { queue_bytes: 100, ..small() };
    let wal = Wal::open(Arc::new(disk.clone()), Path::new(DIR), options).unwrap();
    disk.hold_syncs();
    submit(&wal, vec![entry(1, 1)]);
    until("the appender syncs", || disk.waiting_syncs() == 1);
    let sizeable = |index| Entry { payload: vec![0; 60].into(), ..entry(index, 1) };
    submit(&wal, vec![sizeable(2)]);
    let appended = Arc::new(AtomicUsize::new(0));
    let caller = std::thread::spawn({
        let (wal, appended) = (wal.clone(), appended.clone());
        move || {
            let done = submit(&wal, vec![sizeable(3)]);
            appended.fetch_add(1, Ordering::SeqCst);
            done.recv_timeout(DEADLINE).unwrap().unwrap();
        }
    });
    // It has to stay like this, so there is nothing to wait for; a hundred looks give it every chance to go wrong.
    for _ in 0..100 {
        std::thread::yield_now();
        assert_eq!((wal.last(), appended.load(Ordering::SeqCst)), (Some(point(2, 1)), 0));
    }
    disk.release_syncs();
    caller.join().unwrap();
    assert_eq!(wal.last(), Some(point(3, 1)));
}

#[test]
fn a_closed_log_can_be_read_but_not_written() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    append(&wal, entries(1..=3, 1));
    wal.close().unwrap();
    wal.close().unwrap();
    assert!(matches!(wal.append(vec![entry(4, 1)], promise().0), Err(WalError::Closed)));
    assert_eq!(all(&wal), entries(1..=3, 1));
    assert!(matches!(try_open(&disk), Err(WalError::Locked { .. })), "still held");
    drop(wal);
    assert_eq!(all(&open(&disk)), entries(1..=3, 1));
}

#[test]
fn dropping_the_last_handle_writes_what_is_queued_even_from_within_a_completion() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    let dropped = wal.clone();
    let (sender, receiver) = mpsc::channel();
    disk.hold_syncs();
    wal.append(vec![entry(1, 1)], Box::new(move |_| drop(dropped))).unwrap();
    wal.append(vec![entry(2, 1)], Box::new(move |result| sender.send(result).unwrap())).unwrap();
    drop(wal);
    disk.release_syncs();
    receiver.recv_timeout(DEADLINE).unwrap().unwrap();
    until("the lock is free", || try_open(&disk).is_ok());
    assert_eq!(all(&open(&disk)), entries(1..=2, 1));
}

#[test]
fn a_completion_that_panics_stops_the_log_instead_of_hanging_it() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    wal.append(vec![entry(1, 1)], Box::new(|_| panic!("a completion panics, as this test wants it to")))
        .unwrap();
    let start = Instant::now();
    let error = loop {
        match wal.save_vote(Vote { term: 1, node: 1, committed: false }) {
            Err(error @ WalError::Stopped { .. }) => break error,
            _ => assert!(start.elapsed() < DEADLINE, "the log goes on without its appender"),
        }
    };
    assert!(error.to_string().contains("panicked"), "{error}");
    drop(wal);
    assert_eq!(all(&open(&disk)), entries(1..=1, 1));
}

#[test]
fn a_disk_that_hangs_shows_while_it_hangs() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    until("the appender is idle", || wal.stalled() == Duration::ZERO);
    disk.hold_syncs();
    let done = submit(&wal, vec![entry(1, 1)]);
    until("the log has been stalled for a while", || wal.stalled() > Duration::from_millis(20));
    disk.release_syncs();
    done.recv_timeout(DEADLINE).unwrap().unwrap();
    until("the appender is idle again", || wal.stalled() == Duration::ZERO);
}
