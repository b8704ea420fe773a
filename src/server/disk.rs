//! A disk that hangs shows in the log's oldest waiting write: it is measured and told, long before anything fails. And what was
//! found damaged is told until somebody has looked.

use std::path::PathBuf;
use std::time::Duration;

use sentinel_app::Concerns;
use sentinel_consensus::{LogDisk as _, Member};
use sentinel_store::{LogStore, StateMachine};

/// How often to look.
const EVERY: Duration = Duration::from_secs(1);
/// A write that waits longer than this is worth a line in the log.
const SLOW: Duration = Duration::from_secs(2);

/// What damaged state that was set aside is told under.
const STATE_DAMAGED: &str = "state_damaged";
/// What a disk that comes from the past is told under.
const OLD: &str = "disk_old";
/// What a disk that hangs is told under.
const STALLED: &str = "disk_stalled";
/// What a disk without room is told under.
pub const FULL: &str = "disk_full";
/// What a disk that cannot be written is told under.
pub const FAILED: &str = "disk_failed";

/// Watches for ever. `damaged` is where state and log are set aside.
pub async fn watch(log: LogStore, member: Member<StateMachine>, damaged: [PathBuf; 2], concerns: Concerns) {
    let mut told = false;
    loop {
        let there = damaged.iter().filter(|path| path.exists()).filter_map(|path| path.file_name());
        let there: Vec<_> = there.map(|name| name.to_string_lossy()).collect();
        let found = (!there.is_empty()).then(|| {
            format!(
                "this member's state was damaged on its disk; it was set aside as {} and rebuilt. Check the disk, then remove that",
                there.join(" and ")
            )
        });
        concerns.tell(STATE_DAMAGED, found);
        let old =
            "the disk of this member is older than what it has done; it has no vote until it has caught up";
        concerns.tell(OLD, member.lives_in_the_past().then(|| old.to_owned()));
        tokio::time::sleep(EVERY).await;
        let stalled = log.stalled();
        metrics::gauge!("log_disk_stalled_seconds").set(stalled.as_secs_f64());
        metrics::gauge!("log_disk_longest_write_seconds").set(log.latency().1.as_secs_f64());
        let slow = stalled > SLOW;
        concerns.tell(
            STALLED,
            slow.then(|| {
                format!("the disk of this member keeps the log waiting for {} ms", stalled.as_millis())
            }),
        );
        if slow && !told {
            tracing::warn!(stalled_ms = stalled.as_millis(), "the disk keeps a write of the log waiting");
        }
        told = slow;
    }
}
