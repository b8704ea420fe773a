//! Liveness between members: each tells the others, twice a second, what changed about the nodes that talk to it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::peers::Peers;
use crate::proto::DigestRequest;

/// How often.
const EVERY: Duration = Duration::from_millis(500);
/// Longest time that one telling may take.
const WITHIN: Duration = Duration::from_millis(1_000);
/// Largest digest, in bytes.
pub const DIGEST_MAX: usize = 8 * 1024 * 1024;

/// Where the digests come from and go to. The bytes mean nothing to consensus.
pub trait DigestSource: Send + Sync + 'static {
    /// What changed since this was last asked, at most [`DIGEST_MAX`] bytes; `None` when nothing did.
    fn changed(&self) -> Option<Bytes>;
    /// What another member said.
    fn merge(&self, from: u64, digest: Bytes);
}

/// Tells the other members for ever. A member that does not answer misses a digest; the next one of each node follows with
/// its next heartbeat.
pub(crate) async fn tell(peers: Peers, source: Arc<dyn DigestSource>) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(digest) = source.changed() else { continue };
        if digest.len() > DIGEST_MAX {
            tracing::error!(bytes = digest.len(), "a liveness digest is too large and was not sent");
            continue;
        }
        let tellings = peers.others().into_iter().map(|id| {
            let telling = tokio::time::timeout(WITHIN, tell_one(&peers, id, digest.clone()));
            async move {
                if telling.await.is_err() {
                    tracing::debug!(member = id, "a liveness digest was not taken in time");
                }
            }
        });
        futures::future::join_all(tellings).await;
    }
}

async fn tell_one(peers: &Peers, id: u64, digest: Bytes) {
    let request = DigestRequest { member_id: peers.me(), payload: digest.to_vec() };
    let told = match peers.client(id).await {
        Ok(mut client) => client.digest(request).await.map(|_| ()),
        Err(status) => Err(status),
    };
    if let Err(status) = told {
        tracing::debug!(member = id, %status, "a liveness digest was not delivered");
        peers.failed(id, &status);
    }
}
