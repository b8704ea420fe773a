//! Opening a log: finding its segments, reading them, deciding where it ends, and making that end firm.

use std::path::Path;
use std::sync::Arc;

use super::entry::{LogPoint, Vote};
use super::frame::FRAME;
use super::ledger::Ledger;
use super::scan::{Carried, Scanned, scan};
use super::segment::{Header, Segment, UNFINISHED, name_of, number_of, path_of, remove_leftover};
use super::tail::{Closed, Tail};
use super::tear::{self, Rest};
use super::window::Window;
use super::{WalError, WalOptions};
use crate::disk::Disk;

/// What opening the log found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The number of segment files.
    pub segments: usize,
    /// The number of entries.
    pub entries: usize,
    /// What was cut off the end, if anything was.
    pub torn: Option<TornTail>,
}

/// The remains of a write that the last process did not live to finish. Nothing in it had been acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TornTail {
    /// The name of the segment file.
    pub segment: String,
    /// Where it was cut, in bytes from the beginning of the file.
    pub offset: u64,
    /// How many bytes were cleared.
    pub bytes: u64,
}

/// A log that was read and is ready to be written.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) ledger: Ledger,
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogPoint>,
    pub(super) tail: Tail,
    pub(super) recovery: Recovery,
}

/// Reads the log in `dir`, making an empty one if there is none. Changes nothing on disk before all of it is known to
/// be good.
pub(super) fn replay(disk: &Arc<dyn Disk>, dir: &Path, options: &WalOptions) -> Result<Replayed, WalError> {
    let names = disk.list(dir).map_err(WalError::io(format!("listing {}", dir.display())))?;
    let found = open_segments(disk, dir, &names)?;
    let (leftovers, chain) = found.split_at(chain_start(&found)?);

    let oldest = chain.first().and_then(|(_, header)| Some((header.first_index?, header.previous?)));
    let mut ledger = Ledger::starting_at(oldest.map(|(first_index, _)| first_index));
    let mut carried = Carried::default();
    let mut closed = Vec::new();
    let mut newest = None;
    for (position, (segment, header)) in chain.iter().enumerate() {
        if header.first_index != ledger.next() {
            let in_words =
                |index: Option<u64>| index.map_or("any entry".to_owned(), |index| format!("entry {index}"));
            let (found, expected) = (in_words(header.first_index), in_words(ledger.next()));
            return Err(segment.corrupt(0, format!("the header says it begins with {found}, not {expected}")));
        }
        let mut window = Window::new(segment).map_err(reading(segment))?;
        let limit = chain.get(position + 1).and_then(|(_, next)| next.previous).map(|previous| previous.end);
        let seen = scan(segment, &mut window, limit, &mut ledger, &mut carried)?;
        match limit {
            Some(limit) if seen.end != limit => {
                let reason =
                    format!("no good record here, and the next segment says this one ends at {limit}");
                return Err(segment.corrupt(seen.end.into(), reason));
            }
            Some(_) => closed.push(Closed { number: segment.number, highest: seen.highest }),
            None => {
                let rest = judge_rest(segment, &mut window, &seen)?;
                newest = Some((segment, window, seen, rest));
            }
        }
    }
    // Without entries before the oldest segment there is nothing that could be missing.
    if let (Some((_, previous)), Some(hole)) = (oldest, ledger.hole()) {
        let reason =
            format!("the segment is missing, and entries {} to {} with it", hole.start, hole.end - 1);
        return Err(WalError::Corrupt { segment: name_of(previous.number), offset: 0, reason });
    }

    let (tail, torn) = match newest {
        Some((segment, mut window, seen, rest)) => {
            let firm = make_firm(segment, &mut window, &seen, rest, options).map_err(|source| {
                WalError::Io { action: format!("securing the end of {}", name_of(segment.number)), source }
            })?;
            let tail = Tail::resume(
                disk.clone(),
                dir,
                options,
                segment.clone(),
                firm.position,
                closed,
                carried,
                &ledger,
            );
            (tail, firm.torn)
        }
        None => {
            let tail = Tail::begin(disk.clone(), dir, options)
                .map_err(WalError::io(format!("making the first segment in {}", dir.display())))?;
            (tail, None)
        }
    };
    let is_unfinished = |name: &&String| name.strip_suffix(UNFINISHED).and_then(number_of).is_some();
    let unfinished = names.iter().filter(is_unfinished).map(|name| dir.join(name));
    let unneeded = leftovers.iter().map(|(segment, _)| path_of(dir, segment.number));
    for path in unfinished.chain(unneeded) {
        remove_leftover(&**disk, &path).map_err(WalError::io(format!("removing {}", path.display())))?;
    }
    // What this process read, it will build on, so it has to be as durable as what it writes: names as well as bytes.
    disk.sync_dir(dir).map_err(WalError::io(format!("syncing {}", dir.display())))?;

    let recovery = Recovery { segments: chain.len().max(1), entries: ledger.len(), torn };
    Ok(Replayed { ledger, vote: carried.vote, committed: carried.committed, tail, recovery })
}

