#![allow(clippy::unwrap_used)]

use std::path::Path;

use super::*;
use crate::disk::Disk;
use crate::disk::fault::FaultDisk;

fn entry(index: u64, size: usize) -> Entry {
    Entry { index, term: 1, payload: vec![index as u8; size].into() }
}

fn segment() -> Arc<Segment> {
    Arc::new(Segment { number: 0, file: FaultDisk::new().create(Path::new("/d/s")).unwrap() })
}

fn filled(indexes: Range<u64>) -> Ledger {
    let mut ledger = Ledger::default();
    for index in indexes {
        ledger.push_waiting(&entry(index, 10), index);
    }
    ledger
}

fn indexes(ledger: &Ledger) -> Vec<u64> {
    ledger.find(0..u64::MAX, usize::MAX).iter().map(|found| found.index).collect()
}

#[test]
fn a_new_log_takes_any_first_index_and_then_only_the_next() {
    let mut ledger = Ledger::default();
    assert_eq!((ledger.next(), ledger.first(), ledger.last()), (None, None, None));
    ledger.push_waiting(&entry(5, 1), 0);
    assert_eq!(ledger.next(), Some(6));
    ledger.truncate(5);
    assert_eq!((ledger.next(), ledger.last()), (Some(5), None));
}

#[test]
fn purging_beyond_the_end_leaves_an_empty_log_that_goes_on_behind() {
    let mut ledger = filled(1..5);
    ledger.purge(LogPoint { index: 100, term: 7 });
    assert_eq!((ledger.len(), ledger.next(), ledger.recent_bytes), (0, Some(101), 0));
    ledger.purge(LogPoint { index: 50, term: 7 });
    assert_eq!(ledger.purged().unwrap().index, 100, "purging never goes back");
}

#[test]
fn an_entry_that_was_truncated_and_replaced_is_not_settled_by_its_predecessor() {
    let mut ledger = filled(1..4);
    ledger.truncate(2);
    ledger.push_waiting(&entry(2, 10), 99);
    ledger.settle(2, 2, &segment(), 64);
    ledger.trim_recent(0);
    assert_eq!(ledger.recent.len(), 2, "entry 2 is still on its way, and 1 too");
    ledger.settle(1, 1, &segment(), 32);
    ledger.settle(2, 99, &segment(), 96);
    ledger.trim_recent(0);
    assert_eq!(ledger.recent_bytes, 0);
    let found = ledger.find(2..3, 1);
    assert!(matches!(found[0].source, Source::Disk(_, 96)), "{found:?}");
}

#[test]
fn the_cache_keeps_the_newest_and_whatever_waits() {
    let mut ledger = filled(1..11);
    ledger.trim_recent(35);
    assert_eq!(ledger.recent.len(), 10);
    for index in 1..11 {
        ledger.settle(index, index, &segment(), index as u32 * 64);
    }
    ledger.trim_recent(35);
    assert_eq!((ledger.recent.len(), ledger.recent_bytes), (3, 30));
    let found = ledger.find(7..9, usize::MAX);
    assert!(matches!(&found[0].source, Source::Disk(_, 448)), "{found:?}");
    assert!(matches!(&found[1].source, Source::Memory(bytes) if bytes[..] == [8; 10]), "{found:?}");
}

#[test]
fn a_read_is_clipped_to_the_log_and_to_its_limit_but_gives_at_least_one() {
    let ledger = filled(3..9);
    assert_eq!(indexes(&ledger), [3, 4, 5, 6, 7, 8]);
    let found = |range, limit| ledger.find(range, limit).iter().map(|found| found.index).collect::<Vec<_>>();
    assert_eq!(found(0..5, usize::MAX), [3, 4]);
    assert_eq!(found(8..80, usize::MAX), [8]);
    assert_eq!(found(9..80, usize::MAX), [0; 0]);
    assert_eq!(found(4..80, 0), [4]);
    assert_eq!(found(4..80, 20), [4, 5]);
    assert_eq!(found(4..80, 21), [4, 5, 6]);
}

#[test]
fn a_hole_behind_what_was_purged_is_seen() {
    let mut ledger = Ledger::starting_at(Some(10));
    assert_eq!(ledger.hole(), Some(0..10));
    ledger.purge(LogPoint { index: 8, term: 1 });
    assert_eq!(ledger.hole(), Some(9..10));
    ledger.truncate(9);
    assert_eq!(ledger.hole(), None, "the missing entry had been truncated");
}
