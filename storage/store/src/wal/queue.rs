//! What callers and the appender share: the log in memory, and the queue to the disk.

use std::collections::VecDeque;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Instant;

use super::entry::{Entry, LogPoint, Vote};
use super::latency::Meter;
use super::ledger::Ledger;
use super::stepper::Bell;
use super::{WalError, WalOptions};

/// Called once, on the appender's thread, when what it was given with is durable or has failed. It must be short, must not
/// wait, and must not call anything of the log that waits.
pub type Completion = Box<dyn FnOnce(io::Result<()>) + Send>;

/// One call waiting for the disk.
pub(super) struct Call {
    pub(super) change: Change,
    done: Completion,
    /// Payload bytes.
    weight: usize,
}

impl Call {
    /// Calls the completion. A panic of it is the caller's mistake and ends in an error here, so that the calls behind it
    /// are still told.
    pub(super) fn tell(self, result: io::Result<()>) -> io::Result<()> {
        let done = self.done;
        catch_unwind(AssertUnwindSafe(|| done(result))).map_err(|_| io::Error::other("a completion panicked"))
    }
}

/// What a call changes.
pub(super) enum Change {
    /// New entries; the first waits in the ledger under this number, the others under the next ones.
    Append {
        entries: Vec<Entry>,
        sequence: u64,
    },
    Truncate {
        from: u64,
    },
    Purge(LogPoint),
    Vote(Vote),
    /// Nothing: the call only wants to know when everything before it is durable.
    Barrier,
}

/// Why nothing can be written any more.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    kind: io::ErrorKind,
    reason: String,
}

impl Failure {
    pub(super) fn new(error: &io::Error) -> Self {
        Self { kind: error.kind(), reason: error.to_string() }
    }

    pub(super) fn error(&self) -> WalError {
        WalError::Stopped { kind: self.kind, reason: self.reason.clone() }
    }
}

/// The log as callers see it, and the calls that are not on disk yet.
pub(super) struct State {
    pub(super) ledger: Ledger,
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogPoint>,
    pub(super) failure: Option<Failure>,
    pub(super) closing: bool,
    /// Since when the appender has been writing; `None` while it waits for work.
    pub(super) writing_since: Option<Instant>,
    /// How long writes took.
    pub(super) meter: Meter,
    pub(super) calls: VecDeque<Call>,
    weight: usize,
    sequence: u64,
}

/// The state and the two things to wait for.
pub(super) struct Shared {
    state: Mutex<State>,
    /// There is work, or there will be none.
    pub(super) work: Condvar,
    /// There is room in the queue, or never will be.
    pub(super) room: Condvar,
    pub(super) options: WalOptions,
    /// Called beside `work`, where no thread waits for it.
    bell: Option<Bell>,
}

impl Shared {
    pub(super) fn new(
        ledger: Ledger,
        vote: Option<Vote>,
        committed: Option<LogPoint>,
        options: WalOptions,
        bell: Option<Bell>,
    ) -> Self {
        let state = State {
            ledger,
            vote,
            committed,
            failure: None,
            closing: false,
            writing_since: None,
            meter: Meter::default(),
            calls: VecDeque::new(),
            weight: 0,
            sequence: 0,
        };
        Self { state: Mutex::new(state), work: Condvar::new(), room: Condvar::new(), options, bell }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the log's state")
    }

    /// Queues a call once there is room, and applies its change to the log in memory in the same instant, so that the
    /// order in memory is the order on disk. If this fails, nothing has changed and `done` is dropped uncalled.
    pub(super) fn submit(
        &self,
        weight: usize,
        done: Completion,
        change: impl FnOnce(&mut State) -> Result<Change, WalError>,
    ) -> Result<(), WalError> {
        let mut state = self.lock();
        loop {
            if let Some(failure) = &state.failure {
                return Err(failure.error());
            }
            if state.closing {
                return Err(WalError::Closed);
            }
            let fits = state.calls.len() < self.options.queue_calls
                && state.weight.saturating_add(weight) <= self.options.queue_bytes;
            if fits || state.calls.is_empty() {
                break;
            }
            state = self.room.wait(state).expect("nothing panics while it holds the log's state");
        }
        let change = change(&mut state)?;
        state.weight += weight;
        state.calls.push_back(Call { change, done, weight });
        drop(state);
        self.wake();
        Ok(())
    }

    /// Tells whoever writes that there is something to do.
    pub(super) fn wake(&self) {
        self.work.notify_one();
        if let Some(bell) = &self.bell {
            bell();
        }
    }

    /// Stops the log for good: every waiting call, those in `calls` first, and every later one fails with `error`.
    pub(super) fn fail(&self, calls: Vec<Call>, error: &io::Error) {
        let failure = Failure::new(error);
        let mut state = self.lock();
        state.failure = Some(failure.clone());
        state.writing_since = None;
        state.weight = 0;
        let waiting = std::mem::take(&mut state.calls);
        drop(state);
        self.room.notify_all();
        tracing::error!(reason = %error, "write-ahead log stopped");
        for call in calls.into_iter().chain(waiting) {
            if let Err(error) = call.tell(Err(failure.error().into())) {
                tracing::error!(%error, "stopping the write-ahead log");
            }
        }
    }
}

impl State {
    /// Numbers for `count` entries that start to wait.
    pub(super) fn sequence(&mut self, count: usize) -> u64 {
        let first = self.sequence;
        self.sequence += count as u64;
        first
    }

    /// Takes the oldest calls, at least one if there is one, up to about `limit` payload bytes.
    pub(super) fn take_calls(&mut self, limit: usize) -> Vec<Call> {
        let mut taken = 0;
        let mut count = 0;
        while count < self.calls.len() && taken < limit {
            taken += self.calls[count].weight;
            count += 1;
        }
        self.weight -= taken;
        self.calls.drain(..count).collect()
    }
}
