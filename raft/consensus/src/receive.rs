//! A snapshot on its way in: chunks into a file, then over to consensus.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tonic::{Status, Streaming};

use crate::blocking;
use crate::codec::{unchunk, unframe};
use crate::network::SnapshotHead;
use crate::proto::{Chunk, Frame};
use crate::types::SnapshotFile;

/// Largest snapshot accepted, in bytes.
const SNAPSHOT_MAX: u64 = 64 * 1024 * 1024 * 1024;

/// A file that is removed unless it was renamed by the time this is dropped.
pub(crate) struct Incoming {
    path: PathBuf,
}

impl Incoming {
    /// The file, for consensus.
    pub(crate) fn file(&self) -> SnapshotFile {
        SnapshotFile { path: self.path.clone() }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(path = %self.path.display(), %error, "a leftover of a snapshot stays until the next start");
            }
            _ => {}
        }
    }
}

/// Takes a stream in. The file carries a name of its own, so that two transfers never write into one.
pub(crate) async fn snapshot(
    mut stream: Streaming<Chunk>,
    dir: &Path,
) -> Result<(SnapshotHead, Incoming), Status> {
    let first =
        stream.message().await?.ok_or_else(|| Status::invalid_argument("an empty snapshot stream"))?;
    let head: SnapshotHead = unframe(&Frame { payload: unchunk(first)? })?;
    if head.length > SNAPSHOT_MAX {
        return Err(Status::out_of_range(format!("a snapshot of {} bytes", head.length)));
    }
    let incoming = Incoming { path: dir.join(format!("incoming-{}.snap", uuid::Uuid::new_v4())) };
    let io = |error: std::io::Error| Status::internal(format!("{}: {error}", incoming.path.display()));
    let file = Arc::new(File::create(&incoming.path).map_err(io)?);
    let mut received = 0;
    while let Some(chunk) = stream.message().await? {
        let bytes = unchunk(chunk)?;
        received += bytes.len() as u64;
        if received > head.length {
            break;
        }
        let writing = Arc::clone(&file);
        blocking::run(move || (&*writing).write_all(&bytes)).await.flatten().map_err(io)?;
    }
    // The sender's disk may have failed half-way; the stream then simply ends.
    if received != head.length {
        return Err(Status::data_loss(format!("{received} of {} bytes of a snapshot arrived", head.length)));
    }
    let dir = dir.to_owned();
    let sync = move || file.sync_all().and_then(|()| File::open(dir)?.sync_all());
    blocking::run(sync).await.flatten().map_err(io)?;
    Ok((head, incoming))
}
