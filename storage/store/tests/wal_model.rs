//! Random calls, restarts and power cuts against a model that is nothing but a list.
#![allow(clippy::unwrap_used)]

#[path = "wal_support/workload.rs"]
#[allow(dead_code)] // This test makes its own steps.
mod workload;

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use sentinel_store::disk::fault::FaultDisk;
use sentinel_store::wal::{LogPoint, Vote, Wal, WalOptions};
use workload::{Model, Step, entry};

const DIR: &str = "/log";

/// A call, with places in the log given as fractions of it, so that every one makes sense for every log.
#[derive(Debug, Clone)]
enum Op {
    Append {
        count: u64,
        newer: bool,
        largest: usize,
    },
    Truncate {
        keep: f64,
    },
    Purge {
        upto: f64,
    },
    PurgeBeyond {
        by: u64,
    },
    Vote(Vote),
    Read {
        from: f64,
        to: f64,
        bytes: usize,
    },
    /// Closes the log properly and opens it again.
    Close,
    /// Kills the process: what is queued is lost, what was written is not.
    Kill,
    PowerCut {
        seed: u64,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let place = || 0.0..1.0;
    let largest = prop_oneof![8 => Just(200_usize), 3 => Just(3000), 1 => Just(200_000)];
    let vote = (0..1000_u64, 0..9_u64, any::<bool>());
    prop_oneof![
        12 => (0..20_u64, any::<bool>(), largest)
            .prop_map(|(count, newer, largest)| Op::Append { count, newer, largest }),
        3 => place().prop_map(|keep| Op::Truncate { keep }),
        3 => place().prop_map(|upto| Op::Purge { upto }),
        1 => (0..50_u64).prop_map(|by| Op::PurgeBeyond { by }),
        2 => vote.prop_map(|(term, node, committed)| Op::Vote(Vote { term, node, committed })),
        4 => (place(), place(), 0..5000_usize).prop_map(|(from, to, bytes)| Op::Read { from, to, bytes }),
        1 => Just(Op::Close),
        1 => Just(Op::Kill),
        2 => any::<u64>().prop_map(|seed| Op::PowerCut { seed }),
    ]
}

fn open(disk: &FaultDisk) -> Wal {
    let options = WalOptions {
        segment_bytes: 12 << 10,
        chunk_bytes: 4 << 10,
        cache_bytes: 1500,
        ..WalOptions::default()
    };
    Wal::open(Arc::new(disk.clone()), Path::new(DIR), options).unwrap()
}

/// The index that is `place` of the way through the entries.
fn index_at(model: &Model, place: f64) -> u64 {
    let first = model.entries.front().map_or(model.next_index(), |entry| entry.index);
    first + (place * model.entries.len() as f64) as u64
}

/// The call as a step, if it is one that changes the log.
fn step(op: &Op, model: &Model, term: u64) -> Option<Step> {
    Some(match op {
        Op::Append { count, largest, .. } => {
            let indexes = model.next_index()..model.next_index() + count;
            Step::Append(indexes.map(|index| entry(index, term, *largest)).collect())
        }
        Op::Truncate { keep } => match index_at(model, *keep).checked_sub(1) {
            Some(last) if last > 0 => Step::Truncate(Some(last)),
            _ => Step::Truncate(None),
        },
        Op::Purge { upto } => {
            let purged = model
                .entries
                .get(index_at(model, *upto).checked_sub(model.entries.front()?.index)? as usize)?;
            Step::Purge(LogPoint { index: purged.index, term: purged.term })
        }
        Op::PurgeBeyond { by } => Step::Purge(LogPoint { index: model.next_index() + by, term }),
        Op::Vote(vote) => Step::Vote(*vote),
        _ => return None,
    })
}

fn run(ops: Vec<Op>) -> Result<(), TestCaseError> {
    let mut disk = FaultDisk::new();
    let mut wal = open(&disk);
    let mut model = Model::default();
    let mut term = 1;
    for op in ops {
        if let Op::Append { newer, .. } = &op {
            term += u64::from(*newer);
        }
        if let Some(step) = step(&op, &model, term) {
            let (sender, receiver) = std::sync::mpsc::channel();
            step.submit(&wal, Box::new(move |result| sender.send(result).unwrap())).unwrap();
            model.apply(&step);
            // Readers see it before it is durable.
            prop_assert_eq!(wal.last().map(|last| last.index), model.entries.back().map(|last| last.index));
            receiver.recv().unwrap().unwrap();
        }
        match op {
            Op::Read { from, to, bytes } => {
                let range = index_at(&model, from)..index_at(&model, to);
                let expected: Vec<_> =
                    model.entries.iter().filter(|entry| range.contains(&entry.index)).collect();
                let read = wal.read_limited(range, bytes).unwrap();
                prop_assert!(read.iter().zip(&expected).all(|(read, expected)| read == *expected));
                let before_last: usize = read.iter().rev().skip(1).map(|entry| entry.payload.len()).sum();
                let all: usize = read.iter().map(|entry| entry.payload.len()).sum();
                prop_assert!(
                    read.len() == expected.len() || all >= bytes,
                    "stopped early, after {} bytes",
                    all
                );
                prop_assert!(read.len() <= 1 || before_last < bytes, "went on after {} bytes", before_last);
            }
            Op::Close => {
                wal.close().unwrap();
                drop(wal);
                wal = open(&disk);
            }
            Op::Kill => {
                disk = disk.restart();
                wal = open(&disk);
            }
            Op::PowerCut { seed } => {
                disk = disk.power_cut(seed);
                wal = open(&disk);
            }
            _ => {}
        }
        let seen = Model::observe(&wal).map_err(TestCaseError::fail)?;
        prop_assert!(seen == model, "{} instead of {}", seen.outline(), model.outline());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_holds_what_a_list_would_hold(ops in prop::collection::vec(op(), 1..80)) {
        run(ops)?;
    }
}
