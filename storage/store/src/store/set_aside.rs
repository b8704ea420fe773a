//! State that fails its check is set aside, not deleted: somebody may want to look at it. What it held is in the snapshot and
//! the log, which have checksums of their own; where the snapshot is damaged as well, the log is set aside with them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::OpenError;
use crate::disk::Disk;
use crate::tables::{OpenTablesError, StateTables};

/// The state tables.
const STATE: &str = "state.redb";
/// The last ones that were damaged.
pub(super) const DAMAGED: &str = "state.redb.damaged";
/// The write-ahead log.
pub(super) const LOG: &str = "raft-log";
/// The last one that was of no use without its state.
pub(super) const LOG_DAMAGED: &str = "raft-log.damaged";

/// Opens the state; when it is damaged it is set aside, and an empty one takes its place.
pub(super) fn open_state(dir: &Path) -> Result<StateTables, OpenError> {
    let path = dir.join(STATE);
    match StateTables::open(&path) {
        Ok(tables) => Ok(tables),
        Err(OpenTablesError::Failed(error)) => Err(error.into()),
        Err(OpenTablesError::Damaged(what)) => {
            tracing::error!(
                path = %path.display(),
                what,
                "the state is damaged: it is set aside as {DAMAGED} and rebuilt from snapshot and log"
            );
            state(dir).map_err(|source| OpenError::Io {
                what: format!("cannot set {} aside", path.display()),
                source,
            })?;
            StateTables::open(&path).map_err(|error| refused(&path, error))
        }
    }
}

/// [`open_state`] on another disk, on which nothing may be damaged.
pub(super) fn open_state_on(disk: &dyn Disk, dir: &Path) -> Result<StateTables, OpenError> {
    let path = dir.join(STATE);
    StateTables::open_on(disk, &path).map_err(|error| refused(&path, error))
}

fn refused(path: &Path, error: OpenTablesError) -> OpenError {
    match error {
        OpenTablesError::Failed(error) => error.into(),
        OpenTablesError::Damaged(what) => {
            OpenError::Io { what: format!("cannot use {}", path.display()), source: io::Error::other(what) }
        }
    }
}

/// Sets the log aside.
pub(super) fn log(dir: &Path) -> io::Result<()> {
    let aside = dir.join(LOG_DAMAGED);
    absent_is_fine(fs::remove_dir_all(&aside))?;
    absent_is_fine(fs::rename(dir.join(LOG), aside))?;
    File::open(dir)?.sync_all()
}

/// Sets the state aside.
pub(super) fn state(dir: &Path) -> io::Result<()> {
    let path = dir.join(STATE);
    // Whether a crash comes before, between or after: a state that is not there is rebuilt, and so is one with the mark.
    absent_is_fine(fs::rename(&path, dir.join(DAMAGED)))?;
    File::open(dir)?.sync_all()?;
    absent_is_fine(fs::remove_file(crate::tables::mark_of(&path)))?;
    File::open(dir)?.sync_all()
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
