//! A disk that hangs shows in the log's oldest waiting write: it is measured and told, long before anything fails.

use std::time::Duration;

use sentinel_store::LogStore;

/// How often to look.
const EVERY: Duration = Duration::from_secs(1);
/// A write that waits longer than this is worth a line in the log.
const SLOW: Duration = Duration::from_secs(2);

/// Watches for ever.
pub async fn watch(log: LogStore) {
    let mut told = false;
    loop {
        tokio::time::sleep(EVERY).await;
        let stalled = log.stalled();
        metrics::gauge!("log_disk_stalled_seconds").set(stalled.as_secs_f64());
        let slow = stalled > SLOW;
        if slow && !told {
            tracing::warn!(stalled_ms = stalled.as_millis(), "the disk keeps a write of the log waiting");
        }
        told = slow;
    }
}
