//! What one member can do when the others are lost for ever: go on alone with all that it has.

use std::io;

use openraft::EntryPayload;
use openraft::alias::EntryOf;
use sentinel_consensus::types::{LogId, StoredMembership};
use sentinel_consensus::{MemberNode, TypeConfig};
use sentinel_machine::{Command, Envelope, TableError, query};
use sentinel_model::Epoch;

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
    /// The members as of the newest entry that names them, applied or not.
    pub membership: StoredMembership,
    /// The epoch as of the newest entry that begins one, applied or not.
    pub epoch: Epoch,
}

/// Looks at what is there. The state may be from long before a kill: what it lacks is in a snapshot and in the log, so the log is read to
/// its end. Nothing of the log is applied.
pub fn remains(store: &Store) -> Result<Remains, RestoreError> {
    adopt_snapshot(store)?;
    let (applied, mut membership) = store.tables.applied().map_err(tables)?;
    let mut epoch = query::epoch(&*store.tables.reader().map_err(tables)?).map_err(tables)?;
    each_behind(store, applied.map(|id| id.index), |entries| {
        for entry in entries {
            match &entry.payload {
                EntryPayload::Membership(members) => {
                    membership = StoredMembership::new(Some(entry.log_id), members.clone());
                }
                EntryPayload::Normal(bytes) => {
                    if let Ok(Envelope { command: Command::EpochBegin(begun), .. }) =
                        Envelope::decode(&bytes.0)
                    {
                        epoch = epoch.max(begun.epoch);
                    }
                }
                EntryPayload::Blank => {}
            }
        }
        Ok(())
    })?;
    let wal = store.log.wal();
    let point = |point: crate::wal::LogPoint| LogId::new_term_index(point.term, point.index);
    let last = wal.last().or(wal.last_purged()).map(point).max(applied);
    let committed = wal.committed().map(|point| point.index).max(applied.map(|id| id.index));
    Ok(Remains { last, applied, committed, membership, epoch })
}

fn failed(source: io::Error) -> RestoreError {
    RestoreError::Io { what: "the log cannot be read".into(), source }
}

fn tables(error: TableError) -> RestoreError {
    RestoreError::Backup(BackupError::Tables(error))
}

/// Takes the snapshot for the state where the state lacks what the log has given up.
fn adopt_snapshot(store: &Store) -> Result<(), RestoreError> {
    let applied = store.tables.applied().map_err(tables)?.0.map(|id| id.index);
    if applied < store.log.wal().last_purged().map(|point| point.index)
        && let Newest::Good(_, file) = store.snapshots().newest().map_err(failed)?
    {
        store.snapshots().restore(&file, &store.tables).map_err(failed)?;
    }
    Ok(())
}

/// Calls `work` with the entries behind `index`, some at a time, to the end of the log.
fn each_behind(
    store: &Store,
    index: Option<u64>,
    mut work: impl FnMut(&[EntryOf<TypeConfig>]) -> Result<(), RestoreError>,
) -> Result<(), RestoreError> {
    let wal = store.log.wal();
    let mut next = index.map_or(0, |index| index + 1);
    let end = wal.last().map_or(0, |point| point.index + 1);
    while next < end {
        let entries = log_store::read_some(wal, next, end, BATCH).map_err(failed)?;
        let Some(last) = entries.last() else { break };
        next = last.log_id.index + 1;
        work(&entries)?;
    }
    Ok(())
}

/// Applies all that is in the log, committed or not, and makes `member` the only one. Done again, it does no harm.
///
/// What was acknowledged is on the disks of a majority; so here it is too, unless the lost members were that majority. Then it is
/// lost. What is here and was never acknowledged counts from now on.
pub fn alone(store: &Store, member: u64, node: MemberNode) -> Result<LogId, RestoreError> {
    adopt_snapshot(store)?;
    let applied = store.tables.applied().map_err(tables)?.0.map(|id| id.index);
    each_behind(store, applied, |entries| {
        let Some(last) = entries.last().map(|entry| entry.log_id) else { return Ok(()) };
        let apply = |state: &mut dyn sentinel_machine::Write| {
            entries.iter().try_for_each(|entry| apply_entry(state, entry).map(|_| ()))
        };
        store.tables.write(last, None, apply).map_err(tables)
    })?;
    let last = remains(store)?.last;
    let last = last.ok_or_else(|| failed(io::Error::other("there is nothing in it")))?;
    seat_alone(store, last, member, node)?;
    Ok(last)
}
