//! What the agent tells in its heartbeats, gathered from the tasks that know.

use std::sync::Arc;
use std::time::Duration;

use sentinel_api_types::agent::{FailureReport, Health, HeartbeatRequest};
use sentinel_model::{BundleId, Generation};
use tokio::sync::{Mutex, Notify};

use super::process::Running;
use super::prometheus::TEXT_MAX;
use super::traffic::{Counters, Meter};

/// Longest time for a look at the proxy's metrics.
const SCRAPE: Duration = Duration::from_secs(2);

/// See the module. Clones share.
#[derive(Clone, Default)]
pub struct Report(Arc<Inner>);

#[derive(Default)]
struct Inner {
    facts: Mutex<Facts>,
    changed: Notify,
}

/// What is known now.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// What the proxy has proven to run.
    pub effective: Option<(BundleId, Generation)>,
    /// What was verified and staged last.
    pub accepted: Option<(BundleId, Generation)>,
    /// Why the newest assignment did not become effective.
    pub failure: Option<FailureReport>,
    /// The process that serves.
    pub process: Option<Running>,
    /// Where its metrics are served, below its metrics address.
    pub metrics_path: String,
    /// What is measured.
    pub meter: Option<Meter>,
    /// Version of the proxy.
    pub proxy_version: Option<String>,
}

impl Report {
    /// Changes what is told, and tells it at once.
    pub async fn update(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut *self.0.facts.lock().await);
        self.0.changed.notify_one();
    }

    /// Waits for a change, at most for `interval`.
    pub async fn changed_within(&self, interval: Duration) {
        let _ = tokio::time::timeout(interval, self.0.changed.notified()).await;
    }

    /// What to say now. Without a measurement nothing is said about traffic: zeros would be a lie.
    pub async fn heartbeat(&self) -> HeartbeatRequest {
        let facts = self.0.facts.lock().await.clone();
        let serving = facts.process.as_ref().filter(|process| process.alive());
        let traffic = match (&facts.meter, serving) {
            (Some(meter), Some(process)) => {
                scrape(process, &facts.metrics_path).await.and_then(|counters| meter.traffic(&counters))
            }
            _ => None,
        };
        let status = match (serving, &facts.effective) {
            (Some(_), _) => "healthy",
            (None, None) => "idle",
            (None, Some(_)) => "down",
        };
        HeartbeatRequest {
            health: Some(Health { status: status.into() }),
            active_bundle_id: facts.effective.map(|(bundle, _)| bundle),
            staged_bundle_id: facts.accepted.map(|(bundle, _)| bundle),
            effective_generation: facts.effective.map(|(_, generation)| generation),
            accepted_generation: facts.accepted.map(|(_, generation)| generation),
            failure: facts.failure,
            traffic,
            version: Some(env!("CARGO_PKG_VERSION").into()),
            proxy_version: facts.proxy_version,
            ..HeartbeatRequest::default()
        }
    }
}

/// The counters of a process; `None` when it does not answer.
pub async fn scrape(process: &Running, path: &str) -> Option<Counters> {
    let http = reqwest::Client::builder().no_proxy().timeout(SCRAPE).build().ok()?;
    let answer = http.get(format!("http://{}{path}", process.metrics_addr)).send().await.ok()?;
    let text = answer.error_for_status().ok()?.text().await.ok()?;
    (text.len() <= TEXT_MAX).then(|| Counters::read(&text))
}

/// An interval in seconds with a tenth more or less, so that a fleet does not beat in step.
pub fn paced(seconds: u64) -> Duration {
    let interval = Duration::from_secs(seconds.max(1));
    interval.mul_f64(0.9 + 0.2 * rand::random::<f64>())
}

/// A pause of half to one and a half times as long.
pub fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + rand::random::<f64>())
}
