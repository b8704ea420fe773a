//! The replicated state in redb.
//!
//! Each batch of applied entries is one transaction that carries the newest applied log id with it. Batches are not synced
//! one by one: the log is, and state is rebuilt from it after an unclean stop. A checkpoint makes state durable from time to
//! time, and always before anything of the log is given up.
//!
//! Every page is checked when the file is opened, and every row when it is read: what has changed on disk is never served.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use redb::{
    Database, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, TableDefinition, WriteTransaction,
};
use sentinel_consensus::runtime::watch::{Receiver, Sender};
use sentinel_consensus::types::{LogId, SnapshotMeta, StoredMembership};
use sentinel_consensus::{SnapshotFile, StateSource};
use sentinel_machine::tables::Pair;
use sentinel_machine::{Order, Read, Scan, Table, TableError, Write};

use crate::disk::Disk;
use crate::snapshots;
use damage::Damage;
use medium::Medium;

mod damage;
mod file;
mod medium;
mod row;

pub(crate) use damage::mark_of;
pub use file::OpenTablesError;

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
    /// The newest state. Beginning to read asks the database for a lock that a writer holds while it waits for the disk; who reads
    /// must not wait for that. And to begin a read and to open its tables costs more than most of what is then read.
    latest: RwLock<Arc<Reader>>,
    /// Newest log index in it.
    applied: Sender<u64>,
    /// Held by whoever replaces the newest state: of two who do at once, the one with the older state must not come second.
    showing: Mutex<()>,
    db: Database,
    damage: Damage,
}

impl StateTables {
    /// Opens the file, making it when it is not there. Reads all of it, to check it.
    pub fn open(path: &Path) -> Result<Self, OpenTablesError> {
        Self::open_with(path, CACHE)
    }

    /// [`StateTables::open`] on another disk.
    pub fn open_on(disk: &dyn Disk, path: &Path) -> Result<Self, OpenTablesError> {
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
        Self::over(file::open_on(Medium(file), CACHE)?, path)
    }

    fn open_with(path: &Path, cache: usize) -> Result<Self, OpenTablesError> {
        Self::over(file::open(path, cache)?, path)
    }

    fn over(db: Database, path: &Path) -> Result<Self, OpenTablesError> {
        let damage = Damage::of(path);
        checkpoint(&db, &damage)?;
        let latest = begin_read(&db, &damage)?;
        let applied = Sender::new(latest.applied);
        Ok(Self { latest: RwLock::new(Arc::new(latest)), applied, showing: Mutex::default(), db, damage })
    }

    /// Damage found since the file was opened.
    pub fn damage(&self) -> Option<String> {
        self.damage.found()
    }

    /// The first error of the disk since the file was opened. The database goes on only when it is opened again.
    pub fn io_failure(&self) -> Option<String> {
        self.damage.io_failure()
    }

    /// Resolves when damage is found.
    pub async fn damaged(&self) -> String {
        self.damage.wait().await
    }

    /// The newest applied log id and the newest membership.
    pub fn applied(&self) -> Result<(Option<LogId>, StoredMembership), TableError> {
        self.latest().applied()
    }

    /// Makes everything applied so far durable.
    pub fn checkpoint(&self) -> Result<(), TableError> {
        checkpoint(&self.db, &self.damage)?;
        self.show_latest()
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
        let result = work(&mut self.batch(&txn))?;
        note(&txn, Some(applied), membership)?;
        txn.commit().map_err(|error| self.damage.failed(error))?;
        self.show_latest()?;
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
        let result = fill(&mut self.batch(&txn))?;
        note(&txn, applied, Some(membership))?;
        txn.commit().map_err(|error| self.damage.failed(error))?;
        self.show_latest()?;
        Ok(result)
    }

    /// A consistent state that later writes do not change. Waits for nothing.
    pub fn reader(&self) -> Result<Arc<Reader>, TableError> {
        match self.damage.found() {
            Some(found) => {
                Err(TableError { table: "state", message: format!("the state is damaged: {found}") })
            }
            None => Ok(self.latest()),
        }
    }

