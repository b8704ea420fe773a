//! What can go wrong with the log, by what the caller can do about it.

use std::io;
use std::path::PathBuf;

/// Why the log could not be opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum WalError {
    /// The disk failed while the log was opened or read. Trying again may help.
    #[error("write-ahead log: {action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// What the disk said.
        source: io::Error,
    },

    /// Bytes that were durable are missing or changed. This member must not vote or serve from this log: it must be
    /// rebuilt from the others or from a backup.
    #[error("write-ahead log is corrupt: {segment} at byte {offset}: {reason}")]
    Corrupt {
        /// The name of the segment file.
        segment: String,
        /// Where in the file the damage was noticed, in bytes.
        offset: u64,
        /// What was expected and what was found.
        reason: String,
    },

    /// The log was written in a format that this version does not know.
    #[error("write-ahead log: {segment} has format {found}, this version reads format {known}")]
    Format {
        /// The name of the segment file.
        segment: String,
        /// The format it says it has.
        found: u8,
        /// The format this version reads and writes.
        known: u8,
    },

    /// Another process, or another [`Wal`](super::Wal) of this one, has the log open.
    #[error("write-ahead log in {dir} is in use by another process")]
    Locked {
        /// The directory of the log.
        dir: PathBuf,
    },

    /// A write or sync failed earlier. Nothing can be written until the log is opened anew, because nobody knows what
    /// of that write is on the medium.
    #[error("write-ahead log stopped after a failed write: {reason}")]
    Stopped {
        /// The kind of the first failure.
        kind: io::ErrorKind,
        /// The first failure in words.
        reason: String,
    },

    /// The log was closed.
    #[error("write-ahead log is closed")]
    Closed,

    /// The entry does not follow the last one: appending it would leave a hole or change the past.
    #[error("write-ahead log expects entry {expected} next, not {found}")]
    OutOfOrder {
        /// The index that would have been right.
        expected: u64,
        /// The index that was given.
        found: u64,
    },

    /// The payload is larger than the limit.
    #[error("write-ahead log refuses entry {index} of {size} bytes, the limit is {limit}")]
    TooLarge {
        /// The index of the entry.
        index: u64,
        /// The size of its payload in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },

    /// The caller asked for something that makes no sense for this log.
    #[error("write-ahead log refuses: {reason}")]
    Refused {
        /// What and why.
        reason: String,
    },
}

impl WalError {
    /// Says what was being done when the disk failed.
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    /// The error that a completion was called with, as it was.
    pub(super) fn from_completion(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::io("removing purged segments"))
    }
}

impl From<WalError> for io::Error {
    fn from(error: WalError) -> Self {
        let kind = match &error {
            WalError::Io { source, .. } => source.kind(),
            WalError::Stopped { kind, .. } => *kind,
            WalError::Corrupt { .. } | WalError::Format { .. } => io::ErrorKind::InvalidData,
            WalError::Locked { .. } => io::ErrorKind::WouldBlock,
            WalError::Closed => io::ErrorKind::BrokenPipe,
            WalError::OutOfOrder { .. } | WalError::TooLarge { .. } | WalError::Refused { .. } => {
                io::ErrorKind::InvalidInput
            }
        };
        io::Error::new(kind, error)
    }
}
