//! Each member keeps the archive of each bundle, so that disks lost one after the other lose none, and a backup finds all of them
//! at the member that makes it.
//!
//! A new archive is on a majority before its bundle exists. What is missing here, because this member was away or its disk is
//! new, is fetched from a peer; what no bundle names, because it was never made, is removed after a while. What is here is
//! read again from time to time ([`check`]), and what became of it all is told ([`known`]).

mod args;
mod check;
mod known;
mod unnamed;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use sentinel_app::{App, EventBus, Subscription, Watched};
use sentinel_consensus::ClusterBlobs;
use sentinel_machine::tables::{Read, rows};
use sentinel_machine::{BlobError, Blobs, Consistency, ReadError, Scan, Table, View};
use sentinel_model::Sha256Digest;
use sentinel_model::bundle::Bundle;
use sentinel_store::blobs::{BlobFiles, Found};
use tokio::sync::Notify;

pub use args::ArchiveArgs;
pub use check::Check;
pub use known::Known;

use super::room::Room;
use unnamed::Unnamed;

/// How often to look, at least.
const EVERY: Duration = Duration::from_secs(60);
/// How often to see whether this member has everything that was acknowledged; before, its state does not name everything.
const AGAIN: Duration = Duration::from_secs(1);
/// How soon after a bundle is made.
const SOON: Duration = Duration::from_secs(2);
/// How long a damaged copy lies there for somebody to look at, once it is of no more use.
const ASIDE: Duration = Duration::from_secs(7 * 24 * 3600);
/// What is told of those that cannot be looked through.
const UNSEEN: &str = "archives_unseen";
/// Bundles read at a time.
const PAGE: usize = 500;

/// What earlier looks have shown.
#[derive(Default)]
struct Seen {
    unnamed: Unnamed,
    /// When the state here last had everything in it.
    all_at: Option<Instant>,
}

/// What looks after them works with.
#[derive(Clone)]
pub struct Archives {
    /// What the cluster knows, and where to say what is wrong.
    pub app: App,
    /// What is on this disk.
    pub here: Arc<BlobFiles>,
    /// Where the rest is.
    pub cluster: ClusterBlobs,
    /// Whether there is room for more.
    pub room: Room,
    /// How often, and how long.
    pub args: ArchiveArgs,
    /// Where to say what there is.
    pub known: Known,
    /// Wakes the next look.
    pub look: Arc<Notify>,
}

impl Archives {
    /// Looks after them for ever.
    pub async fn keep(self, bus: EventBus) {
        let mut watching = bus.subscribe(None);
        let mut seen = Seen::default();
        loop {
            let failed = match self.look(&mut seen).await {
                Ok(true) => None,
                Ok(false) => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(error) => Some(format!("the archives of bundles cannot be looked through: {error:#}")),
            };
            if let Some(words) = &failed {
                tracing::warn!(words);
            }
            self.app.concerns().set(UNSEEN, failed);
            let woken = async {
                tokio::select! {
                    () = news(&mut watching) => {}
                    () = self.look.notified() => {}
                }
            };
            let _ = tokio::time::timeout(EVERY.min(self.args.archive_check_every), woken).await;
        }
    }

    /// Fetches what is missing, removes what is superfluous, and tells what there is; `false` when it cannot be known now what that is.
    async fn look(&self, seen: &mut Seen) -> anyhow::Result<bool> {
        if self.app.cluster().leader.is_none() {
            return Ok(false);
        }
        // Listed first: what is put from now on is younger than the grace.
        let found = self.list().await?;
        let Some(view) = self.view(seen).await? else { return Ok(false) };
        let named = tokio::task::spawn_blocking(move || named(&*view.tables)).await??;
        let lost = self.fetch(named.iter().filter(|digest| !found.blobs.contains_key(digest)).copied()).await;
        self.collect(&found, &named, &mut seen.unnamed).await?;
        let found = self.list().await?;
        let missing = named.iter().filter(|digest| !found.blobs.contains_key(digest)).count();
        self.known.looked(&found, missing, lost, self.app.concerns());
        Ok(true)
    }

    async fn list(&self) -> anyhow::Result<Found> {
        let files = Arc::clone(&self.here);
        Ok(tokio::task::spawn_blocking(move || files.list()).await??)
    }

