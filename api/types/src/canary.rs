//! Canaries: what is asked for, and how the nodes with the new bundle compare with the others.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// How a canary goes on and what it is judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CanaryConfig {
    /// Share of the nodes that have the bundle in each step, in percent: growing, the last one 100.
    #[schema(example = json!([5, 25, 50, 100]))]
    pub steps: Vec<u8>,
    /// Probability with which a bundle that is no worse is not taken back, over the whole rollout; 0.8 to 0.9999.
    pub confidence_level: f64,
    /// By how many percentage points the share of 5xx answers may be higher than that of nodes without the bundle.
    pub max_error_rate_rise: f64,
    /// By how many percentage points the share of slow answers may be higher than that of nodes without the bundle, of whose answers
    /// one in a hundred is slow; null: latency is not compared.
    pub max_slow_rise: Option<f64>,
    /// Fewest requests of either group in a step. With fewer it waits, until its deadline; it never passes.
    #[schema(minimum = 1)]
    pub min_requests: u32,
    /// How long both groups are compared in each step, in seconds.
    pub bake_seconds: u32,
}

impl Default for CanaryConfig {
    fn default() -> Self {
        Self {
            steps: vec![5, 25, 50, 100],
            confidence_level: 0.99,
            max_error_rate_rise: 0.1,
            max_slow_rise: Some(1.0),
            min_requests: 500,
            bake_seconds: 60,
        }
    }
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CanaryVerdict {
    /// There is too little to say anything.
    Gathering,
    /// Enough was seen for long enough, and nothing speaks against the bundle with the weight that is asked for.
    Fair,
    /// The bundle is worse: the rollout goes back.
    Worse,
}

/// The requests of one group of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CanaryTraffic {
    /// Answered.
    pub requests: u64,
    /// Of these, with a 5xx.
    pub errors: u64,
    /// Those whose latency was measured.
    pub timed: u64,
    /// Of these, slow.
    pub slow: u64,
}

/// The nodes with the new bundle, compared with the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CanaryAnalysis {
    /// The step that it is about.
    pub step_index: u32,
    /// How many looks were taken in this rollout.
    pub looks: u64,
    /// The first look of this step.
    pub since: Timestamp,
    /// The newest look.
    pub analyzed_at: Timestamp,
    /// What it says.
    pub verdict: CanaryVerdict,
    /// Nodes with the new bundle, in this step.
    pub canary: CanaryTraffic,
    /// Nodes without it, at the same time.
    pub control: CanaryTraffic,
    /// Answers that took longer are slow, in milliseconds; null: latency was not measured so far.
    pub slow_above_ms: Option<f64>,
    /// What speaks for a higher share of errors, to one: 1 is nothing.
    pub error_evidence: f64,
    /// What speaks for a higher share of slow answers, to one: 1 is nothing.
    pub slow_evidence: f64,
    /// How much is enough to go back.
    pub bound: f64,
    /// How it came to this, oldest first; at most 240 points.
    pub course: Vec<CanaryLook>,
}

/// A point in the course of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CanaryLook {
    /// When.
    pub at: Timestamp,
    /// In which step.
    pub step_index: u32,
    /// Nodes with the new bundle, since the point before.
    pub canary: CanaryTraffic,
    /// Nodes without it.
    pub control: CanaryTraffic,
    /// What spoke for a higher share of errors then.
    pub error_evidence: f64,
    /// What spoke for a higher share of slow answers then.
    pub slow_evidence: f64,
}
