//! One file of the log: its name, its header, its growth mark.
//!
//! | bytes | what |
//! |---|---|
//! | 0..64 | header: magic, format, CRC-32C, number, first index, the predecessor's number and the offset at which it ended |
//! | 512..528 | two growth marks: how large the file was known to be, durably, and a CRC-32C each |
//! | 1024.. | frames, then zeros |
//!
//! The header is written once, before the file has its final name, so a file with that name and without a good header
//! is damaged, never half-made. The growth marks show that a file was cut short. They are all that is ever rewritten in a
//! segment, so they have a sector of their own, and the smaller of the two makes place for a new one, so that a write
//! that fails half-way leaves the other.
//!
//! The number is the index of the first entry that the segment was made for; after a truncation that went back behind
//! the newest segment it is one more than that segment's number instead. So numbers, and names, always go up.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WalError;
use super::frame::DATA_START;
use crate::disk::{Disk, DiskFile};

/// The format byte this version reads and writes.
const FORMAT: u8 = 1;
const MAGIC: [u8; 8] = *b"\x89SCPWAL\n";
const HEADER: usize = 64;
/// Stands for "no entry yet" where an index is expected. No index is as large.
const NO_INDEX: u64 = u64::MAX;
const MARK_AT: usize = 512;
const MARK: usize = 8;
const MARKS: usize = 2;
/// Ends the name of a segment that is still being made.
pub(super) const UNFINISHED: &str = ".new";

/// An open segment. Entries in memory hold on to the segment they are in, so a removed one can be read to the end.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) file: Arc<dyn DiskFile>,
}

/// What a segment says about itself and its predecessor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) number: u64,
    /// The index of the entry that had to come next when the segment was made; `None` if there had been no entry yet.
    pub(super) first_index: Option<u64>,
    pub(super) previous: Option<Previous>,
}

/// The segment before: which one it is, and where its frames end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Previous {
    pub(super) number: u64,
    pub(super) end: u32,
}

/// The name of the segment file with this number.
pub(super) fn name_of(number: u64) -> String {
    format!("log-{number:020}.wal")
}

/// The number in the name of a segment file; `None` for names of other files.
pub(super) fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("log-")?.strip_suffix(".wal")?;
    let number = digits.parse().ok()?;
    (name_of(number) == name).then_some(number)
}

/// The path of the segment file with this number.
pub(super) fn path_of(dir: &Path, number: u64) -> PathBuf {
    dir.join(name_of(number))
}

/// Removes a file that an interrupted process may have left.
pub(super) fn remove_leftover(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

impl Segment {
    /// The damage of this segment, noticed at `offset`.
    pub(super) fn corrupt(&self, offset: u64, reason: impl Into<String>) -> WalError {
        WalError::Corrupt { segment: name_of(self.number), offset, reason: reason.into() }
    }

    /// Reads and checks the header and the growth mark.
    pub(super) fn read_header(&self) -> Result<Header, WalError> {
        let name = name_of(self.number);
        let failed = || WalError::io(format!("reading {name}"));
        let mut bytes = [0; DATA_START as usize];
        let size = self.file.size().map_err(failed())?;
        if self.file.read_at(0, &mut bytes).map_err(failed())? < bytes.len() {
            return Err(self.corrupt(size, format!("the file ends inside its header, at {size} bytes")));
        }
        let header = match Header::decode(&bytes) {
            Ok(header) => header,
            Err(HeaderFault::Format(found)) => {
                return Err(WalError::Format { segment: name, found, known: FORMAT });
            }
            Err(HeaderFault::Damaged(reason)) => return Err(self.corrupt(0, reason)),
        };
        if header.number != self.number {
            return Err(self.corrupt(0, format!("the header says it is {}", name_of(header.number))));
        }
        let marks = read_marks(&bytes[MARK_AT..], self.number);
        let Some(grown) = marks.into_iter().flatten().max() else {
            return Err(self.corrupt(MARK_AT as u64, "both growth marks have a wrong checksum"));
        };
        if size < u64::from(grown) {
            return Err(self.corrupt(size, format!("the file ends here although it was {grown} bytes long")));
        }
        Ok(header)
    }

    /// Notes that the file is durably `grown` bytes long. The note itself becomes durable with the next sync.
    pub(super) fn write_mark(&self, grown: u32) -> io::Result<()> {
        let mut bytes = [0; MARKS * MARK];
        self.file.read_at(MARK_AT as u64, &mut bytes)?;
        // A damaged mark, `None`, is smaller than any other.
        let [first, second] = read_marks(&bytes, self.number);
        let at = if first <= second { MARK_AT } else { MARK_AT + MARK };
        self.file.write_at(at as u64, &mark(self.number, grown))
    }
}

enum HeaderFault {
    Format(u8),
    Damaged(String),
}

impl Header {
    /// The bytes before the first frame of a segment that is `grown` bytes long.
    pub(super) fn encode(&self, grown: u32) -> Vec<u8> {
        let mut bytes = vec![0; DATA_START as usize];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8] = FORMAT;
        bytes[16..24].copy_from_slice(&self.number.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_index.unwrap_or(NO_INDEX).to_le_bytes());
        if let Some(previous) = self.previous {
            bytes[32..40].copy_from_slice(&previous.number.to_le_bytes());
            bytes[40..44].copy_from_slice(&previous.end.to_le_bytes());
        }
        let crc = header_checksum(&bytes);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        for at in [MARK_AT, MARK_AT + MARK] {
            bytes[at..at + MARK].copy_from_slice(&mark(self.number, grown));
        }
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let u32_at = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let u64_at = |at: usize| u64::from(u32_at(at)) | u64::from(u32_at(at + 4)) << 32;
        if bytes[..8] != MAGIC {
            return Err(HeaderFault::Damaged("the file does not begin like a segment".to_owned()));
        }
        let (stored, computed) = (u32_at(12), header_checksum(bytes));
        if stored != computed {
            let reason = format!("the header has checksum {computed:08x} and should have {stored:08x}");
            return Err(HeaderFault::Damaged(reason));
        }
        if bytes[8] != FORMAT {
            return Err(HeaderFault::Format(bytes[8]));
        }
        // Frames end behind the header, so an end of zero says that there is no predecessor.
        let end = u32_at(40);
        let previous = (end != 0).then(|| Previous { number: u64_at(32), end });
        let first_index = Some(u64_at(24)).filter(|index| *index != NO_INDEX);
        Ok(Self { number: u64_at(16), first_index, previous })
    }
}