fn reading(segment: &Segment) -> impl FnOnce(std::io::Error) -> WalError + use<> {
    WalError::io(format!("reading {}", name_of(segment.number)))
}

/// The most bytes copied or cleared in one step.
const PIECE: u32 = 1 << 20;

type Found = (Arc<Segment>, Header);

fn open_segments(disk: &Arc<dyn Disk>, dir: &Path, names: &[String]) -> Result<Vec<Found>, WalError> {
    let mut found = Vec::new();
    for number in names.iter().filter_map(|name| number_of(name)) {
        let file =
            disk.open(&path_of(dir, number)).map_err(WalError::io(format!("opening {}", name_of(number))))?;
        let segment = Arc::new(Segment { number, file });
        if names.iter().filter_map(|name| number_of(name)).all(|other| other <= number) {
            // Nothing was written to the others before it was synced.
            let action = format!("reading {} from the medium", name_of(number));
            segment.file.read_from_medium().map_err(WalError::io(action))?;
        }
        let header = segment.read_header()?;
        found.push((segment, header));
    }
    Ok(found)
}

/// Where the unbroken chain that ends with the newest segment begins. Segments before it are what an interrupted purge
/// left: names go away in any order. Whether something is missing, the entries will tell.
fn chain_start(found: &[Found]) -> Result<usize, WalError> {
    let mut start = found.len().saturating_sub(1);
    while start > 0 {
        let (segment, header) = &found[start];
        let before = found[start - 1].0.number;
        match header.previous {
            Some(previous) if previous.number == before => start -= 1,
            Some(previous) if previous.number < before || previous.number >= segment.number => {
                let reason =
                    format!("it follows {}, but there is {}", name_of(previous.number), name_of(before));
                return Err(segment.corrupt(0, reason));
            }
            Some(_) => break,
            None => {
                return Err(
                    segment.corrupt(0, format!("it says it is the first, but there is {}", name_of(before)))
                );
            }
        }
    }
    Ok(start)
}

/// Applies the rule of [`tear`] to the newest segment.
fn judge_rest(segment: &Segment, window: &mut Window, seen: &Scanned) -> Result<Rest, WalError> {
    if let Some(next) = seen.next {
        let reason = format!("the segment is missing, and {} says it follows", name_of(segment.number));
        return Err(WalError::Corrupt { segment: name_of(next), offset: 0, reason });
    }
    match tear::inspect(window, seen.end).map_err(reading(segment))? {
        Rest::Proof { at } => {
            let reason =
                format!("no good record here, although it was durable: the record at {at} was written later");
            Err(segment.corrupt(seen.end.into(), reason))
        }
        Rest::Undecided => {
            let reason = "no good record here, and what follows looks too much like records to tell why";
            Err(segment.corrupt(seen.end.into(), reason))
        }
        rest => Ok(rest),
    }
}

/// Where the appender goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    pub(super) end: u32,
    pub(super) grown: u32,
    pub(super) sealed: bool,
    pub(super) highest: Option<u64>,
}

struct Firm {
    position: Position,
    torn: Option<TornTail>,
}

/// Clears what was torn, so that none of it can ever be taken for a part of later batches, and makes durable what is kept:
/// it may have come from the page cache of a machine whose process died, not from the medium.
fn make_firm(
    segment: &Segment,
    window: &mut Window,
    seen: &Scanned,
    rest: Rest,
    options: &WalOptions,
) -> std::io::Result<Firm> {
    let sealed = rest == Rest::Clean { sealed: true };
    let mut torn = None;
    if !sealed {
        // If the sync of the last batch failed, its pages may be marked clean without being on the medium. Writing the
        // same bytes again makes them dirty, so that this sync means something.
        let mut offset = seen.batch;
        while offset < seen.end {
            let piece = window.bytes(offset, PIECE.min(seen.end - offset) as usize)?;
            segment.file.write_at(offset.into(), piece)?;
            offset += piece.len() as u32;
        }
    }
    if let Rest::Torn { until } = rest {
        write_zeros(segment, seen.end, until)?;
        let bytes = u64::from(until - seen.end);
        torn = Some(TornTail { segment: name_of(segment.number), offset: seen.end.into(), bytes });
    }
    let mut grown = window.size();
    let needed = tear::seal_offset(seen.end) + FRAME as u32;
    if grown < needed {
        let target = needed.next_multiple_of(options.chunk_bytes);
        write_zeros(segment, grown, target)?;
        grown = target;
    }
    segment.file.sync_data()?;
    Ok(Firm { position: Position { end: seen.end, grown, sealed, highest: seen.highest }, torn })
}

fn write_zeros(segment: &Segment, from: u32, to: u32) -> std::io::Result<()> {
    let zeros = vec![0; PIECE.min(to - from) as usize];
    let mut offset = from;
    while offset < to {
        let length = PIECE.min(to - offset);
        segment.file.write_at(offset.into(), &zeros[..length as usize])?;
        offset += length;
    }
    Ok(())
}

#[cfg(test)]
#[path = "replay/tests.rs"]
mod tests;
