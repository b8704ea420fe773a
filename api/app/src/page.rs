//! One page of a list: a bounded walk over an index, from a cursor to the next.

use sentinel_api_types::{PAGE_DEFAULT, PAGE_MAX};
use sentinel_machine::tables::Pair;
use sentinel_machine::{Order, Read, Scan, Table, TableError};

use crate::cursor::{self, Binding};
use crate::error::AppError;
use crate::keyring::Keyring;

/// Rows looked at for one page. With filters that match little, a page ends here, short or empty, and has a next one.
const LOOKED_AT_MAX: usize = 5_000;
/// Rows taken from the index at a time.
const CHUNK: usize = 256;

/// What page of what list.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    /// The index.
    pub table: Table,
    /// The part of it that is the list.
    pub prefix: &'a [u8],
    /// Direction.
    pub order: Order,
    /// What the cursor is bound to.
    pub binding: &'a Binding,
    /// Objects asked for.
    pub limit: Option<u32>,
    /// Where the page before ended.
    pub cursor: Option<&'a str>,
}

/// A page.
#[derive(Debug)]
pub struct Page<T> {
    /// Its objects.
    pub items: Vec<T>,
    /// Where the next one begins.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Length of the page, as lists tell it.
    pub fn total(&self) -> u64 {
        self.items.len() as u64
    }
}

/// Walks, and keeps what `load` makes of a pair.
pub fn walk<T>(
    read: &dyn Read,
    keyring: &Keyring,
    walk: Walk<'_>,
    mut load: impl FnMut(&Pair) -> Result<Option<T>, TableError>,
) -> Result<Page<T>, AppError> {
    let limit = match walk.limit {
        None => PAGE_DEFAULT,
        Some(limit) if (1..=PAGE_MAX).contains(&limit) => limit,
        Some(_) => return Err(AppError::invalid("limit", format!("must lie between 1 and {PAGE_MAX}"))),
    } as usize;
    // The cursor holds the key behind the prefix only.
    let mut after: Option<Vec<u8>> = match walk.cursor {
        None => None,
        Some(text) => Some([walk.prefix, &cursor::decode(keyring, walk.binding, text)?].concat()),
    };
    let mut items = Vec::new();
    let mut looked_at = 0;
    let mut next = None;
    'pages: loop {
        let scan = Scan {
            table: walk.table,
            prefix: walk.prefix,
            after: after.as_deref(),
            order: walk.order,
            limit: CHUNK,
        };
        let pairs = read.scan(scan)?;
        let last = pairs.len() < CHUNK;
        for pair in pairs {
            if items.len() == limit || looked_at == LOOKED_AT_MAX {
                // There is more, and the page is full: the next one begins behind the last pair looked at.
                let reached = after.as_deref().unwrap_or_default();
                let behind = reached.get(walk.prefix.len()..).unwrap_or_default();
                next = Some(cursor::encode(keyring, walk.binding, behind));
                break 'pages;
            }
            looked_at += 1;
            items.extend(load(&pair)?);
            after = Some(pair.0);
        }
        if last {
            break;
        }
    }
    Ok(Page { items, next_cursor: next })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use sentinel_machine::Write;
    use sentinel_machine::memory::MemoryTables;

    use super::*;

    fn numbers(count: u16) -> MemoryTables {
        let mut tables = MemoryTables::default();
        for n in 0..count {
            tables.put(Table::Audit, &[b"p".as_slice(), &n.to_be_bytes()].concat(), b"").unwrap();
            tables.put(Table::Audit, &[b"q".as_slice(), &n.to_be_bytes()].concat(), b"").unwrap();
        }
        tables
    }

    fn all(tables: &MemoryTables, order: Order, limit: u32, keep: fn(u16) -> bool) -> (Vec<u16>, usize) {
        let keyring = Keyring::new(&[1; 32]);
        let binding = Binding::new("numbers", &[]);
        let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, None::<String>);
        loop {
            let part = Walk {
                table: Table::Audit,
                prefix: b"p",
                order,
                binding: &binding,
                limit: Some(limit),
                cursor: cursor.as_deref(),
            };
            let page = walk(tables, &keyring, part, |(key, _)| {
                let n = u16::from_be_bytes([key[1], key[2]]);
                Ok(keep(n).then_some(n))
            })
            .unwrap();
            assert!(page.items.len() <= limit as usize);
            pages += 1;
            seen.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                return (seen, pages);
            }
        }
    }

    #[test]
    fn pages_in_both_directions_show_everything_once() {
        let tables = numbers(600);
        let ascending: Vec<u16> = (0..600).collect();
        let descending: Vec<u16> = (0..600).rev().collect();
        assert_eq!(all(&tables, Order::Ascending, 7, |_| true).0, ascending);
        assert_eq!(all(&tables, Order::Descending, 200, |_| true), (descending, 3));
        assert_eq!(all(&numbers(0), Order::Ascending, 7, |_| true), (vec![], 1));
    }

    #[test]
    fn a_filter_that_matches_little_ends_a_page_early_and_loses_nothing() {
        let (seen, pages) = all(&numbers(12_000), Order::Ascending, 50, |n| n % 5_999 == 0);
        assert_eq!(seen, vec![0, 5_999, 11_998]);
        assert_eq!(pages, 3);
    }

    #[test]
    fn a_limit_out_of_range_is_refused() {
        let (keyring, binding) = (Keyring::new(&[1; 32]), Binding::new("numbers", &[]));
        for limit in [0, 201] {
            let part = Walk {
                table: Table::Audit,
                prefix: b"p",
                order: Order::Ascending,
                binding: &binding,
                limit: Some(limit),
                cursor: None,
            };
            let refused = walk(&numbers(1), &keyring, part, |_| Ok(Some(()))).unwrap_err();
            assert!(matches!(refused, AppError::Invalid(fields) if fields.contains_key("limit")));
        }
    }
}
