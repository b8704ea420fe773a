//! Archives on their way out. Many nodes want the same few at the same time, so one copy serves them all: it is read and verified
//! once, kept while it is wanted, and shared by every answer that sends it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use sentinel_machine::BlobError;
use sentinel_model::Sha256Digest;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::error::AppError;

/// Bytes kept for requests to come. What is being sent is shared and does not count twice.
const KEPT_MAX: usize = 128 * 1024 * 1024;
/// Archives that are read and verified at the same time.
const READS_MAX: usize = 2;

/// The archives that were wanted last.
#[derive(Debug)]
pub(crate) struct Archives {
    known: Mutex<Known>,
    reads: Semaphore,
    kept_max: usize,
}

impl Default for Archives {
    fn default() -> Self {
        Self::keeping(KEPT_MAX)
    }
}

#[derive(Debug, Default)]
struct Known {
    by_digest: HashMap<Sha256Digest, Slot>,
    clock: u64,
}

#[derive(Debug, Default)]
struct Slot {
    /// Held while somebody reads it; the others wait here.
    reading: Arc<tokio::sync::Mutex<()>>,
    kept: Option<Arc<Bytes>>,
    /// Somebody is still sending it, or it is kept.
    sent: Weak<Bytes>,
    used: u64,
}

/// A share in an archive.
struct Share(Arc<Bytes>);

impl AsRef<[u8]> for Share {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Archives {
    fn keeping(kept_max: usize) -> Self {
        Self { known: Mutex::default(), reads: Semaphore::new(READS_MAX), kept_max }
    }

    /// The archive with this digest; `read` fetches and verifies it, once for all who want it at the same time.
    async fn get(
        &self,
        digest: Sha256Digest,
        read: impl Future<Output = Result<Bytes, BlobError>>,
    ) -> Result<Bytes, AppError> {
        let reading = match self.look_up(digest) {
            Ok(bytes) => return Ok(bytes),
            Err(reading) => reading,
        };
        let _first = reading.lock().await;
        // Whoever held this before us has read it, unless that failed.
        if let Ok(bytes) = self.look_up(digest) {
            return Ok(bytes);
        }
        let _permit = self.reads.acquire().await.map_err(AppError::internal)?;
        Ok(self.keep(digest, read.await?))
    }

    /// The bytes, or else where to wait for them.
    fn look_up(&self, digest: Sha256Digest) -> Result<Bytes, Arc<tokio::sync::Mutex<()>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.clock += 1;
        let now = known.clock;
        let slot = known.by_digest.entry(digest).or_default();
        slot.used = now;
        let Some(bytes) = slot.sent.upgrade() else { return Err(slot.reading.clone()) };
        // One that was let go, but is still being sent, is wanted again.
        slot.kept = Some(bytes.clone());
        known.let_go(self.kept_max);
        Ok(Bytes::from_owner(Share(bytes)))
    }

    fn keep(&self, digest: Sha256Digest, bytes: Bytes) -> Bytes {
        let bytes = Arc::new(bytes);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = known.by_digest.entry(digest).or_default();
        slot.sent = Arc::downgrade(&bytes);
        slot.kept = Some(bytes.clone());
        known.let_go(self.kept_max);
        Bytes::from_owner(Share(bytes))
    }
}

impl Known {
    /// Lets go of what was wanted longest ago, until the rest is small enough.
    fn let_go(&mut self, kept_max: usize) {
        let mut kept: Vec<(u64, Sha256Digest, usize)> = Vec::new();
        for (digest, slot) in &self.by_digest {
            kept.extend(slot.kept.as_ref().map(|bytes| (slot.used, *digest, bytes.len())));
        }
        kept.sort_unstable_by_key(|(used, ..)| *used);
        let mut size: usize = kept.iter().map(|(.., size)| size).sum();
        for (_, digest, length) in kept {
            if size <= kept_max {
                break;
            }
            if let Some(slot) = self.by_digest.get_mut(&digest) {
                slot.kept = None;
                size -= length;
            }
        }
        // What nobody has, reads or waits for leaves no trace.
        self.by_digest.retain(|_, slot| slot.sent.strong_count() > 0 || Arc::strong_count(&slot.reading) > 1);
    }
}

impl App {
    /// The archive with this digest, verified, shared with everybody who sends it now.
    pub(crate) async fn archive(&self, digest: Sha256Digest) -> Result<Bytes, AppError> {
        self.inner().archives.get(digest, self.blobs().get(digest)).await
    }

    /// The same, but from the disk: what was kept of it says nothing about that.
    pub(crate) async fn archive_on_disk(&self, digest: Sha256Digest) -> Result<Bytes, AppError> {
        let _permit = self.inner().archives.reads.acquire().await.map_err(AppError::internal)?;
        Ok(self.blobs().get(digest).await?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn digest(n: u8) -> Sha256Digest {
        Sha256Digest([n; 32])
    }

    struct Disk {
        archives: Archives,
        reads: AtomicUsize,
    }

    impl Disk {
        fn keeping(kept_max: usize) -> Self {
            Self { archives: Archives::keeping(kept_max), reads: AtomicUsize::new(0) }
        }

        async fn get(&self, n: u8) -> Bytes {
            let read = async {
                self.reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(Bytes::from(vec![n; 1_000]))
            };
            self.archives.get(digest(n), read).await.unwrap()
        }

        fn reads(&self) -> usize {
            self.reads.load(Ordering::SeqCst)
        }
    }

    #[tokio::test]
    async fn everybody_who_wants_an_archive_shares_one_copy_that_was_read_once() {
        let disk = Disk::keeping(10_000);
        let all = futures::future::join_all((0..50).map(|_| disk.get(1))).await;
        assert_eq!(disk.reads(), 1);
        assert!(all.iter().all(|bytes| bytes.as_ptr() == all[0].as_ptr()));
        assert_eq!(disk.get(1).await.as_ptr(), all[0].as_ptr());
        assert_eq!((disk.get(2).await[0], disk.reads()), (2, 2));
    }

    #[tokio::test]
    async fn what_was_wanted_longest_ago_is_let_go_and_shared_as_long_as_it_is_sent() {
        let disk = Disk::keeping(2_500);
        let sending = disk.get(1).await;
        for n in [2, 3, 2, 4] {
            disk.get(n).await;
        }
        assert_eq!(disk.reads(), 4);
        assert_eq!(disk.get(1).await.as_ptr(), sending.as_ptr(), "no second copy beside the one being sent");
        assert_eq!(disk.reads(), 4);
        drop(sending);
        disk.get(3).await;
        assert_eq!(disk.reads(), 5, "nobody had it any more");
        assert!(disk.archives.known.lock().unwrap().by_digest.len() <= 2);
    }

    #[tokio::test]
    async fn a_failed_read_is_told_and_leaves_nothing_behind() {
        let archives = Archives::keeping(10_000);
        let lost = archives.get(digest(1), async { Err(BlobError::NotFound(digest(1))) }).await;
        assert!(matches!(lost, Err(AppError::Internal(_))));
        let found = archives.get(digest(1), async { Ok(Bytes::from_static(b"back")) }).await.unwrap();
        assert_eq!(&found[..], b"back");
    }

    #[tokio::test]
    async fn few_archives_are_read_at_the_same_time() {
        let archives = Archives::keeping(1_000_000);
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let reads = (0..20).map(|n| {
            archives.get(digest(n), async {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(Bytes::from_static(b"x"))
            })
        });
        futures::future::join_all(reads).await;
        assert_eq!(most.load(Ordering::SeqCst), READS_MAX);
    }
}
