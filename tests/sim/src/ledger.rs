//! What was applied anywhere: all members must have applied the same, entry by entry.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sentinel_consensus::Response;
use sentinel_machine::{Envelope, Outcome};
use sentinel_model::RequestId;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;

use crate::time::TrueTime;
use crate::trace::Trace;

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its number.
    pub invariant: &'static str,
    /// What was seen.
    pub text: String,
}

/// An entry of the log that was applied somewhere.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The term in which it was proposed.
    pub term: u64,
    /// Of its bytes.
    pub digest: [u8; 32],
    /// The command, if it carries one.
    pub envelope: Option<Arc<Envelope>>,
    /// The index at which the command took effect: an earlier one for a retry.
    pub effect: u64,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// When it was first applied anywhere, in milliseconds of the run.
    pub at_ms: u64,
}

/// See the module. Clones share.
#[derive(Clone)]
pub struct Ledger(Arc<Mutex<State>>);

struct State {
    truth: TrueTime,
    trace: Trace,
    entries: BTreeMap<u64, Entry>,
    /// Where each request first took effect.
    requests: BTreeMap<RequestId, u64>,
    violations: Vec<Violation>,
    news: Arc<Notify>,
}

impl Ledger {
    /// An empty one.
    pub fn new(truth: TrueTime, trace: Trace) -> Self {
        let state = State {
            truth,
            trace,
            entries: BTreeMap::new(),
            requests: BTreeMap::new(),
            violations: Vec::new(),
            news: Arc::default(),
        };
        Self(Arc::new(Mutex::new(state)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of an entry that `member` applies. True when nobody has applied it before.
    pub fn applied(
        &self,
        member: u64,
        (index, term): (u64, u64),
        command: Option<&[u8]>,
        answer: &Response,
    ) -> bool {
        let mut state = self.lock();
        let known = state.entries.contains_key(&index);
        state.applied(member, (index, term), command, answer);
        !known
    }

    /// An invariant is broken.
    pub fn violated(&self, invariant: &'static str, text: String) {
        self.lock().violated(invariant, text);
    }

    /// What is broken so far.
    pub fn violations(&self) -> Vec<Violation> {
        self.lock().violations.clone()
    }

    /// Resolves when one of these is broken.
    pub async fn broken(&self, invariants: &[&str]) {
        let news = Arc::clone(&self.lock().news);
        loop {
            let told = news.notified();
            if self.violations().iter().any(|violation| invariants.contains(&violation.invariant)) {
                return;
            }
            told.await;
        }
    }

    /// All that was applied.
    pub fn entries(&self) -> BTreeMap<u64, Entry> {
        self.lock().entries.clone()
    }

    /// What was applied behind this place.
    pub fn behind(&self, index: u64) -> BTreeMap<u64, Entry> {
        self.lock().entries.range(index + 1..).map(|(index, entry)| (*index, entry.clone())).collect()
    }

    /// The newest entry applied anywhere.
    pub fn last(&self) -> u64 {
        self.lock().entries.keys().next_back().copied().unwrap_or(0)
    }
}

impl State {
    fn violated(&mut self, invariant: &'static str, text: String) {
        // One broken thing is often seen many times.
        const ENOUGH: usize = 20;
        if self.violations.len() < ENOUGH {
            tracing::error!(invariant, text, "violated");
            self.violations.push(Violation { invariant, text });
            self.news.notify_waiters();
        }
    }

    fn applied(&mut self, member: u64, (index, term): (u64, u64), command: Option<&[u8]>, answer: &Response) {
        let digest: [u8; 32] = Sha256::digest(command.unwrap_or_default()).into();
        if let Some(known) = self.entries.get(&index) {
            if (known.term, known.digest) != (term, digest) {
                let text = format!(
                    "entry {index} is of term {term} at member {member} and of term {} elsewhere, or carries something else",
                    known.term
                );
                self.violated("I3", text);
            } else if (known.effect, &known.outcome) != (answer.index, &answer.outcome) {
                let text = format!(
                    "entry {index} came to {:?} at member {member} and to {:?} elsewhere",
                    answer.outcome, known.outcome
                );
                self.violated("I4", text);
            }
            return;
        }
        let envelope = command.and_then(|bytes| Envelope::decode(bytes).ok()).map(Arc::new);
        if let Some((_, before)) = self.entries.range(..index).next_back()
            && before.term > term
        {
            let text = format!("entry {index} is of term {term}, behind one of term {}", before.term);
            self.violated("I3", text);
        }
        self.once(index, envelope.as_deref(), answer);
        self.trace.applied(self.truth.ms(), index, term, envelope.as_deref());
        let (effect, outcome, at_ms) = (answer.index, answer.outcome.clone(), self.truth.ms());
        self.entries.insert(index, Entry { term, digest, envelope, effect, outcome, at_ms });
    }

    /// A request takes effect once, however often it is in the log.
    fn once(&mut self, index: u64, envelope: Option<&Envelope>, answer: &Response) {
        let Some(envelope) = envelope else { return };
        let first = *self.requests.entry(envelope.request_id).or_insert(answer.index);
        if first != answer.index {
            let text = format!(
                "{} of request {:?} took effect at entry {first} and again at entry {index}",
                envelope.command.name(),
                envelope.request_id
            );
            self.violated("I8", text);
        }
    }
}
