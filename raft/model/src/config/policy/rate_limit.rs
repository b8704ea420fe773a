//! How many requests get through.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Most requests in a time; what comes on top is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RateLimit {
    /// How many requests.
    pub requests: u32,
    /// In how many seconds; usually 1.
    #[serde(default = "per_seconds", skip_serializing_if = "is_one")]
    pub per_seconds: u32,
    /// Who shares them; usually all requests of the service.
    #[serde(default, skip_serializing_if = "RateLimitBy::is_service")]
    pub by: RateLimitBy,
    /// How many more may come at once; usually none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
    /// What is answered to the others; usually 429.
    #[serde(default = "status", skip_serializing_if = "is_usual")]
    pub status: u16,
    /// Body of that answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// Who shares the requests of a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RateLimitBy {
    /// All requests of the service, on one node.
    #[default]
    Service,
    /// All requests from one address.
    ClientIp,
    /// All requests with the same value of a header.
    Header(String),
}

impl RateLimitBy {
    fn is_service(&self) -> bool {
        *self == Self::Service
    }
}

fn per_seconds() -> u32 {
    1
}

fn status() -> u16 {
    429
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_one(number: &u32) -> bool {
    *number == 1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_usual(number: &u16) -> bool {
    *number == status()
}

impl RateLimit {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.within(self.requests.into(), 1..=10_000_000, at.field("requests"));
        findings.within(self.per_seconds.into(), 1..=86_400, at.field("per_seconds"));
        findings.within(self.status.into(), 400..=599, at.field("status"));
        if let Some(burst) = self.burst {
            findings.within(burst.into(), 1..=10_000_000, at.field("burst"));
        }
        if let Some(message) = &self.message {
            findings.text(message, 500, at.field("message"));
        }
        if let RateLimitBy::Header(name) = &self.by {
            findings.header_name(name, at.field("by"));
        }
    }
}
