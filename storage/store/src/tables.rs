//! The replicated state in redb.
//!
//! Each batch of applied entries is one transaction that carries the newest applied log id with it. Batches are not synced
//! one by one: the log is, and state is rebuilt from it after an unclean stop. A checkpoint makes state durable from time to
//! time, and always before anything of the log is given up.

mod medium;

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::Path;
use std::sync::Arc;

use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction,
};
use sentinel_consensus::types::{LogId, SnapshotMeta, StoredMembership};
use sentinel_consensus::{SnapshotFile, StateSource};
use sentinel_machine::tables::Pair;
use sentinel_machine::{Order, Read, Scan, Table, TableError, Write};

use crate::disk::Disk;
use crate::snapshots;
use medium::Medium;

/// Pages kept in memory.
const CACHE: usize = 64 * 1024 * 1024;
/// The machine's own rows: the applied log id and the membership.
const RAFT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("raft");
const APPLIED: &str = "applied";
const MEMBERSHIP: &str = "membership";

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn definition(table: Table) -> Definition {
    TableDefinition::new(table.name())
}

fn failed(error: impl std::fmt::Display) -> TableError {
    TableError { table: "state", message: error.to_string() }
}

/// See the module.
pub struct StateTables {
    db: Database,
}

impl StateTables {
    /// Opens the file, making it when it is not there.
    pub fn open(path: &Path) -> Result<Self, TableError> {
        let db = Database::builder().set_cache_size(CACHE).create(path).map_err(failed)?;
        let tables = Self { db };
        tables.checkpoint()?;
        Ok(tables)
    }

    /// [`StateTables::open`] on another disk.
    pub fn open_on(disk: &dyn Disk, path: &Path) -> Result<Self, TableError> {
        let file = match disk.open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = disk.create(path).map_err(failed)?;
                if let Some(dir) = path.parent() {
                    disk.sync_dir(dir).map_err(failed)?;
                }
                file
            }
            found => found.map_err(failed)?,
        };
        let db =
            Database::builder().set_cache_size(CACHE).create_with_backend(Medium(file)).map_err(failed)?;
        let tables = Self { db };
        tables.checkpoint()?;
        Ok(tables)
    }

    /// The newest applied log id and the newest membership.
    pub fn applied(&self) -> Result<(Option<LogId>, StoredMembership), TableError> {
        let txn = self.db.begin_read().map_err(failed)?;
        let raft = txn.open_table(RAFT).map_err(failed)?;
        let row = |key| raft.get(key).map_err(failed);
        let decoded = |bytes: &[u8]| rmp_serde::from_slice(bytes).map_err(failed);
        let applied = row(APPLIED)?.map(|bytes| decoded(bytes.value())).transpose()?;
        let membership = row(MEMBERSHIP)?.map(|bytes| rmp_serde::from_slice(bytes.value()).map_err(failed));
        Ok((applied, membership.transpose()?.unwrap_or_default()))
    }

    /// Makes everything applied so far durable.
    pub fn checkpoint(&self) -> Result<(), TableError> {
        let mut txn = self.db.begin_write().map_err(failed)?;
        txn.set_durability(Durability::Immediate).map_err(failed)?;
        txn.set_quick_repair(true);
        // Creating a table that is there is nothing; readers rely on each being there.
        for table in Table::ALL {
            txn.open_table(definition(*table)).map_err(failed)?;
        }
        txn.open_table(RAFT).map_err(failed)?;
        txn.commit().map_err(failed)
    }

    /// Runs `work` in one transaction that ends with `applied`. An error leaves state as it was.
    pub fn write<T>(
        &self,
        applied: LogId,
        membership: Option<&StoredMembership>,
        work: impl FnOnce(&mut dyn Write) -> Result<T, TableError>,
    ) -> Result<T, TableError> {
        let mut txn = self.db.begin_write().map_err(failed)?;
        txn.set_durability(Durability::None).map_err(failed)?;
        let result = work(&mut Batch { txn: &txn, open: RefCell::default() })?;
        note(&txn, Some(applied), membership)?;
        txn.commit().map_err(failed)?;
        Ok(result)
    }

    /// Replaces everything by what `fill` writes, durably.
    pub fn replace<T, E: From<TableError>>(
        &self,
        applied: Option<LogId>,
        membership: &StoredMembership,
        fill: impl FnOnce(&mut dyn Write) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut txn = self.db.begin_write().map_err(failed)?;
        txn.set_durability(Durability::Immediate).map_err(failed)?;
        txn.set_quick_repair(true);
        for table in Table::ALL {
            txn.delete_table(definition(*table)).map_err(failed)?;
            txn.open_table(definition(*table)).map_err(failed)?;
        }
        let result = fill(&mut Batch { txn: &txn, open: RefCell::default() })?;
        note(&txn, applied, Some(membership))?;
        txn.commit().map_err(failed)?;
        Ok(result)
    }

    /// A consistent state that later writes do not change.
    pub fn reader(&self) -> Result<Reader, TableError> {
        Ok(Reader { txn: self.db.begin_read().map_err(failed)? })
    }
}

