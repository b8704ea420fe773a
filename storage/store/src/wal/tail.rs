//! The end of the log, where everything is written.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WalOptions;
use super::entry::LogPoint;
use super::frame::{DATA_START, FRAME, Place, Record};
use super::ledger::Ledger;
use super::replay::Position;
use super::scan::Carried;
use super::segment::{Header, Previous, Segment, UNFINISHED, name_of, path_of, remove_leftover};
use super::tear::seal_offset;
use crate::disk::Disk;

/// Frames are handed to the kernel when this many bytes of them have come together.
const BUFFER: usize = 1 << 20;
/// Files are never smaller than a multiple of this, in bytes.
const PAGE: u32 = 4096;

/// A segment that will not be written again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed {
    pub(super) number: u64,
    /// The highest index of any entry in it.
    pub(super) highest: Option<u64>,
}

/// The newest segment, being written, and what is known of the older ones. One thread owns it.
///
/// The order of writes and syncs in here is what the rule in [`tear`](super::tear) builds on. After any error the state of
/// the medium is unknown and the tail must not be used again.
#[derive(Debug)]
pub(super) struct Tail {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: WalOptions,
    segment: Arc<Segment>,
    /// Where the records that opened the segment end; behind it begins what it was made for.
    opened: u32,
    /// Where the next byte of the buffer goes.
    written: u32,
    /// Where the batch in progress begins: everything before is durable.
    batch: u32,
    /// The size of the file.
    grown: u32,
    /// Whether the file grew since the last sync.
    growing: bool,
    sealed: bool,
    highest: Option<u64>,
    closed: Vec<Closed>,
    carried: Carried,
    next_index: Option<u64>,
    buffer: Vec<u8>,
}

impl Tail {
    /// Makes the first segment of a new log.
    pub(super) fn begin(disk: Arc<dyn Disk>, dir: &Path, options: &WalOptions) -> io::Result<Self> {
        let header = Header { number: 0, first_index: None, previous: None };
        let carried = Carried::default();
        let (segment, end) = make_segment(&*disk, dir, &header, &carried, options)?;
        let position = Position { end, grown: options.chunk_bytes, sealed: false, highest: None };
        let ledger = Ledger::default();
        Ok(Self::resume(disk, dir, options, segment, position, Vec::new(), carried, &ledger))
    }

    /// Goes on at a position up to which everything is durable.
    #[allow(clippy::too_many_arguments)] // Each is a different thing that reading the log has found.
    pub(super) fn resume(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: &WalOptions,
        segment: Arc<Segment>,
        position: Position,
        closed: Vec<Closed>,
        carried: Carried,
        ledger: &Ledger,
    ) -> Self {
        Self {
            disk,
            dir: dir.to_owned(),
            options: options.clone(),
            segment,
            opened: DATA_START,
            written: position.end,
            batch: position.end,
            grown: position.grown,
            growing: false,
            sealed: position.sealed,
            highest: position.highest,
            closed,
            carried,
            next_index: ledger.next(),
            buffer: Vec::new(),
        }
    }

    /// What the records written so far say.
    pub(super) fn carried(&self) -> &Carried {
        &self.carried
    }

    /// Adds a record to the batch and says where it will be. It is durable after [`Tail::sync`].
    pub(super) fn push(&mut self, record: Record<'_>) -> io::Result<(Arc<Segment>, u32)> {
        let offset = self.offset();
        // There is always room for a link to the next segment behind the last record.
        let end = offset as usize + record.size() + FRAME;
        if end > self.options.segment_bytes as usize && offset > self.opened {
            self.roll()?;
        }
        let offset = self.offset();
        let place = Place { segment: self.segment.number, offset };
        record.encode(place, self.batch, &mut self.buffer);
        self.carried.note(&record);
        match record {
            Record::Entry { index, .. } => {
                self.highest = self.highest.max(Some(index));
                self.next_index = Some(index + 1);
            }
            Record::Truncate { from } => self.next_index = self.next_index.map(|next| next.min(from)),
            Record::Purge(point) => self.next_index = self.next_index.max(Some(point.index + 1)),
            _ => {}
        }
        if self.buffer.len() >= BUFFER {
            self.write()?;
        }
        Ok((self.segment.clone(), offset))
    }

    fn offset(&self) -> u32 {
        self.written + self.buffer.len() as u32
    }

