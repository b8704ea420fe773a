//! Old bytes decode for ever. `UPDATE_GOLDEN=1` writes what is missing or meant to change; a change to an existing file is a
//! change of the log's format and needs a new schema number instead.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sentinel_machine::commands::backup_note;
use sentinel_machine::commands::epoch_begin::{self, EpochBegin};
use sentinel_machine::commands::node_update;
use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{Command, Envelope, snapshot};
use sentinel_model::audit::Actor;
use sentinel_model::{ApiKeyId, MemberId, RequestId, Time};
use uuid::Uuid;

use crate::ids::*;
use crate::stage::Stage;
use crate::{integrity, samples};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

fn file_name((kind, schema, name): &(u16, u16, &str)) -> String {
    format!("{kind}-{schema}-{name}.hex")
}

fn envelopes(commands: Vec<Command>) -> Vec<Envelope> {
    let actors = [
        Actor::User(ADA),
        Actor::ApiKey(ApiKeyId(Uuid::from_u128(0x31))),
        Actor::Node(edge(1)),
        Actor::Member(MemberId(3)),
        Actor::Anonymous,
    ];
    let envelope = |(place, command): (usize, Command)| Envelope {
        time: Time(1_700_000_000_123),
        actor: actors[(place + usize::from(command.min_level())) % actors.len()],
        request_id: RequestId(Uuid::from_u128(0xabc0 + place as u128)),
        command,
    };
    commands.into_iter().enumerate().map(envelope).collect()
}

#[test]
fn there_is_a_sample_of_every_command_in_the_order_of_their_kinds() {
    let sampled: Vec<&str> = samples::all().iter().map(|samples| samples[0].name()).collect();
    let known: Vec<&str> = Command::KINDS.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(sampled, known);
    let kinds: BTreeSet<u16> = Command::KINDS.iter().map(|(kind, _, _)| *kind).collect();
    assert_eq!(kinds.len(), Command::KINDS.len(), "a kind is never used twice");
}

#[test]
fn every_command_has_its_golden_bytes_and_nothing_else_lies_there() {
    if updating() {
        return;
    }
    let found: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".hex"))
        .collect();
    let known: BTreeSet<String> = Command::KINDS.iter().map(file_name).collect();
    assert_eq!(found, known);
}

#[test]
fn golden_bytes_decode_to_the_samples_and_the_samples_encode_to_them() {
    for (kind, commands) in Command::KINDS.iter().zip(samples::all()) {
        let path = folder().join(file_name(kind));
        let samples = envelopes(commands);
        let encoded: Vec<Vec<u8>> = samples.iter().map(|sample| sample.encode().unwrap()).collect();
        if updating() {
            let lines: Vec<String> = encoded.iter().map(hex::encode).collect();
            fs::write(&path, lines.join("\n") + "\n").unwrap();
        }
        let text = fs::read_to_string(&path).unwrap();
        let golden: Vec<Vec<u8>> = text.lines().map(|line| hex::decode(line).unwrap()).collect();
        let decoded: Vec<Envelope> = golden.iter().map(|bytes| Envelope::decode(bytes).unwrap()).collect();
        assert_eq!(decoded, samples, "{kind:?}");
        assert_eq!(encoded, golden, "{kind:?}");
    }
}

#[test]
fn commands_that_are_waited_for_say_the_level_that_the_table_has() {
    for command in samples::all().into_iter().flatten() {
        match &command {
            Command::BackupNote(_) => assert_eq!(command.min_level(), backup_note::LEVEL),
            Command::NodeUpdate(_) => assert_eq!(command.min_level(), node_update::LEVEL),
            Command::EpochBegin(_) => assert_eq!(command.min_level(), epoch_begin::LEVEL),
            _ => {}
        }
    }
}

/// What builds of before wrote, where today's bytes of the same schema have more in them.
#[test]
fn bytes_of_earlier_builds_decode_and_mean_what_they_meant() {
    let mut decoded = Vec::new();
    for file in fs::read_dir(folder().join("earlier")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        decoded.extend(text.lines().map(|line| Envelope::decode(&hex::decode(line).unwrap()).unwrap()));
    }
    let epochs: Vec<EpochBegin> = decoded
        .into_iter()
        .filter_map(|envelope| match envelope.command {
            Command::EpochBegin(epoch) => Some(epoch),
            _ => None,
        })
        .collect();
    assert_eq!(epochs.len(), 2);
    assert!(epochs.iter().all(|epoch| epoch.raises_to.is_none()), "it left the level as it was");
}

#[test]
fn an_old_snapshot_still_reads_row_by_row() {
    let path = folder().join("snapshot-1.bin");
    let mut stage = Stage::rolling();
    stage.complete_step(&[1, 2]);
    stage.done(samples::session());
    stage.done(samples::api_key());
    if updating() {
        let mut bytes = Vec::new();
        snapshot::write(&stage.tables, &mut bytes).unwrap();
        fs::write(&path, bytes).unwrap();
    }
    let mut tables = MemoryTables::default();
    let pairs = snapshot::read(&mut fs::read(&path).unwrap().as_slice(), &mut tables).unwrap();
    assert!(pairs > 100, "{pairs}");
    // Decodes every row of every entity, and compares what the indexes say.
    integrity::check(&tables);
    let old = Stage { tables, ..stage.clone() };
    assert_eq!(old.rollout(), stage.rollout());
    assert_eq!(old.node(3), stage.node(3));
    assert_eq!(old.audit(), stage.audit());
}
