//! What holds for the whole proxy.

use serde::{Deserialize, Serialize};

use super::Reference;
use super::check::{At, Findings, PATH_MAX};

/// What holds for the whole proxy; what is not given is as the proxy has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ConfigSettings))]
pub struct Settings {
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Threads that serve; one for each processor unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker_threads: Option<u32>,
    /// Most requests per second of a whole node, of those that go to an upstream; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// What requests may be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// A line for each request; none unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_log: Option<AccessLog>,
    /// Where kept answers are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheStore>,
}

/// What requests may be like; others are answered with 500 by this version of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = RequestLimits))]
pub struct Limits {
    /// Most bytes of all headers together; usually 8,192.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_header_bytes: Option<u64>,
    /// Most headers, at most 254; usually 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_header_count: Option<u64>,
    /// Most bytes of a body, at least 1 MiB; usually 10 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_body_bytes: Option<u64>,
}

/// A line for each request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AccessLog {
    /// Where it is written on the node. Its directory must exist there.
    pub path: String,
    /// What a line looks like; usually JSON.
    #[serde(default, skip_serializing_if = "is_json")]
    pub format: AccessLogFormat,
}

/// What a line of the access log looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum AccessLogFormat {
    /// A JSON object.
    #[default]
    Json,
    /// Apache's combined format, with the trace id and the duration.
    Combined,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_json(format: &AccessLogFormat) -> bool {
    *format == AccessLogFormat::Json
}

/// Where kept answers are kept: in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CacheStore {
    /// Most bytes; usually 100 MiB.
    #[serde(default = "max_bytes")]
    pub max_bytes: u64,
    /// Whether answers say if they were kept, by a header `Cache-Status` ([RFC 9211](https://www.rfc-editor.org/rfc/rfc9211)).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub status_header: bool,
}

fn max_bytes() -> u64 {
    100 << 20
}

impl Settings {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        findings.titles(&self.name, "", at);
        if let Some(threads) = self.worker_threads {
            findings.within(threads.into(), 1..=256, at.field("worker_threads"));
        }
        if let Some(requests) = self.requests_per_second {
            findings.within(requests.into(), 1..=100_000_000, at.field("requests_per_second"));
        }
        if let Some(limits) = &self.limits {
            let at = at.field("limits");
            let bounds = [
                (limits.max_header_bytes, 256..=((1 << 20) - 1), "max_header_bytes"),
                (limits.max_header_count, 4..=254, "max_header_count"),
                (limits.max_body_bytes, (1 << 20)..=(1 << 40), "max_body_bytes"),
            ];
            for (number, bounds, name) in bounds {
                if let Some(number) = number {
                    findings.within(number, bounds, at.field(name));
                }
            }
        }
        if let Some(log) = &self.access_log {
            let at = at.field("access_log");
            let right = log.path.starts_with('/')
                && log.path.len() <= PATH_MAX
                && !log.path.ends_with('/')
                && !log.path.split('/').any(|part| part == "..")
                && !log.path.chars().any(char::is_control);
            let message =
                "must be the whole path of a file on the node, such as /var/log/zentinel/access.log";
            findings.require(right, at.field("path"), message);
        }
        if let Some(cache) = &self.cache {
            findings.within(cache.max_bytes, (1 << 20)..=(1 << 40), at.field("cache").field("max_bytes"));
        }
    }

    /// It names nothing.
    pub fn references(&self) -> Vec<Reference<'_>> {
        Vec::new()
    }
}