    /// Makes everything pushed so far durable. The one sync of a batch.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        self.write()?;
        if self.written == self.batch {
            return Ok(());
        }
        self.segment.file.sync_data()?;
        self.batch = self.written;
        if self.growing {
            // Only now is the new size known to be durable. The mark may become so whenever it likes.
            self.segment.write_mark(self.grown)?;
            self.growing = false;
        }
        Ok(())
    }

    /// Hands the buffer to the kernel, with zeros behind it if the file must grow.
    pub(super) fn write(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let end = self.offset();
        let needed = seal_offset(end) + FRAME as u32;
        if needed > self.grown {
            // A large write pays for the new size by itself; zeros in front of it would only be written twice.
            let large = self.buffer.len() >= self.options.chunk_bytes as usize / 4;
            self.grown = needed.next_multiple_of(if large { PAGE } else { self.options.chunk_bytes });
            self.growing = true;
            self.buffer.resize((self.grown - self.written) as usize, 0);
        }
        self.segment.file.write_at(self.written.into(), &self.buffer)?;
        self.written = end;
        self.sealed = false;
        self.buffer.clear();
        // One large batch should not hold on to its memory for ever.
        self.buffer.shrink_to(2 * BUFFER);
        Ok(())
    }

    /// Shows that everything written is durable, if it is not shown yet. Not synced: see [`tear`](super::tear).
    pub(super) fn seal(&mut self) -> io::Result<()> {
        debug_assert!(self.buffer.is_empty() && self.batch == self.written, "only what is durable is sealed");
        if !self.sealed {
            self.put(Record::Seal, seal_offset(self.written))?;
            self.sealed = true;
        }
        Ok(())
    }

    /// Seals, durably.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.seal()?;
        self.segment.file.sync_data()
    }

    /// Writes a record behind the end without moving the end.
    fn put(&self, record: Record<'_>, offset: u32) -> io::Result<()> {
        let mut frame = Vec::with_capacity(FRAME);
        record.encode(Place { segment: self.segment.number, offset }, self.written, &mut frame);
        self.segment.file.write_at(offset.into(), &frame)
    }

    /// Goes on in a new segment. The old one is durable before the new one exists, and it says that there is a new one
    /// only after that exists durably.
    fn roll(&mut self) -> io::Result<()> {
        self.sync()?;
        let old = self.segment.number;
        let first_index = self.next_index;
        let number = first_index.unwrap_or(0).max(old + 1);
        let previous = Some(Previous { number: old, end: self.written });
        let header = Header { number, first_index, previous };
        let (segment, end) = make_segment(&*self.disk, &self.dir, &header, &self.carried, &self.options)?;
        self.put(Record::Next { number }, self.written)?;
        self.segment.file.sync_data()?;
        self.closed.push(Closed { number: old, highest: self.highest });
        self.segment = segment;
        self.opened = end;
        self.written = end;
        self.batch = end;
        self.grown = self.options.chunk_bytes;
        self.sealed = false;
        self.highest = None;
        Ok(())
    }

    /// Removes the oldest segments, as long as they hold nothing above `purged`, which must be durable. Whatever an
    /// error or a crash leaves is removed later.
    pub(super) fn remove_purged(&mut self, purged: LogPoint) -> io::Result<()> {
        let count = self
            .closed
            .iter()
            .take_while(|closed| closed.highest.is_none_or(|highest| highest <= purged.index));
        for _ in 0..count.count() {
            self.disk.remove(&path_of(&self.dir, self.closed[0].number))?;
            self.closed.remove(0);
        }
        Ok(())
    }
}

/// Makes a segment under another name and gives it its own when it is complete and durable. Returns where its opening
/// records end.
fn make_segment(
    disk: &dyn Disk,
    dir: &Path,
    header: &Header,
    carried: &Carried,
    options: &WalOptions,
) -> io::Result<(Arc<Segment>, u32)> {
    let mut bytes = header.encode(options.chunk_bytes);
    for record in carried.records() {
        let place = Place { segment: header.number, offset: bytes.len() as u32 };
        record.encode(place, DATA_START, &mut bytes);
    }
    let end = bytes.len() as u32;
    bytes.resize(options.chunk_bytes as usize, 0);

    let unfinished = dir.join(name_of(header.number) + UNFINISHED);
    // The name may be left over from a process that died here.
    remove_leftover(disk, &unfinished)?;
    let file = disk.create(&unfinished)?;
    file.write_at(0, &bytes)?;
    file.sync_data()?;
    disk.rename(&unfinished, &path_of(dir, header.number))?;
    disk.sync_dir(dir)?;
    Ok((Arc::new(Segment { number: header.number, file }), end))
}
