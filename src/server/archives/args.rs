//! How archives are looked after.

use std::time::Duration;

use clap::Args;

use crate::server::args::duration;

/// A day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Flags of the duty that looks after them.
#[derive(Args, Clone, Debug)]
pub struct ArchiveArgs {
    /// How often every archive on this member's disk is read and compared with its digest; what is damaged is replaced from
    /// another member
    #[arg(long, env = "SENTINEL_CP_ARCHIVE_CHECK_EVERY", default_value = "24h", value_parser = duration, value_name = "TIME")]
    pub archive_check_every: Duration,
    /// How long an archive may wait for the bundle that names it. One that is removed while its bundle is being made may be lost, so
    /// this is short in tests alone
    #[arg(long, hide = true, default_value = "24h", value_parser = duration, value_name = "TIME")]
    pub archive_grace: Duration,
}

impl Default for ArchiveArgs {
    fn default() -> Self {
        Self { archive_check_every: DAY, archive_grace: DAY }
    }
}
