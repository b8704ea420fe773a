//! How much the bundles of a project may hold.
//!
//! Each archive is on every member's disk for as long as its bundle exists, so a project that makes one with every commit fills the
//! disks of all. A revoked bundle counts no more, but its archive stays: it is evidence. Looked at when a bundle is made, not when the log is applied: bundles that are made at the same time may go beyond the
//! limit together, each by itself does not.

use sentinel_machine::{Read, bundle_bytes};
use sentinel_model::ProjectId;

use crate::app::App;
use crate::error::AppError;

impl App {
    /// Refuses an archive of so many bytes for which the project has no room.
    pub(super) fn require_room(
        &self,
        read: &dyn Read,
        project: ProjectId,
        size: u64,
    ) -> Result<(), AppError> {
        let (used, most) = (bundle_bytes::of(read, project)?, self.settings().project_bundle_bytes);
        if used.saturating_add(size) <= most {
            return Ok(());
        }
        Err(AppError::Conflict(format!(
            "the bundles of this project hold {} of at most {} MiB, and there is no room for another: revoke bundles that no node is to run \
             again, oldest first (the list of bundles has their sizes), or raise --project-bundle-bytes at every member",
            mib(used),
            mib(most)
        )))
    }
}

/// Rounded up to a tenth, so that something never looks like nothing.
fn mib(bytes: u64) -> String {
    let tenths = u128::from(bytes).saturating_mul(10).div_ceil(1 << 20);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::mib;

    #[test]
    fn something_never_looks_like_nothing() {
        assert_eq!(mib(0), "0.0");
        assert_eq!(mib(1), "0.1");
        assert_eq!(mib(1 << 30), "1024.0");
        assert_eq!(mib((1 << 20) + 1), "1.1");
    }
}
