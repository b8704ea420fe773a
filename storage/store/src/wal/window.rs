//! Reading a segment from front to back without holding all of it.

use std::io;
use std::sync::Arc;

use super::frame::{self, FRAME, Frame, Place};
use super::segment::Segment;

/// Read at least this much at a time, in bytes.
const STEP: usize = 1 << 20;

/// A sliding view of a segment file.
#[derive(Debug)]
pub(super) struct Window {
    segment: Arc<Segment>,
    size: u32,
    start: u32,
    buffer: Vec<u8>,
}

impl Window {
    pub(super) fn new(segment: &Arc<Segment>) -> io::Result<Self> {
        let size = u32::try_from(segment.file.size()?)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a segment of more than 4 GiB"))?;
        Ok(Self { segment: segment.clone(), size, start: 0, buffer: Vec::new() })
    }

    /// The size of the file in bytes.
    pub(super) fn size(&self) -> u32 {
        self.size
    }

    /// `length` bytes from `offset`, or fewer if the file ends before.
    pub(super) fn bytes(&mut self, offset: u32, length: usize) -> io::Result<&[u8]> {
        let length = length.min(self.size.saturating_sub(offset) as usize);
        let held =
            offset >= self.start && offset as usize + length <= self.start as usize + self.buffer.len();
        if !held {
            let want = length.max(STEP).min((self.size - offset.min(self.size)) as usize);
            self.buffer.resize(want, 0);
            let got = self.segment.file.read_at(u64::from(offset), &mut self.buffer)?;
            if got < want {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.start = offset;
        }
        let from = (offset - self.start) as usize;
        Ok(&self.buffer[from..from + length])
    }

    /// The good frame at `offset`, if there is one.
    pub(super) fn frame(&mut self, offset: u32) -> io::Result<Option<Frame<'_>>> {
        let place = Place { segment: self.segment.number, offset };
        let Some(size) = frame::plausible(self.bytes(offset, FRAME)?, offset) else { return Ok(None) };
        Ok(frame::decode(self.bytes(offset, size)?, place))
    }
}
