//! A process of its own that writes a log until it is killed, and the other end that believes only what it said.
//!
//! What the writer does follows from the seed and from what the log holds when it starts, so its parent knows every step
//! without being told. The writer only says how many of them were acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sentinel_store::disk::RealDisk;
use sentinel_store::wal::{Wal, WalOptions};

use crate::workload::{Model, Workload, explain};

const DIR: &str = "WAL_WRITER_DIR";
const SEED: &str = "WAL_WRITER_SEED";
const LARGEST: usize = 1 << 20;
const RETAINED: usize = 200;

pub fn options() -> WalOptions {
    // Small enough for many rolls and growths in a fraction of a second.
    WalOptions {
        segment_bytes: 2 << 20,
        chunk_bytes: 256 << 10,
        cache_bytes: 1 << 20,
        ..WalOptions::default()
    }
}

/// The test that starts a writer starts itself once more. This makes it the writer then, and it never returns.
pub fn write_if_started_by_parent() {
    let (Ok(dir), Ok(seed)) = (std::env::var(DIR), std::env::var(SEED)) else { return };
    write_until_killed(Path::new(&dir), seed.parse().unwrap());
}

fn write_until_killed(dir: &Path, seed: u64) -> ! {
    let wal = Wal::open(Arc::new(RealDisk), dir, options()).unwrap();
    say("open 0");
    let mut workload = Workload::new(seed, Model::observe(&wal).unwrap(), LARGEST, RETAINED);
    let mut number = 0;
    loop {
        number += 1;
        let done = move |result: std::io::Result<()>| {
            result.unwrap();
            say(&format!("acked {number}"));
        };
        workload.step().submit(&wal, Box::new(done)).unwrap();
        // Entries that are no longer cached are read now and then, as lagging followers would.
        if number % 64 == 0 {
            let first = wal.first().map_or(0, |first| first.index);
            wal.read(first..first + 10).unwrap();
        }
    }
}

/// One line past the test harness. A closed pipe means that nobody listens any more.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "\n@{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// A running writer, seen from its parent. Killed when dropped.
pub struct Writer {
    child: Child,
    heard: Arc<Heard>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Heard {
    acked: AtomicUsize,
    open: AtomicUsize,
}

impl Writer {
    /// Starts a writer on the log in `dir`: the running `test` again, in a process of its own.
    pub fn start(test: &str, dir: &Path, seed: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(DIR, dir)
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let heard = Arc::new(Heard::default());
        let listener = std::thread::spawn({
            let heard = heard.clone();
            move || listen(output, &heard)
        });
        Self { child, heard, listener: Some(listener) }
    }

    /// Sends a signal, and waits until all threads have stopped if it is SIGSTOP: a thread inside a system call finishes
    /// that first.
    pub fn signal(&self, signal: Signal) {
        let pid = self.child.id();
        kill(Pid::from_raw(pid.try_into().unwrap()), signal).unwrap();
        let start = Instant::now();
        while signal == Signal::SIGSTOP && !stopped(pid) {
            assert!(start.elapsed() < Duration::from_secs(20), "the writer does not stop");
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// The number of steps known to be acknowledged.
    pub fn acked(&self) -> usize {
        self.heard.acked.load(Ordering::SeqCst)
    }

    /// Waits until the writer has opened the log.
    pub fn wait_until_open(&mut self) {
        let start = Instant::now();
        while self.heard.open.load(Ordering::SeqCst) == 0 {
            assert!(self.child.try_wait().unwrap().is_none(), "the writer could not open the log: see above");
            assert!(start.elapsed() < Duration::from_secs(20), "the writer never opened the log");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Kills the writer (SIGKILL) and returns the number of steps it said were acknowledged.
    pub fn kill(mut self) -> usize {
        assert!(self.child.try_wait().unwrap().is_none(), "the writer ended by itself: see above");
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.listener.take().unwrap().join().unwrap();
        self.acked()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Both fail if it is dead already, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Whether every thread of the process has stopped.
fn stopped(pid: u32) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let states = threads
        .map(|thread| std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap_or_default());
    // The state follows the name, which stands in parentheses.
    states.into_iter().all(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T')))
}

fn listen(mut output: impl BufRead, heard: &Heard) {
    let mut line = String::new();
    while output.read_line(&mut line).is_ok_and(|length| length > 0) {
        // A line that the kill cut short says nothing.
        if let Some((word, number)) =
            line.strip_prefix('@').and_then(|said| said.strip_suffix('\n')?.split_once(' '))
        {
            match word {
                "acked" => heard.acked.store(number.parse().unwrap(), Ordering::SeqCst),
                _ => heard.open.store(1, Ordering::SeqCst),
            }
        }
        line.clear();
    }
}

/// Opens the log in `dir` and checks that it holds what a writer that started from `start` with `seed` had acknowledged.
/// Returns what it does hold.
pub fn verify(dir: &Path, start: &Model, seed: u64, acked: usize) -> Model {
    let wal = Wal::open(Arc::new(RealDisk), dir, options()).unwrap();
    let seen = Model::observe(&wal).unwrap();
    let mut workload = Workload::new(seed, start.clone(), LARGEST, RETAINED);
    let steps = std::iter::repeat_with(|| workload.step());
    explain(start, steps, acked, &seen).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    seen
}
