//! The log in memory: where each entry is, and the payloads of the newest ones.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::entry::{Entry, LogPoint};
use super::segment::Segment;

/// Indexes of entries are at most this, so that "one more" never overflows.
pub(super) const MAX_INDEX: u64 = u64::MAX >> 1;

/// Where an entry's frame is.
#[derive(Debug, Clone)]
pub(super) enum Whereabouts {
    /// On its way to disk; the number tells it from an entry that once had, or later has, the same index.
    Waiting(u64),
    /// In this segment, at this offset.
    On(Arc<Segment>, u32),
}

#[derive(Debug, Clone)]
struct Slot {
    term: u64,
    size: u32,
    whereabouts: Whereabouts,
}

/// An entry to be read: its payload, or where to find it.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) index: u64,
    pub(super) term: u64,
    /// The size of the payload in bytes.
    pub(super) size: u32,
    pub(super) source: Source,
}

#[derive(Debug)]
pub(super) enum Source {
    Memory(Bytes),
    Disk(Arc<Segment>, u32),
}

/// The index of the whole retained log (about 48 bytes an entry) and a cache of the newest payloads.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The index of `slots[0]`, or of the entry that will be; unknown until a log has had its first entry.
    base: Option<u64>,
    slots: VecDeque<Slot>,
    /// The payloads of the last `recent.len()` entries.
    recent: VecDeque<Bytes>,
    recent_bytes: usize,
    purged: Option<LogPoint>,
}

impl Ledger {
    /// A log whose first entry will be `base`, or any if that is `None`.
    pub(super) fn starting_at(base: Option<u64>) -> Self {
        Self { base, ..Self::default() }
    }

    /// The index that the next entry must have; `None` while any will do.
    pub(super) fn next(&self) -> Option<u64> {
        self.base.map(|base| base + self.slots.len() as u64)
    }

    pub(super) fn first(&self) -> Option<LogPoint> {
        Some(LogPoint { index: self.base?, term: self.slots.front()?.term })
    }

    pub(super) fn last(&self) -> Option<LogPoint> {
        // The slot first: a log that begins at zero and holds nothing has no index before its next.
        let term = self.slots.back()?.term;
        Some(LogPoint { index: self.next()? - 1, term })
    }

    /// The last entry that is on disk; what was purged counts.
    pub(super) fn last_on_disk(&self) -> Option<LogPoint> {
        let on_disk = |slot: &Slot| matches!(slot.whereabouts, Whereabouts::On(..));
        match (self.base, self.slots.iter().rposition(on_disk)) {
            (Some(base), Some(position)) => {
                Some(LogPoint { index: base + position as u64, term: self.slots[position].term })
            }
            _ => self.purged,
        }
    }

    pub(super) fn purged(&self) -> Option<LogPoint> {
        self.purged
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether an entry is missing between what was purged and what is there.
    pub(super) fn hole(&self) -> Option<Range<u64>> {
        let expected = self.purged.map_or(0, |point| point.index + 1);
        let base = self.base?;
        (base > expected).then_some(expected..base)
    }

    /// Adds an entry that is on its way to disk. Its index must be [`Ledger::next`].
    pub(super) fn push_waiting(&mut self, entry: &Entry, sequence: u64) {
        let size = entry.payload.len();
        self.push(entry.index, entry.term, size as u32, Whereabouts::Waiting(sequence));
        self.recent_bytes += size;
        self.recent.push_back(entry.payload.clone());
    }

    /// Adds an entry that was found on disk. Its index must be [`Ledger::next`].
    pub(super) fn push_found(&mut self, point: LogPoint, size: u32, segment: &Arc<Segment>, offset: u32) {
        self.push(point.index, point.term, size, Whereabouts::On(segment.clone(), offset));
    }

    fn push(&mut self, index: u64, term: u64, size: u32, whereabouts: Whereabouts) {
        debug_assert!(self.next().is_none_or(|next| next == index));
        self.base.get_or_insert(index);
        self.slots.push_back(Slot { term, size, whereabouts });
    }

    /// Notes that the entry which waited under `sequence` is on disk, if it still is in the log.
    pub(super) fn settle(&mut self, index: u64, sequence: u64, segment: &Arc<Segment>, offset: u32) {
        let position = self.base.and_then(|base| index.checked_sub(base)).map(|position| position as usize);
        if let Some(slot) = position.and_then(|position| self.slots.get_mut(position))
            && matches!(slot.whereabouts, Whereabouts::Waiting(waiting) if waiting == sequence)
        {
            slot.whereabouts = Whereabouts::On(segment.clone(), offset);
        }
    }

    /// Forgets cached payloads, oldest first, until at most `limit` bytes are left; entries not yet on disk stay.
    pub(super) fn trim_recent(&mut self, limit: usize) {
        while self.recent_bytes > limit {
            let oldest = self.slots.len() - self.recent.len();
            if matches!(self.slots[oldest].whereabouts, Whereabouts::Waiting(_)) {
                return;
            }
            self.drop_oldest_recent();
        }
    }

    fn drop_oldest_recent(&mut self) {
        if let Some(payload) = self.recent.pop_front() {
            self.recent_bytes -= payload.len();
        }
    }

    /// Removes the entries from `from` on.
    pub(super) fn truncate(&mut self, from: u64) {
        let Some(base) = self.base else { return };
        if from < base {
            // Only while reading: the entries before were in segments that are gone, and purged.
            self.base = Some(from);
        }
        let kept = from.saturating_sub(base).min(self.slots.len() as u64) as usize;
        for _ in kept..self.slots.len() {
            if let Some(payload) = self.recent.pop_back() {
                self.recent_bytes -= payload.len();
            }
        }
        self.slots.truncate(kept);
    }

    /// Removes the entries up to and including `point`, which may lie beyond the last one.
    pub(super) fn purge(&mut self, point: LogPoint) {
        if self.purged.is_some_and(|purged| purged.index >= point.index) {
            return;
        }
        self.purged = Some(point);
        let next = point.index + 1;
        let gone =
            self.base.map_or(0, |base| next.saturating_sub(base)).min(self.slots.len() as u64) as usize;
        self.slots.drain(..gone);
        while self.recent.len() > self.slots.len() {
            self.drop_oldest_recent();
        }
        if self.base.is_none_or(|base| base < next) {
            self.base = Some(next);
        }
    }

    /// The entries of `range` that are in the log, in order, ending with the first that makes their payloads reach
    /// `limit` bytes.
    pub(super) fn find(&self, range: Range<u64>, limit: usize) -> Vec<Finding> {
        let (Some(base), Some(next)) = (self.base, self.next()) else { return Vec::new() };
        let uncached = self.slots.len() - self.recent.len();
        let mut found = Vec::new();
        let mut bytes = 0;
        for index in range.start.max(base)..range.end.min(next) {
            let position = (index - base) as usize;
            let slot = &self.slots[position];
            let cached = position.checked_sub(uncached).map(|cached| self.recent[cached].clone());
            let source = match (cached, &slot.whereabouts) {
                (Some(payload), _) => Source::Memory(payload),
                (None, Whereabouts::On(segment, offset)) => Source::Disk(segment.clone(), *offset),
                (None, Whereabouts::Waiting(_)) => {
                    unreachable!("payloads of waiting entries are never dropped")
                }
            };
            found.push(Finding { index, term: slot.term, size: slot.size, source });
            bytes += slot.size as usize;
            if bytes >= limit {
                break;
            }
        }
        found
    }
}

#[cfg(test)]
#[path = "ledger/tests.rs"]
mod tests;