    fn latest(&self) -> Arc<Reader> {
        Arc::clone(&self.latest.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on readers see what was written last.
    fn show_latest(&self) -> Result<(), TableError> {
        let _turn = self.showing.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = begin_read(&self.db, &self.damage)?;
        let applied = latest.applied;
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(latest);
        self.applied.replace(applied);
        Ok(())
    }

    fn batch<'txn>(&'txn self, txn: &'txn WriteTransaction) -> Batch<'txn> {
        Batch { txn, open: RefCell::default(), damage: &self.damage }
    }
}

fn begin_read(db: &Database, damage: &Damage) -> Result<Reader, TableError> {
    let txn = db.begin_read().map_err(|error| damage.failed(error))?;
    let open = [const { OnceLock::new() }; Table::ALL.len()];
    let mut reader = Reader { open, applied: 0, txn, damage: damage.clone() };
    reader.applied = reader.applied_index()?;
    Ok(reader)
}

fn checkpoint(db: &Database, damage: &Damage) -> Result<(), TableError> {
    let mut txn = db.begin_write().map_err(failed)?;
    txn.set_durability(Durability::Immediate).map_err(failed)?;
    txn.set_quick_repair(true);
    // Creating a table that is there is nothing; readers rely on each being there.
    for table in Table::ALL {
        txn.open_table(definition(*table)).map_err(failed)?;
    }
    file::note_format(&txn)?;
    txn.commit().map_err(|error| damage.failed(error))
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
        let applied = reader.applied;
        Ok((reader, applied))
    }

    fn newest(&self) -> Receiver<u64> {
        self.applied.receiver()
    }

    fn check(&self, snapshot: &SnapshotFile) -> io::Result<SnapshotMeta> {
        snapshots::check(&snapshot.path)
    }
}

type Opened = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// One consistent state.
pub struct Reader {
    /// Tables that somebody has read, by their place in [`Table::ALL`].
    open: [OnceLock<Opened>; Table::ALL.len()],
    /// Newest log index in it.
    applied: u64,
    txn: ReadTransaction,
    damage: Damage,
}

impl Reader {
    fn applied_index(&self) -> Result<u64, TableError> {
        let raft = self.txn.open_table(RAFT).map_err(failed)?;
        let Some(bytes) = raft.get(APPLIED).map_err(failed)? else { return Ok(0) };
        let applied: LogId = rmp_serde::from_slice(bytes.value()).map_err(failed)?;
        Ok(applied.index)
    }

    fn table(&self, table: Table) -> Result<&Opened, TableError> {
        let place = &self.open[table.place()];
        if let Some(open) = place.get() {
            return Ok(open);
        }
        let open = self.txn.open_table(definition(table)).map_err(|error| self.damage.failed(error))?;
        Ok(place.get_or_init(|| open))
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
        get(self.table(table)?, table, key, &self.damage)
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        walk(self.table(scan.table)?, scan, &self.damage)
    }

    fn count(&self, table: Table) -> Result<u64, TableError> {
        self.table(table)?.len().map_err(|error| self.damage.failed(error))
    }
}

type Open<'txn> = redb::Table<'txn, &'static [u8], &'static [u8]>;

/// The tables of one transaction, each opened once.
struct Batch<'txn> {
    txn: &'txn WriteTransaction,
    open: RefCell<HashMap<Table, Open<'txn>>>,
    damage: &'txn Damage,
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
                let opened = self.txn.open_table(definition(table));
                work(place.insert(opened.map_err(|error| self.damage.failed(error))?))
            }
        }
    }
}

impl Read for Batch<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        self.with(table, |open| get(open, table, key, self.damage))
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        self.with(scan.table, |open| walk(open, scan, self.damage))
    }
}

impl Write for Batch<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        let sealed = row::seal(table, key, value);
        self.with(table, |open| match open.insert(key, sealed.as_slice()) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.damage.failed(error)),
        })
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.with(table, |open| match open.remove(key) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.damage.failed(error)),
        })
    }
}

fn get(
    open: &impl ReadableTable<&'static [u8], &'static [u8]>,
    table: Table,
    key: &[u8],
    damage: &Damage,
) -> Result<Option<Vec<u8>>, TableError> {
    let Some(sealed) = open.get(key).map_err(|error| damage.failed(error))? else { return Ok(None) };
    match row::unseal(table, key, sealed.value()) {
        Some(value) => Ok(Some(value.to_vec())),
        None => Err(damage.row(table)),
    }
}

fn walk(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    scan: Scan<'_>,
    damage: &Damage,
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
    let range = table.range::<&[u8]>((from, to)).map_err(|error| damage.failed(error))?;
    let pair_of = |item| pair_of(item, scan.table, damage);
    match scan.order {
        Order::Ascending => range.take(scan.limit).map(pair_of).collect(),
        Order::Descending => range.rev().take(scan.limit).map(pair_of).collect(),
    }
}

type Guard<'a> = redb::AccessGuard<'a, &'static [u8]>;

fn pair_of(
    item: Result<(Guard<'_>, Guard<'_>), redb::StorageError>,
    table: Table,
    damage: &Damage,
) -> Result<Pair, TableError> {
    let (key, sealed) = item.map_err(|error| damage.failed(error))?;
    match row::unseal(table, key.value(), sealed.value()) {
        Some(value) => Ok((key.value().to_vec(), value.to_vec())),
        None => Err(damage.row(table)),
    }
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
