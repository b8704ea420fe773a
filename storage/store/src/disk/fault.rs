//! A disk in memory that fails on request and knows every state a power cut may leave.
//!
//! It lives in the crate, not in its tests, because the simulation of a whole cluster runs on it too. Nothing in the
//! product opens one.
//!
//! Three ways to use it:
//!
//! * Plainly, as a fast disk for tests: [`FaultDisk::new`], with [`FaultDisk::restart`] for "the process died, the page
//!   cache did not" and [`FaultDisk::power_cut`] for "everything unsynced may be gone".
//! * With faults: failing syncs and writes, a full disk, a disk that lies about syncing, a disk that hangs.
//! * Recording: [`FaultDisk::recording`] keeps every operation, the test adds its own [`FaultDisk::note`]s, and
//!   [`Recording::cuts`] walks through the run and hands out the legal crash states of any moment in it.

mod dice;
mod image;
mod recording;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

pub use dice::Dice;
pub use recording::{Moment, Recording};

use super::{Disk, DiskFile, DiskLock};
use image::{Image, Step};

/// `ENOSPC`, which `std` cannot build with its code from an `ErrorKind`.
const NO_SPACE: i32 = 28;

/// The disk in memory. Clones are the same disk.
#[derive(Debug, Clone)]
pub struct FaultDisk {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct State {
    image: Image,
    steps: Option<Vec<Step>>,
    created: u64,
    syncs: u64,
    locks: HashSet<PathBuf>,
    failing_sync: Option<u64>,
    failing_write: Option<u64>,
    capacity: Option<u64>,
    lying: bool,
    hanging: bool,
    waiting: usize,
}

impl FaultDisk {
    /// An empty disk without faults.
    #[allow(clippy::new_without_default)] // A disk is never a default of anything.
    pub fn new() -> Self {
        Self::with(Image::default(), false)
    }

    /// An empty disk that remembers every operation until [`FaultDisk::recorded`] takes them.
    pub fn recording() -> Self {
        Self::with(Image::default(), true)
    }

    fn with(image: Image, recording: bool) -> Self {
        let created = image.highest_inode();
        let state = State { image, steps: recording.then(Vec::new), created, ..State::default() };
        Self { inner: Arc::new(Inner { state: Mutex::new(state), released: Condvar::new() }) }
    }

    fn lock_state(&self) -> MutexGuard<'_, State> {
        self.inner.state.lock().expect("nothing panics while it holds the disk")
    }

    /// The disk as the next process finds it after this one was killed: nothing is lost, nothing more is durable, and
    /// no lock is held. This disk goes on by itself.
    pub fn restart(&self) -> FaultDisk {
        Self::with(self.lock_state().image.clone(), false)
    }

    /// The disk after the power went now, in one of the legal states; `seed` chooses which.
    pub fn power_cut(&self, seed: u64) -> FaultDisk {
        Self::with(self.lock_state().image.power_cut(&mut Dice::new(seed)), false)
    }

    /// Adds a note to the recording, between the operations before and after this call.
    pub fn note(&self, note: u64) {
        self.lock_state().apply(Step::Note(note));
    }

    /// Takes what was recorded so far and stops recording.
    pub fn recorded(&self) -> Recording {
        Recording::new(self.lock_state().steps.take().unwrap_or_default())
    }

    /// The number of syncs of files that succeeded so far.
    pub fn syncs(&self) -> u64 {
        self.lock_state().syncs
    }

    /// The sync of a file after the next `skip` ones fails once with an I/O error. What it should have made durable
    /// never will be, although readers still see it and later syncs succeed: the behaviour of Linux.
    pub fn fail_sync_after(&self, skip: u64) {
        self.lock_state().failing_sync = Some(skip);
    }

    /// The write after the next `skip` ones fails once with an I/O error, half done.
    pub fn fail_write_after(&self, skip: u64) {
        self.lock_state().failing_write = Some(skip);
    }

