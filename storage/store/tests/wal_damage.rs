//! Damage to every part of a log: flipped bits, lost and misdirected writes, cut and missing files. What was acknowledged
//! is there, or the log says that it is damaged; it never is just gone.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/anatomy.rs"]
mod anatomy;
#[path = "wal_support/workload.rs"]
#[allow(dead_code)] // The patient is made by hand.
mod workload;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anatomy::{Part, parts};
use sentinel_store::disk::Disk;
use sentinel_store::disk::fault::{Dice, FaultDisk};
use sentinel_store::wal::{LogPoint, Vote, Wal, WalError, WalOptions};
use workload::{Model, Step, entry};

const DIR: &str = "/log";
const SECTOR: usize = 512;

fn options() -> WalOptions {
    WalOptions { segment_bytes: 8 << 10, chunk_bytes: 4 << 10, cache_bytes: 0, ..WalOptions::default() }
}

fn open(disk: &FaultDisk) -> Result<Wal, WalError> {
    Wal::open(Arc::new(disk.clone()), Path::new(DIR), options())
}

fn segments(disk: &FaultDisk) -> Vec<PathBuf> {
    let names = disk.list(Path::new(DIR)).unwrap();
    names.iter().filter(|name| name.ends_with(".wal")).map(|name| Path::new(DIR).join(name)).collect()
}

/// A log with everything in it: several segments, the first ones purged, a truncation, votes, entries of all sizes; and a
/// last batch of several records.
struct Patient {
    disk: FaultDisk,
    /// The segments as they were half-way.
    earlier: BTreeMap<PathBuf, Vec<u8>>,
    wal: Wal,
    holds: Model,
}

fn patient() -> Patient {
    let disk = FaultDisk::new();
    let wal = open(&disk).unwrap();
    let mut holds = Model::default();
    let mut earlier = BTreeMap::new();
    for number in 1..=60_u64 {
        let next = holds.next_index();
        let term = 1 + number / 20;
        let step = match number {
            15 | 45 => Step::Vote(Vote { term, node: number, committed: number == 45 }),
            30 => Step::Truncate(Some(next - 8)),
            58 => Step::Purge(LogPoint { index: next / 2, term: 2 }),
            60 => Step::Append((next..next + 5).map(|index| entry(index, term, 100)).collect()),
            _ => Step::Append((next..next + 1 + number % 3).map(|index| entry(index, term, 900)).collect()),
        };
        let (sender, receiver) = std::sync::mpsc::channel();
        step.submit(&wal, Box::new(move |result| sender.send(result).unwrap())).unwrap();
        receiver.recv().unwrap().unwrap();
        holds.apply(&step);
        if number == 50 {
            earlier = segments(&disk)
                .into_iter()
                .map(|path| (path.clone(), disk.contents(&path).unwrap()))
                .collect();
        }
    }
    assert_eq!(Model::observe(&wal).unwrap(), holds);
    assert!(segments(&disk).len() >= 4, "{:?}", segments(&disk));
    Patient { disk, earlier, wal, holds }
}

fn closed_patient() -> Patient {
    let patient = patient();
    patient.wal.close().unwrap();
    patient
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Whole,
    Corrupt,
}

/// Opens the damaged disk. All of what was acknowledged, and a log that can be used, or `Corrupt`: anything else fails.
fn outcome(disk: &FaultDisk, holds: &Model, what: &str) -> Outcome {
    let wal = match open(disk) {
        Ok(wal) => wal,
        Err(WalError::Corrupt { segment, reason, .. }) => {
            assert!(segment.starts_with("log-") && !reason.is_empty(), "{what}: {segment}: {reason}");
            return Outcome::Corrupt;
        }
        Err(error) => panic!("{what}: {error}"),
    };
    let seen = Model::observe(&wal).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(seen == *holds, "{what}: {} instead of {}", seen.outline(), holds.outline());
    Outcome::Whole
}