fn header_checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&bytes[..12]), &bytes[16..HEADER])
}

fn mark(number: u64, grown: u32) -> [u8; MARK] {
    let mut bytes = [0; MARK];
    bytes[..4].copy_from_slice(&grown.to_le_bytes());
    let crc = crc32c::crc32c_append(crc32c::crc32c(&number.to_le_bytes()), &bytes[..4]);
    bytes[4..].copy_from_slice(&crc.to_le_bytes());
    bytes
}

fn read_marks(bytes: &[u8], number: u64) -> [Option<u32>; MARKS] {
    let read = |at: usize| {
        let found = &bytes[at..at + MARK];
        let grown = u32::from_le_bytes([found[0], found[1], found[2], found[3]]);
        (found == mark(number, grown)).then_some(grown)
    };
    [read(0), read(MARK)]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::disk::fault::FaultDisk;

    const HEAD: Header =
        Header { number: 42, first_index: Some(41), previous: Some(Previous { number: 7, end: 5000 }) };

    fn segment(bytes: &[u8]) -> Segment {
        let file = FaultDisk::new().create(Path::new("/d/s")).unwrap();
        file.write_at(0, bytes).unwrap();
        Segment { number: 42, file }
    }

    #[test]
    fn names_have_twenty_digits_and_only_such_names_are_segments() {
        assert_eq!(name_of(42), "log-00000000000000000042.wal");
        assert_eq!(number_of("log-00000000000000000042.wal"), Some(42));
        for other in
            ["log-42.wal", "log-00000000000000000042.wal.new", "log-0000000000000000004x.wal", "wal.lock"]
        {
            assert_eq!(number_of(other), None, "{other}");
        }
    }

    #[test]
    fn a_header_reads_back_with_and_without_entries_before_it() {
        for header in [HEAD, Header { first_index: None, previous: None, ..HEAD }] {
            let mut bytes = header.encode(4096);
            bytes.resize(4096, 0);
            assert_eq!(segment(&bytes).read_header().unwrap(), header);
        }
    }

    #[test]
    fn every_flipped_bit_of_the_header_is_noticed() {
        let mut bytes = HEAD.encode(4096);
        bytes.resize(4096, 0);
        for bit in 0..HEADER * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let error = segment(&flipped).read_header().unwrap_err();
            assert!(matches!(error, WalError::Corrupt { .. }), "bit {bit}: {error}");
        }
    }

    #[test]
    fn one_damaged_growth_mark_does_no_harm_and_two_are_noticed() {
        let mut bytes = HEAD.encode(4096);
        bytes.resize(4096, 0);
        let growing = segment(&bytes);
        growing.write_mark(8192).unwrap();
        growing.write_mark(12288).unwrap();
        let short = growing.read_header().unwrap_err().to_string();
        assert!(short.contains("it was 12288 bytes long"), "{short}");
        growing.file.write_at(MARK_AT as u64, &[0xff]).unwrap();
        let short = growing.read_header().unwrap_err().to_string();
        assert!(short.contains("it was 12288 bytes long"), "{short}");
        growing.write_mark(16384).unwrap();
        let short = growing.read_header().unwrap_err().to_string();
        assert!(short.contains("it was 16384 bytes long"), "the damaged mark made place: {short}");
        for at in [MARK_AT, MARK_AT + MARK] {
            growing.file.write_at(at as u64, &[0xff]).unwrap();
        }
        let error = growing.read_header().unwrap_err();
        assert!(matches!(error, WalError::Corrupt { offset: 512, .. }), "{error}");
    }

    #[test]
    fn a_file_shorter_than_its_growth_mark_is_damaged() {
        let mut bytes = HEAD.encode(4096);
        bytes.resize(4095, 0);
        let error = segment(&bytes).read_header().unwrap_err();
        assert!(matches!(&error, WalError::Corrupt { offset: 4095, .. }), "{error}");
        let error = segment(&bytes[..100]).read_header().unwrap_err();
        assert!(matches!(&error, WalError::Corrupt { offset: 100, .. }), "{error}");
    }

    #[test]
    fn an_unknown_format_is_named_and_not_called_damage() {
        let mut bytes = HEAD.encode(4096);
        bytes.resize(4096, 0);
        bytes[8] = 2;
        let crc = header_checksum(&bytes);
        bytes[12..16].copy_from_slice(&crc.to_le_bytes());
        let error = segment(&bytes).read_header().unwrap_err();
        assert!(matches!(error, WalError::Format { found: 2, known: FORMAT, .. }), "{error}");
    }
}
