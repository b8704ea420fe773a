//! The power cut: a log on an ext4 image behind a loop device, the image copied while the log is being written, the copy
//! mounted (which replays the journal, as after a cut) and the log in it opened and checked. Twenty times.
//!
//! The image is what a disk without a volatile cache would hold. That needs root, loop devices and mkfs.ext4; where one is
//! missing, the recording disk stands in, with more rounds than usual, and the test says so.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/image.rs"]
mod image;
#[path = "wal_support/recorded.rs"]
#[allow(dead_code)] // Only the rounds are needed here.
mod recorded;
#[path = "wal_support/workload.rs"]
mod workload;
#[path = "wal_support/writer.rs"]
mod writer;

use std::io::Write;
use std::time::{Duration, Instant};

use image::Image;
use nix::sys::signal::Signal;
use sentinel_store::disk::fault::Dice;
use workload::Model;
use writer::Writer;

/// Cuts of one writer on one image.
const CUTS: u64 = 5;
const IMAGES: u64 = 4;

/// The test below, which starts itself once more as the writer.
const TEST: &str = "every_acknowledged_entry_and_vote_is_there_after_each_of_twenty_power_cuts";

#[test]
fn every_acknowledged_entry_and_vote_is_there_after_each_of_twenty_power_cuts() {
    writer::write_if_started_by_parent();
    let temp = tempfile::tempdir().unwrap();
    let start = Instant::now();
    if let Err(reason) = Image::probe(temp.path()) {
        say(&format!(
            "no loop-mounted ext4 here ({reason}): the recording disk stands in for real power cuts"
        ));
        let effort = recorded::Effort { runs: 45, largest: 20_000, moments: 60, states: 3, seed: 5000 };
        let states = recorded::rounds(effort);
        say(&format!("{states} crash states of the recording disk in {:?}, nothing lost", start.elapsed()));
        assert!(states > 5000, "only {states} states were looked at");
        return;
    }
    let base = u64::from(std::process::id()) << 20 | u64::from(start.elapsed().subsec_nanos());
    let mut dice = Dice::new(base);
    let mut acked = 0;
    for number in 0..IMAGES {
        let seed = base << 8 | number;
        let image = Image::make(&temp.path().join(format!("disk-{number}")));
        let mut writer = Writer::start(TEST, &image.mounted().join("log"), seed);
        writer.wait_until_open();
        for cut in 0..CUTS {
            std::thread::sleep(Duration::from_millis(10 + dice.below(250)));
            writer.signal(Signal::SIGSTOP);
            let promised = writer.acked();
            let copy = image.copy(&temp.path().join("cut"));
            writer.signal(Signal::SIGCONT);
            writer::verify(&copy.mounted().join("log"), &Model::default(), seed, promised);
            if cut + 1 == CUTS {
                acked += promised;
            }
        }
        writer.kill();
    }
    say(&format!(
        "{} power cuts in {:?}, {acked} acknowledged steps, none lost",
        IMAGES * CUTS,
        start.elapsed()
    ));
    assert!(acked > 400, "only {acked} steps were acknowledged in all: that tests little");
}

/// Says something even when the test passes, past the harness, which keeps what `eprintln` says to itself: which of the two
/// tests it was matters.
#[allow(clippy::explicit_write)]
fn say(line: &str) {
    writeln!(std::io::stderr(), "wal_power: {line}").unwrap();
}