fn note(
    txn: &WriteTransaction,
    applied: Option<LogId>,
    membership: Option<&StoredMembership>,
) -> Result<(), TableError> {
    let mut raft = txn.open_table(RAFT).map_err(failed)?;
    if let Some(applied) = applied {
        let bytes = rmp_serde::to_vec_named(&applied).map_err(failed)?;
        raft.insert(APPLIED, bytes.as_slice()).map_err(failed)?;
    }
    if let Some(membership) = membership {
        let bytes = rmp_serde::to_vec_named(membership).map_err(failed)?;
        raft.insert(MEMBERSHIP, bytes.as_slice()).map_err(failed)?;
    }
    Ok(())
}

impl StateSource for StateTables {
    fn view(&self) -> Result<(Arc<dyn Read + Send + Sync>, u64), TableError> {
        let reader = self.reader()?;
        let applied = reader.applied_index()?;
        Ok((Arc::new(reader), applied))
    }

    fn check(&self, snapshot: &SnapshotFile) -> io::Result<SnapshotMeta> {
        snapshots::check(&snapshot.path)
    }
}

/// One consistent state.
pub struct Reader {
    txn: ReadTransaction,
}

impl Reader {
    fn applied_index(&self) -> Result<u64, TableError> {
        let raft = self.txn.open_table(RAFT).map_err(failed)?;
        let Some(bytes) = raft.get(APPLIED).map_err(failed)? else { return Ok(0) };
        let applied: LogId = rmp_serde::from_slice(bytes.value()).map_err(failed)?;
        Ok(applied.index)
    }

    /// The newest applied log id and membership in this state.
    pub fn applied(&self) -> Result<(Option<LogId>, StoredMembership), TableError> {
        let raft = self.txn.open_table(RAFT).map_err(failed)?;
        let applied = raft.get(APPLIED).map_err(failed)?;
        let applied =
            applied.map(|bytes| rmp_serde::from_slice(bytes.value()).map_err(failed)).transpose()?;
        let membership = raft.get(MEMBERSHIP).map_err(failed)?;
        let membership =
            membership.map(|bytes| rmp_serde::from_slice(bytes.value()).map_err(failed)).transpose()?;
        Ok((applied, membership.unwrap_or_default()))
    }
}

impl Read for Reader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        let open = self.txn.open_table(definition(table)).map_err(failed)?;
        Ok(open.get(key).map_err(failed)?.map(|value| value.value().to_vec()))
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        walk(&self.txn.open_table(definition(scan.table)).map_err(failed)?, scan)
    }
}

type Open<'txn> = redb::Table<'txn, &'static [u8], &'static [u8]>;

/// The tables of one transaction, each opened once.
struct Batch<'txn> {
    txn: &'txn WriteTransaction,
    open: RefCell<HashMap<Table, Open<'txn>>>,
}

impl<'txn> Batch<'txn> {
    fn with<T>(
        &self,
        table: Table,
        work: impl FnOnce(&mut Open<'txn>) -> Result<T, TableError>,
    ) -> Result<T, TableError> {
        match self.open.borrow_mut().entry(table) {
            Entry::Occupied(mut open) => work(open.get_mut()),
            Entry::Vacant(place) => {
                work(place.insert(self.txn.open_table(definition(table)).map_err(failed)?))
            }
        }
    }
}

impl Read for Batch<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        self.with(table, |open| Ok(open.get(key).map_err(failed)?.map(|value| value.value().to_vec())))
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        self.with(scan.table, |open| walk(open, scan))
    }
}

impl Write for Batch<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.with(table, |open| open.insert(key, value).map(|_| ()).map_err(failed))
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.with(table, |open| open.remove(key).map(|_| ()).map_err(failed))
    }
}

fn walk(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    scan: Scan<'_>,
) -> Result<Vec<Pair>, TableError> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    let end = prefix_end(scan.prefix);
    let (mut from, mut to) = (Included(scan.prefix), end.as_deref().map_or(Unbounded, Excluded));
    match (scan.after, scan.order) {
        (Some(after), Order::Ascending) if after >= scan.prefix => from = Excluded(after),
        (Some(after), Order::Descending) if end.as_deref().is_none_or(|end| after < end) => {
            to = Excluded(after)
        }
        _ => {}
    }
    // A range whose ends have crossed is empty, not an error.
    let first = match from {
        Included(key) | Excluded(key) => key,
        Unbounded => &[],
    };
    if let Excluded(last) = to
        && last <= first
    {
        return Ok(Vec::new());
    }
    let range = table.range::<&[u8]>((from, to)).map_err(failed)?;
    match scan.order {
        Order::Ascending => range.take(scan.limit).map(pair_of).collect(),
        Order::Descending => range.rev().take(scan.limit).map(pair_of).collect(),
    }
}

type Guard<'a> = redb::AccessGuard<'a, &'static [u8]>;

fn pair_of(item: Result<(Guard<'_>, Guard<'_>), redb::StorageError>) -> Result<Pair, TableError> {
    item.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())).map_err(failed)
}

/// The smallest key behind every key that begins with `prefix`; `None` when there is none.
fn prefix_end(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}

#[cfg(test)]
mod tests;