    /// A state with everything in it that was acknowledged by now: one that lags does not say what may go. Only where there is no room for
    /// what it lacks, a state that had everything not long ago will do: what came since names nothing that was put before the grace.
    async fn view(&self, seen: &mut Seen) -> anyhow::Result<Option<View>> {
        let now = Instant::now();
        match self.app.replica().read(Consistency::Linearizable).await {
            Ok(view) => {
                seen.all_at = Some(now);
                Ok(Some(view))
            }
            Err(ReadError::NoRoom(_))
                if seen.all_at.is_some_and(|at| now.duration_since(at) < self.args.archive_grace / 2) =>
            {
                Ok(Some(self.app.replica().read(Consistency::Stale).await?))
            }
            Err(error) => {
                tracing::debug!(%error, "archives are not looked after now");
                Ok(None)
            }
        }
    }

    /// Fetches these, and says how many are on no member that answers.
    async fn fetch(&self, missing: impl Iterator<Item = Sha256Digest>) -> usize {
        let mut lost = 0;
        for digest in missing {
            // The room that is left is for the log.
            if self.room.last().is_some_and(|(free, least)| free < least) {
                break;
            }
            match self.cluster.get(digest).await {
                Ok(_) if self.here.holds(digest) => {
                    metrics::counter!("archives_fetched_total").increment(1);
                    tracing::info!(%digest, "an archive that was missing here is fetched");
                }
                // It was fetched and could not be kept, and neither will the next one be.
                Ok(_) => break,
                Err(error) => {
                    tracing::debug!(%digest, %error, "an archive is missing here");
                    lost += usize::from(matches!(error, BlobError::NotFound(_)));
                }
            }
        }
        lost
    }

    /// Removes what no bundle names, and damaged copies that are of no more use.
    async fn collect(
        &self,
        found: &Found,
        named: &BTreeSet<Sha256Digest>,
        unnamed: &mut Unnamed,
    ) -> anyhow::Result<()> {
        let grace = self.args.archive_grace;
        let superfluous = found.blobs.keys().filter(|digest| !named.contains(digest)).copied();
        let ripe = unnamed.ripe(superfluous.collect(), Instant::now(), grace);
        let useless = |digest: &&Sha256Digest| found.blobs.contains_key(digest) || !named.contains(digest);
        let set_aside: Vec<_> = found.set_aside.iter().filter(useless).copied().collect();
        let files = Arc::clone(&self.here);
        let collect = move || {
            for digest in ripe {
                if files.collect(digest, grace).with_context(|| digest.to_string())? {
                    metrics::counter!("archives_collected_total").increment(1);
                    tracing::info!(%digest, "an archive that no bundle names is removed");
                }
            }
            for digest in set_aside {
                if files.collect_set_aside(digest, ASIDE).with_context(|| digest.to_string())? {
                    tracing::info!(%digest, "a damaged archive that was set aside is removed");
                }
            }
            anyhow::Ok(())
        };
        tokio::task::spawn_blocking(collect).await?
    }
}

/// Waits until this member learns of a bundle, and a little longer: others may follow, and its archive may be on its way.
async fn news(watching: &mut Subscription) {
    loop {
        match watching.next().await {
            Some(Watched::Event(event)) if event.kind != "bundle.compiled" => {}
            Some(Watched::Event(_) | Watched::Compacted(_)) => return tokio::time::sleep(SOON).await,
            None => return std::future::pending().await,
        }
    }
}

/// What bundles name, revoked ones too: they are evidence.
fn named(state: &dyn Read) -> anyhow::Result<BTreeSet<Sha256Digest>> {
    let mut named = BTreeSet::new();
    let mut after: Option<[u8; 16]> = None;
    loop {
        let page =
            Scan { after: after.as_ref().map(|id| &id[..]), limit: PAGE, ..Scan::all(Table::Bundles, &[]) };
        let bundles: Vec<Bundle> = rows(state, page)?;
        named.extend(bundles.iter().map(|bundle| bundle.digest));
        match bundles.last() {
            Some(last) if bundles.len() == PAGE => after = Some(*last.id.as_bytes()),
            _ => return Ok(named),
        }
    }
}
