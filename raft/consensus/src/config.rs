//! What a member is told at its start.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use sentinel_machine::Build;
use sentinel_pki::Clock;

use crate::types::MemberNode;

/// Entries applied between two snapshots.
const SNAPSHOT_EVERY: u64 = 20_000;
/// Applied entries kept in the log behind a snapshot, for followers that are a little behind.
const LOG_KEPT: u64 = 5_000;
/// Bytes of entries in the log after which a snapshot is due, however few entries they are.
const LOG_BYTES: u64 = 256 * 1024 * 1024;

/// What a member is made of.
#[derive(Clone, Debug)]
pub struct MemberConfig {
    /// This member.
    pub id: u64,
    /// The members that form the cluster, this one among them, and where they are now, whatever the log says. Empty for a
    /// member that joins a cluster: that learns from the log who the others are.
    pub members: BTreeMap<u64, MemberNode>,
    /// Snapshots on their way in are kept here until they are installed, and the mark of a member that has not caught up yet.
    pub incoming_dir: PathBuf,
    /// How often a leader shows itself, in milliseconds.
    pub heartbeat_ms: u64,
    /// Silence of the leader after which others stand for election, shortest and longest, in milliseconds. The longest is also
    /// the lease during which nobody gives a vote to another, and both count one after the other: a leader that dies is replaced
    /// after 1 to 1.4 s by default, and one that is only slow for less than that stays.
    pub election_ms: (u64, u64),
    /// Entries applied between two snapshots.
    pub snapshot_every: u64,
    /// Applied entries kept in the log behind a snapshot.
    pub log_kept: u64,
    /// Bytes of entries after which a snapshot is made in any case, and the log behind it given up.
    pub log_bytes: u64,
    /// Longest time until a write is refused, or said to be unknown.
    pub write_within: Duration,
    /// Longest time until a linearizable read is refused for want of a majority.
    pub read_within: Duration,
    /// This member's clock.
    pub clock: Clock,
    /// What this member says of its binary.
    pub build: Build,
}

impl MemberConfig {
    /// With the defaults for members in one place.
    pub fn new(id: u64, members: BTreeMap<u64, MemberNode>, incoming_dir: PathBuf) -> Self {
        Self {
            id,
            members,
            incoming_dir,
            heartbeat_ms: 100,
            election_ms: (300, 700),
            snapshot_every: SNAPSHOT_EVERY,
            log_kept: LOG_KEPT,
            log_bytes: LOG_BYTES,
            write_within: Duration::from_secs(10),
            read_within: Duration::from_secs(5),
            clock: Clock::system(),
            build: Build::this(),
        }
    }
}
