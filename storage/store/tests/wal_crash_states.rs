//! Power cuts on a recording disk: at many moments of many runs, in many of the states that are legal there.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/recorded.rs"]
mod recorded;
#[path = "wal_support/workload.rs"]
mod workload;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use recorded::{Effort, Run};
use sentinel_store::disk::fault::FaultDisk;
use sentinel_store::wal::{Entry, Wal, WalOptions};

/// Small values, so that many records share a sector and many batches a segment.
#[test]
fn acknowledged_entries_and_votes_survive_a_power_cut_at_any_moment() {
    let states = recorded::rounds(Effort { runs: 24, largest: 3000, moments: 40, states: 2, seed: 1 });
    assert!(states > 1000, "only {states} states were looked at");
}

#[test]
fn values_of_up_to_a_mebibyte_survive_a_power_cut_at_any_moment() {
    let states = recorded::rounds(Effort { runs: 6, largest: 1 << 20, moments: 12, states: 2, seed: 1000 });
    assert!(states > 100, "only {states} states were looked at");
}

/// The planted bug: if the test did not notice a disk that never writes anything down, it would notice nothing.
#[test]
fn a_disk_that_lies_about_syncing_is_found_out() {
    let found = (0..20).any(|seed| {
        let run = Run::record(seed, 500, |disk| disk.lie_about_syncs());
        run.check(40, 2).is_err()
    });
    assert!(found, "no power cut showed that nothing was ever synced");
}

/// The first record of a batch did not reach the medium and the others did. Once the first one has been written anew, by
/// chance with the same size, the others stand right behind it, good to the last bit, and must not come back.
#[test]
fn the_rest_of_a_torn_batch_never_joins_the_batch_that_takes_its_place() {
    let disk = FaultDisk::new();
    let wal = open(&disk);
    let torn = |index| Entry { index, term: 1, payload: vec![index as u8; 1000].into() };
    append(&wal, vec![torn(1)]);
    disk.hold_syncs();
    wal.append((2..=6).map(torn).collect(), Box::new(|_| {})).unwrap();
    let start = Instant::now();
    while disk.waiting_syncs() == 0 {
        assert!(start.elapsed() < Duration::from_secs(20), "the appender never came to its sync");
        std::thread::yield_now();
    }
    let torn_disk = disk.restart();
    disk.release_syncs();
    let segment = Path::new("/log/log-00000000000000000000.wal");
    let mut met = 0;
    for seed in 0..400 {
        let cut = torn_disk.power_cut(seed);
        let survived =
            |index| cut.contents(segment).unwrap().windows(1000).any(|bytes| *bytes == [index; 1000]);
        if survived(2) || !survived(3) {
            continue;
        }
        met += 1;
        let wal = open(&cut);
        assert_eq!(wal.read(0..9).unwrap(), [torn(1)], "seed {seed}");
        assert!(wal.recovery().torn.as_ref().is_some_and(|torn| torn.bytes > 2000), "seed {seed}");
        let anew = Entry { term: 2, ..torn(2) };
        append(&wal, vec![anew.clone()]);
        assert_eq!(open(&cut.power_cut(seed)).read(0..9).unwrap(), [torn(1), anew], "seed {seed}");
    }
    assert!(met > 20, "only {met} of the power cuts tore the batch at its first record");
}

fn open(disk: &FaultDisk) -> Wal {
    let options = WalOptions { chunk_bytes: 12 << 10, ..WalOptions::default() };
    Wal::open(Arc::new(disk.clone()), Path::new("/log"), options).unwrap()
}

fn append(wal: &Wal, entries: Vec<Entry>) {
    let (sender, receiver) = std::sync::mpsc::channel();
    wal.append(entries, Box::new(move |result| sender.send(result).unwrap())).unwrap();
    receiver.recv().unwrap().unwrap();
}
