//! The frame around a command.

use proptest::prelude::*;
use sentinel_machine::commands::nodes_report::{NodeFact, NodeReport, NodesReport};
use sentinel_machine::envelope::ENVELOPE_MAX;
use sentinel_machine::{Command, Envelope, EnvelopeError};
use sentinel_model::Generation;
use sentinel_model::node::ActivationStage;

use crate::ids::*;
use crate::samples;
use crate::stage::Stage;

fn bytes() -> Vec<u8> {
    Stage::empty().envelope(samples::rollout()).encode().unwrap()
}

/// The same bytes with another header, and a checksum that fits.
fn with(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = bytes();
    bytes.truncate(bytes.len() - 4);
    change(&mut bytes);
    let sum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

#[test]
fn every_command_survives_its_bytes() {
    for command in samples::all().into_iter().flatten() {
        let envelope = Stage::empty().envelope(command);
        assert_eq!(Envelope::decode(&envelope.encode().unwrap()), Ok(envelope));
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let bytes = bytes();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Envelope::decode(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_is_noticed() {
    let bytes = bytes();
    for length in 0..bytes.len() {
        assert!(Envelope::decode(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn an_unknown_kind_schema_or_format_asks_for_an_upgrade() {
    let kind = with(|bytes| bytes[7..9].copy_from_slice(&999u16.to_be_bytes()));
    let schema = with(|bytes| bytes[9..11].copy_from_slice(&2u16.to_be_bytes()));
    let format = with(|bytes| bytes[4] = 2);
    for (bytes, expected) in [
        (kind, "log entry of kind 999 schema 1 format 1 is newer than this member: upgrade it"),
        (schema, "log entry of kind 50 schema 2 format 1 is newer than this member: upgrade it"),
        (format, "log entry of kind 50 schema 1 format 2 is newer than this member: upgrade it"),
    ] {
        let error = Envelope::decode(&bytes).unwrap_err();
        assert!(matches!(error, EnvelopeError::Unknown { .. }), "{error:?}");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_length_that_does_not_fit_is_malformed() {
    let longer = with(|bytes| bytes.push(0));
    assert_eq!(Envelope::decode(&longer), Err(EnvelopeError::Malformed("length does not match")));
}

#[test]
fn a_payload_of_another_command_does_not_decode() {
    let swapped = with(|bytes| bytes[7..9].copy_from_slice(&1u16.to_be_bytes()));
    assert!(matches!(Envelope::decode(&swapped), Err(EnvelopeError::Payload { kind: 1, .. })));
}

#[test]
fn a_command_larger_than_an_entry_is_neither_written_nor_read() {
    let fact = |length: usize| NodeFact::Failed {
        bundle_id: NEW,
        generation: Generation(1),
        stage: ActivationStage::Test,
        message: "x".repeat(length),
    };
    let sized = |length| {
        let reports = vec![NodeReport { node_id: edge(1), fact: fact(length) }];
        Stage::empty().envelope(Command::from(NodesReport { reports })).encode()
    };
    let overhead = sized(ENVELOPE_MAX / 2).unwrap().len() - ENVELOPE_MAX / 2;
    let largest = sized(ENVELOPE_MAX - overhead).unwrap();
    assert_eq!(largest.len(), ENVELOPE_MAX);
    assert!(Envelope::decode(&largest).is_ok());
    assert!(matches!(sized(ENVELOPE_MAX - overhead + 1), Err(EnvelopeError::TooLarge(_))));
    let mut longer = largest;
    longer.push(0);
    assert_eq!(Envelope::decode(&longer), Err(EnvelopeError::TooLarge(ENVELOPE_MAX + 1)));
}

proptest! {
    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Envelope::decode(&bytes).is_err());
        let mut ours = b"SCP1".to_vec();
        ours.extend_from_slice(&bytes);
        let sum = crc32c::crc32c(&ours);
        ours.extend_from_slice(&sum.to_be_bytes());
        prop_assert!(Envelope::decode(&ours).is_err());
    }
}
