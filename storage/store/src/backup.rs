//! Backups: everything that a cluster is, in one encrypted file that is good for nothing without the key-encryption key.
//!
//! ```text
//! magic "SCPBKUP" | format u8 | id of the key 8 bytes | salt 32 bytes        the head; see seal
//! frames: sealed pieces of a zstd stream, in order, the last one marked as such
//!
//! in the stream: records of  kind u8 | length u64 | payload
//!   1 description   JSON: which cluster, which epoch, which state; before everything else
//!   2 state         the bytes of sentinel_machine::snapshot, in parts
//!   3 blob          digest 32 bytes | bytes; one for each archive that the state names
//!   4 manifest      JSON: the description again, and digest and size of every part; behind everything else
//! ```
//!
//! A backup is written and read as a stream: neither needs more memory than the largest blob. Each frame is authenticated with
//! its place, so a cut, a swap or a changed bit is found where it is; the manifest says that nothing was left out.

mod read;
mod record;
mod seal;
mod write;

#[cfg(test)]
mod tests;

use std::io;

use sentinel_machine::TableError;
use sentinel_machine::snapshot::SnapshotError;
use sentinel_model::{ClusterId, Epoch, MemberId, Sha256Digest, Time};
use serde::{Deserialize, Serialize};

use crate::tables::OpenTablesError;

pub use read::{Target, read};
pub use write::{Source, describe, named_blobs, write};

/// What the names of backup files end in.
pub const EXTENSION: &str = "scpbackup";

/// The first record of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Version of the program that made it.
    pub version: String,
    /// Of which cluster.
    pub cluster_id: ClusterId,
    /// In which epoch it was.
    pub epoch: Epoch,
    /// Newest log entry in the state.
    pub index: u64,
    /// Its term.
    pub term: u64,
    /// When the state was taken.
    pub taken_at: Time,
    /// The number that the next member would have been given.
    pub next_member: MemberId,
}

/// The last record of a backup: what was written before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// As at its beginning.
    pub description: Description,
    /// Digest of the state, which is the same on every member that has applied the same log.
    pub state_sha256: Sha256Digest,
    /// Bytes of the state.
    pub state_bytes: u64,
    /// Rows in the state.
    pub rows: u64,
    /// The archives, in the order in which they are in the file.
    pub blobs: Vec<BlobEntry>,
}

/// An archive in a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobEntry {
    /// SHA-256, by which the state names it.
    pub digest: Sha256Digest,
    /// Bytes.
    pub size: u64,
}

/// A backup could not be made, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Not a backup at all.
    #[error("this is no backup of sentinel-cp")]
    NotABackup,
    /// A newer version made it.
    #[error(
        "the backup has format {0}, which this version does not know: use the version that made it, or a newer one"
    )]
    Newer(u8),
    /// Made under another key-encryption key.
    #[error(
        "the backup is encrypted under the key-encryption key {found}, the one given is {given}: give the cluster's key of that time"
    )]
    OtherKey {
        /// Id of the key that encrypted it.
        found: String,
        /// Id of the key that was given.
        given: String,
    },
    /// Cut, changed, or put together from parts of others.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// The state is not that of a formed cluster.
    #[error("the cluster is not formed yet: there is nothing to back up")]
    Unformed,
    /// An archive that the state names is nowhere to be had. Without it the backup would not be whole.
    #[error("the archive {digest} of a bundle is missing: {reason}")]
    MissingBlob {
        /// Which.
        digest: Sha256Digest,
        /// Why.
        reason: String,
    },
    /// Reading or writing failed.
    #[error(transparent)]
    Io(io::Error),
    /// The state tables failed.
    #[error(transparent)]
    Tables(#[from] TableError),
    /// They cannot be opened.
    #[error(transparent)]
    State(#[from] OpenTablesError),
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => Self::Damaged(error.to_string()),
            _ => Self::Io(error),
        }
    }
}

impl From<SnapshotError> for BackupError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Io(error) => error.into(),
            SnapshotError::Table(error) => error.into(),
            SnapshotError::Corrupt(text) => Self::Damaged(text),
        }
    }
}

/// A damaged backup, for those who speak of I/O.
fn damaged(text: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text.into())
}
