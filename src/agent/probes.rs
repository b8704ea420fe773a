//! How often the agent asked one proxy process for a status page. The proxy counts each as an error of its own, so the number
//! is subtracted from what it measures.

use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

/// See the module. Clones count together. Holding the lock keeps scrapes and probes apart, so that a scrape never sees a probe
/// that is not counted yet.
#[derive(Clone, Debug, Default)]
pub struct Probes(Arc<Mutex<u64>>);

impl Probes {
    /// The number, to be raised by whoever asks the proxy meanwhile.
    pub async fn lock(&self) -> MutexGuard<'_, u64> {
        self.0.lock().await
    }
}