/// What must happen when a bit of this part flips, the log having been sealed.
fn expected(part: Part) -> Outcome {
    match part {
        // Two marks vouch for each other, a seal and a link are only read where nothing else vouches, and zeros hold
        // nothing.
        Part::Unused | Part::GrowthMark | Part::Seal | Part::Link | Part::Zeros => Outcome::Whole,
        Part::Header | Part::Length | Part::Checksum | Part::Kind | Part::Fields | Part::Payload => {
            Outcome::Corrupt
        }
    }
}

fn flip_everywhere(disk: &FaultDisk, holds: &Model) {
    let mut dice = Dice::new(7);
    let mut tried = BTreeMap::new();
    for path in segments(disk) {
        let bytes = disk.contents(&path).unwrap();
        for (offset, part) in parts(&bytes) {
            // Every byte of the parts that have a meaning each; of the long ones, some.
            if matches!(part, Part::Payload | Part::Zeros | Part::Unused) && !dice.chance(10) {
                continue;
            }
            let damaged = disk.restart();
            damaged.flip(&path, offset, 1 << dice.below(8)).unwrap();
            let what = format!("{part:?} at {offset} of {}", path.display());
            assert_eq!(outcome(&damaged, holds, &what), expected(part), "{what}");
            *tried.entry(part).or_insert(0) += 1;
        }
    }
    assert!(
        tried.len() == 11 && tried.values().all(|count| *count >= 30),
        "not much of some parts: {tried:?}"
    );
}

#[test]
fn a_flipped_bit_in_any_part_of_a_closed_log_is_noticed_or_harmless() {
    let patient = closed_patient();
    flip_everywhere(&patient.disk.restart(), &patient.holds);
}

/// The same when the process was killed: it had a moment to seal the log, or it has not been idle yet.
#[test]
fn a_flipped_bit_in_any_part_of_an_idle_log_is_noticed_or_harmless() {
    let patient = patient();
    let newest = segments(&patient.disk).pop().unwrap();
    let start = Instant::now();
    while !anatomy::sealed(&patient.disk.contents(&newest).unwrap()) {
        assert!(start.elapsed() < Duration::from_secs(20), "an idle log is never sealed");
        std::thread::yield_now();
    }
    flip_everywhere(&patient.disk.restart(), &patient.holds);
}

