#![allow(clippy::unwrap_used)]

use super::*;
use crate::disk::fault::FaultDisk;
use crate::wal::segment::Previous;
use crate::wal::{Entry, Wal};

const DIR: &str = "/log";

fn options() -> WalOptions {
    WalOptions { segment_bytes: 4096, chunk_bytes: 4096, ..WalOptions::default() }
}

fn open(disk: &FaultDisk) -> Result<Wal, WalError> {
    Wal::open(Arc::new(disk.clone()), Path::new(DIR), options())
}

/// A log of several segments, and their numbers.
fn log() -> (FaultDisk, Vec<u64>) {
    let disk = FaultDisk::new();
    let wal = open(&disk).unwrap();
    let entries = (1..=100).map(|index| Entry { index, term: 1, payload: vec![1; 100].into() }).collect();
    wal.append(entries, Box::new(|result| result.unwrap())).unwrap();
    wal.close().unwrap();
    let numbers: Vec<_> =
        disk.list(Path::new(DIR)).unwrap().iter().filter_map(|name| number_of(name)).collect();
    assert!(numbers.len() > 3);
    (disk.restart(), numbers)
}

/// Puts another header on a segment.
fn forge(disk: &FaultDisk, number: u64, change: impl Fn(&mut Header)) {
    let path = path_of(Path::new(DIR), number);
    let mut header = Segment { number, file: disk.open(&path).unwrap() }.read_header().unwrap();
    change(&mut header);
    disk.overwrite(&path, 0, &header.encode(4096)).unwrap();
}

fn refusal(disk: &FaultDisk) -> String {
    let error = open(disk).unwrap_err();
    assert!(matches!(error, WalError::Corrupt { .. }), "{error}");
    error.to_string()
}

#[test]
fn a_segment_that_begins_with_another_entry_than_must_follow_is_refused() {
    let (disk, numbers) = log();
    forge(&disk, numbers[2], |header| header.first_index = Some(numbers[2] + 1));
    let refused = refusal(&disk);
    assert!(
        refused.contains(&format!("begins with entry {}, not entry {}", numbers[2] + 1, numbers[2])),
        "{refused}"
    );
}

#[test]
fn a_segment_that_nothing_leads_to_is_refused() {
    let (disk, numbers) = log();
    let (skipped, newest) = (numbers[1], numbers[2]);
    forge(&disk, newest, |header| header.previous = Some(Previous { number: numbers[0], end: 2000 }));
    let refused = refusal(&disk);
    assert!(refused.contains(&format!("but there is {}", name_of(skipped))), "{refused}");
}

#[test]
fn a_second_first_segment_is_refused() {
    let (disk, numbers) = log();
    forge(&disk, numbers[1], |header| header.previous = None);
    let refused = refusal(&disk);
    assert!(refused.contains("says it is the first"), "{refused}");
}

#[test]
fn an_older_segment_must_reach_exactly_where_its_successor_says() {
    for shift in [-8, 8] {
        let (disk, numbers) = log();
        let shifted =
            |previous: Previous| Previous { end: previous.end.wrapping_add_signed(shift), ..previous };
        forge(&disk, numbers[1], |header| header.previous = header.previous.map(shifted));
        let refused = refusal(&disk);
        assert!(refused.contains(&name_of(numbers[0])) && refused.contains("ends at"), "{refused}");
    }
}

#[test]
fn unfinished_segments_are_cleared_away() {
    let (disk, numbers) = log();
    let unfinished = Path::new(DIR).join(name_of(numbers[3] + 1000) + UNFINISHED);
    disk.create(&unfinished).unwrap();
    open(&disk).unwrap();
    assert!(disk.open(&unfinished).is_err());
}
