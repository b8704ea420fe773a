//! Telling a torn write from damage: the rule in the documentation of [`wal`](super), applied to the newest segment.

use std::io;

use super::frame::{self, ALIGN, FRAME};
use super::window::Window;

/// Bytes to run through the checksum before giving up on a crafted file. Honest payloads hardly ever look like frames.
const SEARCH_LIMIT: usize = 1 << 30;

/// Seals stand at multiples of this, in bytes: on a page of their own, so that losing one block of the medium never takes
/// the end of a batch and its seal together.
const SEAL_ALIGN: u32 = 4096;

/// Where the seal of records that end at `end` stands.
pub(super) fn seal_offset(end: u32) -> u32 {
    end.next_multiple_of(SEAL_ALIGN)
}

/// What lies behind the last good record of the newest segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing but zeros and seals; `sealed` if one of them shows that all the records were durable.
    Clean { sealed: bool },
    /// The remains of a batch that was never acknowledged, up to this offset.
    Torn { until: u32 },
    /// A record or seal that proves that bytes behind the last good record had been durable.
    Proof { at: u32 },
    /// So much that looks like records that looking closely would take too long.
    Undecided,
}

/// Decides what lies behind `tail`, where records stopped making sense.
pub(super) fn inspect(window: &mut Window, tail: u32) -> io::Result<Rest> {
    let mut until = tail;
    let mut sealed = false;
    let mut searched = 0;
    let mut offset = tail;
    while offset < window.size() {
        let piece = window.bytes(offset, ALIGN)?;
        let Some(last) = piece.iter().rposition(|byte| *byte != 0) else {
            offset += ALIGN as u32;
            continue;
        };
        let garbage = offset + last as u32 + 1;
        let head = window.bytes(offset, FRAME)?;
        if let Some(size) = frame::plausible(head, offset)
            && let (batch, is_seal) = frame::claim(head)
            && (batch > tail || is_seal)
        {
            searched += size;
            if searched > SEARCH_LIMIT {
                return Ok(Rest::Undecided);
            }
            match window.frame(offset)? {
                Some(frame) if frame.batch > tail => return Ok(Rest::Proof { at: offset }),
                Some(frame) => {
                    // A seal of these records or of fewer: true for ever and no garbage.
                    sealed |= frame.batch == tail;
                    offset += frame.size as u32;
                    continue;
                }
                None => {}
            }
        }
        until = garbage;
        offset += ALIGN as u32;
    }
    Ok(if until == tail { Rest::Clean { sealed } } else { Rest::Torn { until } })
}
