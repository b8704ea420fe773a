//! What a node says of itself in heartbeats. Lives in members' memory, never in the log.

use serde::{Deserialize, Serialize};

use crate::{Generation, NodeId, Time};

/// The newest word of one node, as some member heard it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeSample {
    /// The node.
    pub node_id: NodeId,
    /// When the member heard it, by that member's clock.
    pub heard_at: Time,
    /// The agent calls its proxy healthy.
    pub healthy: bool,
    /// The generation that the proxy has proven to run.
    pub effective: Generation,
    /// Traffic since that generation became effective. `None`: the agent has no measurement.
    pub traffic: Option<TrafficSample>,
    /// How long the answers of that traffic took: how many took at most so long, by rising bounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<LatencyCount>,
    /// What the proxy uses. `None`: the agent has no measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageSample>,
    /// Within how long it was told to speak again, in milliseconds; zero from members of a version that did not keep that.
    #[serde(default)]
    pub next_within_ms: u64,
}

/// Most bounds of a histogram of latencies.
pub const LATENCY_BOUNDS_MAX: usize = 32;

/// One bar of a cumulative histogram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyCount {
    /// Upper bound in milliseconds; `None`: no bound, all of them.
    pub up_to_ms: Option<f64>,
    /// Answers that took at most so long.
    pub requests: u64,
}

/// Silence after which a node is offline that was told to speak again within so long: three such times, and never less than
/// what is asked for.
pub fn silent_after_ms(next_within_ms: u64, least_ms: u64) -> u64 {
    least_ms.max(next_within_ms.saturating_mul(3))
}

/// Age up to which its heartbeat counts as fresh: half as long again, and never less than what is asked for.
pub fn fresh_for_ms(next_within_ms: u64, least_ms: u64) -> u64 {
    least_ms.max(next_within_ms.saturating_add(next_within_ms / 2))
}

impl NodeSample {
    /// As a clock has timed it that is ahead by `ms` milliseconds.
    #[must_use]
    pub fn moved(self, ms: u64) -> Self {
        Self { heard_at: self.heard_at.plus_ms(ms), ..self }
    }
}

/// What a proxy uses, over a window that lies wholly after a switch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageSample {
    /// Which generation it ran.
    pub generation: Generation,
    /// Length of the window in milliseconds.
    pub window_ms: u64,
    /// Processor time in the window, in percent of one processor.
    pub cpu_percent: Option<f64>,
    /// Memory at its end, in percent of what the machine has.
    pub memory_percent: Option<f64>,
}

/// Traffic through a proxy over a window that lies wholly after a switch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrafficSample {
    /// Which generation served it.
    pub generation: Generation,
    /// Length of the window in milliseconds.
    pub window_ms: u64,
    /// Requests answered in the window, without the agent's own probes.
    pub requests: u64,
    /// Of these, answered with a 5xx.
    pub errors: u64,
    /// Median latency in milliseconds.
    pub p50_ms: f64,
    /// 95th percentile in milliseconds.
    pub p95_ms: f64,
    /// 99th percentile in milliseconds.
    pub p99_ms: f64,
}

impl TrafficSample {
    /// Errors in percent of the requests; `None` without requests.
    pub fn error_percent(&self) -> Option<f64> {
        (self.requests > 0).then(|| self.errors as f64 * 100.0 / self.requests as f64)
    }
}
