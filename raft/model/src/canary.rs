//! A canary: the first nodes of a rollout are compared with those that do not have the new bundle yet.
//!
//! How the comparison is judged stands in the engine; here is what an operator asks for, and what is kept of it.

use serde::{Deserialize, Serialize};

use crate::{InvalidValue, RolloutId, Time};

/// Most steps of a canary.
pub const STEPS_MAX: usize = 20;
/// Most points that the course of a comparison keeps.
pub const COURSE_MAX: usize = 240;
/// Longest bake time, in seconds: a week.
pub const BAKE_MAX_S: u32 = 604_800;

/// How a canary goes on and what it is judged by. Checked by [`Canary::check`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Canary {
    /// Share of the nodes that have the bundle when each step has begun, in percent: growing, the last one 100.
    pub steps: Vec<u8>,
    /// Highest probability that a bundle which is no worse is taken back, over the whole rollout and however often one looks.
    pub alpha: f64,
    /// By how many percentage points the error ratio may be higher than that of the other nodes.
    pub error_margin: f64,
    /// By how many percentage points the share of slow answers may be higher than that of the other nodes; `None`: latency is not
    /// compared.
    pub slow_margin: Option<f64>,
    /// Fewest requests of either group in a step. With fewer it waits, until its deadline; it never passes.
    pub min_requests: u32,
    /// How long both groups are compared in each step, in seconds.
    pub bake_s: u32,
}

impl Default for Canary {
    fn default() -> Self {
        Self {
            steps: vec![5, 25, 50, 100],
            alpha: 0.01,
            error_margin: 0.1,
            slow_margin: Some(1.0),
            min_requests: 500,
            bake_s: 60,
        }
    }
}

impl Canary {
    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        let refuse =
            |field: &str, why: String| Err(InvalidValue::new(format!("canary_analysis_config.{field}"), why));
        let grows = self.steps.windows(2).all(|pair| pair[0] < pair[1]);
        let first = self.steps.first().is_some_and(|first| *first > 0);
        if self.steps.len() > STEPS_MAX || !first || !grows || self.steps.last() != Some(&100) {
            return refuse(
                "steps",
                format!(
                    "are the shares of the nodes that have the bundle after each step: 1 to {STEPS_MAX} growing numbers, the last one 100, as in 5, 25, 50, 100"
                ),
            );
        }
        if !(0.000_1..=0.2).contains(&self.alpha) {
            return refuse("confidence_level", "must lie between 0.8 and 0.9999".into());
        }
        for (field, margin) in [
            ("max_error_rate_rise", self.error_margin),
            ("max_slow_rise", self.slow_margin.unwrap_or_default()),
        ] {
            if !(0.0..=50.0).contains(&margin) {
                return refuse(field, "is in percentage points: between 0 and 50".into());
            }
        }
        if self.min_requests == 0 {
            return refuse("min_requests", "must be at least 1: nothing passes without data".into());
        }
        if self.bake_s > BAKE_MAX_S {
            return refuse("bake_seconds", format!("must be at most {BAKE_MAX_S}"));
        }
        Ok(())
    }
}

/// The requests of one group of nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// Answered.
    pub requests: u64,
    /// Of these, with a 5xx.
    pub errors: u64,
    /// Those whose latency was measured.
    pub timed: u64,
    /// Of these, slower than [`Analysis::slow_above_ms`].
    pub slow: u64,
}

impl Traffic {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            errors: self.errors.saturating_add(other.errors),
            timed: self.timed.saturating_add(other.timed),
            slow: self.slow.saturating_add(other.slow),
        }
    }
}

/// What was gathered against the bundle in one respect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Natural logarithm of what speaks for each assumed rise.
    pub logs: Vec<f64>,
    /// Looks that are in it.
    pub looks: u64,
    /// Natural logarithm of what the newest look says by itself; 0 when it says nothing.
    pub newest: f64,
    /// The other nodes as they were of late: trials and hits, older ones counting less.
    pub recent: (f64, f64),
}

/// What the comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is too little to say anything.
    Gathering,
    /// Enough was seen for long enough, and nothing speaks against the bundle with the weight that is asked for.
    Fair,
    /// The bundle is worse.
    Worse,
}

impl Verdict {
    /// Name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Gathering => "gathering",
            Verdict::Fair => "fair",
            Verdict::Worse => "worse",
        }
    }
}

/// The comparison of one rollout as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The rollout.
    pub rollout_id: RolloutId,
    /// Counts up with every look.
    pub look: u64,
    /// The step that it is about.
    pub step: u32,
    /// The first look of this step.
    pub since: Time,
    /// The newest look.
    pub at: Time,
    /// For how long both groups were compared in this step, in milliseconds.
    pub compared_ms: u64,
    /// How long the newest block lasted, in milliseconds.
    pub block_ms: u64,
    /// Looks of this step that could say something in every respect that was asked for.
    pub judged: u64,
    /// What it says.
    pub verdict: Verdict,
    /// Nodes with the new bundle, in this step.
    pub canary: Traffic,
    /// Nodes without it, at the same time.
    pub control: Traffic,
    /// Answers that took longer are slow, in milliseconds; chosen at the first look of each step from what the other nodes
    /// did. `None`: latency is not measured.
    pub slow_above_ms: Option<f64>,
    /// Evidence for a higher error ratio, over the whole rollout.
    pub errors: Evidence,
    /// Evidence for a higher share of slow answers, over the whole rollout.
    pub slow: Evidence,
    /// How it came to this, oldest first, bounded: neighbours are put together.
    pub course: Vec<Look>,
}

/// A point in the course of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// When.
    pub at: Time,
    /// In which step.
    pub step: u32,
    /// Nodes with the new bundle, since the point before.
    pub canary: Traffic,
    /// Nodes without it.
    pub control: Traffic,
    /// What spoke for a higher error ratio then: a factor, 1 is nothing.
    pub errors: f64,
    /// What spoke for a higher share of slow answers then.
    pub slow: f64,
}
