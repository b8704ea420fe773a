//! The tables in memory, and a replica that applies at once: for tests of everything above the log.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::apply::apply;
use crate::envelope::{ENVELOPE_MAX, Envelope, EnvelopeError};
use crate::event::Event;
use crate::level;
use crate::replica::{Applied, Consistency, ProposeError, ReadError, Replica, View};
use crate::tables::{Order, Pair, Read, Scan, Table, TableError, Write};

/// Tables as sorted maps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTables(BTreeMap<(Table, Vec<u8>), Vec<u8>>);

impl Read for MemoryTables {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        Ok(self.0.get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        let inside = |(table, key): &(Table, Vec<u8>)| *table == scan.table && key.starts_with(scan.prefix);
        let pair = |((_, key), value): (&(Table, Vec<u8>), &Vec<u8>)| (key.clone(), value.clone());
        let first = (scan.table, scan.prefix.to_vec());
        Ok(match scan.order {
            Order::Ascending => {
                let from = match scan.after {
                    Some(after) if after >= scan.prefix => Bound::Excluded((scan.table, after.to_vec())),
                    _ => Bound::Included(first),
                };
                let range = self.0.range((from, Bound::Unbounded));
                range.take_while(|(key, _)| inside(key)).take(scan.limit).map(pair).collect()
            }
            Order::Descending => {
                let range = self.0.range(first..).take_while(|(key, _)| inside(key));
                let mut pairs: Vec<Pair> = range.map(pair).collect();
                pairs.reverse();
                let behind = |key: &[u8]| scan.after.is_none_or(|after| key < after);
                pairs.into_iter().filter(|(key, _)| behind(key)).take(scan.limit).collect()
            }
        })
    }
}

impl Write for MemoryTables {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.0.insert((table, key.to_vec()), value.to_vec());
        Ok(())
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.0.remove(&(table, key.to_vec()));
        Ok(())
    }
}

/// A cluster of one, in memory: applies each command at once.
#[derive(Default)]
pub struct MemoryReplica(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    tables: MemoryTables,
    index: u64,
    events: Vec<Event>,
}

impl MemoryReplica {
    /// Every event so far.
    pub fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).events.clone()
    }

    /// A copy of the tables.
    pub fn tables(&self) -> MemoryTables {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).tables.clone()
    }
}

#[async_trait]
impl Replica for MemoryReplica {
    async fn propose(&self, envelope: Envelope) -> Result<Applied, ProposeError> {
        // Through bytes, as in the log: a command that does not survive its own encoding fails here and not in a cluster.
        let bytes = envelope.encode().map_err(|error| match error {
            EnvelopeError::TooLarge(size) => ProposeError::TooLarge { size, limit: ENVELOPE_MAX },
            error => ProposeError::Fatal(error.to_string()),
        })?;
        let envelope = Envelope::decode(&bytes).map_err(|error| ProposeError::Fatal(error.to_string()))?;
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &mut *inner;
        level::check(&envelope.command, &inner.tables)?;
        inner.index += 1;
        let step = apply(&mut inner.tables, inner.index, &envelope)
            .map_err(|error| ProposeError::Fatal(error.to_string()))?;
        inner.events.extend(step.events);
        Ok(Applied { index: step.index, repeated: step.repeated, outcome: step.outcome })
    }

    /// Nothing is under way here: an entry that is not there now does not come.
    async fn reach(&self, wanted: u64, _within: Duration) -> Result<(), ReadError> {
        let applied = self.0.lock().unwrap_or_else(PoisonError::into_inner).index;
        if applied >= wanted { Ok(()) } else { Err(ReadError::Behind { applied, wanted }) }
    }

    async fn read(&self, _consistency: Consistency) -> Result<View, ReadError> {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(View { tables: Arc::new(inner.tables.clone()), applied: inner.index, age_ms: None })
    }
}
