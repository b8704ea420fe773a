//! The write-ahead log: entries, the vote, and what was purged, durable before anybody is told so.
//!
//! The log keeps a consecutive run of [`Entry`]s, each with an index, a term and a payload it does not look into, and
//! the member's last [`Vote`]. It knows nothing of the consensus library above it and touches files only through
//! [`Disk`].
//!
//! # How a write becomes durable
//!
//! A call such as [`Wal::append`] changes the log in memory and queues itself; reads see the change at once. One thread,
//! the appender, takes everything that has come together in the queue, writes it as one *batch*, syncs once, and then
//! calls the completions in order. While it syncs, the next batch comes together. A failed write or sync stops the log:
//! every waiting and every later call fails with that first reason, because nobody knows what of the batch is on the
//! medium and a second sync would not tell.
//!
//! # On disk
//!
//! Segment files, each named by the first index it was made for, with a header and checksummed records (`wal/segment.rs`,
//! `wal/frame.rs`). They grow by chunks of zeros, so that a sync writes only data. Truncation is a record, written behind
//! the entries it removes: no record that was durable is ever overwritten, so there is no moment in which a crash could
//! leave half a truncation. Purging is a record too; segments of which everything is purged are then removed. Each new
//! segment begins with the vote, the purged point and the commit point, so they outlive the segments they were first
//! written to.
//!
//! # What opening promises
//!
//! Whatever a crash leaves, [`Wal::open`] finds every acknowledged entry and vote, without holes. It cuts off an
//! unacknowledged batch that is only partly there and says so in [`Recovery`]. If anything that was durable is missing or
//! changed, it returns [`WalError::Corrupt`] and leaves the files alone.
//!
//! # Torn or damaged
//!
//! The appender writes a batch only after everything before it was synced, and every record says where its batch begins.
//! So when the records of the newest segment stop making sense at offset X, the rest of the file decides:
//!
//! * A good record behind X whose batch begins behind X shows that X was durable once. Something has changed it since:
//!   that is **damage**, and the log does not open.
//! * If there is none, X belongs to the last batch ever written. Whatever of it reached the medium, it was never
//!   acknowledged, or there would be proof: that is a **torn write**, and it is cut off at X. Good records behind X that
//!   belong to the same batch do not matter; sectors reach the medium in any order.
//!
//! In every older segment the records must reach exactly the offset that the successor's header names, because a successor
//! is made only after its predecessor was synced. A segment that names a successor must have one, the entries must join
//! without holes to what was purged, headers must be good, and no file may be shorter than it durably was. Anything else
//! is damage, too.
//!
//! The last batch would be without proof until the next one is written. Therefore the appender, whenever it has nothing
//! to do, and when it closes, writes a *seal*: a record that stands by itself on the page behind the last batch and says
//! where that ends. It is not synced (the next sync or the kernel's write-back takes it along) and costs no space, because
//! later batches overwrite it.
//!
//! **The limit.** If the power goes after a batch was acknowledged and before its seal, or the next batch, reached the
//! medium, *and* the medium then also changes that very batch, the change looks like a torn write. That takes two faults
//! at once, the second within moments on a busy log and within the kernel's write-back time (30 s by default) on an idle
//! one. A removed last segment is noticed only once its predecessor says that there is one, which it does from the
//! moment the new segment is used; and a log of which every file is gone is an empty log. All of it relies on a device
//! that writes a 512-byte sector wholly or not at all and that has written what it says it has.

mod appender;
mod entry;
mod error;
mod frame;
mod latency;
mod ledger;
mod options;
mod queue;
mod reader;
mod replay;
mod scan;
mod segment;
mod stepper;
mod tail;
mod tear;
mod window;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

pub use entry::{Entry, LogPoint, Vote};
pub use error::WalError;
pub use latency::Latency;
pub use options::WalOptions;
pub use queue::Completion;
pub use replay::{Recovery, TornTail};
pub use stepper::{Bell, Stepper};

use crate::disk::{Disk, DiskLock};
use appender::Appender;
use ledger::MAX_INDEX;
use queue::{Change, Shared, State};

/// The name of the lock file in the directory of a log.
const LOCK: &str = "wal.lock";

/// An open log. Clones are the same log; it closes with the last one.
#[derive(Clone)]
pub struct Wal {
    handle: Arc<Handle>,
}

struct Handle {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    recovery: Recovery,
    _lock: Arc<dyn DiskLock>,
}

impl Wal {
    /// Opens the log in `dir` on `disk`, making the directory and an empty log if there is none.
    ///
    /// Reads the whole retained log once. Fails with [`WalError::Corrupt`] rather than give back less than was acknowledged,
    /// and with [`WalError::Locked`] while another `Wal` has the directory open.
    pub fn open(disk: Arc<dyn Disk>, dir: &Path, options: WalOptions) -> Result<Self, WalError> {
        let (wal, appender) = Self::prepare(disk, dir, options, None)?;
        let thread = std::thread::Builder::new()
            .name("wal-appender".to_owned())
            .spawn(move || appender.run())
            .map_err(WalError::io("starting the appender"))?;
        *wal.handle.thread.lock().expect("nothing panics while it holds the appender's handle") =
            Some(thread);
        Ok(wal)
    }

