//! Makes a backup.

use std::io::{self, Write};

use sentinel_machine::commands::cluster_member_admit::{all, next_id};
use sentinel_machine::tables::{load, rows};
use sentinel_machine::{Read, Scan, Table, TableError, snapshot};
use sentinel_model::bundle::Bundle;
use sentinel_model::cluster::Cluster;
use sentinel_model::{Sha256Digest, Time};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

use super::record::{BLOB, DESCRIPTION, MANIFEST, PART, STATE, put};
use super::seal::{SALT, SealWriter};
use super::{BackupError, BlobEntry, Description, Manifest};
use crate::tables::Reader;

/// Compression: most of it is compressed already.
const LEVEL: i32 = 3;
/// Bundles read at a time.
const PAGE: usize = 500;

/// What a backup is made of.
pub struct Source<'a> {
    /// A state that later writes do not change.
    pub state: &'a dyn Read,
    /// What it is.
    pub description: Description,
    /// Gives the archives that the state names.
    pub blob: &'a mut dyn FnMut(Sha256Digest) -> Result<Vec<u8>, BackupError>,
}

/// What a backup of this state begins with.
pub fn describe(state: &Reader, taken_at: Time) -> Result<Description, BackupError> {
    let (applied, _) = state.applied()?;
    let cluster: Cluster = load(state, b"cluster")?.ok_or(BackupError::Unformed)?;
    let applied = applied.ok_or(BackupError::Unformed)?;
    Ok(Description {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        cluster_id: cluster.id,
        epoch: cluster.epoch,
        index: applied.index,
        term: applied.leader_id.term,
        taken_at,
        next_member: next_id(&all(state)?),
    })
}

/// The archives that a state names, those of revoked bundles too: they are evidence.
pub fn named_blobs(state: &dyn Read) -> Result<BTreeSet<Sha256Digest>, TableError> {
    let mut named = BTreeSet::new();
    let mut after: Option<[u8; 16]> = None;
    loop {
        let page =
            Scan { after: after.as_ref().map(|id| &id[..]), limit: PAGE, ..Scan::all(Table::Bundles, &[]) };
        let bundles: Vec<Bundle> = rows(state, page)?;
        named.extend(bundles.iter().map(|bundle| bundle.digest));
        match bundles.last() {
            Some(last) if bundles.len() == PAGE => after = Some(*last.id.as_bytes()),
            _ => return Ok(named),
        }
    }
}

/// Writes a backup to `out`. `salt` must be random. What was written before an error is no backup.
pub fn write(
    out: impl Write,
    kek: &[u8; 32],
    salt: [u8; SALT],
    source: Source<'_>,
) -> Result<Manifest, BackupError> {
    let Source { state, description, blob } = source;
    let sealed = SealWriter::begin(out, kek, salt)?;
    let mut stream = zstd::stream::write::Encoder::new(sealed, LEVEL)?;
    put(&mut stream, DESCRIPTION, &[&json(&description)?])?;
    let mut parts = Parts { out: &mut stream, part: Vec::with_capacity(PART), hash: Sha256::new(), bytes: 0 };
    let rows = snapshot::write(state, &mut parts)?;
    parts.part()?;
    let (state_sha256, state_bytes) = (Sha256Digest(parts.hash.finalize().into()), parts.bytes);
    let mut blobs = Vec::new();
    for digest in named_blobs(state)? {
        let bytes = blob(digest)?;
        put(&mut stream, BLOB, &[&digest.0, &bytes])?;
        blobs.push(BlobEntry { digest, size: bytes.len() as u64 });
    }
    let manifest = Manifest { description, state_sha256, state_bytes, rows, blobs };
    put(&mut stream, MANIFEST, &[&json(&manifest)?])?;
    stream.finish()?.finish()?;
    Ok(manifest)
}

fn json(value: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(io::Error::other)
}

/// The state on its way, in records.
struct Parts<'a, W: Write> {
    out: &'a mut W,
    part: Vec<u8>,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Parts<'_, W> {
    fn part(&mut self) -> io::Result<()> {
        if !self.part.is_empty() {
            put(self.out, STATE, &[&self.part])?;
            self.part.clear();
        }
        Ok(())
    }
}

impl<W: Write> Write for Parts<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.part.len() == PART {
            self.part()?;
        }
        let taken = bytes.len().min(PART - self.part.len());
        self.part.extend_from_slice(&bytes[..taken]);
        self.hash.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
