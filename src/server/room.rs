//! Room on the disk of the data directory. Below a mark this member takes no writes, long before one of them could fail for want
//! of room: what is under way still fits, and what it has it can serve.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::statvfs::statvfs;
use sentinel_consensus::NoRoom;

use super::size::ByteSize;

/// How often to look.
const EVERY: Duration = Duration::from_millis(500);
/// Longest time for the disk to say how much room it has. One that hangs says nothing, and is told of elsewhere.
const WITHIN: Duration = Duration::from_secs(2);
/// What is written to see whether anything can be written.
const PROBE: &str = "probe";

/// Stands for a number of free bytes that is not known.
const UNKNOWN: u64 = u64::MAX;

/// How much has to be free. Clones share what was found.
#[derive(Clone, Debug)]
pub struct Room {
    dir: PathBuf,
    least: u64,
    found: Arc<AtomicU64>,
}

impl Room {
    pub fn new(dir: &Path, least: ByteSize) -> Self {
        Self { dir: dir.to_owned(), least: least.0, found: Arc::new(AtomicU64::new(UNKNOWN)) }
    }

    /// Bytes that were free at the last look, and those that have to be; `None` before the first.
    pub fn last(&self) -> Option<(u64, u64)> {
        let free = self.found.load(Ordering::Relaxed);
        (free != UNKNOWN).then_some((free, self.least))
    }

    /// What to say of so many free bytes; `None` when that is enough. Who has said something says it until there is twice the
    /// least: else it would come and go with each file that is written.
    fn judge(&self, free: u64, said: bool) -> Option<NoRoom> {
        let enough = if said { self.least.saturating_mul(2) } else { self.least };
        let (least, again) = (ByteSize(self.least), ByteSize(self.least.saturating_mul(2)));
        (free < enough).then(|| NoRoom {
            reason: format!(
                "the disk of this member is full: {} are free, less than {least}; it takes no writes and does not lead until \
                 {again} are free (--min-free)",
                ByteSize(free)
            ),
            // What is still under way when writes end has the other half.
            entries: free < self.least / 2,
        })
    }

    /// Looks for ever, and gives each finding to `tell`.
    pub async fn watch(self, mut tell: impl FnMut(Option<NoRoom>)) {
        let mut said = false;
        loop {
            if let Some(free) = self.free().await {
                self.found.store(free, Ordering::Relaxed);
                metrics::gauge!("disk_free_bytes").set(free as f64);
                let finding = self.judge(free, said);
                said = finding.is_some();
                tell(finding);
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Resolves when there is room and a file can be written: a disk that failed may be well again.
    pub async fn writable(&self) {
        loop {
            let dir = self.dir.clone();
            let probed = tokio::task::spawn_blocking(move || probe(&dir));
            let works = matches!(tokio::time::timeout(WITHIN, probed).await, Ok(Ok(Ok(()))));
            if works && self.free().await.is_some_and(|free| self.judge(free, true).is_none()) {
                return;
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn free(&self) -> Option<u64> {
        let dir = self.dir.clone();
        let asked = tokio::task::spawn_blocking(move || free(&dir));
        tokio::time::timeout(WITHIN, asked).await.ok()?.ok()?
    }
}

fn free(dir: &Path) -> Option<u64> {
    let stat = statvfs(dir).ok()?;
    Some(stat.blocks_available().saturating_mul(stat.fragment_size()))
}

fn probe(dir: &Path) -> io::Result<()> {
    let path = dir.join(PROBE);
    let mut file = File::create(&path)?;
    file.write_all(&[0; 4096])?;
    file.sync_all()?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn too_little_room_is_said_until_there_is_twice_as_much_as_needed() {
        let room = Room::new(Path::new("/"), ByteSize(64 * MIB));
        assert_eq!(room.judge(64 * MIB, false), None);
        let said = room.judge(63 * MIB, false).unwrap();
        assert!(said.reason.contains("63 MiB are free, less than 64 MiB") && !said.entries, "{said:?}");
        assert!(room.judge(31 * MIB, true).unwrap().entries);
        assert!(room.judge(127 * MIB, true).is_some());
        assert_eq!(room.judge(128 * MIB, true), None);
    }

    #[tokio::test]
    async fn a_directory_that_is_not_there_is_not_writable_and_leaves_nothing_behind_when_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let here = Room::new(dir.path(), ByteSize(0));
        here.writable().await;
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        let nowhere = Room::new(&dir.path().join("nowhere"), ByteSize(0));
        assert!(tokio::time::timeout(Duration::from_millis(50), nowhere.writable()).await.is_err());
    }
}
