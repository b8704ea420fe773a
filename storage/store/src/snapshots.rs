//! Snapshots as files: what they cover, then every table, checksummed.
//!
//! ```text
//! magic "SCPMETA1" | length u32 | description | crc32c u32 | the bytes of sentinel_machine::snapshot
//! ```

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sentinel_consensus::SnapshotFile;
use sentinel_consensus::types::SnapshotMeta;
use sentinel_machine::tables::Pair;
use sentinel_machine::{Read, Scan, Table, TableError, Write, snapshot};

use crate::tables::StateTables;

const MAGIC: &[u8; 8] = b"SCPMETA1";
/// Longest description.
const META_MAX: u32 = 1024 * 1024;
const BUFFER: usize = 256 * 1024;

/// Name of the last snapshot that was found damaged.
const DAMAGED: &str = "damaged.snap";

/// What there is of snapshots.
pub enum Newest {
    /// None was ever made or received.
    None,
    /// There were some, and none is good.
    Damaged,
    /// What it covers, and where it is.
    Good(SnapshotMeta, SnapshotFile),
}

/// The newest snapshot of a member, and those on their way in.
pub struct Snapshots {
    dir: PathBuf,
    adopting: Mutex<()>,
}

impl Snapshots {
    /// Opens the directory, making it when it is not there. What was on its way in when the process stopped is removed.
    pub fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        for entry in fs::read_dir(dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with("incoming-") || name.starts_with("building-") {
                fs::remove_file(&path)?;
            }
        }
        Ok(Self { dir: dir.to_owned(), adopting: Mutex::default() })
    }

    /// Where they are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Writes a snapshot of `state` and makes it the newest; `None` when a newer one came meanwhile.
    pub fn build(&self, meta: &SnapshotMeta, state: &dyn Read) -> io::Result<Option<SnapshotFile>> {
        let building = self.dir.join(format!("building-{}", file_name(meta)));
        let mut out = BufWriter::with_capacity(BUFFER, File::create(&building)?);
        let description = rmp_serde::to_vec_named(meta).map_err(io::Error::other)?;
        let length = u32::try_from(description.len()).map_err(io::Error::other)?;
        out.write_all(MAGIC)?;
        out.write_all(&length.to_be_bytes())?;
        out.write_all(&description)?;
        out.write_all(&crc32c::crc32c(&description).to_be_bytes())?;
        snapshot::write(state, &mut out).map_err(io::Error::other)?;
        out.into_inner().map_err(|error| error.into_error())?.sync_all()?;
        self.adopt(&building, meta)
    }

    /// Makes a complete file the newest snapshot and removes the ones before. `None` when there is a newer one already: the
    /// log may have been given up as far as that reaches, so what covers less is of no use.
    pub fn adopt(&self, file: &Path, meta: &SnapshotMeta) -> io::Result<Option<SnapshotFile>> {
        let path = self.dir.join(file_name(meta));
        let _one_at_a_time = self.adopting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.files()?.iter().any(|known| *known > path) {
            fs::remove_file(file)?;
            return Ok(None);
        }
        fs::rename(file, &path)?;
        File::open(&self.dir)?.sync_all()?;
        for old in self.files()? {
            if old != path {
                fs::remove_file(old)?;
            }
        }
        Ok(Some(SnapshotFile { path }))
    }

    /// The newest snapshot, read through. A damaged one is set aside; the ones before it reach less far than the log behind it
    /// was given up, so they are of no use.
    pub fn newest(&self) -> io::Result<Newest> {
        let mut files = self.files()?;
        files.sort();
        let Some(path) = files.pop() else { return Ok(Newest::None) };
        match check(&path) {
            Ok(meta) => Ok(Newest::Good(meta, SnapshotFile { path })),
            Err(error) => {
                tracing::error!(path = %path.display(), %error, "the snapshot is damaged and set aside");
                fs::rename(&path, self.dir.join(DAMAGED))?;
                for older in files {
                    fs::remove_file(older)?;
                }
                Ok(Newest::Damaged)
            }
        }
    }

    /// Sets the newest one aside and removes the others: they reach less far than they have to.
    pub fn set_aside(&self) -> io::Result<()> {
        let mut files = self.files()?;
        files.sort();
        if let Some(newest) = files.pop() {
            fs::rename(newest, self.dir.join(DAMAGED))?;
        }
        for older in files {
            fs::remove_file(older)?;
        }
        File::open(&self.dir)?.sync_all()
    }

    /// Fills the tables from a snapshot file. A damaged one leaves them as they were.
    pub fn restore(&self, file: &SnapshotFile, tables: &StateTables) -> io::Result<SnapshotMeta> {
        let (meta, mut input) = open(&file.path)?;
        tables
            .replace(meta.last_log_id, &meta.last_membership, |target| snapshot::read(&mut input, target))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        Ok(meta)
    }

    fn files(&self) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with("snapshot-") {
                files.push(path);
            }
        }
        Ok(files)
    }
}

