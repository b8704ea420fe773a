//! Backups of the cluster: made as a stream of encrypted bytes, and noted when they are safe where they shall be.

use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures::Stream;
use sentinel_api_types::backup::{Backup, BackupBody, BackupNote};
use sentinel_api_types::timestamp;
use sentinel_machine::commands::backup_take::BackupTake;
use sentinel_machine::{Command, Consistency, commands, level};
use sentinel_model::Time;
use sentinel_model::cluster::{BackupRecord, Cluster};

use crate::access::{Operation, Place};
use crate::app::{App, written};
use crate::caller::Caller;
use crate::change::Change;
use crate::error::AppError;

/// A backup on its way: it is whole only when the stream has ended without an error.
pub struct BackupStream {
    /// When its state was taken.
    pub taken_at: Time,
    /// Newest log index in its state.
    pub index: u64,
    /// The encrypted bytes.
    pub bytes: Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>,
}

/// Makes backups of what this member has. One at a time.
pub trait Backups: Send + Sync {
    /// Takes the state as it is now, and begins. An error in words when that cannot be done.
    fn begin(&self, now: Time) -> Result<BackupStream, AppError>;
}

impl App {
    /// Begins a backup that holds everything that was acknowledged before this call. Nothing of it is handed out before the audit log says
    /// to whom.
    pub async fn create_backup(&self, caller: &Caller) -> Result<BackupStream, AppError> {
        let view = self.replica().read(Consistency::Linearizable).await?;
        self.authorize(Operation::BackupCreate, caller, Place::Cluster, &view)?;
        let stream = self.inner().parts.backups.begin(self.now())?;
        let take = Command::from(BackupTake { member_id: self.cluster().member_id, index: stream.index });
        let level = level::of_cluster(&*view.tables)?;
        if level < take.min_level() {
            // A backup comes before the upgrade that brings the entry.
            let (actor, needed) = (caller.actor(), take.min_level());
            tracing::warn!(
                ?actor,
                index = stream.index,
                level,
                needed,
                "a backup is taken, and the audit log cannot say so at this level"
            );
            return Ok(stream);
        }
        self.commit(caller, Change::making("cluster.backup_taken"), take).await?;
        Ok(stream)
    }

    /// Takes note of a backup that is safe, so that its age can be shown.
    pub async fn note_backup(&self, caller: &Caller, request: BackupNote) -> Result<BackupBody, AppError> {
        let view = self.read(caller).await?;
        self.authorize(Operation::BackupNote, caller, Place::Cluster, &view)?;
        let millisecond = |time: sentinel_api_types::Timestamp| Time(time.as_millisecond());
        let backup = BackupRecord {
            taken_at: millisecond(request.taken_at),
            size_bytes: request.size_bytes,
            place: request.place,
            index: request.index,
            verified_at: request.verified_at.map(millisecond),
        };
        let change = Change::making("cluster.backed_up").with("index", backup.index);
        let committed = self.commit(caller, change, commands::backup_note::BackupNote { backup }).await?;
        let cluster: Cluster = written(&committed.view, b"cluster", "Cluster")?;
        let backup = cluster.backup.ok_or_else(|| AppError::not_found("Backup"))?;
        Ok(BackupBody { backup: shape(&backup) })
    }
}

/// As the API shows it.
pub(crate) fn shape(backup: &BackupRecord) -> Backup {
    Backup {
        taken_at: timestamp(backup.taken_at),
        size_bytes: backup.size_bytes,
        place: backup.place.clone(),
        index: backup.index,
        verified_at: backup.verified_at.map(timestamp),
    }
}
