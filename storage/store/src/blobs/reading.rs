//! Reads a blob piece by piece, to see whether the disk still has what its name says.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use nix::errno::Errno;
use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use sentinel_model::Sha256Digest;
use sha2::{Digest, Sha256};

/// Bytes read at a time.
const PIECE: usize = 256 * 1024;

/// A blob that is being read.
pub struct Reading {
    digest: Sha256Digest,
    file: File,
    hasher: Sha256,
    buffer: Vec<u8>,
}

/// What reading on gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// So many bytes more, and perhaps not the last ones.
    Bytes(usize),
    /// All was read, and is what it shall be.
    Good,
    /// It is something else, or the disk cannot read it.
    Damaged,
}

impl Reading {
    pub(super) fn new(digest: Sha256Digest, file: File) -> Self {
        let reading = Self { digest, file, hasher: Sha256::new(), buffer: vec![0; PIECE] };
        reading.forget();
        reading
    }

    /// Reads one piece. Blocks.
    pub fn read_on(&mut self) -> io::Result<Piece> {
        let read = match self.file.read(&mut self.buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(Piece::Bytes(0)),
            Err(error) if is_damage(&error) => return Ok(Piece::Damaged),
            read => read?,
        };
        if read > 0 {
            self.hasher.update(&self.buffer[..read]);
            return Ok(Piece::Bytes(read));
        }
        self.forget();
        let good = std::mem::take(&mut self.hasher).finalize()[..] == self.digest.0;
        Ok(if good { Piece::Good } else { Piece::Damaged })
    }

    /// What memory still has of the file says nothing of the disk, and what is read here shall push nothing else out of it.
    fn forget(&self) {
        let forgotten = posix_fadvise(&self.file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED);
        if let Err(error) = forgotten {
            tracing::debug!(digest = %self.digest, %error, "the page cache keeps a blob");
        }
    }
}

/// The disk says by itself that it cannot read what it has. Anything else may be over the next time.
pub(super) fn is_damage(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(errno, Some(Errno::EIO | Errno::EBADMSG))
}
