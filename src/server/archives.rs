//! Each member keeps the archive of each bundle, so that disks lost one after the other lose none.
//!
//! A new archive is on a majority before its bundle exists. What is missing here, because this member was away or its disk is
//! new, is fetched from a peer; what no bundle names, because it was never made, is removed after a while.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use sentinel_app::{Concerns, EventBus, Subscription, Watched};
use sentinel_consensus::{ClusterBlobs, StateSource};
use sentinel_machine::tables::rows;
use sentinel_machine::{Blobs, ClusterInfo, Scan, Table};
use sentinel_model::Sha256Digest;
use sentinel_model::bundle::Bundle;
use sentinel_store::blobs::BlobFiles;

/// How often to look.
const EVERY: Duration = Duration::from_secs(60);
/// How often to see whether this member has caught up; before, its state does not name everything.
const AGAIN: Duration = Duration::from_secs(1);
/// How soon after a bundle is made.
const SOON: Duration = Duration::from_secs(2);
/// How long an archive may wait for its bundle.
const GRACE: Duration = Duration::from_secs(24 * 3600);
/// What archives that nobody has are told under.
const MISSING: &str = "archives_missing";
/// Bundles read at a time.
const PAGE: usize = 500;

/// See the module.
pub struct Archives {
    /// Whether this member has caught up.
    pub info: Arc<dyn ClusterInfo>,
    /// What the cluster knows.
    pub state: Arc<dyn StateSource>,
    /// What is on this disk.
    pub here: Arc<BlobFiles>,
    /// Where the rest is.
    pub cluster: ClusterBlobs,
    /// Where to say that some are nowhere.
    pub concerns: Concerns,
}

impl Archives {
    /// Looks after them for ever.
    pub async fn keep(self, bus: EventBus) {
        let mut watching = bus.subscribe(None);
        let mut told = 0;
        loop {
            if self.info.status().unready.is_some() {
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            let missing = self.look().await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the archives of this member cannot be looked through");
                0
            });
            metrics::gauge!("archives_missing").set(missing as f64);
            self.concerns.set(MISSING, concern(missing));
            if missing > 0 && missing != told {
                tracing::error!(missing, "archives of bundles are on no member that answers");
            }
            told = missing;
            let _ = tokio::time::timeout(EVERY, news(&mut watching)).await;
        }
    }

    /// Fetches what is missing, removes what is superfluous, and says how many are still missing.
    async fn look(&self) -> anyhow::Result<usize> {
        let (state, files) = (Arc::clone(&self.state), Arc::clone(&self.here));
        let (named, found) = tokio::task::spawn_blocking(move || {
            // Listed first: what is put from now on is younger than the grace.
            let found: BTreeSet<Sha256Digest> = files.list()?.into_iter().map(|(digest, _)| digest).collect();
            anyhow::Ok((named(&*state)?, found))
        })
        .await??;
        let mut missing = 0;
        for digest in named.difference(&found) {
            match self.cluster.get(*digest).await {
                Ok(_) => tracing::info!(%digest, "an archive that was missing here is fetched"),
                Err(error) => {
                    tracing::debug!(%digest, %error, "an archive is missing here");
                    missing += 1;
                }
            }
        }
        self.collect(found.difference(&named).copied().collect()).await?;
        Ok(missing)
    }

    async fn collect(&self, digests: Vec<Sha256Digest>) -> anyhow::Result<()> {
        let files = Arc::clone(&self.here);
        let collect = move || {
            for digest in digests {
                if files.collect(digest, GRACE).with_context(|| digest.to_string())? {
                    tracing::info!(%digest, "an archive that no bundle names is removed");
                }
            }
            anyhow::Ok(())
        };
        tokio::task::spawn_blocking(collect).await?
    }
}

/// What to say of so many archives that no member has that answers.
fn concern(missing: usize) -> Option<String> {
    (missing > 0).then(|| {
        format!("archives of bundles that no member has that answers: {missing}. Bring the members back that have them")
    })
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
fn named(state: &dyn StateSource) -> anyhow::Result<BTreeSet<Sha256Digest>> {
    let (state, _) = state.view()?;
    let mut named = BTreeSet::new();
    let mut after: Option<[u8; 16]> = None;
    loop {
        let page =
            Scan { after: after.as_ref().map(|id| &id[..]), limit: PAGE, ..Scan::all(Table::Bundles, &[]) };
        let bundles: Vec<Bundle> = rows(&*state, page)?;
        named.extend(bundles.iter().map(|bundle| bundle.digest));
        match bundles.last() {
            Some(last) if bundles.len() == PAGE => after = Some(*last.id.as_bytes()),
            _ => return Ok(named),
        }
    }
}
