//! Opening the file of the state: its check, and rows as an older version kept them.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redb::{
    Builder, Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, StorageError, TableHandle,
};
use sentinel_machine::{Table, TableError};

use super::medium::Medium;
use super::{RAFT, damage, definition, failed, row};

/// Under this key, beside the applied log id, stands how rows are kept.
const ROWS: &str = "rows";
/// Each with its checksum.
const SEALED: &[u8] = &[2];

/// The state cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenTablesError {
    /// It is not what was written. It can be rebuilt, from the snapshot and the log.
    #[error("the state is damaged: {0}")]
    Damaged(String),
    /// It cannot be told.
    #[error(transparent)]
    Failed(#[from] TableError),
}

/// Opens the file and checks every page that holds something: each has a checksum in the page above it.
pub(super) fn open(path: &Path, cache: usize) -> Result<Database, OpenTablesError> {
    if let Ok(what) = std::fs::read_to_string(damage::mark_of(path)) {
        return Err(OpenTablesError::Damaged(format!("found while it was in use: {what}")));
    }
    checked(cache, |builder| builder.create(path))
}

/// [`open`] on another disk.
pub(super) fn open_on(medium: Medium, cache: usize) -> Result<Database, OpenTablesError> {
    checked(cache, |builder| builder.create_with_backend(medium))
}

fn checked(
    cache: usize,
    create: impl FnOnce(&Builder) -> Result<Database, DatabaseError>,
) -> Result<Database, OpenTablesError> {
    let mut builder = Database::builder();
    builder.set_cache_size(cache).set_check_integrity_on_open(true);
    // What was never meant to be read as a database can make it panic.
    let opened = catch_unwind(AssertUnwindSafe(|| {
        let db = create(&builder).map_err(of)?;
        seal_rows(&db)?;
        Ok(db)
    }));
    opened.unwrap_or_else(|panic| Err(OpenTablesError::Damaged(words(&*panic))))
}

fn of(error: DatabaseError) -> OpenTablesError {
    let damaged = match &error {
        DatabaseError::Storage(StorageError::Corrupted(_)) => true,
        DatabaseError::Storage(StorageError::Io(error)) => {
            matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
        }
        _ => false,
    };
    if damaged { OpenTablesError::Damaged(error.to_string()) } else { OpenTablesError::Failed(failed(error)) }
}

/// Notes that rows are kept with their checksums.
pub(super) fn note_format(txn: &redb::WriteTransaction) -> Result<(), TableError> {
    let mut raft = txn.open_table(RAFT).map_err(failed)?;
    raft.insert(ROWS, SEALED).map_err(failed)?;
    Ok(())
}

/// Gives the rows of a version that kept them without checksums theirs. Nothing else can have changed them: the pages are good.
fn seal_rows(db: &Database) -> Result<(), TableError> {
    let reader = db.begin_read().map_err(failed)?;
    if reader.list_tables().map_err(failed)?.all(|table| table.name() != RAFT.name()) {
        return Ok(());
    }
    if reader.open_table(RAFT).map_err(failed)?.get(ROWS).map_err(failed)?.is_some() {
        return Ok(());
    }
    let mut txn = db.begin_write().map_err(failed)?;
    txn.set_durability(Durability::Immediate).map_err(failed)?;
    txn.set_quick_repair(true);
    for table in Table::ALL {
        let mut open = txn.open_table(definition(*table)).map_err(failed)?;
        let old = reader.open_table(definition(*table));
        // A table that came with a later version is not there yet.
        let Ok(old) = old else { continue };
        for pair in old.iter().map_err(failed)? {
            let (key, value) = pair.map_err(failed)?;
            let sealed = row::seal(*table, key.value(), value.value());
            open.insert(key.value(), sealed.as_slice()).map_err(failed)?;
        }
    }
    note_format(&txn)?;
    txn.commit().map_err(failed)
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it cannot be read")
        .to_owned()
}