    /// Room for `bytes` in all files together; `None` for no limit.
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.lock_state().capacity = bytes;
    }

    /// From now on syncs of files claim success and do nothing.
    pub fn lie_about_syncs(&self) {
        self.lock_state().lying = true;
    }

    /// From now on syncs of files wait until [`FaultDisk::release_syncs`].
    pub fn hold_syncs(&self) {
        self.lock_state().hanging = true;
    }

    /// Lets waiting syncs, and later ones, go on.
    pub fn release_syncs(&self) {
        self.lock_state().hanging = false;
        self.inner.released.notify_all();
    }

    /// The number of syncs that wait.
    pub fn waiting_syncs(&self) -> usize {
        self.lock_state().waiting
    }

    /// The bytes of a file as readers see them.
    pub fn contents(&self, path: &Path) -> io::Result<Vec<u8>> {
        let state = self.lock_state();
        Ok(state.image.seen(state.image.inode(path)?).to_vec())
    }

    /// Flips the bits of `mask` in the byte at `offset`, on the medium.
    pub fn flip(&self, path: &Path, offset: usize, mask: u8) -> io::Result<()> {
        self.damage(path, |bytes| {
            if let Some(byte) = bytes.get_mut(offset) {
                *byte ^= mask;
            }
        })
    }

    /// Overwrites the bytes at `offset`, on the medium.
    pub fn overwrite(&self, path: &Path, offset: usize, new: &[u8]) -> io::Result<()> {
        self.damage(path, |bytes| {
            if let Some(old) = bytes.get_mut(offset..offset + new.len()) {
                old.copy_from_slice(new);
            }
        })
    }

    /// Cuts a file short, on the medium.
    pub fn truncate(&self, path: &Path, size: usize) -> io::Result<()> {
        self.damage(path, |bytes| bytes.truncate(size))
    }

    fn damage(&self, path: &Path, harm: impl Fn(&mut Vec<u8>)) -> io::Result<()> {
        let mut state = self.lock_state();
        let inode = state.image.inode(path)?;
        state.image.damage(inode, harm);
        Ok(())
    }
}

impl State {
    fn apply(&mut self, step: Step) {
        self.image.apply(&step);
        if let Some(steps) = &mut self.steps {
            steps.push(step);
        }
    }

    /// Counts down to a fault; true when it is due.
    fn due(countdown: &mut Option<u64>) -> bool {
        match countdown {
            Some(0) => {
                *countdown = None;
                true
            }
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn write(&mut self, inode: u64, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut error = None;
        let mut length = bytes.len() as u64;
        if Self::due(&mut self.failing_write) {
            length /= 2;
            error = Some(io::Error::other("injected write error"));
        }
        let size = self.image.seen(inode).len() as u64;
        if let Some(capacity) = self.capacity {
            let room = capacity.saturating_sub(self.image.used());
            let limit = (size + room).saturating_sub(offset);
            if length > limit {
                length = limit;
                error = Some(io::Error::from_raw_os_error(NO_SPACE));
            }
        }
        let written = Arc::from(&bytes[..length as usize]);
        self.apply(Step::Write { inode, offset, bytes: written });
        error.map_or(Ok(()), Err)
    }
}

#[derive(Debug)]
struct FaultFile {
    disk: FaultDisk,
    inode: u64,
}

#[derive(Debug)]
struct FaultLock {
    disk: FaultDisk,
    path: PathBuf,
}

impl DiskLock for FaultLock {}

impl Drop for FaultLock {
    fn drop(&mut self) {
        self.disk.lock_state().locks.remove(&self.path);
    }
}

impl DiskFile for FaultFile {
    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        let state = self.disk.lock_state();
        let seen = state.image.seen(self.inode);
        let from = seen.get(offset as usize..).unwrap_or_default();
        let length = from.len().min(into.len());
        into[..length].copy_from_slice(&from[..length]);
        Ok(length)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.lock_state().write(self.inode, offset, bytes)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.disk.lock_state().image.seen(self.inode).len() as u64)
    }

    fn set_size(&self, size: u64) -> io::Result<()> {
        self.disk.lock_state().apply(Step::SetSize { inode: self.inode, size });
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.disk.lock_state();
        state.waiting += 1;
        while state.hanging {
            state = self.disk.inner.released.wait(state).expect("nothing panics while it holds the disk");
        }
        state.waiting -= 1;
        if State::due(&mut state.failing_sync) {
            state.apply(Step::Forget { inode: self.inode });
            return Err(io::Error::other("injected sync error"));
        }
        if !state.lying {
            state.apply(Step::Sync { inode: self.inode });
        }
        state.syncs += 1;
        Ok(())
    }
}

impl Disk for FaultDisk {
    fn create_dir(&self, _dir: &Path) -> io::Result<()> {
        // Directories are only the beginnings of names here, so every one exists.
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.lock_state();
        if state.image.inode(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.created += 1;
        let inode = state.created;
        state.apply(Step::Create { path: path.to_owned(), inode });
        Ok(Arc::new(FaultFile { disk: self.clone(), inode }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        let inode = self.lock_state().image.inode(path)?;
        Ok(Arc::new(FaultFile { disk: self.clone(), inode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.lock_state();
        state.image.inode(from)?;
        state.apply(Step::Rename { from: from.to_owned(), to: to.to_owned() });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.lock_state();
        state.image.inode(path)?;
        state.apply(Step::Remove { path: path.to_owned() });
        Ok(())
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        Ok(self.lock_state().image.names_in(dir))
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.lock_state().apply(Step::SyncDir { dir: dir.to_owned() });
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Box<dyn DiskLock>> {
        if !self.lock_state().locks.insert(path.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(FaultLock { disk: self.clone(), path: path.to_owned() }))
    }
}

#[cfg(test)]
#[path = "fault/tests.rs"]
mod tests;
