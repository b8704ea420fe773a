//! Reading entries back from disk.

use bytes::Bytes;

use super::WalError;
use super::entry::Entry;
use super::frame::{Frame, Place, Record, decode, frame_size};
use super::ledger::{Finding, Source};
use super::segment::{Segment, name_of};

/// Neighbouring frames are read together up to this many bytes.
const SPAN: usize = 1 << 20;

/// Reads the payloads of `found`, from memory where they are there, and checks what comes from disk.
pub(super) fn read(found: Vec<Finding>) -> Result<Vec<Entry>, WalError> {
    let mut entries = Vec::with_capacity(found.len());
    let mut rest = &found[..];
    while let Some(first) = rest.first() {
        match &first.source {
            Source::Memory(payload) => {
                entries.push(Entry { index: first.index, term: first.term, payload: payload.clone() });
                rest = &rest[1..];
            }
            Source::Disk(segment, offset) => {
                let (count, end) = span(rest, segment, *offset);
                read_span(segment, *offset, end, &rest[..count], &mut entries)?;
                rest = &rest[count..];
            }
        }
    }
    Ok(entries)
}

/// How many of the entries can be read at once, and where the last one ends.
fn span(found: &[Finding], segment: &Segment, start: u32) -> (usize, u32) {
    let end_of = |offset: u32, size: u32| offset + frame_size(size as usize) as u32;
    let mut end = end_of(start, found[0].size);
    let mut count = 1;
    for next in &found[1..] {
        let Source::Disk(other, offset) = &next.source else { break };
        let next_end = end_of(*offset, next.size);
        if other.number != segment.number || (next_end - start) as usize > SPAN {
            break;
        }
        end = next_end;
        count += 1;
    }
    (count, end)
}

fn read_span(
    segment: &Segment,
    start: u32,
    end: u32,
    found: &[Finding],
    entries: &mut Vec<Entry>,
) -> Result<(), WalError> {
    let mut bytes = vec![0; (end - start) as usize];
    let got = segment
        .file
        .read_at(start.into(), &mut bytes)
        .map_err(WalError::io(format!("reading {}", name_of(segment.number))))?;
    bytes.truncate(got);
    let bytes = Bytes::from(bytes);
    for wanted in found {
        let Source::Disk(_, offset) = wanted.source else { continue };
        let from = (offset - start) as usize;
        let frame =
            bytes.get(from..).and_then(|frame| decode(frame, Place { segment: segment.number, offset }));
        match frame {
            Some(Frame { record: Record::Entry { index, term, payload }, .. })
                if index == wanted.index && term == wanted.term =>
            {
                entries.push(Entry { index, term, payload: bytes.slice_ref(payload) });
            }
            _ => {
                let reason = format!("entry {} was here and is not any more", wanted.index);
                return Err(segment.corrupt(offset.into(), reason));
            }
        }
    }
    Ok(())
}
