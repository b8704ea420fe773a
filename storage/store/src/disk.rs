//! The file layer under everything this crate keeps on disk.
//!
//! [`Disk`] and [`DiskFile`] name the few file operations that durable code needs, and nothing else.
//! [`RealDisk`] is the operating system; [`fault::FaultDisk`] keeps files in memory, records every operation, invents
//! every state a power cut may legally leave behind, and fails on request. Code written against the traits is tested
//! against the second and runs on the first.
//!
//! What the traits promise, and what callers may therefore rely on:
//!
//! * Written bytes are visible to readers at once and durable only after [`DiskFile::sync_data`] returned `Ok`.
//! * Created, renamed and removed names are durable only after [`Disk::sync_dir`] returned `Ok`.
//! * After a failed sync nothing is known about the bytes written since the last good one, and a later sync that
//!   succeeds says nothing about them either: the kernel may have marked the pages clean. Never retry a failed sync.
//! * A 512-byte sector is written wholly or not at all. Sectors of one write may reach the medium in any order.

pub mod fault;
mod real;

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

pub use real::RealDisk;

/// An open file, read and written at explicit offsets (bytes from its beginning) by any number of threads.
pub trait DiskFile: Send + Sync + fmt::Debug {
    /// Reads into `into` from `offset` until it is full or the file ends, and returns the number of bytes read.
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize>;

    /// Writes all of `bytes` at `offset`; the file grows if it must. After an error any part may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// The size of the file in bytes.
    fn size(&self) -> io::Result<u64>;

    /// Cuts the file to `size` bytes, or grows it with zeros.
    fn set_size(&self, size: u64) -> io::Result<()>;

    /// Makes the bytes written so far, and the size needed to read them back, durable (`fdatasync`).
    fn sync_data(&self) -> io::Result<()>;

    /// From now on reads give what is on the medium. After a sync that failed, the kernel may show bytes that it gave up writing.
    fn read_from_medium(&self) -> io::Result<()> {
        Ok(())
    }
}

/// A lock on a directory that lasts until it is dropped or its process ends.
pub trait DiskLock: Send + Sync + fmt::Debug {}

/// The names on a disk: creating, opening, renaming, removing and listing files.
pub trait Disk: Send + Sync + fmt::Debug {
    /// Creates a directory and its missing parents, durably. An existing directory is fine.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Creates an empty file for reading and writing; `AlreadyExists` if the name is taken.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Opens an existing file for reading and writing; `NotFound` if there is none.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>>;

    /// Gives a file another name, replacing a file that has it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a name. Open handles go on working.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// The names of the files in a directory, sorted.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// Makes the names in a directory durable (`fsync` on the directory).
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Takes the exclusive lock kept in the file `path` (created if missing); `WouldBlock` if another holder has it.
    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>>;
}
