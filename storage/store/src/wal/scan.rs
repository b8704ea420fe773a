//! Reading one segment back into memory.

use std::sync::Arc;

use super::WalError;
use super::entry::{LogPoint, Vote};
use super::frame::{DATA_START, Record};
use super::ledger::Ledger;
use super::segment::{Segment, name_of};
use super::window::Window;

/// What the log keeps besides entries. Each new segment begins with it, so it survives the purging of old ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) vote: Option<Vote>,
    pub(super) purged: Option<LogPoint>,
    pub(super) committed: Option<LogPoint>,
}

impl Carried {
    /// Takes over what `record` says.
    pub(super) fn note(&mut self, record: &Record<'_>) {
        match record {
            Record::Vote(vote) => self.vote = Some(*vote),
            Record::Purge(point) => self.purged = Some(*point),
            Record::Committed(point) => self.committed = Some(*point),
            _ => {}
        }
    }

    /// The records that say all of it.
    pub(super) fn records(&self) -> impl Iterator<Item = Record<'static>> {
        let vote = self.vote.map(Record::Vote);
        let purged = self.purged.map(Record::Purge);
        vote.into_iter().chain(purged).chain(self.committed.map(Record::Committed))
    }
}

/// Where the good frames of a segment end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanned {
    /// Behind the last good record. Seals do not count, nor does a link to the next segment, which stands there.
    pub(super) end: u32,
    /// Where the last batch begins.
    pub(super) batch: u32,
    /// The highest index of any entry, truncated ones included.
    pub(super) highest: Option<u64>,
    /// The number of the next segment, if a link stands at the end.
    pub(super) next: Option<u64>,
}

/// Reads the frames of `segment` up to `limit`, or for as long as they make sense, into the ledger.
pub(super) fn scan(
    segment: &Arc<Segment>,
    window: &mut Window,
    limit: Option<u32>,
    ledger: &mut Ledger,
    carried: &mut Carried,
) -> Result<Scanned, WalError> {
    let mut seen = Scanned { end: DATA_START, batch: DATA_START, highest: None, next: None };
    while limit.is_none_or(|limit| seen.end < limit) {
        let offset = seen.end;
        let frame =
            window.frame(offset).map_err(WalError::io(format!("reading {}", name_of(segment.number))))?;
        // A frame either goes on with the batch or begins one. Anything else is a leftover of another time.
        let Some(frame) = frame.filter(|frame| frame.batch == seen.batch || frame.batch == offset) else {
            break;
        };
        match frame.record {
            Record::Entry { index, term, payload } => {
                if let Some(next) = ledger.next().filter(|next| *next != index) {
                    return Err(
                        segment.corrupt(offset.into(), format!("entry {index} where {next} must follow"))
                    );
                }
                ledger.push_found(LogPoint { index, term }, payload.len() as u32, segment, offset);
                seen.highest = seen.highest.max(Some(index));
            }
            Record::Truncate { from } => ledger.truncate(from),
            Record::Purge(point) => ledger.purge(point),
            Record::Vote(_) | Record::Committed(_) => {}
            // An old one, by chance at the end of the records that followed.
            Record::Seal => break,
            Record::Next { number } => {
                seen.next = Some(number);
                break;
            }
        }
        carried.note(&frame.record);
        seen.batch = frame.batch;
        seen.end = offset + frame.size as u32;
    }
    Ok(seen)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::disk::Disk;
    use crate::disk::fault::FaultDisk;
    use crate::wal::frame::Place;

    /// Reads a segment of records given with the offset at which each says that its batch begins; `None` says: at itself.
    fn scanned(records: &[(Record<'_>, Option<u32>)]) -> (Scanned, Ledger) {
        let mut bytes = vec![0; DATA_START as usize];
        for (record, batch) in records {
            let place = Place { segment: 3, offset: bytes.len() as u32 };
            record.encode(place, batch.unwrap_or(place.offset), &mut bytes);
        }
        let file = FaultDisk::new().create(Path::new("/d/s")).unwrap();
        file.write_at(0, &bytes).unwrap();
        let segment = Arc::new(Segment { number: 3, file });
        let mut window = Window::new(&segment).unwrap();
        let mut ledger = Ledger::default();
        let seen = scan(&segment, &mut window, None, &mut ledger, &mut Carried::default()).unwrap();
        (seen, ledger)
    }

    fn entry(index: u64) -> Record<'static> {
        Record::Entry { index, term: 1, payload: b"12345678" }
    }

    #[test]
    fn batches_follow_one_another_and_their_last_one_is_known() {
        let (seen, ledger) = scanned(&[(entry(1), None), (entry(2), Some(1024)), (entry(3), None)]);
        assert_eq!((seen.end, seen.batch, seen.highest), (1024 + 3 * 40, 1024 + 2 * 40, Some(3)));
        assert_eq!(ledger.len(), 3);
    }

    #[test]
    fn a_good_record_that_belongs_to_no_batch_here_ends_the_log() {
        // It says that its batch began with the second record, but that one began no batch.
        let (seen, ledger) = scanned(&[(entry(1), None), (entry(2), Some(1024)), (entry(3), Some(1064))]);
        assert_eq!((seen.end, seen.batch, ledger.len()), (1024 + 2 * 40, 1024, 2));
    }

    #[test]
    fn truncated_entries_still_count_for_the_highest_index() {
        let (seen, ledger) =
            scanned(&[(entry(1), None), (entry(2), None), (Record::Truncate { from: 1 }, None)]);
        assert_eq!((seen.highest, ledger.next(), ledger.len()), (Some(2), Some(1), 0));
    }
}
