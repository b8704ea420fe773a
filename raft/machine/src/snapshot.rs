//! The bytes of a snapshot: every table in order, in checksummed chunks, readable by every later version.
//!
//! ```text
//! magic "SCPSNAP" | format u8 | chunk*  | end
//! chunk: length u32 | payload | crc32c u32      payload: MessagePack of [(table u8, key, value)]
//! end:   length 0   | pairs u64 | crc32c u32
//! ```

use std::io;

use rmp_serde::config::BytesMode;
use serde::Serialize as _;

use crate::tables::{Read, Scan, Table, TableError, Write};

const MAGIC: &[u8; 7] = b"SCPSNAP";
const FORMAT: u8 = 1;
/// Pairs are gathered up to about this many bytes a chunk.
const CHUNK: usize = 256 * 1024;
/// Longest chunk accepted; a pair is never larger than an entry.
const CHUNK_MAX: u32 = 16 * 1024 * 1024;
/// Pairs read from a table at a time.
const PAGE: usize = 1_000;

/// A snapshot could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Reading or writing the bytes failed.
    #[error("snapshot: {0}")]
    Io(#[from] io::Error),
    /// The tables failed.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The bytes have changed, or are not a snapshot of a version that this one knows.
    #[error("snapshot is damaged or of a newer version: {0}")]
    Corrupt(String),
}

type Row = (u8, Vec<u8>, Vec<u8>);

/// Writes every table of `read`.
pub fn write(read: &dyn Read, out: &mut dyn io::Write) -> Result<u64, SnapshotError> {
    out.write_all(MAGIC)?;
    out.write_all(&[FORMAT])?;
    let (mut chunk, mut size, mut pairs) = (Vec::<Row>::new(), 0, 0u64);
    for table in Table::ALL {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let scan = Scan { after: after.as_deref(), limit: PAGE, ..Scan::all(*table, &[]) };
            let page = read.scan(scan)?;
            let last = page.len() < PAGE;
            after = page.last().map(|(key, _)| key.clone());
            for (key, value) in page {
                size += key.len() + value.len();
                pairs += 1;
                chunk.push((*table as u8, key, value));
                if size >= CHUNK {
                    write_chunk(out, &chunk)?;
                    (chunk, size) = (Vec::new(), 0);
                }
            }
            if last {
                break;
            }
        }
    }
    if !chunk.is_empty() {
        write_chunk(out, &chunk)?;
    }
    out.write_all(&0u32.to_be_bytes())?;
    out.write_all(&pairs.to_be_bytes())?;
    out.write_all(&crc32c::crc32c(&pairs.to_be_bytes()).to_be_bytes())?;
    Ok(pairs)
}

/// Reads a snapshot into `target`, which should be empty. Returns the number of pairs.
pub fn read(input: &mut dyn io::Read, target: &mut dyn Write) -> Result<u64, SnapshotError> {
    let mut head = [0u8; 8];
    input.read_exact(&mut head)?;
    if &head[..7] != MAGIC || head[7] != FORMAT {
        return Err(SnapshotError::Corrupt("wrong magic or format".into()));
    }
    let mut pairs = 0u64;
    loop {
        let length = read_u32(input)?;
        if length == 0 {
            let mut count = [0u8; 8];
            input.read_exact(&mut count)?;
            check(&count, read_u32(input)?)?;
            let expected = u64::from_be_bytes(count);
            if expected != pairs {
                return Err(SnapshotError::Corrupt(format!("{pairs} pairs instead of {expected}")));
            }
            return Ok(pairs);
        }
        if length > CHUNK_MAX {
            return Err(SnapshotError::Corrupt(format!("a chunk of {length} bytes")));
        }
        let mut payload = vec![0u8; length as usize];
        input.read_exact(&mut payload)?;
        check(&payload, read_u32(input)?)?;
        let rows: Vec<Row> =
            rmp_serde::from_slice(&payload).map_err(|error| SnapshotError::Corrupt(error.to_string()))?;
        for (id, key, value) in rows {
            let table = Table::from_id(id)
                .ok_or_else(|| SnapshotError::Corrupt(format!("table {id} is unknown to this version")))?;
            target.put(table, &key, &value)?;
            pairs += 1;
        }
    }
}

fn write_chunk(out: &mut dyn io::Write, rows: &[Row]) -> Result<(), SnapshotError> {
    let mut payload = Vec::with_capacity(CHUNK + CHUNK / 8);
    // As byte strings: as arrays of numbers, which is what serde makes of them, keys and values would grow by half.
    let mut serializer = rmp_serde::Serializer::new(&mut payload).with_bytes(BytesMode::ForceIterables);
    rows.serialize(&mut serializer).map_err(|error| SnapshotError::Corrupt(error.to_string()))?;
    let length =
        u32::try_from(payload.len()).map_err(|_| SnapshotError::Corrupt("a chunk too large".into()))?;
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&payload)?;
    out.write_all(&crc32c::crc32c(&payload).to_be_bytes())?;
    Ok(())
}

fn read_u32(input: &mut dyn io::Read) -> io::Result<u32> {
    let mut bytes = [0u8; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_be_bytes(bytes))
}

fn check(bytes: &[u8], found: u32) -> Result<(), SnapshotError> {
    let computed = crc32c::crc32c(bytes);
    if computed == found {
        Ok(())
    } else {
        Err(SnapshotError::Corrupt(format!("checksum {found:08x}, computed {computed:08x}")))
    }
}