    /// [`Wal::open`] without a thread: nothing is written before the stepper is told to. `bell` is called when there is something
    /// to write.
    pub fn open_stepped(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: WalOptions,
        bell: Bell,
    ) -> Result<(Self, Stepper), WalError> {
        let (wal, appender) = Self::prepare(disk, dir, options, Some(bell))?;
        let stepper = Stepper::new(appender, wal.handle.shared.clone());
        Ok((wal, stepper))
    }

    fn prepare(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: WalOptions,
        bell: Option<Bell>,
    ) -> Result<(Self, Appender), WalError> {
        options.check()?;
        disk.create_dir(dir).map_err(WalError::io(format!("making {}", dir.display())))?;
        let lock = disk.lock(&dir.join(LOCK)).map_err(|source| match source.kind() {
            io::ErrorKind::WouldBlock => WalError::Locked { dir: dir.to_owned() },
            _ => WalError::Io { action: format!("locking {}", dir.display()), source },
        })?;
        let replayed = replay::replay(&disk, dir, &options)?;
        if let Some(torn) = &replayed.recovery.torn {
            tracing::warn!(
                segment = torn.segment,
                offset = torn.offset,
                bytes = torn.bytes,
                "cut off a torn write"
            );
        }
        let shared = Arc::new(Shared::new(replayed.ledger, replayed.vote, replayed.committed, options, bell));
        let lock: Arc<dyn DiskLock> = lock.into();
        let appender = Appender::new(shared.clone(), replayed.tail, lock.clone());
        let handle = Handle { shared, thread: Mutex::default(), recovery: replayed.recovery, _lock: lock };
        Ok((Self { handle: Arc::new(handle) }, appender))
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.handle.recovery
    }

    /// Appends entries, which must continue the log. When this returns they can be read; when `done` is called with `Ok`
    /// they are durable, and so is everything submitted before.
    ///
    /// Waits while the queue is full. Without entries it only calls `done` after everything before is durable. On an error
    /// nothing has changed and `done` is never called.
    pub fn append(&self, entries: Vec<Entry>, done: Completion) -> Result<(), WalError> {
        let limit = self.handle.shared.options.max_payload as usize;
        if let Some(entry) = entries.iter().find(|entry| entry.payload.len() > limit) {
            return Err(WalError::TooLarge { index: entry.index, size: entry.payload.len(), limit });
        }
        let weight = entries.iter().map(|entry| entry.payload.len()).sum();
        self.handle.shared.submit(weight, done, |state| {
            let Some(first) = entries.first() else { return Ok(Change::Barrier) };
            check_index(first.index)?;
            let start = state.ledger.next().unwrap_or(first.index);
            for (entry, expected) in entries.iter().zip(start..) {
                check_index(entry.index)?;
                if entry.index != expected {
                    return Err(WalError::OutOfOrder { expected, found: entry.index });
                }
            }
            let sequence = state.sequence(entries.len());
            for (entry, sequence) in entries.iter().zip(sequence..) {
                state.ledger.push_waiting(entry, sequence);
            }
            Ok(Change::Append { entries, sequence })
        })
    }

    /// Removes all entries after `last`, or all entries if it is `None`; waits until that is durable. Purged entries
    /// cannot be truncated.
    pub fn truncate_after(&self, last: Option<u64>) -> Result<(), WalError> {
        wait(|done| self.truncate_after_then(last, done))
    }

    /// [`Wal::truncate_after`] that does not wait: entries are gone for readers when it returns, durably when `done` is
    /// called.
    pub fn truncate_after_then(&self, last: Option<u64>, done: Completion) -> Result<(), WalError> {
        self.handle.shared.submit(0, done, |state| truncate(state, last))
    }

    /// Declares the entries up to and including `point` no longer needed, and removes the segments that hold nothing else;
    /// waits until that is done. `point` may lie behind the last entry: the log is then empty and goes on after it.
    pub fn purge_upto(&self, point: LogPoint) -> Result<(), WalError> {
        wait(|done| self.purge_upto_then(point, done))
    }

    /// [`Wal::purge_upto`] that does not wait: entries are gone for readers when it returns.
    pub fn purge_upto_then(&self, point: LogPoint, done: Completion) -> Result<(), WalError> {
        self.handle.shared.submit(0, done, |state| {
            check_index(point.index)?;
            if state.ledger.purged().is_some_and(|purged| purged.index >= point.index) {
                return Ok(Change::Barrier);
            }
            state.ledger.purge(point);
            Ok(Change::Purge(point))
        })
    }

    /// Saves the vote; waits until it is durable.
    pub fn save_vote(&self, vote: Vote) -> Result<(), WalError> {
        wait(|done| self.save_vote_then(vote, done))
    }

    /// [`Wal::save_vote`] that does not wait.
    pub fn save_vote_then(&self, vote: Vote, done: Completion) -> Result<(), WalError> {
        self.handle.shared.submit(0, done, |_| Ok(Change::Vote(vote)))
    }

