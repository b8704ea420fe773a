//! The thread that writes: it takes whatever has come together, writes all of it, syncs once, and tells everybody.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::entry::LogPoint;
use super::frame::Record;
use super::queue::{Call, Change, Shared};
use super::segment::Segment;
use super::tail::Tail;
use crate::disk::DiskLock;

/// Payload bytes written with one sync, about. More would make everybody wait longer and no disk faster.
const BATCH: usize = 1 << 20;

/// Writes the queue to the tail until the log is closed or a write fails.
pub(super) struct Appender {
    shared: Arc<Shared>,
    tail: Tail,
    /// Held to the end of the thread, which may outlive the last handle to the log by a moment.
    _lock: Arc<dyn DiskLock>,
}

/// An entry that was written: its index, the number it waited under, and where it is.
pub(super) type Settled = (u64, u64, Arc<Segment>, u32);

/// Calls taken from the queue, and the commit point to write along with them.
pub(super) struct Batch {
    calls: Vec<Call>,
    committed: Option<LogPoint>,
}

impl Batch {
    pub(super) fn into_calls(self) -> Vec<Call> {
        self.calls
    }
}

/// Fails the log if the appender's thread dies of a panic, so that nobody waits for it.
struct PanicGuard<'a>(&'a Shared);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail(Vec::new(), &io::Error::other("the appender's thread panicked"));
        }
    }
}

impl Appender {
    pub(super) fn new(shared: Arc<Shared>, tail: Tail, lock: Arc<dyn DiskLock>) -> Self {
        Self { shared, tail, _lock: lock }
    }

    /// The life of the thread.
    pub(super) fn run(mut self) {
        let shared = self.shared.clone();
        let _guard = PanicGuard(&shared);
        if let Err(error) = self.work() {
            shared.fail(Vec::new(), &error);
        }
    }

    fn work(&mut self) -> io::Result<()> {
        while let Some(batch) = self.take()? {
            match self.write(&batch) {
                Ok(settled) => self.finish(batch, settled)?,
                Err(error) => {
                    self.shared.fail(batch.calls, &error);
                    return Ok(());
                }
            }
        }
        self.close()
    }

    /// Waits for calls and takes them; `None` once the log is closing and the queue is empty.
    fn take(&mut self) -> io::Result<Option<Batch>> {
        let shared = self.shared.clone();
        let mut state = shared.lock();
        let mut idle = false;
        while state.calls.is_empty() {
            state.writing_since = None;
            if state.closing {
                return Ok(None);
            }
            if idle {
                state = shared.work.wait(state).expect("nothing panics while it holds the log's state");
            } else {
                // Nothing to do: the moment to show that the last batch is durable. Then look again.
                drop(state);
                self.tail.seal()?;
                idle = true;
                state = shared.lock();
            }
        }
        state.writing_since = Some(Instant::now());
        let calls = state.take_calls(BATCH);
        let committed = state.committed;
        drop(state);
        shared.room.notify_all();
        Ok(Some(Batch { calls, committed }))
    }

    /// [`Appender::take`] that does not wait: `None` when nothing is to be written now.
    pub(super) fn take_now(&mut self) -> io::Result<Option<Batch>> {
        let mut state = self.shared.lock();
        if state.calls.is_empty() {
            drop(state);
            self.tail.seal()?;
            return Ok(None);
        }
        let calls = state.take_calls(BATCH);
        let committed = state.committed;
        Ok(Some(Batch { calls, committed }))
    }

    fn write(&mut self, batch: &Batch) -> io::Result<Vec<Settled>> {
        let settled = self.put(batch)?;
        self.sync()?;
        Ok(settled)
    }

    /// Hands a batch to the kernel.
    pub(super) fn put(&mut self, batch: &Batch) -> io::Result<Vec<Settled>> {
        self.push_committed(batch.committed)?;
        let mut settled = Vec::new();
        for call in &batch.calls {
            match &call.change {
                Change::Append { entries, sequence } => {
                    for (entry, sequence) in entries.iter().zip(*sequence..) {
                        let (index, term) = (entry.index, entry.term);
                        let record = Record::Entry { index, term, payload: &entry.payload };
                        let (segment, offset) = self.tail.push(record)?;
                        settled.push((index, sequence, segment, offset));
                    }
                }
                Change::Truncate { from } => drop(self.tail.push(Record::Truncate { from: *from })?),
                Change::Purge(point) => drop(self.tail.push(Record::Purge(*point))?),
                Change::Vote(vote) => drop(self.tail.push(Record::Vote(*vote))?),
                Change::Barrier => {}
            }
        }
        self.tail.write()?;
        Ok(settled)
    }

    /// Makes what was handed over durable.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.tail.sync()
    }

    /// Writes the commit point if it is news. It is never worth a sync of its own.
    fn push_committed(&mut self, committed: Option<LogPoint>) -> io::Result<()> {
        if let Some(point) = committed.filter(|point| self.tail.carried().committed != Some(*point)) {
            self.tail.push(Record::Committed(point))?;
        }
        Ok(())
    }

    /// Lets readers find the batch on disk, then calls the completions in the order of the calls.
    pub(super) fn finish(&mut self, batch: Batch, settled: Vec<Settled>) -> io::Result<()> {
        let mut state = self.shared.lock();
        if let Some(since) = state.writing_since {
            state.meter.note(since.elapsed());
        }
        for (index, sequence, segment, offset) in &settled {
            state.ledger.settle(*index, *sequence, segment, *offset);
        }
        state.vote = self.tail.carried().vote;
        state.ledger.trim_recent(self.shared.options.cache_bytes);
        drop(state);
        let mut outcome = Ok(());
        for call in batch.calls {
            // Removing files can fail without harm to the log: they are removed by a later purge or opening.
            if let Change::Purge(point) = call.change
                && let Err(error) = self.tail.remove_purged(point)
            {
                tracing::warn!(%error, index = point.index, "the log behind a snapshot is not removed yet");
            }
            outcome = outcome.and(call.tell(Ok(())));
        }
        outcome
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        let committed = self.shared.lock().committed;
        self.push_committed(committed)?;
        self.tail.sync()?;
        self.tail.close()
    }
}
