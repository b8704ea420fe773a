//! The write-ahead log as openraft's log storage.

use std::fmt::Debug;
use std::io;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::{Stream, TryStreamExt, stream};
use openraft::EntryPayload;
use openraft::alias::EntryOf;
use openraft::storage::{IOFlushed, LogState, RaftLogReader, RaftLogStorage};
use sentinel_consensus::types::{LogId, Vote};
use sentinel_consensus::{EntryBytes, LogDisk, Mark, TypeConfig};
use tokio::sync::oneshot;

use crate::wal::{self, LogPoint, Wal, WalError};

const BLANK: u8 = 0;
const NORMAL: u8 = 1;
const MEMBERSHIP: u8 = 2;
/// Payload bytes given to one append to a follower, and read at a time to be applied; one entry may exceed it by itself.
const READ_MAX: usize = 4 * 1024 * 1024;

/// See the module. Clones share.
#[derive(Clone)]
pub struct LogStore {
    wal: Wal,
    written: Arc<AtomicU64>,
}

impl LogStore {
    /// Over an open log.
    pub fn new(wal: Wal) -> Self {
        Self { wal, written: Arc::default() }
    }

    /// For how long a write has been waiting for the disk; zero when none is. A sick disk shows here first.
    pub fn stalled(&self) -> Duration {
        self.wal.stalled()
    }

    pub(crate) fn wal(&self) -> &Wal {
        &self.wal
    }

    pub(crate) fn close(&self) {
        if let Err(error) = self.wal.close() {
            tracing::warn!(%error, "the log did not close cleanly; opening will recover it");
        }
    }

    /// Runs a call of the log that ends in a completion, and waits for that.
    async fn durably(
        &self,
        call: impl FnOnce(&Wal, wal::Completion) -> Result<(), WalError>,
    ) -> io::Result<()> {
        let (sender, receiver) = oneshot::channel();
        call(&self.wal, Box::new(move |result| drop(sender.send(result))))?;
        receiver.await.map_err(|_| io::Error::other("the log ended before it answered"))?
    }
}

impl LogStore {
    /// What kind of error has stopped the log, and its words; `None` while it goes on.
    pub fn failure(&self) -> Option<io::Error> {
        self.wal.failure().map(io::Error::from)
    }
}

impl LogDisk for LogStore {
    fn stalled(&self) -> Duration {
        self.wal.stalled()
    }

    fn latency(&self) -> (Duration, Duration) {
        let latency = self.wal.latency();
        (latency.last, latency.max)
    }

    fn mark(&self) -> Mark {
        let last = self.wal.last_on_disk();
        Mark {
            vote_term: self.wal.read_vote().map_or(0, |vote| vote.term),
            log_term: last.map_or(0, |point| point.term),
            log_index: last.map_or(0, |point| point.index),
        }
    }

    fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }
}

fn id_of(point: LogPoint) -> LogId {
    LogId::new_term_index(point.term, point.index)
}

fn point_of(id: LogId) -> LogPoint {
    LogPoint { index: id.index, term: id.leader_id.term }
}

fn encode(entry: EntryOf<TypeConfig>) -> io::Result<wal::Entry> {
    let payload = match entry.payload {
        EntryPayload::Blank => Bytes::from_static(&[BLANK]),
        EntryPayload::Normal(EntryBytes(bytes)) => {
            let mut payload = Vec::with_capacity(bytes.len() + 1);
            payload.push(NORMAL);
            payload.extend_from_slice(&bytes);
            payload.into()
        }
        EntryPayload::Membership(membership) => {
            let mut payload = vec![MEMBERSHIP];
            rmp_serde::encode::write_named(&mut payload, &membership).map_err(io::Error::other)?;
            payload.into()
        }
    };
    Ok(wal::Entry { index: entry.log_id.index, term: entry.log_id.leader_id.term, payload })
}

fn decode(entry: wal::Entry) -> io::Result<EntryOf<TypeConfig>> {
    let invalid = |what: String| {
        io::Error::new(io::ErrorKind::InvalidData, format!("log entry {}: {what}", entry.index))
    };
    let payload = match entry.payload.first() {
        Some(&BLANK) => EntryPayload::Blank,
        Some(&NORMAL) => EntryPayload::Normal(EntryBytes(entry.payload.slice(1..))),
        Some(&MEMBERSHIP) => EntryPayload::Membership(
            rmp_serde::from_slice(&entry.payload[1..]).map_err(|error| invalid(error.to_string()))?,
        ),
        other => return Err(invalid(format!("payload of an unknown kind {other:?}: upgrade this member"))),
    };
    Ok(EntryOf::<TypeConfig> { log_id: LogId::new_term_index(entry.term, entry.index), payload })
}

