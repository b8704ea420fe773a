//! Snapshots carry every table, and nothing damaged passes for whole.

use proptest::prelude::*;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::snapshot::{SnapshotError, read, write};
use sentinel_machine::{Table, Write};

use crate::stage::Stage;

fn bytes_of(tables: &MemoryTables) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(tables, &mut bytes).unwrap();
    bytes
}

fn back(bytes: &[u8]) -> Result<MemoryTables, SnapshotError> {
    let mut tables = MemoryTables::default();
    read(&mut &bytes[..], &mut tables)?;
    Ok(tables)
}

#[test]
fn a_whole_state_comes_back() {
    let stage = Stage::rolling();
    assert_eq!(back(&bytes_of(&stage.tables)).unwrap(), stage.tables);
}

#[test]
fn an_empty_state_comes_back() {
    assert_eq!(back(&bytes_of(&MemoryTables::default())).unwrap(), MemoryTables::default());
}

#[test]
fn the_same_state_has_the_same_bytes() {
    assert_eq!(bytes_of(&Stage::rolling().tables), bytes_of(&Stage::rolling().tables));
}

#[test]
fn large_tables_go_in_chunks_and_keep_about_their_size() {
    let mut tables = MemoryTables::default();
    let mut size = 0;
    for number in 0..3_000u32 {
        let value = vec![0xee; 300];
        size += value.len() + 4;
        tables.put(Table::Nodes, &number.to_be_bytes(), &value).unwrap();
    }
    tables.put(Table::Audit, b"large", &vec![0xff; 3 * 1024 * 1024]).unwrap();
    size += 3 * 1024 * 1024;
    let bytes = bytes_of(&tables);
    assert!(bytes.len() < size + size / 10, "{} bytes for {size}", bytes.len());
    assert_eq!(back(&bytes).unwrap(), tables);
}

#[test]
fn a_snapshot_that_ends_early_is_refused_wherever_it_ends() {
    let bytes = bytes_of(&Stage::rolling().tables);
    for length in (0..bytes.len()).step_by(7).chain(bytes.len() - 20..bytes.len()) {
        assert!(back(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn a_chunk_that_is_missing_is_noticed() {
    let mut tables = MemoryTables::default();
    for number in 0..3_000u32 {
        tables.put(Table::Nodes, &number.to_be_bytes(), &[1; 300]).unwrap();
    }
    let mut bytes = bytes_of(&tables);
    let length = u32::from_be_bytes([bytes[8], bytes[9], bytes[10], bytes[11]]) as usize;
    bytes.drain(8..8 + 4 + length + 4);
    assert!(matches!(back(&bytes), Err(SnapshotError::Corrupt(_))));
}

#[test]
fn another_format_and_an_unknown_table_are_refused_with_words() {
    let mut other = bytes_of(&MemoryTables::default());
    other[7] = 2;
    assert!(back(&other).unwrap_err().to_string().contains("newer version"));
    let mut payload = Vec::new();
    rmp_serde::encode::write(&mut payload, &[(250u8, vec![1u8], vec![2u8])]).unwrap();
    let mut unknown = b"SCPSNAP\x01".to_vec();
    unknown.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
    unknown.extend_from_slice(&payload);
    unknown.extend_from_slice(&crc32c::crc32c(&payload).to_be_bytes());
    assert!(back(&unknown).unwrap_err().to_string().contains("table 250 is unknown"));
}

#[test]
fn keys_and_values_written_as_arrays_of_numbers_read_as_well() {
    let mut payload = Vec::new();
    rmp_serde::encode::write(&mut payload, &[(Table::Orgs as u8, vec![1u8, 200], vec![2u8, 255])]).unwrap();
    let mut bytes = b"SCPSNAP\x01".to_vec();
    bytes.extend_from_slice(&u32::try_from(payload.len()).unwrap().to_be_bytes());
    bytes.extend_from_slice(&payload);
    bytes.extend_from_slice(&crc32c::crc32c(&payload).to_be_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&1u64.to_be_bytes());
    bytes.extend_from_slice(&crc32c::crc32c(&1u64.to_be_bytes()).to_be_bytes());
    let mut expected = MemoryTables::default();
    expected.put(Table::Orgs, &[1, 200], &[2, 255]).unwrap();
    assert_eq!(back(&bytes).unwrap(), expected);
}

proptest! {
    #[test]
    fn any_state_comes_back(
        pairs in proptest::collection::vec(
            (0..Table::ALL.len(), proptest::collection::vec(any::<u8>(), 0..40), proptest::collection::vec(any::<u8>(), 0..200)),
            0..60,
        ),
    ) {
        let mut tables = MemoryTables::default();
        for (table, key, value) in &pairs {
            tables.put(Table::ALL[*table], key, value).unwrap();
        }
        prop_assert_eq!(back(&bytes_of(&tables)).unwrap(), tables);
    }

    #[test]
    fn a_flipped_bit_is_refused(place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let bytes = bytes_of(&small());
        let mut flipped = bytes.clone();
        flipped[place.index(bytes.len())] ^= 1 << bit;
        prop_assert!(back(&flipped).is_err());
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut ours = b"SCPSNAP\x01".to_vec();
        ours.extend_from_slice(&bytes);
        let _either = (back(&bytes).is_err(), back(&ours).is_err());
    }
}

fn small() -> MemoryTables {
    let mut tables = MemoryTables::default();
    for number in 0..30u8 {
        tables.put(Table::Orgs, &[number], &[number; 20]).unwrap();
    }
    tables
}