    /// The last vote that is durable.
    pub fn read_vote(&self) -> Option<Vote> {
        self.handle.shared.lock().vote
    }

    /// Notes up to where entries are known to be committed. It is written along with the next batch, or when the log
    /// closes, and is therefore only a lower bound after a restart.
    pub fn note_committed(&self, point: LogPoint) {
        self.handle.shared.lock().committed = Some(point);
    }

    /// The last commit point noted.
    pub fn committed(&self) -> Option<LogPoint> {
        self.handle.shared.lock().committed
    }

    /// The entries of `range` that the log has. Their number is limited only by the range: see [`Wal::read_limited`].
    pub fn read(&self, range: Range<u64>) -> Result<Vec<Entry>, WalError> {
        self.read_limited(range, usize::MAX)
    }

    /// The entries of `range` that the log has, ending with the one that makes their payloads reach `bytes`; at least
    /// one if there is one. What comes from disk is checked: [`WalError::Corrupt`] if it has changed.
    pub fn read_limited(&self, range: Range<u64>, bytes: usize) -> Result<Vec<Entry>, WalError> {
        let found = self.handle.shared.lock().ledger.find(range, bytes);
        reader::read(found)
    }

    /// The first entry's point; `None` if there are no entries.
    pub fn first(&self) -> Option<LogPoint> {
        self.handle.shared.lock().ledger.first()
    }

    /// The last entry's point; `None` if there are no entries.
    pub fn last(&self) -> Option<LogPoint> {
        self.handle.shared.lock().ledger.last()
    }

    /// The last entry's point of those that are durable; what was purged counts.
    pub fn last_on_disk(&self) -> Option<LogPoint> {
        self.handle.shared.lock().ledger.last_on_disk()
    }

    /// Up to where entries were purged.
    pub fn last_purged(&self) -> Option<LogPoint> {
        self.handle.shared.lock().ledger.purged()
    }

    /// For how long the write in progress has been going on; zero if there is none. A disk that hangs shows here.
    pub fn stalled(&self) -> Duration {
        let since = self.handle.shared.lock().writing_since;
        since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// How long writes took, one that is in progress among them.
    pub fn latency(&self) -> Latency {
        let state = self.handle.shared.lock();
        let Latency { last, max } = state.meter.read();
        let under_way = state.writing_since.map_or(Duration::ZERO, |since| since.elapsed());
        Latency { last, max: max.max(under_way) }
    }

    /// Why the log has stopped; `None` while it goes on.
    pub fn failure(&self) -> Option<WalError> {
        self.handle.shared.lock().failure.as_ref().map(|failure| failure.error())
    }

    /// Writes what is queued, marks the log as complete, and stops. Later writes fail with [`WalError::Closed`]; reads go
    /// on working. Closing again does nothing.
    pub fn close(&self) -> Result<(), WalError> {
        self.handle.close()
    }
}

impl Handle {
    fn close(&self) -> Result<(), WalError> {
        self.shared.lock().closing = true;
        self.shared.wake();
        self.shared.room.notify_all();
        let mut thread = self.thread.lock().expect("nothing panics while it holds the appender's handle");
        // The last clone may be dropped by a completion, that is, by the appender itself, which cannot wait for its own
        // end. It finishes the queue after that.
        if let Some(handle) = thread.take_if(|handle| handle.thread().id() != std::thread::current().id()) {
            // A panic of the appender has already been turned into a failure, which is reported below.
            drop(handle.join());
        }
        match &self.shared.lock().failure {
            Some(failure) => Err(failure.error()),
            None => Ok(()),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "closing the write-ahead log");
        }
    }
}

impl fmt::Debug for Wal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first(), self.last());
        f.debug_struct("Wal").field("first", &first).field("last", &last).finish_non_exhaustive()
    }
}

fn check_index(index: u64) -> Result<(), WalError> {
    if index > MAX_INDEX {
        return Err(WalError::Refused { reason: format!("index {index} is above {MAX_INDEX}") });
    }
    Ok(())
}

fn truncate(state: &mut State, last: Option<u64>) -> Result<Change, WalError> {
    let purged = state.ledger.purged();
    if let Some(purged) = purged.filter(|purged| last.is_none_or(|last| last < purged.index)) {
        let reason = format!("truncating to {last:?}, but entries up to {} are purged", purged.index);
        return Err(WalError::Refused { reason });
    }
    let Some(next) = state.ledger.next() else { return Ok(Change::Barrier) };
    let first = state.ledger.first().map_or(next, |first| first.index);
    let from = last.map_or(first, |last| last.saturating_add(1).max(first));
    if from >= next {
        return Ok(Change::Barrier);
    }
    state.ledger.truncate(from);
    Ok(Change::Truncate { from })
}

/// Submits a call and waits for its completion.
fn wait(submit: impl FnOnce(Completion) -> Result<(), WalError>) -> Result<(), WalError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    // The receiver waits below, so the result always arrives.
    submit(Box::new(move |result| drop(sender.send(result))))?;
    let result = receiver.recv().map_err(|_| WalError::Closed)?;
    result.map_err(WalError::from_completion)
}