/// The half-open range.
fn bounds(range: &impl RangeBounds<u64>) -> (u64, u64) {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => u64::MAX,
    };
    (start, end)
}

/// Entries from `start` on, as many as are good to hold at a time. An error when the first is not in the log: whoever asks
/// relies on it, and the next one in its place would be a hole.
pub(crate) fn read_some(
    wal: &Wal,
    start: u64,
    end: u64,
    bytes: usize,
) -> io::Result<Vec<EntryOf<TypeConfig>>> {
    let entries = wal.read_limited(start..end, bytes)?;
    match entries.first() {
        Some(first) if first.index == start => entries.into_iter().map(decode).collect(),
        _ => {
            let text = format!("log entry {start} is needed and not here: {wal:?}");
            Err(io::Error::new(io::ErrorKind::NotFound, text))
        }
    }
}

impl RaftLogReader<TypeConfig> for LogStore {
    async fn entries_stream<RB>(
        &mut self,
        range: RB,
    ) -> impl Stream<Item = io::Result<EntryOf<TypeConfig>>> + Send
    where
        RB: RangeBounds<u64> + Clone + Debug + Send,
    {
        // In pieces: after a restart, or behind a slow disk, it can be most of the log.
        let (start, end) = bounds(&range);
        let end = end.min(self.wal.last().map_or(0, |point| point.index.saturating_add(1)));
        let pieces = stream::try_unfold((self.wal.clone(), start), move |(wal, next)| async move {
            if next >= end {
                return Ok(None);
            }
            let entries = read_some(&wal, next, end, READ_MAX)?;
            let next = next + entries.len() as u64;
            Ok::<_, io::Error>(Some((stream::iter(entries.into_iter().map(Ok)), (wal, next))))
        });
        Box::pin(pieces.try_flatten())
    }

    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + Send>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<EntryOf<TypeConfig>>> {
        let (start, end) = bounds(&range);
        // Like any range over what is there: what was purged, or is not yet written, is left out.
        let first = self.wal.first().map_or(u64::MAX, |point| point.index);
        let behind = self.wal.last().map_or(0, |point| point.index.saturating_add(1));
        let (start, end) = (start.max(first), end.min(behind));
        if start >= end {
            return Ok(Vec::new());
        }
        self.wal.read(start..end)?.into_iter().map(decode).collect()
    }

    async fn limited_get_log_entries(
        &mut self,
        start: u64,
        end: u64,
    ) -> io::Result<Vec<EntryOf<TypeConfig>>> {
        if start >= end { Ok(Vec::new()) } else { read_some(&self.wal, start, end, READ_MAX) }
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(self.wal.read_vote().map(|vote| {
            let mut read = Vote::new(vote.term, vote.node);
            read.committed = vote.committed;
            read
        }))
    }
}

impl RaftLogStorage<TypeConfig> for LogStore {
    type LogReader = LogStore;

    async fn get_log_state(&mut self) -> io::Result<LogState<TypeConfig>> {
        let last_purged_log_id = self.wal.last_purged().map(id_of);
        let last_log_id = self.wal.last().map(id_of).or(last_purged_log_id);
        Ok(LogState { last_purged_log_id, last_log_id })
    }

    async fn get_log_reader(&mut self) -> LogStore {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        let vote = wal::Vote {
            term: vote.leader_id.term,
            node: vote.leader_id.voted_for,
            committed: vote.committed,
        };
        self.durably(|wal, done| wal.save_vote_then(vote, done)).await
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        // Travels with the next write: after a crash, an older point only means a little more to wait for.
        if let Some(committed) = committed {
            self.wal.note_committed(point_of(committed));
        }
        Ok(())
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        Ok(self.wal.committed().map(id_of))
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<TypeConfig>) -> io::Result<()>
    where
        I: IntoIterator<Item = EntryOf<TypeConfig>> + Send,
        I::IntoIter: Send,
    {
        let entries = entries.into_iter().map(encode).collect::<io::Result<Vec<_>>>()?;
        let bytes: usize = entries.iter().map(|entry| entry.payload.len()).sum();
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        let done: wal::Completion = Box::new(move |result| callback.io_completed(result));
        Ok(self.wal.append(entries, done)?)
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        let last = last.map(|id| id.index);
        self.durably(|wal, done| wal.truncate_after_then(last, done)).await
    }

    async fn purge(&mut self, id: LogId) -> io::Result<()> {
        self.durably(|wal, done| wal.purge_upto_then(point_of(id), done)).await
    }
}
