//! A draft over a state looks exactly like the state after the draft.

use proptest::prelude::*;
use sentinel_machine::draft::Draft;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Order, Read, Scan, Table, Write};

const TABLES: [Table; 3] = [Table::Orgs, Table::OrgSlugs, Table::Projects];

/// Short keys of few letters, so that prefixes and neighbours abound; also the largest byte.
fn key() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(7), Just(255)], 0..4)
}

fn change() -> impl Strategy<Value = (usize, Vec<u8>, Option<u8>)> {
    (0..TABLES.len(), key(), proptest::option::weighted(0.7, any::<u8>()))
}

fn carry_out(target: &mut dyn Write, changes: &[(usize, Vec<u8>, Option<u8>)]) {
    for (table, key, value) in changes {
        match value {
            Some(value) => target.put(TABLES[*table], key, &[*value]).unwrap(),
            None => target.delete(TABLES[*table], key).unwrap(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..ProptestConfig::default() })]

    #[test]
    fn a_draft_reads_as_the_state_that_it_makes(
        base in proptest::collection::vec(change(), 0..40),
        drafted in proptest::collection::vec(change(), 0..40),
        scans in proptest::collection::vec(
            (0..TABLES.len(), key(), proptest::option::of(key()), any::<bool>(), 0usize..12),
            1..12,
        ),
        lookups in proptest::collection::vec((0..TABLES.len(), key()), 0..8),
    ) {
        let mut state = MemoryTables::default();
        carry_out(&mut state, &base);
        let before = state.clone();
        let mut draft = Draft::new(&before);
        carry_out(&mut draft, &drafted);
        carry_out(&mut state, &drafted);
        for (table, prefix, after, ascending, limit) in &scans {
            let scan = Scan {
                table: TABLES[*table],
                prefix,
                after: after.as_deref(),
                order: if *ascending { Order::Ascending } else { Order::Descending },
                limit: if *limit == 11 { usize::MAX } else { *limit },
            };
            let seen = draft.scan(scan).unwrap();
            prop_assert_eq!(&seen, &plainly(&state, scan), "{:?}", scan);
            prop_assert_eq!(seen, state.scan(scan).unwrap());
        }
        for (table, key) in &lookups {
            prop_assert_eq!(draft.get(TABLES[*table], key).unwrap(), state.get(TABLES[*table], key).unwrap());
        }
        let mut committed = before.clone();
        draft.into_writes().commit(&mut committed).unwrap();
        prop_assert_eq!(committed, state);
    }
}

/// A walk in the plainest way: everything, filtered.
fn plainly(state: &MemoryTables, scan: Scan<'_>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut pairs = state.scan(Scan::all(scan.table, &[])).unwrap();
    pairs.retain(|(key, _)| key.starts_with(scan.prefix));
    match scan.order {
        Order::Ascending => pairs.retain(|(key, _)| scan.after.is_none_or(|after| &key[..] > after)),
        Order::Descending => {
            pairs.retain(|(key, _)| scan.after.is_none_or(|after| &key[..] < after));
            pairs.reverse();
        }
    }
    pairs.truncate(scan.limit);
    pairs
}