/// Reads a snapshot file from front to back without keeping anything, and says what it covers.
pub(crate) fn check(path: &Path) -> io::Result<SnapshotMeta> {
    let (meta, mut input) = open(path)?;
    let read = snapshot::read(&mut input, &mut Nowhere);
    read.map_err(|error| invalid(format!("{}: {error}", path.display())))?;
    Ok(meta)
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// Tables that forget.
struct Nowhere;

impl Read for Nowhere {
    fn get(&self, _: Table, _: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        Ok(None)
    }

    fn scan(&self, _: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        Ok(Vec::new())
    }
}

impl Write for Nowhere {
    fn put(&mut self, _: Table, _: &[u8], _: &[u8]) -> Result<(), TableError> {
        Ok(())
    }

    fn delete(&mut self, _: Table, _: &[u8]) -> Result<(), TableError> {
        Ok(())
    }
}

/// Names sort as the snapshots do.
fn file_name(meta: &SnapshotMeta) -> String {
    let (term, index) = meta.last_log_id.map_or((0, 0), |id| (id.leader_id.term, id.index));
    format!("snapshot-{index:020}-{term:020}.snap")
}

fn open(path: &Path) -> io::Result<(SnapshotMeta, BufReader<File>)> {
    let damaged =
        |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()));
    let mut input = BufReader::with_capacity(BUFFER, File::open(path)?);
    let mut head = [0u8; 12];
    input.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
    if &head[..8] != MAGIC || length > META_MAX {
        return Err(damaged("not a snapshot of this version"));
    }
    let mut description = vec![0; length as usize];
    input.read_exact(&mut description)?;
    let mut sum = [0u8; 4];
    input.read_exact(&mut sum)?;
    if crc32c::crc32c(&description) != u32::from_be_bytes(sum) {
        return Err(damaged("its description has changed"));
    }
    let meta = rmp_serde::from_slice(&description).map_err(|error| damaged(&error.to_string()))?;
    Ok((meta, input))
}

/// Writes a small file so that after a crash it is there whole or not at all.
pub(crate) fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(dir) => File::open(dir)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_consensus::types::LogId;

    use super::*;

    #[test]
    fn a_snapshot_that_covers_less_never_takes_the_place_of_one_that_covers_more() {
        let dir = tempfile::tempdir().unwrap();
        let snapshots = Snapshots::open(dir.path()).unwrap();
        let covering = |index| SnapshotMeta {
            last_log_id: Some(LogId::new_term_index(1, index)),
            ..SnapshotMeta::default()
        };
        assert!(snapshots.build(&covering(7), &Nowhere).unwrap().is_some());
        assert!(snapshots.build(&covering(9), &Nowhere).unwrap().is_some());
        assert!(snapshots.build(&covering(8), &Nowhere).unwrap().is_none());
        assert!(matches!(snapshots.newest().unwrap(), Newest::Good(meta, _) if meta == covering(9)));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
