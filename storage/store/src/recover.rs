//! What one member can do when the others are lost for ever: go on alone with all that it has.

use std::io;

use sentinel_consensus::types::{LogId, StoredMembership};
use sentinel_consensus::{MemberNode, TypeConfig};
use sentinel_machine::TableError;

use crate::backup::BackupError;
use crate::log_store;
use crate::restore::{RestoreError, seat_alone};
use crate::snapshots::Newest;
use crate::state_machine::apply_entry;
use crate::store::Store;

/// Payload bytes of entries applied in one transaction, about.
const BATCH: usize = 4 * 1024 * 1024;

/// What a member that does not run has on its disk.
#[derive(Clone, Debug)]
pub struct Remains {
    /// Newest entry in its log. It may be one that was never committed; what is behind it on the others is unknown here.
    pub last: Option<LogId>,
    /// Newest entry that it has applied.
    pub applied: Option<LogId>,
    /// Newest entry that it knows to be committed.
    pub committed: Option<u64>,
    /// The members as of the newest entry that it has applied.
    pub membership: StoredMembership,
}

/// Looks at what is there.
pub fn remains(store: &Store) -> Result<Remains, TableError> {
    let (applied, membership) = store.tables.applied()?;
    let wal = store.log.wal();
    let point = |point: crate::wal::LogPoint| LogId::new_term_index(point.term, point.index);
    let last = wal.last().or(wal.last_purged()).map(point).max(applied);
    let committed = wal.committed().map(|point| point.index).max(applied.map(|id| id.index));
    Ok(Remains { last, applied, committed, membership })
}

/// Applies all that is in the log, committed or not, and makes `member` the only one. Done again, it does no harm.
///
/// What was acknowledged is on the disks of a majority; so here it is too, unless the lost members were that majority. Then it is
/// lost. What is here and was never acknowledged counts from now on.
pub fn alone(store: &Store, member: u64, node: MemberNode) -> Result<LogId, RestoreError> {
    let failed =
        |error: io::Error| RestoreError::Io { what: "the log cannot be applied".into(), source: error };
    let tables = |error| RestoreError::Backup(BackupError::Tables(error));
    let wal = store.log.wal();
    let applied_index = || store.tables.applied().map(|(applied, _)| applied.map(|id| id.index));
    let applied = applied_index().map_err(tables)?;
    if applied < wal.last_purged().map(|point| point.index)
        && let Newest::Good(_, file) = store.snapshots().newest().map_err(failed)?
    {
        store.snapshots().restore(&file, &store.tables).map_err(failed)?;
    }
    let mut next = applied_index().map_err(tables)?.map_or(0, |index| index + 1);
    let end = wal.last().map_or(0, |point| point.index + 1);
    while next < end {
        let entries: Vec<openraft::alias::EntryOf<TypeConfig>> =
            log_store::read_some(wal, next, end, BATCH).map_err(failed)?;
        let Some(last) = entries.last().map(|entry| entry.log_id) else { break };
        let apply = |state: &mut dyn sentinel_machine::Write| {
            entries.iter().try_for_each(|entry| apply_entry(state, entry).map(|_| ()))
        };
        store.tables.write(last, None, apply).map_err(tables)?;
        next = last.index + 1;
    }
    let last = remains(store).map_err(tables)?.last;
    let last = last.ok_or_else(|| failed(io::Error::other("there is nothing in it")))?;
    seat_alone(store, last, member, node)?;
    Ok(last)
}
