//! Random but repeatable work for a log, a model that says what the log must hold after it, and the search for the
//! moment of the work that a recovered log shows.

use std::collections::VecDeque;

use sentinel_store::disk::fault::Dice;
use sentinel_store::wal::{Completion, Entry, LogPoint, Vote, Wal, WalError};

/// One call.
#[derive(Debug, Clone)]
pub enum Step {
    Append(Vec<Entry>),
    Truncate(Option<u64>),
    Purge(LogPoint),
    Vote(Vote),
}

/// The payload of an entry: its size, at most `largest`, and its bytes follow from index and term alone, so that whoever
/// finds an entry can say what it must contain.
pub fn entry(index: u64, term: u64, largest: usize) -> Entry {
    let mut dice = Dice::new(index.wrapping_mul(0x1_0001) ^ term << 40);
    let bound = match dice.below(100) {
        0..60 => 300,
        60..90 => 3000,
        90..98 => 40_000,
        _ => 1 << 20,
    };
    let mut payload = vec![0; 1 + dice.below(bound.min(largest as u64)) as usize];
    dice.fill(&mut payload);
    Entry { index, term, payload: payload.into() }
}

impl Step {
    /// Submits this step without waiting.
    pub fn submit(&self, wal: &Wal, done: Completion) -> Result<(), WalError> {
        match self {
            Step::Append(entries) => wal.append(entries.clone(), done),
            Step::Truncate(last) => wal.truncate_after_then(*last, done),
            Step::Purge(point) => wal.purge_upto_then(*point, done),
            Step::Vote(vote) => wal.save_vote_then(*vote, done),
        }
    }
}

/// What a log must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    pub entries: VecDeque<Entry>,
    pub purged: Option<LogPoint>,
    pub vote: Option<Vote>,
}

impl Model {
    /// What a log does hold, its own statements about its ends checked against its entries.
    pub fn observe(wal: &Wal) -> Result<Self, String> {
        let entries = VecDeque::from(wal.read(0..u64::MAX).map_err(|error| error.to_string())?);
        let seen = Self { entries, purged: wal.last_purged(), vote: wal.read_vote() };
        let point = |entry: &Entry| LogPoint { index: entry.index, term: entry.term };
        if wal.first() != seen.entries.front().map(point) || wal.last() != seen.entries.back().map(point) {
            return Err(format!("{wal:?} does not have the ends {:?}", seen.outline()));
        }
        Ok(seen)
    }

    pub fn next_index(&self) -> u64 {
        let behind_purged = self.purged.map_or(1, |point| point.index + 1);
        self.entries.back().map_or(behind_purged, |last| last.index + 1)
    }

    pub fn apply(&mut self, step: &Step) {
        for record in records(step) {
            self.apply_record(&record);
        }
    }

    fn apply_record(&mut self, record: &Step) {
        match record {
            Step::Append(entries) => self.entries.extend(entries.iter().cloned()),
            Step::Truncate(last) => self.entries.retain(|entry| last.is_some_and(|last| entry.index <= last)),
            Step::Purge(point) => {
                self.entries.retain(|entry| entry.index > point.index);
                self.purged = Some(*point);
            }
            Step::Vote(vote) => self.vote = Some(*vote),
        }
    }

    /// Enough to tell two models apart in a message.
    pub fn outline(&self) -> String {
        let end = |entry: Option<&Entry>| entry.map(|entry| (entry.index, entry.term));
        let (first, last) = (end(self.entries.front()), end(self.entries.back()));
        format!("{first:?}..={last:?}, purged {:?}, vote {:?}", self.purged, self.vote)
    }
}

/// The single records of a step: a crash may come between the entries of one append.
fn records(step: &Step) -> Vec<Step> {
    match step {
        Step::Append(entries) => entries.iter().map(|entry| Step::Append(vec![entry.clone()])).collect(),
        other => vec![other.clone()],
    }
}

/// An endless sequence of steps that follows from a seed and the state it starts from.
pub struct Workload {
    dice: Dice,
    model: Model,
    term: u64,
    largest: usize,
    retained: usize,
}

impl Workload {
    /// Payloads have at most `largest` bytes; about `retained` entries are kept, the rest is purged.
    pub fn new(seed: u64, start: Model, largest: usize, retained: usize) -> Self {
        let newest = start.entries.back().map(|entry| entry.term).max(start.purged.map(|point| point.term));
        let term = newest.max(start.vote.map(|vote| vote.term)).unwrap_or(0) + 1;
        Self { dice: Dice::new(seed), model: start, term, largest, retained }
    }

    pub fn step(&mut self) -> Step {
        let dice = &mut self.dice;
        let model = &self.model;
        let step = match dice.below(100) {
            0..4 => {
                self.term += 1;
                Step::Vote(Vote { term: self.term, node: dice.below(5), committed: dice.chance(50) })
            }
            4..7 if !model.entries.is_empty() => {
                self.term += 1;
                let first = model.entries[0].index;
                let last = first + dice.below(model.entries.len() as u64);
                let all = last == first && model.purged.is_none();
                Step::Truncate(if all { None } else { Some(last) })
            }
            _ if model.entries.len() > self.retained => {
                let at = dice.below(model.entries.len() as u64) as usize;
                Step::Purge(LogPoint { index: model.entries[at].index, term: model.entries[at].term })
            }
            // A snapshot from elsewhere: everything up to a point beyond the end is no longer needed.
            7..8 => Step::Purge(LogPoint { index: model.next_index() + dice.below(10), term: self.term }),
            _ => {
                let count = if dice.chance(70) { 1 + dice.below(3) } else { 1 + dice.below(20) };
                let indexes = model.next_index()..model.next_index() + count;
                Step::Append(indexes.map(|index| entry(index, self.term, self.largest)).collect())
            }
        };
        self.model.apply(&step);
        step
    }
}

/// Checks that `seen` is what the log must hold after the first `acked` steps and some number of further records, that
/// is: nothing acknowledged is missing, nothing is changed, there is no hole, and what was not acknowledged is there in
/// order or not at all.
pub fn explain(
    start: &Model,
    steps: impl Iterator<Item = Step>,
    acked: usize,
    seen: &Model,
) -> Result<(), String> {
    /// More than any queue holds.
    const IN_FLIGHT: usize = 5000;
    let mut model = start.clone();
    let mut steps = steps;
    for step in steps.by_ref().take(acked) {
        model.apply(&step);
    }
    let promised = model.outline();
    if model == *seen {
        return Ok(());
    }
    for step in steps.take(IN_FLIGHT) {
        for record in records(&step) {
            model.apply_record(&record);
            if model == *seen {
                return Ok(());
            }
        }
    }
    Err(format!("after {acked} acknowledged steps there must be {promised} or more, not {}", seen.outline()))
}