/// The limit of the design, in both directions: without a seal damage to the last batch looks like a torn write, and only
/// that batch.
#[test]
fn without_a_seal_damage_costs_at_most_the_last_batch() {
    let patient = closed_patient();
    let disk = patient.disk.restart();
    let newest = segments(&disk).pop().unwrap();
    let bytes = disk.contents(&newest).unwrap();
    let mut end = 0;
    for (offset, part) in parts(&bytes) {
        match part {
            Part::Seal => disk.overwrite(&newest, offset, &[0]).unwrap(),
            Part::Zeros | Part::Unused => {}
            _ => end = offset + 1,
        }
    }
    assert_eq!(outcome(&disk.restart(), &patient.holds, "no seal"), Outcome::Whole);

    let batch = anatomy::last_batch(&bytes);
    let before_batch = patient.holds.entries.len() - 5;
    for (offset, part) in parts(&bytes).filter(|(offset, _)| (1024..end).contains(offset)) {
        let damaged = disk.restart();
        damaged.flip(&newest, offset, 0x40).unwrap();
        match open(&damaged) {
            Ok(wal) => {
                assert!(offset >= batch, "{part:?} at {offset} is before the last batch, at {batch}");
                let seen = wal.read(0..u64::MAX).unwrap();
                assert!(seen.len() >= before_batch && seen.len() < before_batch + 5);
                assert!(seen.iter().eq(patient.holds.entries.iter().take(seen.len())));
                let torn = wal.recovery().torn.as_ref().unwrap();
                assert!(torn.offset <= offset as u64 && torn.offset + torn.bytes > offset as u64, "{torn:?}");
            }
            Err(WalError::Corrupt { .. }) => {
                assert!(offset < batch, "{part:?} at {offset}: last batch at {batch}")
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn a_file_cut_short_anywhere_is_noticed() {
    let patient = closed_patient();
    for path in segments(&patient.disk) {
        let size = patient.disk.contents(&path).unwrap().len();
        let parts_edges =
            (0..size).step_by(37).chain((0..size).step_by(SECTOR)).chain([size - 1, 1, 63, 1023, 1024]);
        for cut in parts_edges {
            let damaged = patient.disk.restart();
            damaged.truncate(&path, cut).unwrap();
            let what = format!("{} cut to {cut}", path.display());
            assert_eq!(outcome(&damaged, &patient.holds, &what), Outcome::Corrupt, "{what}");
        }
    }
}

#[test]
fn a_missing_file_is_noticed_whichever_it_is() {
    let patient = closed_patient();
    let mut noticed = 0;
    for path in segments(&patient.disk) {
        let damaged = patient.disk.restart();
        damaged.remove(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        match open(&damaged) {
            Err(WalError::Corrupt { segment, reason, .. }) => {
                assert!(segment == name && reason.contains("is missing"), "{segment}: {reason}");
                noticed += 1;
            }
            // A segment kept for the sake of entries that were truncated later.
            Ok(wal) => assert_eq!(Model::observe(&wal).unwrap(), patient.holds, "{name} is missing"),
            Err(error) => panic!("{name} is missing: {error}"),
        }
    }
    assert!(noticed + 1 >= segments(&patient.disk).len(), "only {noticed} were missed");
}

#[test]
fn a_sector_of_zeros_of_earlier_bytes_or_from_elsewhere_never_loses_anything_quietly() {
    let patient = closed_patient();
    let mut dice = Dice::new(3);
    let mut noticed = [0; 3];
    for path in segments(&patient.disk) {
        let now = patient.disk.contents(&path).unwrap();
        for at in (0..now.len()).step_by(SECTOR) {
            let elsewhere = dice.below((now.len() / SECTOR) as u64) as usize * SECTOR;
            let earlier = patient.earlier.get(&path).and_then(|bytes| bytes.get(at..at + SECTOR));
            let replacements =
                [&[0; SECTOR][..], earlier.unwrap_or(&[0; SECTOR]), &now[elsewhere..elsewhere + SECTOR]];
            for (kind, new) in replacements.into_iter().enumerate() {
                if now[at..at + SECTOR] == *new {
                    continue;
                }
                let damaged = patient.disk.restart();
                damaged.overwrite(&path, at, new).unwrap();
                let what = format!("sector at {at} of {}, replacement {kind}", path.display());
                if outcome(&damaged, &patient.holds, &what) == Outcome::Corrupt {
                    noticed[kind] += 1;
                }
            }
        }
    }
    assert!(noticed.iter().all(|count| *count >= 10), "hardly any damage was done: {noticed:?}");
}

#[test]
fn segments_under_each_others_names_are_noticed() {
    let patient = closed_patient();
    let paths = segments(&patient.disk);
    for pair in paths.windows(2) {
        let damaged = patient.disk.restart();
        let other = Path::new(DIR).join("other");
        damaged.rename(&pair[0], &other).unwrap();
        damaged.rename(&pair[1], &pair[0]).unwrap();
        damaged.rename(&other, &pair[1]).unwrap();
        assert_eq!(outcome(&damaged, &patient.holds, "swapped"), Outcome::Corrupt);
    }
}

#[test]
fn a_damaged_log_is_left_as_it_was_found() {
    let patient = closed_patient();
    let damaged = patient.disk.restart();
    let paths = segments(&damaged);
    damaged.flip(&paths[1], 2000, 1).unwrap();
    let before: Vec<_> = paths.iter().map(|path| damaged.contents(path).unwrap()).collect();
    for _ in 0..2 {
        assert!(matches!(open(&damaged), Err(WalError::Corrupt { .. })));
    }
    assert_eq!(segments(&damaged), paths);
    assert_eq!(paths.iter().map(|path| damaged.contents(path).unwrap()).collect::<Vec<_>>(), before);
}
