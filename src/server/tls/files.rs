//! A certificate and its key in two files that somebody else replaces while the member runs.
//!
//! The files are small and read whole every few seconds: times of files miss a change within one tick of the clock, and links that are turned
//! around. The two are seldom replaced at one moment, so what does not fit together is looked at a second time before anybody
//! is told. What cannot be served with is refused; the certificate that is shown goes on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use sentinel_api_types::timestamp;
use sentinel_app::{App, Concerns};
use sentinel_model::Time;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use super::pair::Pair;
use super::serving::ServingCertificate;

/// How often to look.
const EVERY: Duration = Duration::from_secs(2);
/// Largest file that is taken for a chain or a key.
const FILE_MAX: u64 = 1 << 20;
/// What the concern is kept under.
const CONCERN: &str = "tls-files";

/// Where they are.
#[derive(Clone, Debug)]
pub struct Files {
    /// The chain.
    pub cert: PathBuf,
    /// The key of its first certificate.
    pub key: PathBuf,
}

/// What both files held at one time.
struct Read {
    cert: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Read {
    /// Tells contents apart without keeping them.
    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.cert.len().to_be_bytes());
        digest.update(&self.cert);
        digest.update(&*self.key);
        digest.finalize().into()
    }
}

impl Files {
    /// The pair in the files. One that has run out is a pair all the same: a member that does not start helps nobody.
    ///
    /// # Errors
    /// In words that name the files.
    pub async fn load(&self) -> anyhow::Result<Pair> {
        self.pair(&self.read().await?)
    }

    async fn read(&self) -> anyhow::Result<Read> {
        Ok(Read { cert: read(&self.cert).await?, key: Zeroizing::new(read(&self.key).await?) })
    }

    fn pair(&self, read: &Read) -> anyhow::Result<Pair> {
        let pair = Pair::from_pem(&read.cert, &read.key);
        pair.with_context(|| format!("{} and {}", self.cert.display(), self.key.display()))
    }

    /// The same, of what shall take the place of a pair that is good: it has to be good now.
    fn successor(&self, read: &Read, now: Time) -> anyhow::Result<Pair> {
        let pair = self.pair(read)?;
        let end = pair.not_after;
        ensure!(now <= end, "the certificate in {} ran out {}", self.cert.display(), timestamp(end));
        Ok(pair)
    }

    /// Follows the files for ever: what is new in them is shown, what is broken is told.
    ///
    /// # Errors
    /// SIGHUP cannot be listened to.
    pub async fn follow(self, certificate: ServingCertificate, app: App) -> std::io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        let mut follower = Follower::new(self, certificate);
        loop {
            follower.look(app.concerns(), app.now()).await;
            let asked = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                _ = hangup.recv() => true,
            };
            if asked {
                tracing::info!("SIGHUP: the certificate is read again");
            }
        }
    }
}

/// What was seen so far.
struct Follower {
    files: Files,
    certificate: ServingCertificate,
    /// Of which contents the pair is that is shown.
    shown: Option<[u8; 32]>,
    /// Contents that were found broken; `None` within: they could not even be read.
    broken: Option<Option<[u8; 32]>>,
    told: bool,
}

impl Follower {
    fn new(files: Files, certificate: ServingCertificate) -> Self {
        Self { files, certificate, shown: None, broken: None, told: false }
    }

    async fn look(&mut self, concerns: &Concerns, now: Time) {
        let read = self.files.read().await;
        let digest = read.as_ref().ok().map(Read::digest);
        if digest.is_some() && digest == self.shown {
            return self.well(concerns);
        }
        if self.told && self.broken == Some(digest) {
            return;
        }
        match read.and_then(|read| self.files.successor(&read, now)) {
            Ok(pair) => {
                let not_after = timestamp(pair.not_after);
                self.certificate.show(pair);
                // The first look finds what the member was started with.
                if self.shown.is_some() {
                    tracing::info!(%not_after, "a new certificate is shown to clients from now on");
                }
                self.shown = digest;
                self.well(concerns);
            }
            Err(error) if self.broken == Some(digest) => {
                let error = format!("{error:#}");
                tracing::error!(error, "the new certificate is refused; the old one is shown further on");
                let concern = format!("this member's new certificate for clients is refused: {error}");
                concerns.set(CONCERN, Some(concern));
                self.told = true;
            }
            // One of the files may be on its way.
            Err(_) => {
                self.broken = Some(digest);
                self.told = false;
            }
        }
    }

    fn well(&mut self, concerns: &Concerns) {
        (self.broken, self.told) = (None, false);
        concerns.set(CONCERN, None);
    }
}

async fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let cannot = || format!("cannot read {}", path.display());
    let file = tokio::fs::File::open(path).await.with_context(cannot)?;
    let mut bytes = Vec::new();
    file.take(FILE_MAX + 1).read_to_end(&mut bytes).await.with_context(cannot)?;
    if bytes.len() as u64 > FILE_MAX {
        bail!("{} is larger than {FILE_MAX} bytes", path.display());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
