//! Records in the stream of a backup.

use std::io::{self, Read, Write};

use sentinel_machine::ports::BLOB_MAX;

use super::damaged;

pub(super) const DESCRIPTION: u8 = 1;
pub(super) const STATE: u8 = 2;
pub(super) const BLOB: u8 = 3;
pub(super) const MANIFEST: u8 = 4;
/// Bytes of state in a record.
pub(super) const PART: usize = 256 * 1024;
/// Largest payload: a blob behind its digest, or the manifest of a million of them.
const PAYLOAD_MAX: u64 = if BLOB_MAX > 128 << 20 { BLOB_MAX as u64 + 32 } else { 128 << 20 };

pub(super) fn put(out: &mut impl Write, kind: u8, parts: &[&[u8]]) -> io::Result<()> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.write_all(&[kind])?;
    out.write_all(&(length as u64).to_be_bytes())?;
    parts.iter().try_for_each(|part| out.write_all(part))
}

/// Records as they are read, one looked at ahead.
pub(super) struct Records<R: Read> {
    input: R,
    next: Option<(u8, u64)>,
}

impl<R: Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, next: None }
    }

    /// The kind of the next record; `None` at the end.
    pub(super) fn peek(&mut self) -> io::Result<Option<u8>> {
        if self.next.is_none() {
            let mut kind = [0];
            if self.input.read(&mut kind)? == 0 {
                return Ok(None);
            }
            let mut length = [0; 8];
            self.input.read_exact(&mut length)?;
            let length = u64::from_be_bytes(length);
            if length > PAYLOAD_MAX {
                return Err(damaged(format!("a record of {length} bytes")));
            }
            self.next = Some((kind[0], length));
        }
        Ok(self.next.map(|(kind, _)| kind))
    }

    /// The payload of the next record, which must be of this kind.
    pub(super) fn take(&mut self, kind: u8) -> io::Result<Vec<u8>> {
        let found = self.peek()?;
        let Some((_, length)) = self.next.take().filter(|_| found == Some(kind)) else {
            return Err(damaged(format!("record {kind} is not where it belongs, but {found:?}")));
        };
        let mut payload = Vec::new();
        (&mut self.input).take(length).read_to_end(&mut payload)?;
        if payload.len() as u64 != length {
            return Err(damaged("it ends in the middle of a record"));
        }
        Ok(payload)
    }
}
