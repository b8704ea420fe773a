//! A batch of writes over a state, seen by its own reads, taken over only when the command succeeds.

use std::collections::BTreeMap;

use crate::tables::{Order, Pair, Read, Scan, Table, TableError, Write};

/// Writes of one command. A rejected command drops its draft, so it cannot leave half a change behind.
pub struct Draft<'a> {
    base: &'a dyn Read,
    writes: BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>,
}

impl<'a> Draft<'a> {
    /// An empty draft over `base`.
    pub fn new(base: &'a dyn Read) -> Self {
        Self { base, writes: BTreeMap::new() }
    }

    /// The writes, by table and key; `None` is a removal.
    pub fn into_writes(self) -> Writes {
        Writes(self.writes)
    }

    fn overlay(&self, scan: Scan<'_>) -> impl Iterator<Item = (&Vec<u8>, &Option<Vec<u8>>)> {
        let (table, prefix) = (scan.table, scan.prefix.to_vec());
        self.writes
            .range((table, prefix.clone())..)
            .take_while(move |((t, key), _)| *t == table && key.starts_with(&prefix))
            .map(|((_, key), value)| (key, value))
    }
}

/// What a draft changed.
pub struct Writes(BTreeMap<(Table, Vec<u8>), Option<Vec<u8>>>);

impl Writes {
    /// Carries the changes out.
    pub fn commit(self, target: &mut dyn Write) -> Result<(), TableError> {
        for ((table, key), value) in self.0 {
            match value {
                Some(value) => target.put(table, &key, &value)?,
                None => target.delete(table, &key)?,
            }
        }
        Ok(())
    }
}

impl Read for Draft<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        match self.writes.get(&(table, key.to_vec())) {
            Some(value) => Ok(value.clone()),
            None => self.base.get(table, key),
        }
    }

    fn scan(&self, scan: Scan<'_>) -> Result<Vec<Pair>, TableError> {
        let behind = |key: &[u8]| match (scan.after, scan.order) {
            (None, _) => true,
            (Some(after), Order::Ascending) => key > after,
            (Some(after), Order::Descending) => key < after,
        };
        let changed = self.overlay(scan).count();
        let base = Scan { limit: scan.limit.saturating_add(changed), ..scan };
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = self.base.scan(base)?.into_iter().collect();
        for (key, value) in self.overlay(scan) {
            match value {
                Some(value) if behind(key) => merged.insert(key.clone(), value.clone()),
                _ => merged.remove(key),
            };
        }
        let pairs: Box<dyn Iterator<Item = Pair>> = match scan.order {
            Order::Ascending => Box::new(merged.into_iter()),
            Order::Descending => Box::new(merged.into_iter().rev()),
        };
        Ok(pairs.take(scan.limit).collect())
    }
}

impl Write for Draft<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), TableError> {
        self.writes.insert((table, key.to_vec()), Some(value.to_vec()));
        Ok(())
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), TableError> {
        self.writes.insert((table, key.to_vec()), None);
        Ok(())
    }
}
