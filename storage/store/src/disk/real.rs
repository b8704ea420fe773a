//! The operating system's files.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};

use super::{Disk, DiskFile, DiskLock};

/// [`Disk`] on the operating system's file system.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

#[derive(Debug)]
struct RealFile(File);

/// The lock belongs to the open file, so the kernel gives it back when the holder dies.
#[derive(Debug)]
struct RealLock {
    _file: File,
}

impl DiskLock for RealLock {}

impl DiskFile for RealFile {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while done < into.len() {
            match self.0.read_at(&mut into[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        self.0.set_len(size)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn read_from_medium(&self) -> io::Result<()> {
        // Pages that are still to be written, after a process was killed, are good: once written, they are clean. Then all clean pages
        // are dropped, and with them those that an error has marked as clean.
        self.0.sync_data()?;
        Ok(posix_fadvise(&self.0, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?)
    }
}

impl Disk for RealDisk {
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        if dir.is_dir() {
            return Ok(());
        }
        // `Path::parent` of a relative single name is the empty path, which means the working directory.
        let parent = match dir.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(io::ErrorKind::NotFound.into()),
        };
        self.create_dir(parent)?;
        match fs::create_dir(dir) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            other => other?,
        }
        self.sync_dir(parent)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        Ok(Arc::new(RealFile(file)))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Arc::new(RealFile(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            // A name that is not Unicode is nobody's we know, and directories are not files.
            if let (Ok(name), false) = (entry.file_name().into_string(), entry.file_type()?.is_dir()) {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        File::open(dir)?.sync_all()
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(RealLock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn bytes_written_at_an_offset_read_back_and_the_read_stops_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = RealDisk.create(&dir.path().join("a")).unwrap();
        file.write_at(3, b"abc").unwrap();
        file.sync_data().unwrap();
        let mut into = [9; 8];
        assert_eq!(file.read_at(0, &mut into).unwrap(), 6);
        assert_eq!(&into[..6], b"\0\0\0abc");
        file.set_size(4).unwrap();
        assert_eq!(file.size().unwrap(), 4);
    }

    #[test]
    fn names_are_created_once_listed_in_order_renamed_and_removed() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("x/y/z");
        RealDisk.create_dir(&dir).unwrap();
        RealDisk.create_dir(&dir).unwrap();
        RealDisk.create(&dir.join("b")).unwrap();
        RealDisk.create(&dir.join("a")).unwrap();
        assert_eq!(RealDisk.create(&dir.join("a")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(RealDisk.list(&dir).unwrap(), ["a", "b"]);
        RealDisk.rename(&dir.join("a"), &dir.join("c")).unwrap();
        RealDisk.remove(&dir.join("b")).unwrap();
        RealDisk.sync_dir(&dir).unwrap();
        assert_eq!(RealDisk.list(&dir).unwrap(), ["c"]);
        assert_eq!(RealDisk.list(&root.path().join("x")).unwrap(), Vec::<String>::new());
        assert_eq!(RealDisk.open(&dir.join("a")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_lock_has_one_holder_and_is_free_once_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let held = RealDisk.lock(&path).unwrap();
        assert_eq!(RealDisk.lock(&path).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        drop(held);
        RealDisk.lock(&path).unwrap();
    }
}
