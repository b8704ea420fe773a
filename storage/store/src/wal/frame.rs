//! The bytes of one record.
//!
//! All numbers are little-endian; every frame begins at a multiple of eight.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | length of the payload |
//! | 4..8 | CRC-32C of the segment's number, the frame's offset in the segment, and every byte of the frame but these four |
//! | 8 | kind |
//! | 9..12 | zero |
//! | 12..16 | offset in the segment at which the batch that this record belongs to begins |
//! | 16..24 | index |
//! | 24..32 | term |
//! | 32.. | payload, then zeros up to a multiple of eight |
//!
//! The segment's number and the offset are in the checksum but not in the frame: a good frame in the wrong place (a
//! misdirected write, a stale block, a payload that contains a copy of a log) is not a good frame.
//!
//! The batch offset is the proof that the reading side needs: the appender writes a batch only after everything before it
//! was synced, so a frame whose batch begins at B shows that the bytes before B were durable once.

use super::entry::{LogPoint, Vote};

/// The size of a frame without its payload.
pub(super) const FRAME: usize = 32;
/// Frames begin at multiples of this.
pub(super) const ALIGN: usize = 8;
/// Where the first frame of a segment begins, after the header and the growth mark.
pub(super) const DATA_START: u32 = 1024;
/// No payload in any log is larger.
pub(super) const MAX_PAYLOAD: u32 = 64 << 20;

/// Where a frame is: part of its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: u64,
    pub(super) offset: u32,
}

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record<'a> {
    /// An entry of the log.
    Entry { index: u64, term: u64, payload: &'a [u8] },
    /// All entries from this index on are gone. Written behind them: nothing is ever overwritten that could be needed.
    Truncate { from: u64 },
    /// The member's vote from now on.
    Vote(Vote),
    /// All entries up to this one are no longer needed.
    Purge(LogPoint),
    /// The entries up to this one are known to be committed.
    Committed(LogPoint),
    /// Everything before the batch offset had been synced when this was written. Stands by itself behind the records and
    /// is overwritten by later ones.
    Seal,
    /// The segment ends here and the one with this number follows.
    Next { number: u64 },
}

/// A frame that was read and whose checksum was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    pub(super) record: Record<'a>,
    /// Where the batch begins.
    pub(super) batch: u32,
    /// The size of the whole frame.
    pub(super) size: usize,
}

const ENTRY: u8 = 1;
const TRUNCATE: u8 = 2;
const VOTE: u8 = 3;
const PURGE: u8 = 4;
const COMMITTED: u8 = 5;
const SEAL: u8 = 6;
const NEXT: u8 = 7;

/// The size of a frame with a payload of `payload` bytes.
pub(super) fn frame_size(payload: usize) -> usize {
    (FRAME + payload).next_multiple_of(ALIGN)
}

impl Record<'_> {
    /// The size of the frame this record needs.
    pub(super) fn size(&self) -> usize {
        frame_size(match self {
            Record::Entry { payload, .. } => payload.len(),
            Record::Vote(_) => Vote::SIZE,
            _ => 0,
        })
    }

    /// Appends the frame of this record to `out`.
    pub(super) fn encode(&self, place: Place, batch: u32, out: &mut Vec<u8>) {
        let vote;
        let (kind, index, term, payload): (u8, u64, u64, &[u8]) = match self {
            Record::Entry { index, term, payload } => (ENTRY, *index, *term, payload),
            Record::Truncate { from } => (TRUNCATE, *from, 0, &[]),
            Record::Vote(given) => {
                vote = given.to_bytes();
                (VOTE, 0, 0, &vote)
            }
            Record::Purge(point) => (PURGE, point.index, point.term, &[]),
            Record::Committed(point) => (COMMITTED, point.index, point.term, &[]),
            Record::Seal => (SEAL, 0, 0, &[]),
            Record::Next { number } => (NEXT, *number, 0, &[]),
        };
        let start = out.len();
        let mut head = [0; FRAME];
        head[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
        head[8] = kind;
        head[12..16].copy_from_slice(&batch.to_le_bytes());
        head[16..24].copy_from_slice(&index.to_le_bytes());
        head[24..32].copy_from_slice(&term.to_le_bytes());
        out.extend_from_slice(&head);
        out.extend_from_slice(payload);
        out.resize(start + frame_size(payload.len()), 0);
        let crc = checksum(&out[start..], place);
        out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    }
}

/// The size of the frame that begins with `head`, if these bytes can be the beginning of a frame at all. Cheap: it looks
/// at the fields, not at the checksum.
pub(super) fn plausible(head: &[u8], offset: u32) -> Option<usize> {
    let head: &[u8; FRAME] = head.get(..FRAME)?.try_into().ok()?;
    let length = u32_at(head, 0);
    let batch = u32_at(head, 12);
    let fits = (ENTRY..=NEXT).contains(&head[8])
        && head[9..12] == [0; 3]
        && length <= MAX_PAYLOAD
        && (DATA_START..=offset).contains(&batch)
        && (batch as usize).is_multiple_of(ALIGN);
    fits.then(|| frame_size(length as usize))
}

/// The batch offset of the frame that begins with `head`, which must be plausible, and whether it says it is a seal.
pub(super) fn claim(head: &[u8]) -> (u32, bool) {
    (u32_at(head, 12), head[8] == SEAL)
}

/// Reads the frame at the beginning of `bytes`; `None` if there is no good one.
pub(super) fn decode(bytes: &[u8], place: Place) -> Option<Frame<'_>> {
    let size = plausible(bytes, place.offset)?;
    let frame = bytes.get(..size)?;
    if u32_at(frame, 4) != checksum(frame, place) {
        return None;
    }
    let (index, term) = (u64_at(frame, 16), u64_at(frame, 24));
    let payload = &frame[FRAME..FRAME + u32_at(frame, 0) as usize];
    let record = match frame[8] {
        ENTRY => Record::Entry { index, term, payload },
        TRUNCATE => Record::Truncate { from: index },
        VOTE => Record::Vote(Vote::from_bytes(payload)?),
        PURGE => Record::Purge(LogPoint { index, term }),
        COMMITTED => Record::Committed(LogPoint { index, term }),
        SEAL => Record::Seal,
        NEXT => Record::Next { number: index },
        _ => return None,
    };
    Some(Frame { record, batch: u32_at(frame, 12), size })
}

fn checksum(frame: &[u8], place: Place) -> u32 {
    let mut front = [0; 16];
    front[..8].copy_from_slice(&place.segment.to_le_bytes());
    front[8..12].copy_from_slice(&place.offset.to_le_bytes());
    front[12..16].copy_from_slice(&frame[..4]);
    crc32c::crc32c_append(crc32c::crc32c(&front), &frame[8..])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
#[path = "frame/tests.rs"]
mod tests;
