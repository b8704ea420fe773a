//! Backups of the cluster.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// Header of a backup's bytes: the newest log index in its state.
pub const INDEX_HEADER: &str = "x-backup-index";
/// Header of a backup's bytes: when its state was taken, in milliseconds since 1970.
pub const TAKEN_AT_HEADER: &str = "x-backup-taken-at";

/// A backup that is known to be good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Backup {
    /// When its state was taken.
    pub taken_at: Timestamp,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Where it is.
    pub place: String,
    /// Newest log index in its state.
    pub index: u64,
    /// When it was last read from front to back and found whole; null when nobody has yet.
    pub verified_at: Option<Timestamp>,
}

/// A backup in an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupBody {
    /// The backup.
    pub backup: Backup,
}

/// A backup is safe where it shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupNote {
    /// When its state was taken, as its bytes came with.
    pub taken_at: Timestamp,
    /// Bytes of the file.
    pub size_bytes: u64,
    /// Where it is, in words or as a URL. Never with a credential.
    pub place: String,
    /// Newest log index in its state, as its bytes came with.
    pub index: u64,
    /// When somebody read it from front to back and found it whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Timestamp>,
}
