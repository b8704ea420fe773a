//! How often a canary is taken back that is no worse, and how soon one is that is.
//!
//! `cargo bench -p sentinel-engine --bench canary -- [--runs N] [--look SECONDS]`
//!
//! Each run plays a canary of ten minutes with dice of its own, looked at every five seconds, as it is when nodes report every
//! second or less, or as `--look` says: 20 with heartbeats every ten seconds. `--runs` (default 10,000) is the number of runs of
//! each row. What is played is the test itself, with the numbers that a rollout has when nothing else is
//! asked for: errors and latency at a confidence of 0.99 together, so each at 0.995.

use sentinel_engine::canary::bound;
use sentinel_engine::canary::evidence::{Trials, log_value, look};
use sentinel_model::canary::{Canary, Evidence};

const PLAYED_S: u64 = 600;

/// What is played: ratios of the other nodes and of the canary, and the requests per second of both.
struct Row {
    what: &'static str,
    control: f64,
    canary: f64,
    per_second: (u64, u64),
}

const NO_WORSE: [Row; 8] = [
    Row { what: "the same", control: 0.001, canary: 0.001, per_second: (100, 100) },
    Row { what: "the same", control: 0.01, canary: 0.01, per_second: (100, 100) },
    Row { what: "the same", control: 0.05, canary: 0.05, per_second: (100, 100) },
    Row { what: "the same, 5 % of the traffic", control: 0.01, canary: 0.01, per_second: (1_900, 100) },
    Row { what: "the same, hardly any traffic", control: 0.01, canary: 0.01, per_second: (20, 1) },
    Row { what: "half as many errors", control: 0.01, canary: 0.005, per_second: (100, 100) },
    Row { what: "the margin is used up", control: 0.01, canary: 0.011, per_second: (100, 100) },
    Row { what: "the margin is used up", control: 0.05, canary: 0.051, per_second: (1_900, 100) },
];

const WORSE: [Row; 8] = [
    Row { what: "one point more", control: 0.001, canary: 0.011, per_second: (100, 100) },
    Row { what: "one point more", control: 0.01, canary: 0.02, per_second: (100, 100) },
    Row { what: "one point more", control: 0.05, canary: 0.06, per_second: (100, 100) },
    Row { what: "one point more, 5 % of the traffic", control: 0.01, canary: 0.02, per_second: (1_900, 100) },
    Row { what: "half a point more", control: 0.01, canary: 0.015, per_second: (100, 100) },
    Row { what: "five points more", control: 0.01, canary: 0.06, per_second: (100, 100) },
    Row { what: "five points more, hardly any traffic", control: 0.01, canary: 0.06, per_second: (20, 1) },
    Row { what: "nothing but errors", control: 0.001, canary: 1.0, per_second: (20, 1) },
];

fn main() {
    let (runs, look_s) = (number("--runs", 10_000), number("--look", 5).clamp(1, PLAYED_S));
    let canary = Canary::default();
    let enough = bound(&canary).ln();
    println!(
        "a look every {look_s} s; a canary that is no worse: taken back within {PLAYED_S} s, of {runs} runs"
    );
    println!("{:<37} {:>15} {:>9} | {:>6} {:>8}", "", "ratios", "req/s", "back", "share");
    for (seed, row) in NO_WORSE.iter().enumerate() {
        let back = play(row, seed as u64, runs, look_s, enough, canary.error_margin / 100.0).len();
        println!(
            "{:<37} {:>15} {:>9} | {back:>6} {:>7.3} %",
            row.what,
            ratios(row),
            rates(row),
            back as f64 * 100.0 / runs as f64
        );
    }
    println!("\na canary that is worse: taken back after so many seconds");
    println!(
        "{:<37} {:>15} {:>9} | {:>8} {:>5} {:>5} {:>5} {:>5}",
        "", "ratios", "req/s", "found", "p10", "p50", "p90", "p99"
    );
    for (seed, row) in WORSE.iter().enumerate() {
        let mut after = play(row, 1_000 + seed as u64, runs, look_s, enough, canary.error_margin / 100.0);
        after.sort_unstable();
        let found = after.len() as f64 * 100.0 / runs as f64;
        // Of all runs: what was not found within the time is later than that.
        let at = |share: f64| match after.get((share * runs as f64) as usize) {
            Some(looks) => (looks * look_s).to_string(),
            None => "-".to_owned(),
        };
        println!(
            "{:<37} {:>15} {:>9} | {found:>6.2} % {:>5} {:>5} {:>5} {:>5}",
            row.what,
            ratios(row),
            rates(row),
            at(0.1),
            at(0.5),
            at(0.9),
            at(0.99)
        );
    }
}

/// The number after a flag. What is none ends the program: nobody shall take the usual numbers for others.
fn number(flag: &str, usual: u64) -> u64 {
    let args: Vec<String> = std::env::args().collect();
    match args.iter().position(|arg| arg == flag) {
        None => usual,
        Some(at) => match args.get(at + 1).map(|text| text.parse()) {
            Some(Ok(number)) => number,
            _ => panic!("{flag} takes a number"),
        },
    }
}

fn ratios(row: &Row) -> String {
    format!("{:.1} -> {:.1} %", row.control * 100.0, row.canary * 100.0)
}

fn rates(row: &Row) -> String {
    format!("{}/{}", row.per_second.0, row.per_second.1)
}

/// The looks after which it was taken back, for every run in which it was.
fn play(row: &Row, seed: u64, runs: u64, look_s: u64, enough: f64, margin: f64) -> Vec<u64> {
    let mut found = Vec::new();
    for run in 0..runs {
        let mut dice = Dice(seed.wrapping_mul(1 << 32).wrapping_add(run));
        let mut evidence = Evidence::default();
        for at in 1..=PLAYED_S / look_s {
            let (control, canary) = (row.per_second.0 * look_s, row.per_second.1 * look_s);
            let trials = Trials {
                control,
                control_hits: dice.hits(control, row.control),
                canary,
                canary_hits: dice.hits(canary, row.canary),
            };
            evidence = look(&evidence, trials, margin, enough);
            if log_value(&evidence) >= enough {
                found.push(at);
                break;
            }
        }
    }
    found
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// How many of `trials` hit, counted by the gaps between hits.
    fn hits(&mut self, trials: u64, ratio: f64) -> u64 {
        if ratio >= 1.0 {
            return trials;
        }
        let (mut at, mut hits) = (0.0, 0);
        loop {
            at += (self.share().max(f64::MIN_POSITIVE).ln() / (1.0 - ratio).ln()).floor() + 1.0;
            if at > trials as f64 {
                return hits;
            }
            hits += 1;
        }
    }
}
