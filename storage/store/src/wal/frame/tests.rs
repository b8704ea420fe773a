#![allow(clippy::unwrap_used)]

use super::*;

const HERE: Place = Place { segment: 7, offset: 4096 };

fn encoded(record: Record<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    record.encode(HERE, 2048, &mut bytes);
    bytes
}

fn records() -> Vec<Record<'static>> {
    vec![
        Record::Entry { index: 9, term: 3, payload: b"thirteen byte" },
        Record::Entry { index: 10, term: 3, payload: b"" },
        Record::Truncate { from: 5 },
        Record::Vote(Vote { term: 4, node: 2, committed: false }),
        Record::Purge(LogPoint { index: 8, term: 2 }),
        Record::Committed(LogPoint { index: 9, term: 3 }),
        Record::Seal,
        Record::Next { number: 11 },
    ]
}

#[test]
fn every_kind_of_record_reads_back_from_its_place() {
    for record in records() {
        let bytes = encoded(record);
        assert_eq!(bytes.len(), record.size());
        assert_eq!(bytes.len() % ALIGN, 0);
        let frame = decode(&bytes, HERE).unwrap();
        assert_eq!(frame, Frame { record, batch: 2048, size: bytes.len() });
    }
}

#[test]
fn every_flipped_bit_of_every_kind_is_noticed() {
    for record in records() {
        let bytes = encoded(record);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(decode(&flipped, HERE), None, "{record:?}, bit {bit}");
        }
    }
}

#[test]
fn a_frame_is_good_only_where_it_was_written() {
    let bytes = encoded(Record::Seal);
    assert_eq!(decode(&bytes, Place { offset: 4104, ..HERE }), None);
    assert_eq!(decode(&bytes, Place { segment: 8, ..HERE }), None);
}

#[test]
fn zeros_and_cut_off_frames_are_not_frames() {
    assert_eq!(decode(&[0; 64], HERE), None);
    for record in records() {
        let bytes = encoded(record);
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length], HERE), None, "{record:?} cut to {length}");
        }
    }
}

#[test]
fn an_entry_has_these_bytes_for_ever() {
    let bytes = encoded(Record::Entry { index: 0x0a0b, term: 0x0c, payload: b"abc" });
    let mut expected = vec![3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 8, 0, 0];
    expected.extend([0x0b, 0x0a, 0, 0, 0, 0, 0, 0, 0x0c, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(*b"abc\0\0\0\0\0");
    expected[4..8].copy_from_slice(&GOLDEN_CRC.to_le_bytes());
    assert_eq!(bytes, expected);
}

/// The checksum of the frame above, computed from the definition by another program.
const GOLDEN_CRC: u32 = 0x92dc_8e64;
