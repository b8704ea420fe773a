//! What clients did and saw, with times: the evidence that [`check()`] judges.
//!
//! Each operation is on one register (the key), begins, and ends in one of three ways: with an answer, known not to have happened, or
//! unknown. An unknown one may have taken effect at any moment since it began, may still do so later, or never.

pub mod check;
pub mod register;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

pub use check::{Verdict, check};
pub use register::{Action, Answer, State};

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Who did it.
    pub client: String,
    /// What was asked for.
    pub action: Action,
    /// What was answered; `None` when nobody knows what became of it.
    pub answer: Option<Answer>,
    /// When it began, since the history began.
    pub called: Duration,
    /// When the answer was there. Of no meaning without one.
    pub returned: Duration,
}

/// Takes operations down, from any number of clients. Clones share.
#[derive(Clone, Debug)]
pub struct History {
    began: Instant,
    operations: Arc<Mutex<BTreeMap<String, Vec<Operation>>>>,
}

impl Default for History {
    fn default() -> Self {
        Self { began: Instant::now(), operations: Arc::default() }
    }
}

/// An operation under way. Dropped without a word, as when its client is aborted, it is unknown.
#[must_use = "say what became of the operation"]
pub struct Pending {
    history: History,
    key: String,
    operation: Operation,
    happened: bool,
}

impl History {
    /// An operation begins. Call this before anything is sent.
    pub fn begin(&self, client: &str, key: &str, action: Action) -> Pending {
        let called = self.began.elapsed();
        let client = client.to_owned();
        let operation = Operation { client, action, answer: None, called, returned: called };
        Pending { history: self.clone(), key: key.to_owned(), operation, happened: true }
    }

    /// Everything so far, by register.
    pub fn registers(&self) -> BTreeMap<String, Vec<Operation>> {
        self.operations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Operations that were answered, so far.
    pub fn answered(&self) -> usize {
        let operations = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.values().flatten().filter(|operation| operation.answer.is_some()).count()
    }

    /// Panics unless each register's operations have an order that explains every answer.
    pub fn assert_linearizable(&self) {
        for (key, operations) in self.registers() {
            match check(&operations, State::default()) {
                Verdict::Accepted => {}
                Verdict::Refused(why) => panic!("the history of '{key}' is not linearizable: {why}"),
                Verdict::Undecided => {
                    panic!("'{key}': too many orders to try; use fewer operations a register")
                }
            }
        }
    }
}

impl Pending {
    /// The answer is there.
    pub fn returned(mut self, answer: Answer) {
        self.operation.returned = self.history.began.elapsed();
        self.operation.answer = Some(answer);
    }

    /// It is certain that nothing happened and nothing will. A read that failed is such a one.
    pub fn never_happened(mut self) {
        self.happened = false;
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // A read without an answer says nothing.
        if !self.happened || (self.operation.answer.is_none() && self.operation.action == Action::Read) {
            return;
        }
        let mut operations = self.history.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.entry(self.key.clone()).or_default().push(self.operation.clone());
    }
}
