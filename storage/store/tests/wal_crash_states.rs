//! Power cuts on a recording disk: at many moments of many runs, in many of the states that are legal there.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/recorded.rs"]
mod recorded;
#[path = "wal_support/workload.rs"]
mod workload;

use recorded::{Effort, Run};

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
