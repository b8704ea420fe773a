//! What each call of the log promises, one promise a test.
#![allow(clippy::unwrap_used)]

#[path = "wal_api/failures.rs"]
mod failures;
#[path = "wal_api/space.rs"]
mod space;
#[path = "wal_api/writing.rs"]
mod writing;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use sentinel_store::disk::fault::FaultDisk;
use sentinel_store::disk::{Disk, RealDisk};
use sentinel_store::wal::{Completion, Entry, LogPoint, Vote, Wal, WalError, WalOptions};

const DIR: &str = "/log";
const DEADLINE: Duration = Duration::from_secs(20);

fn small() -> WalOptions {
    WalOptions {
        segment_bytes: 8 << 10,
        chunk_bytes: 4 << 10,
        max_payload: 64 << 10,
        ..WalOptions::default()
    }
}

fn try_open(disk: &FaultDisk) -> Result<Wal, WalError> {
    Wal::open(Arc::new(disk.clone()), Path::new(DIR), small())
}

fn open(disk: &FaultDisk) -> Wal {
    try_open(disk).unwrap()
}

fn entry(index: u64, term: u64) -> Entry {
    Entry { index, term, payload: format!("entry {index} of term {term}").into_bytes().into() }
}

fn entries(indexes: std::ops::RangeInclusive<u64>, term: u64) -> Vec<Entry> {
    indexes.map(|index| entry(index, term)).collect()
}

fn point(index: u64, term: u64) -> LogPoint {
    LogPoint { index, term }
}

/// A completion and the place where its result arrives.
fn promise() -> (Completion, Receiver<io::Result<()>>) {
    let (sender, receiver) = mpsc::channel();
    // A test that does not look at the result drops the receiver.
    (Box::new(move |result| drop(sender.send(result))), receiver)
}

fn submit(wal: &Wal, entries: Vec<Entry>) -> Receiver<io::Result<()>> {
    let (done, receiver) = promise();
    wal.append(entries, done).unwrap();
    receiver
}

fn append(wal: &Wal, entries: Vec<Entry>) {
    submit(wal, entries).recv_timeout(DEADLINE).unwrap().unwrap();
}

fn all(wal: &Wal) -> Vec<Entry> {
    wal.read(0..u64::MAX).unwrap()
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "still not: {what}");
        std::thread::yield_now();
    }
}

fn segments(disk: &dyn Disk) -> Vec<String> {
    let names = disk.list(Path::new(DIR)).unwrap();
    names.into_iter().filter(|name| name.starts_with("log-")).collect()
}
