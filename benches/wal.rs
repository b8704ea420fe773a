//! Commits per second of the write-ahead log beside a plain append and fdatasync on the same disk, in the same run.
//!
//! `cargo bench -p sentinel-store --bench wal -- [--seconds N] [--dir PATH]`
//!
//! `--seconds` (or `WAL_BENCH_SECONDS`, default 24) is the time to measure in all; `--dir` (or `WAL_BENCH_DIR`, default
//! the system's directory for temporary files) decides which disk. Each row compares commits of one batch: `raw` appends
//! the same payload bytes to one file and syncs it, `log` commits with one batch in flight, `log, 8 in flight` with eight,
//! as a leader under load does. Rows are measured in turns of the three, so that a slow moment of the disk hits all.
#![allow(clippy::unwrap_used)] // A failing disk should end the program with the place where it failed.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sentinel_store::disk::RealDisk;
use sentinel_store::wal::{Entry, Wal, WalOptions};

const PAYLOADS: [usize; 2] = [256, 4096];
const BATCHES: [usize; 3] = [1, 16, 128];
const TURNS: u32 = 3;

fn main() {
    let (seconds, parent) = settings();
    let dir = parent.join(format!("wal-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let turn =
        Duration::from_secs_f64(seconds / f64::from(TURNS * 3) / (PAYLOADS.len() * BATCHES.len()) as f64);
    println!("write-ahead log, {seconds} s in all; commits/s, p50/p99 in microseconds");
    println!(
        "{:>8} {:>6} | {:>8} {:>13} | {:>8} {:>13} {:>6} | {:>16} {:>13} {:>6} {:>10}",
        "payload",
        "batch",
        "raw",
        "p50/p99",
        "log",
        "p50/p99",
        "ratio",
        "log, 8 in flight",
        "p50/p99",
        "ratio",
        "entries/s"
    );
    for payload in PAYLOADS {
        for batch in BATCHES {
            row(&dir, payload, batch, turn);
        }
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

fn settings() -> (f64, PathBuf) {
    let mut seconds = std::env::var("WAL_BENCH_SECONDS").ok();
    let mut dir = std::env::var_os("WAL_BENCH_DIR").map(PathBuf::from);
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => seconds = args.next(),
            "--dir" => dir = args.next().map(PathBuf::from),
            // Cargo passes this to every bench.
            "--bench" => {}
            other => panic!("unknown argument {other}; there are --seconds N and --dir PATH"),
        }
    }
    let seconds = seconds
        .map_or(24.0, |text| text.parse().unwrap_or_else(|_| panic!("{text} is not a number of seconds")));
    (seconds, dir.unwrap_or_else(std::env::temp_dir))
}

fn row(dir: &Path, payload: usize, batch: usize, turn: Duration) {
    let mut raw = Raw::new(dir, payload * batch);
    let mut log = Log::new(dir, payload, batch);
    let mut taken = [Sample::default(), Sample::default(), Sample::default()];
    for number in 0..TURNS {
        // Each kind is first once: disks behind a quota are fast at first.
        for kind in (number..number + 3).map(|kind| kind as usize % 3) {
            taken[kind].run(|| match kind {
                0 => raw.measure(turn),
                1 => log.measure(turn, 1),
                _ => log.measure(turn, 8),
            });
        }
        log.purge();
        raw.restart();
    }
    let [raw, one, eight] = taken;
    println!(
        "{payload:>8} {batch:>6} | {:>8.0} {:>13} | {:>8.0} {:>13} {:>6.2} | {:>16.0} {:>13} {:>6.2} {:>10.0}",
        raw.rate(),
        raw.percentiles(),
        one.rate(),
        one.percentiles(),
        one.rate() / raw.rate(),
        eight.rate(),
        eight.percentiles(),
        eight.rate() / raw.rate(),
        eight.rate() * batch as f64,
    );
}

/// Commit times of one kind, over all turns.
#[derive(Default)]
struct Sample {
    times: Vec<Duration>,
    elapsed: Duration,
}

impl Sample {
    fn run(&mut self, measure: impl FnOnce() -> Vec<Duration>) {
        let start = Instant::now();
        self.times.extend(measure());
        self.elapsed += start.elapsed();
    }

    fn rate(&self) -> f64 {
        self.times.len() as f64 / self.elapsed.as_secs_f64()
    }

    fn percentiles(&self) -> String {
        let mut times = self.times.clone();
        times.sort();
        let at = |percent: usize| times.get(times.len() * percent / 100).map_or(0, Duration::as_micros);
        format!("{}/{}", at(50), at(99))
    }
}

/// The yardstick: append and fdatasync.
struct Raw {
    path: PathBuf,
    file: File,
    bytes: Vec<u8>,
}

impl Raw {
    fn new(dir: &Path, size: usize) -> Self {
        let path = dir.join("raw");
        Self { file: File::create(&path).unwrap(), path, bytes: noise(size) }
    }

    fn restart(&mut self) {
        self.file = File::create(&self.path).unwrap();
    }

    fn measure(&mut self, turn: Duration) -> Vec<Duration> {
        let mut times = Vec::new();
        let start = Instant::now();
        while start.elapsed() < turn {
            let begun = Instant::now();
            self.file.write_all(&self.bytes).unwrap();
            self.file.sync_data().unwrap();
            times.push(begun.elapsed());
        }
        times
    }
}

/// The log, with a fixed number of batches in flight.
struct Log {
    wal: Wal,
    payload: Bytes,
    batch: u64,
    next: u64,
    done: (Sender<Instant>, Receiver<Instant>),
}

impl Log {
    fn new(dir: &Path, payload: usize, batch: usize) -> Self {
        let dir = dir.join(format!("log-{payload}-{batch}"));
        let wal = Wal::open(Arc::new(RealDisk), &dir, WalOptions::default()).unwrap();
        Self { wal, payload: noise(payload).into(), batch: batch as u64, next: 1, done: channel() }
    }

    fn submit(&mut self) {
        let begun = Instant::now();
        let indexes = self.next..self.next + self.batch;
        self.next = indexes.end;
        // The payload is shared: making payloads is not what is measured, and `raw` writes the same bytes again, too.
        let entries = indexes.map(|index| Entry { index, term: 1, payload: self.payload.clone() }).collect();
        let sender = self.done.0.clone();
        let done = move |result: std::io::Result<()>| {
            result.unwrap();
            sender.send(begun).unwrap();
        };
        self.wal.append(entries, Box::new(done)).unwrap();
    }

    fn measure(&mut self, turn: Duration, in_flight: usize) -> Vec<Duration> {
        let mut times = Vec::new();
        let start = Instant::now();
        for _ in 0..in_flight {
            self.submit();
        }
        let mut waiting = in_flight;
        while waiting > 0 {
            let begun = self.done.1.recv().unwrap();
            times.push(begun.elapsed());
            waiting -= 1;
            if start.elapsed() < turn {
                self.submit();
                waiting += 1;
            }
        }
        times
    }

    fn purge(&self) {
        self.wal.purge_upto(self.wal.last().unwrap()).unwrap();
    }
}

/// Bytes that do not compress.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&(state ^ (state >> 29)).to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}
