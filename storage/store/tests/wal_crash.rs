//! A writing process killed with SIGKILL at random moments, fifty times, on one log.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/workload.rs"]
mod workload;
#[path = "wal_support/writer.rs"]
#[allow(dead_code)] // Stopping a writer is for the power cut.
mod writer;

use std::path::Path;
use std::time::{Duration, Instant};

use sentinel_store::disk::fault::Dice;
use workload::Model;
use writer::Writer;

const ROUNDS: u64 = 50;

/// The test below, which starts itself once more as the writer.
const TEST: &str = "every_acknowledged_entry_and_vote_is_there_after_each_of_fifty_kills";

#[test]
fn every_acknowledged_entry_and_vote_is_there_after_each_of_fifty_kills() {
    writer::write_if_started_by_parent();
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("log");
    let start = Instant::now();
    let base = u64::from(start.elapsed().subsec_nanos()) ^ u64::from(std::process::id());
    let mut dice = Dice::new(base);
    let mut holds = Model::default();
    let mut acked = 0;
    for round in 0..ROUNDS {
        let seed = base << 8 | round;
        let mut writer = Writer::start(TEST, &dir, seed);
        // Now and then, the process dies while it opens the log.
        if dice.chance(80) {
            writer.wait_until_open();
        }
        std::thread::sleep(Duration::from_millis(dice.below(350)));
        let promised = writer.kill();
        acked += promised;
        // Every other time the log is verified in a copy, so that the next writer finds what this one left behind and not
        // what verifying made of it.
        holds = if round % 2 == 0 {
            writer::verify(&dir, &holds, seed, promised)
        } else {
            let copy = temp.path().join("copy");
            copy_dir(&dir, &copy);
            let seen = writer::verify(&copy, &holds, seed, promised);
            std::fs::remove_dir_all(&copy).unwrap();
            seen
        };
    }
    println!("{ROUNDS} kills in {:?}, {acked} acknowledged steps, none lost", start.elapsed());
    assert!(acked > 1000, "only {acked} steps were acknowledged in all: that tests little");
}

fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).into_iter().flatten() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
