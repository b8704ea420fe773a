//! Reads every archive on this member's disk from time to time: a disk that changes what it has says nothing by itself, and the copy
//! that is read first when it is needed should not be the one that is found damaged then.

use std::sync::Arc;
use std::time::Duration;

use sentinel_consensus::LocalBlobs;
use sentinel_machine::Blobs;
use sentinel_model::Sha256Digest;
use sentinel_store::blobs::Piece;

use super::Archives;

/// The first round comes so soon after the start, when it is not due earlier.
const FIRST: Duration = Duration::from_secs(5 * 60);
/// Bytes read in a second: a small part of what disks can do, so that nobody waits for it.
const PER_SECOND: u32 = 8 * 1024 * 1024;
/// Shortest pause between two pieces.
const PAUSE: Duration = Duration::from_millis(2);
/// What is told of those that could not be read.
const UNREAD: &str = "archives_unread";

/// What became of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// It was removed meanwhile.
    Gone,
    /// It is set aside.
    Damaged,
}

/// See the module.
pub struct Check(pub Archives);

impl Check {
    /// Reads for ever.
    pub async fn keep(self) {
        let every = self.0.args.archive_check_every;
        tokio::time::sleep(FIRST.min(every).mul_f64(rand::random_range(0.5..=1.0))).await;
        loop {
            self.round().await;
            // So that members do not read in step.
            tokio::time::sleep(every.mul_f64(rand::random_range(0.9..=1.1))).await;
        }
    }

    /// Reads each of them once.
    async fn round(&self) {
        let mut unread = match self.0.list().await {
            Ok(found) => self.each(found.blobs.into_keys().collect()).await,
            Err(error) => Some(format!("{error:#}")),
        };
        if unread.is_none() {
            self.0.known.checked(self.0.app.now());
        }
        let words = unread.take().map(|error| {
            format!("not all archives of bundles could be read to see whether they are damaged: {error}")
        });
        self.0.app.concerns().set(UNREAD, words);
    }

    /// Reads these; gives the last error of those that could not be read.
    async fn each(&self, digests: Vec<Sha256Digest>) -> Option<String> {
        let mut unread = None;
        for digest in digests {
            match self.read(digest).await {
                Ok(Verdict::Good) => metrics::counter!("archives_checked_total").increment(1),
                Ok(Verdict::Gone) => {}
                Ok(Verdict::Damaged) => self.mend(digest).await,
                Err(error) => {
                    tracing::warn!(%digest, %error, "an archive cannot be read now");
                    unread = Some(error.to_string());
                }
            }
        }
        unread
    }

    /// Reads one, without haste.
    async fn read(&self, digest: Sha256Digest) -> anyhow::Result<Verdict> {
        let files = Arc::clone(&self.0.here);
        let opened = tokio::task::spawn_blocking(move || files.reading(digest)).await??;
        let Some(mut reading) = opened else { return Ok(Verdict::Gone) };
        loop {
            let read_on = tokio::task::spawn_blocking(move || (reading.read_on(), reading));
            let (piece, back) = read_on.await?;
            reading = back;
            match piece? {
                Piece::Bytes(bytes) => tokio::time::sleep(pause(bytes)).await,
                Piece::Good => return Ok(Verdict::Good),
                Piece::Damaged => break,
            }
        }
        // Looked at again before it is set aside.
        let files = Arc::clone(&self.0.here);
        let good = tokio::task::spawn_blocking(move || files.get(digest)).await??;
        Ok(if good.is_some() { Verdict::Good } else { Verdict::Damaged })
    }

    /// Puts a good copy of a peer in the place of one that was set aside.
    async fn mend(&self, digest: Sha256Digest) {
        metrics::counter!("archives_damaged_total").increment(1);
        match self.0.cluster.get(digest).await {
            Ok(_) if self.0.here.holds(digest) => {
                metrics::counter!("archives_mended_total").increment(1);
                tracing::warn!(%digest, "an archive that was damaged is replaced by a good copy of another member");
            }
            Ok(_) => tracing::error!(%digest, "a good copy of a damaged archive cannot be kept"),
            Err(error) => tracing::error!(%digest, %error, "a damaged archive cannot be replaced"),
        }
        self.0.look.notify_one();
    }
}

/// How long to wait after so many bytes.
fn pause(bytes: usize) -> Duration {
    let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
    PAUSE.max(Duration::from_secs(1).mul_f64(f64::from(bytes) / f64::from(PER_SECOND)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_takes_as_long_as_it_shall() {
        assert_eq!(pause(0), PAUSE);
        assert_eq!(pause(1), PAUSE);
        assert_eq!(pause(PER_SECOND as usize), Duration::from_secs(1));
        assert_eq!(pause(256 * 1024), Duration::from_micros(31_250));
    }
}
