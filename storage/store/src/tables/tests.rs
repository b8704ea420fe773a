#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use sentinel_consensus::types::LogId;
use sentinel_machine::memory::MemoryTables;

use super::*;

fn at(index: u64) -> LogId {
    LogId::new_term_index(1, index)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(prop_oneof![Just(0u8), Just(1), Just(0xfe), Just(0xff)], 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_walk_gives_what_the_tables_in_memory_give(
        rows in proptest::collection::vec((bytes(), bytes()), 0..30),
        gone in proptest::collection::vec(bytes(), 0..5),
        walks in proptest::collection::vec((bytes(), proptest::option::of(bytes()), any::<bool>(), 0usize..8), 1..8),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let tables = StateTables::open(&dir.path().join("state.redb")).unwrap();
        let mut memory = MemoryTables::default();
        let fill = |target: &mut dyn Write| {
            for (key, value) in &rows {
                target.put(Table::Nodes, key, value)?;
            }
            for key in &gone {
                target.delete(Table::Nodes, key)?;
            }
            Ok::<(), TableError>(())
        };
        fill(&mut memory).unwrap();
        tables.write(at(1), None, fill).unwrap();
        let reader = tables.reader();
        for (prefix, after, ascending, limit) in &walks {
            let order = if *ascending { Order::Ascending } else { Order::Descending };
            let scan = Scan { table: Table::Nodes, prefix, after: after.as_deref(), order, limit: *limit };
            prop_assert_eq!(reader.scan(scan).unwrap(), memory.scan(scan).unwrap(), "{:?}", scan);
        }
        for (key, _) in &rows {
            prop_assert_eq!(reader.get(Table::Nodes, key).unwrap(), memory.get(Table::Nodes, key).unwrap());
        }
    }
}

#[test]
fn a_reader_keeps_its_state_while_writes_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let tables = StateTables::open(&dir.path().join("state.redb")).unwrap();
    tables.write(at(1), None, |write| write.put(Table::Orgs, b"a", b"1")).unwrap();
    let (before, applied) = tables.view().unwrap();
    tables.write(at(2), None, |write| write.put(Table::Orgs, b"a", b"2")).unwrap();
    assert_eq!((before.get(Table::Orgs, b"a").unwrap(), applied), (Some(b"1".to_vec()), 1));
    let (after, applied) = tables.view().unwrap();
    assert_eq!((after.get(Table::Orgs, b"a").unwrap(), applied), (Some(b"2".to_vec()), 2));
}

#[test]
fn a_failed_batch_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let tables = StateTables::open(&dir.path().join("state.redb")).unwrap();
    let failed = tables.write(at(1), None, |write| {
        write.put(Table::Orgs, b"a", b"1")?;
        Err::<(), _>(TableError::new(Table::Orgs, "no"))
    });
    assert!(failed.is_err());
    let (state, applied) = tables.view().unwrap();
    assert_eq!((state.get(Table::Orgs, b"a").unwrap(), applied), (None, 0));
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.redb");
    drop(StateTables::open(&path).unwrap());
    let mut bytes = std::fs::read(&path).unwrap();
    // The magic and both commit slots.
    bytes[..320].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    assert!(StateTables::open(&path).is_err());
}

#[test]
fn only_what_was_checkpointed_outlives_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let (path, crashed) = (dir.path().join("state.redb"), dir.path().join("crashed.redb"));
    let tables = StateTables::open(&path).unwrap();
    tables.write(at(1), None, |write| write.put(Table::Orgs, b"a", b"1")).unwrap();
    tables.checkpoint().unwrap();
    tables.write(at(2), None, |write| write.put(Table::Orgs, b"a", b"2")).unwrap();
    std::fs::copy(&path, &crashed).unwrap();
    let recovered = StateTables::open(&crashed).unwrap();
    let (state, applied) = recovered.view().unwrap();
    assert_eq!((state.get(Table::Orgs, b"a").unwrap(), applied), (Some(b"1".to_vec()), 1));
}
