//! Smaller answers.

use serde::{Deserialize, Serialize};

use crate::config::check::{At, Findings};

/// Which answers are compressed, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Compression {
    /// In this order of preference.
    pub algorithms: Vec<CompressionAlgorithm>,
    /// Smallest answer that is compressed, in bytes; usually 1,024.
    #[serde(default = "min_bytes")]
    pub min_bytes: u64,
}

/// How an answer is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum CompressionAlgorithm {
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

fn min_bytes() -> u64 {
    1_024
}

impl Compression {
    /// Checks its fields.
    pub fn check(&self, at: At<'_>, findings: &mut Findings) {
        let algorithms = at.field("algorithms");
        findings.require(!self.algorithms.is_empty(), algorithms, "must not be empty");
        findings.distinct(&self.algorithms, 3, algorithms);
        findings.within(self.min_bytes, 0..=(1 << 30), at.field("min_bytes"));
    }
}
