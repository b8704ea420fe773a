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
        let reader = tables.reader().unwrap();
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
fn what_was_written_last_is_seen_whoever_makes_a_checkpoint_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let tables = StateTables::open(&dir.path().join("state.redb")).unwrap();
    let written = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !written.load(std::sync::atomic::Ordering::Relaxed) {
                    tables.checkpoint().unwrap();
                }
            });
        }
        let seen = (1..=200).map(|index| {
            tables.write(at(index), None, |write| write.put(Table::Orgs, b"a", b"1")).unwrap();
            std::thread::yield_now();
            tables.view().unwrap().1
        });
        let seen: Vec<u64> = seen.collect();
        written.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(seen, (1..=200).collect::<Vec<_>>());
    });
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

/// Rows that fill many pages, made durable and closed.
fn filled(path: &Path) -> Vec<Pair> {
    let tables = StateTables::open(path).unwrap();
    let pair = |row: u32| (row.to_be_bytes().to_vec(), row.to_le_bytes().repeat(50));
    let rows: Vec<Pair> = (0..2_000).map(pair).collect();
    let put = |write: &mut dyn Write| rows.iter().try_for_each(|(k, v)| write.put(Table::Nodes, k, v));
    tables.write(at(1), None, put).unwrap();
    tables.checkpoint().unwrap();
    rows
}

#[test]
fn a_byte_changed_in_any_page_is_found_at_the_opening_or_was_of_no_use() {
    let dir = tempfile::tempdir().unwrap();
    let (path, changed) = (dir.path().join("state.redb"), dir.path().join("changed.redb"));
    let rows = filled(&path);
    let good = std::fs::read(&path).unwrap();
    let (mut found, mut pages) = (0, 0);
    for page in (0..good.len()).step_by(4096) {
        let mut bytes = good.clone();
        bytes[page + 1_500] ^= 0x40;
        std::fs::write(&changed, bytes).unwrap();
        pages += 1;
        match StateTables::open(&changed) {
            Err(OpenTablesError::Damaged(_)) => found += 1,
            Err(OpenTablesError::Failed(error)) => panic!("page {page}: {error}"),
            Ok(tables) => {
                let state = tables.reader().unwrap();
                let read = state.scan(Scan { limit: 10_000, ..Scan::all(Table::Nodes, &[]) }).unwrap();
                assert!(read == rows, "page {page}: served");
            }
        }
    }
    assert!(found > pages / 4, "{found} of {pages} changes were found");
}

#[test]
fn a_file_that_was_cut_short_is_damaged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.redb");
    filled(&path);
    let good = std::fs::read(&path).unwrap();
    for length in [0, 100, 4_096, good.len() / 2, good.len() - 4_096] {
        std::fs::write(&path, &good[..length]).unwrap();
        match StateTables::open(&path) {
            Err(OpenTablesError::Damaged(_)) => {}
            // Without a byte it is a new one, which says that it has nothing.
            Ok(tables) => assert_eq!((length, tables.applied().unwrap().0), (0, None)),
            Err(error) => panic!("{length}: {error}"),
        }
    }
}

#[test]
fn a_row_that_changes_while_it_is_in_use_is_not_served_and_neither_is_anything_else_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.redb");
    let rows = filled(&path);
    // Nothing is kept in memory, so that each read is one of the disk.
    let tables = StateTables::open_with(&path, 0).unwrap();
    assert_eq!(tables.damage(), None);
    let reader = tables.reader().unwrap();
    let (key, value) = &rows[1_234];
    let mut bytes = std::fs::read(&path).unwrap();
    let places: Vec<usize> =
        (0..bytes.len() - value.len()).filter(|at| bytes[*at..].starts_with(value)).collect();
    places.iter().for_each(|at| bytes[at + 7] ^= 1);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(reader.get(Table::Nodes, &rows[0].0).unwrap().as_ref(), Some(&rows[0].1));
    assert!(reader.get(Table::Nodes, key).is_err());
    assert!(tables.damage().unwrap().contains("nodes"), "{:?}", tables.damage());
    assert!(tables.reader().is_err());
    drop((reader, tables));
    assert!(matches!(StateTables::open(&path), Err(OpenTablesError::Damaged(_))));
}

#[test]
fn rows_of_a_version_without_checksums_are_given_theirs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.redb");
    {
        let db = Database::create(&path).unwrap();
        let txn = db.begin_write().unwrap();
        txn.open_table(definition(Table::Orgs)).unwrap().insert(&b"a"[..], &b"1"[..]).unwrap();
        let applied = rmp_serde::to_vec_named(&at(7)).unwrap();
        txn.open_table(RAFT).unwrap().insert(APPLIED, applied.as_slice()).unwrap();
        txn.commit().unwrap();
    }
    // The second opening leaves them alone.
    for _ in 0..2 {
        let tables = StateTables::open(&path).unwrap();
        let (state, applied) = tables.view().unwrap();
        assert_eq!((state.get(Table::Orgs, b"a").unwrap(), applied), (Some(b"1".to_vec()), 7));
    }
}
