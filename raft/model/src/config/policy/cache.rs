//! Keeping answers.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Which answers the proxy keeps, and how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = CachePolicy))]
pub struct Cache {
    /// How long an answer is kept that does not say so itself, in seconds; usually 300.
    #[serde(default = "ttl_seconds")]
    pub ttl_seconds: u64,
    /// Largest answer that is kept, in bytes; any unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
    /// Also answers that are marked as private.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// How long an old answer is given while a new one is fetched, in seconds; usually 0.
    #[serde(default, skip_serializing_if = "zero")]
    pub stale_while_revalidate_seconds: u64,
    /// How long an old answer is given while the upstream fails, in seconds; usually 0.
    #[serde(default, skip_serializing_if = "zero")]
    pub stale_if_error_seconds: u64,
    /// Methods; usually GET and HEAD.
    #[serde(default = "methods")]
    pub methods: Vec<String>,
    /// Status codes; usually 200, 203, 204, 300, 301, 308, 404 and 410.
    #[serde(default = "statuses")]
    pub statuses: Vec<u16>,
    /// Endings of paths that are never kept, without the dot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_extensions: Vec<String>,
    /// Paths that are never kept; `*` stands for anything but `/`, `**` for anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude_paths: Vec<String>,
    /// Headers of requests that answers differ by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vary: Vec<String>,
    /// Parts of the query that make no difference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore_query: Vec<String>,
}

fn ttl_seconds() -> u64 {
    300
}

fn methods() -> Vec<String> {
    vec!["GET".to_owned(), "HEAD".to_owned()]
}

fn statuses() -> Vec<u16> {
    vec![200, 203, 204, 300, 301, 308, 404, 410]
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn zero(number: &u64) -> bool {
    *number == 0
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            ttl_seconds: ttl_seconds(),
            max_bytes: None,
            private: false,
            stale_while_revalidate_seconds: 0,
            stale_if_error_seconds: 0,
            methods: methods(),
            statuses: statuses(),
            exclude_extensions: Vec::new(),
            exclude_paths: Vec::new(),
            vary: Vec::new(),
            ignore_query: Vec::new(),
        }
    }
}

impl Cache {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        const YEAR: u64 = 366 * 24 * 3_600;
        findings.within(self.ttl_seconds, 1..=YEAR, at.field("ttl_seconds"));
        if let Some(most) = self.max_bytes {
            findings.within(most, 1..=(1 << 30), at.field("max_bytes"));
        }
        let stale = at.field("stale_while_revalidate_seconds");
        findings.within(self.stale_while_revalidate_seconds, 0..=YEAR, stale);
        findings.within(self.stale_if_error_seconds, 0..=YEAR, at.field("stale_if_error_seconds"));
        let methods = at.field("methods");
        findings.require(!self.methods.is_empty(), methods, "must not be empty");
        findings.distinct(&self.methods, 2, methods);
        for (place, method) in self.methods.iter().enumerate() {
            let right = matches!(method.as_str(), "GET" | "HEAD");
            findings.require(right, methods.item(place), "only answers to GET and HEAD can be kept");
        }
        let statuses = at.field("statuses");
        findings.require(!self.statuses.is_empty(), statuses, "must not be empty");
        findings.distinct(&self.statuses, 64, statuses);
        for (place, status) in self.statuses.iter().enumerate() {
            findings.within((*status).into(), 200..=599, statuses.item(place));
        }
        let extensions = at.field("exclude_extensions");
        for (place, extension) in self.exclude_extensions.iter().enumerate() {
            let plain = extension.chars().all(|c| c.is_ascii_alphanumeric());
            let message = "must be what follows the last dot of a path, such as jpg";
            findings.require(plain, extensions.item(place), message);
        }
        for (list, name) in [
            (&self.exclude_extensions, "exclude_extensions"),
            (&self.exclude_paths, "exclude_paths"),
            (&self.ignore_query, "ignore_query"),
        ] {
            let at = at.field(name);
            findings.distinct(list, 64, at);
            for (place, text) in list.iter().enumerate() {
                let right =
                    !text.is_empty() && text.len() <= 200 && text.chars().all(|c| ('!'..='~').contains(&c));
                findings.require(
                    right,
                    at.item(place),
                    "must be 1 to 200 printable ASCII characters without blanks",
                );
            }
        }
        let vary = at.field("vary");
        findings.distinct(&self.vary, 16, vary);
        for (place, header) in self.vary.iter().enumerate() {
            findings.header_name(header, vary.item(place));
        }
    }
}
