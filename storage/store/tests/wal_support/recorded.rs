//! Power cuts on a recording disk. Used by the test of crash states, and in place of the test with real images where
//! those cannot be had.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sentinel_store::disk::fault::{Dice, FaultDisk, Recording};
use sentinel_store::wal::{Entry, Wal, WalOptions};

use crate::workload::{Model, Step, Workload, entry, explain};

const DIR: &str = "/log";
/// Steps of one run.
const STEPS: usize = 120;

/// How much to do.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Runs of the log.
    pub runs: u64,
    /// The largest payload in bytes.
    pub largest: usize,
    /// Moments of each run at which the power goes.
    pub moments: u64,
    /// Crash states at each moment.
    pub states: u64,
    /// The first seed.
    pub seed: u64,
}

/// Does that much and returns the number of crash states that were recovered and found right.
pub fn rounds(effort: Effort) -> usize {
    let mut states = 0;
    for seed in effort.seed..effort.seed + effort.runs {
        let run = Run::record(seed, effort.largest, |_| {});
        states +=
            run.check(effort.moments, effort.states).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    states
}

fn options() -> WalOptions {
    // Segments of a few records, chunks of a few sectors: many rolls, many growths, many reads from disk.
    let small = WalOptions {
        segment_bytes: 24 << 10,
        chunk_bytes: 4 << 10,
        cache_bytes: 2000,
        ..WalOptions::default()
    };
    WalOptions { queue_calls: 16, ..small }
}

fn open(disk: &FaultDisk) -> Result<Wal, String> {
    Wal::open(Arc::new(disk.clone()), Path::new(DIR), options()).map_err(|error| error.to_string())
}

/// One recorded run of a log: what it was asked, and what its disk was asked.
pub struct Run {
    seed: u64,
    steps: Vec<Step>,
    recording: Recording,
}

impl Run {
    /// Runs the work that follows from `seed`, with several calls in flight at most times, and records it.
    pub fn record(seed: u64, largest: usize, fault: impl Fn(&FaultDisk)) -> Self {
        let disk = FaultDisk::recording();
        fault(&disk);
        let wal = open(&disk).unwrap();
        let mut workload = Workload::new(seed, Model::default(), largest, 40);
        let mut dice = Dice::new(seed);
        let mut steps = Vec::new();
        for number in 1..=STEPS as u64 {
            let step = workload.step();
            let notes = disk.clone();
            step.submit(
                &wal,
                Box::new(move |result| {
                    result.unwrap();
                    notes.note(number);
                }),
            )
            .unwrap();
            steps.push(step);
            if dice.chance(30) {
                barrier(&wal);
            }
            if dice.chance(10) {
                wal.note_committed(wal.last().unwrap_or(sentinel_store::wal::LogPoint { index: 0, term: 0 }));
            }
        }
        wal.close().unwrap();
        Self { seed, steps, recording: disk.recorded() }
    }

    /// Cuts the power at about `moments` moments and looks at `states` states of each. Returns how many states were fine.
    pub fn check(&self, moments: u64, states: u64) -> Result<usize, String> {
        let mut dice = Dice::new(self.seed);
        let share = self.recording.steps() as u64 / moments + 1;
        let mut fine = 0;
        let mut failed = None;
        self.recording.cuts(
            |_| dice.below(share) == 0,
            |moment| {
                let acked = moment.notes.last().copied().unwrap_or(0) as usize;
                for state in 0..=states {
                    let seed = self.seed << 32 | (moment.step as u64) << 8 | state;
                    // One of the states is that of a process that was killed, while the power stayed on for the moment.
                    let disk = if state == states { moment.kill() } else { moment.power_cut(seed) };
                    match self.recover(disk, acked, seed) {
                        Ok(()) => fine += 1,
                        Err(error) => failed = Some(format!("step {}, state {state}: {error}", moment.step)),
                    }
                }
            },
        );
        failed.map_or(Ok(fine), Err)
    }

    /// Opens what the power cut left, and then does to the recovered log what is hardest on its recovery.
    fn recover(&self, disk: FaultDisk, acked: usize, seed: u64) -> Result<(), String> {
        let wal = open(&disk)?;
        let found = Model::observe(&wal)?;
        explain(&Model::default(), self.steps.iter().cloned(), acked, &found)?;

        // What was read once must be there for good, acknowledged or not: the member has built on it. The log is still
        // open here, so nothing but opening it can have made it durable.
        let again = open(&disk.power_cut(seed)).and_then(|wal| Model::observe(&wal))?;
        if again != found {
            return Err(format!("read {} and then {}", found.outline(), again.outline()));
        }

        // New entries with a new term in the place of the torn ones, then another torn write of the same size: nothing of
        // the first tear may come back.
        let next = found.next_index();
        let newer = |index: u64| Entry { index, term: 1 << 30, payload: entry(index, 1 << 30, 200).payload };
        let kept = Step::Append(vec![newer(next)]);
        let torn = Step::Append((next + 1..next + 6).map(newer).collect());
        kept.submit(&wal, Box::new(|result| result.unwrap())).map_err(|error| error.to_string())?;
        barrier(&wal);
        disk.hold_syncs();
        torn.submit(&wal, Box::new(|_| {})).map_err(|error| error.to_string())?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while disk.waiting_syncs() == 0 {
            assert!(Instant::now() < deadline, "the appender never came to its sync");
            std::thread::yield_now();
        }
        let second = disk.power_cut(seed + 1);
        disk.release_syncs();
        let seen = open(&second).and_then(|wal| Model::observe(&wal))?;
        explain(&found, [kept, torn].into_iter(), 1, &seen).map_err(|error| format!("second cut: {error}"))
    }
}

/// Waits until everything submitted is durable.
fn barrier(wal: &Wal) {
    let (sender, receiver) = std::sync::mpsc::channel();
    wal.append(Vec::new(), Box::new(move |result| sender.send(result).unwrap())).unwrap();
    receiver.recv().unwrap().unwrap();
}
