//! Asking another time.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Answers of an upstream after which it is asked again. A connection that is refused is not tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RetryPolicy))]
pub struct Retry {
    /// Most times that it is asked, the first one among them: 2 to 10; usually 3.
    #[serde(default = "attempts")]
    pub attempts: u32,
    /// The status codes, from 500 to 599; usually 502, 503 and 504.
    #[serde(default = "on_status")]
    pub on_status: Vec<u16>,
    /// Pause before the second time, in milliseconds; it doubles each time. Usually 100.
    #[serde(default = "backoff_ms")]
    pub backoff_ms: u64,
    /// Longest pause, in milliseconds; usually 2,000.
    #[serde(default = "max_backoff_ms")]
    pub max_backoff_ms: u64,
    /// Longest time that one attempt may take, in milliseconds; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_try_timeout_ms: Option<u64>,
    /// Also requests that may do something twice, such as POST.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub non_idempotent: bool,
}

fn attempts() -> u32 {
    3
}

fn on_status() -> Vec<u16> {
    vec![502, 503, 504]
}

fn backoff_ms() -> u64 {
    100
}

fn max_backoff_ms() -> u64 {
    2_000
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: attempts(),
            on_status: on_status(),
            backoff_ms: backoff_ms(),
            max_backoff_ms: max_backoff_ms(),
            per_try_timeout_ms: None,
            non_idempotent: false,
        }
    }
}

impl Retry {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.within(self.attempts.into(), 2..=10, at.field("attempts"));
        let statuses = at.field("on_status");
        findings.require(!self.on_status.is_empty(), statuses, "must not be empty");
        findings.distinct(&self.on_status, 32, statuses);
        for (place, status) in self.on_status.iter().enumerate() {
            findings.within((*status).into(), 500..=599, statuses.item(place));
        }
        findings.within(self.backoff_ms, 1..=60_000, at.field("backoff_ms"));
        findings.within(self.max_backoff_ms, 1..=60_000, at.field("max_backoff_ms"));
        let ordered = self.backoff_ms <= self.max_backoff_ms;
        findings.require(ordered, at.field("max_backoff_ms"), "must not be shorter than backoff_ms");
        if let Some(timeout) = self.per_try_timeout_ms {
            findings.within(timeout, 1..=3_600_000, at.field("per_try_timeout_ms"));
        }
    }
}
