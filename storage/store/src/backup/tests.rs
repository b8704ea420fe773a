//! A backup is read back whole, or not at all.
#![allow(clippy::unwrap_used)]

use std::io::Read as _;

use sentinel_machine::memory::MemoryTables;
use sentinel_machine::{snapshot, tables};
use sentinel_model::bundle::{Bundle, BundleState, RiskLevel};
use sentinel_model::cluster::Cluster;

use zeroize::Zeroizing;

use super::seal::{FRAME, SealReader, SealWriter};
use super::*;

const KEK: [u8; 32] = [7; 32];

fn keys() -> [Zeroizing<[u8; 32]>; 2] {
    [Zeroizing::new([1; 32]), Zeroizing::new(KEK)]
}
const SALT: [u8; 32] = [9; 32];

fn id<T: std::str::FromStr>(number: u32) -> T {
    format!("{number:032x}").parse().ok().unwrap()
}

/// Bytes that compression does not shrink.
fn noise(size: usize, seed: u64) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..size).map(|_| next()).collect()
}

fn blobs() -> Vec<Vec<u8>> {
    vec![noise(3_000, 1), noise(FRAME + 17, 2), b"small".to_vec()]
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    use sha2::Digest as _;
    Sha256Digest(sha2::Sha256::digest(bytes).into())
}

fn description() -> Description {
    Description {
        version: "1.2.3".into(),
        cluster_id: id(1),
        epoch: Epoch::FIRST,
        index: 42,
        term: 3,
        taken_at: Time(1_700_000_000_000),
        next_member: MemberId(4),
    }
}

fn state() -> MemoryTables {
    let mut state = MemoryTables::default();
    let cluster = Cluster {
        id: id(1),
        level: 1,
        created_at: Time(1),
        ca: None,
        epoch: Epoch::FIRST,
        epoch_began: None,
        backup: None,
    };
    tables::store(&mut state, &cluster).unwrap();
    for (number, bytes) in (0u32..).zip(blobs()) {
        let bundle = Bundle {
            id: id(100 + number),
            project_id: id(2),
            version: number.to_string(),
            digest: digest(&bytes),
            size_bytes: bytes.len() as u64,
            manifest_digest: digest(b"manifest"),
            signature: vec![0; 64],
            signing_key_id: "sk".into(),
            risk_level: RiskLevel::Low,
            risk_reasons: Vec::new(),
            warnings: Vec::new(),
            config_revision: None,
            secrets: Vec::new(),
            certificates: Vec::new(),
            state: BundleState::Compiled,
            created_by: "ada".into(),
            created_at: Time(2),
            updated_at: Time(2),
        };
        tables::store(&mut state, &bundle).unwrap();
    }
    state
}

fn made_of(state: &MemoryTables) -> Result<(Vec<u8>, Manifest), BackupError> {
    let mut out = Vec::new();
    let mut blob = |wanted| {
        let found = blobs().into_iter().find(|bytes| digest(bytes) == wanted);
        found.ok_or(BackupError::MissingBlob { digest: wanted, reason: "nobody has it".into() })
    };
    let source = Source { state, description: description(), blob: &mut blob };
    let manifest = write(&mut out, &KEK, SALT, source)?;
    Ok((out, manifest))
}

fn made() -> (Vec<u8>, Manifest) {
    made_of(&state()).unwrap()
}

#[derive(Default)]
struct Kept {
    tables: MemoryTables,
    blobs: Vec<Vec<u8>>,
}

impl Target for Kept {
    fn begin(&mut self, found: &Description) -> Result<(), BackupError> {
        assert_eq!(*found, description());
        Ok(())
    }

    fn state(&mut self, input: &mut dyn io::Read) -> Result<u64, BackupError> {
        Ok(snapshot::read(input, &mut self.tables)?)
    }

    fn blob(&mut self, _: Sha256Digest, bytes: &[u8]) -> Result<(), BackupError> {
        self.blobs.push(bytes.to_vec());
        Ok(())
    }
}

fn read_back(bytes: &[u8]) -> Result<(Manifest, Kept), BackupError> {
    let mut kept = Kept::default();
    Ok((read(bytes, &keys(), &mut kept)?, kept))
}

#[test]
fn what_was_put_in_comes_out_and_the_manifest_says_what_it_is() {
    let (bytes, manifest) = made();
    let (found, mut kept) = read_back(&bytes).unwrap();
    assert_eq!((&found, &kept.tables), (&manifest, &state()));
    let mut expected = blobs();
    expected.sort();
    kept.blobs.sort();
    assert_eq!(kept.blobs, expected);
    assert_eq!((manifest.blobs.len(), manifest.rows, &manifest.description), (3, 4, &description()));
    assert!(!bytes.windows(5).any(|window| window == b"small"), "nothing is in the clear");
}

#[test]
fn the_same_state_has_the_same_digest() {
    assert_eq!(made().1.state_sha256, made().1.state_sha256);
}

#[test]
fn wherever_it_is_cut_off_that_is_noticed() {
    let (bytes, _) = made();
    let last = bytes.len() - 1;
    for at in (0..bytes.len()).step_by(997).chain([7, 8, 47, 48, 49, 51, 52, 53, last]) {
        match read_back(&bytes[..at]).map(|_| ()).unwrap_err() {
            BackupError::NotABackup => assert!(at < 8, "cut at {at}"),
            BackupError::Damaged(_) => assert!(at >= 8, "cut at {at}"),
            other => panic!("cut at {at}: {other}"),
        }
    }
}

#[test]
fn wherever_a_bit_flips_that_is_noticed() {
    let (bytes, _) = made();
    // Each byte of the head, of the first frame's length and beginning, of the end, and many in between.
    let places = (0..80).chain((80..bytes.len()).step_by(1_499)).chain(bytes.len() - 40..bytes.len());
    for at in places {
        for bit in [0, 7] {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert!(read_back(&changed).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn frames_keep_their_places_and_nothing_follows_the_last() {
    let mut sealed = SealWriter::begin(Vec::new(), &KEK, SALT).unwrap();
    let plain = noise(3 * FRAME, 5);
    io::Write::write_all(&mut sealed, &plain).unwrap();
    let bytes = sealed.finish().unwrap();
    let opened = |bytes: &[u8]| {
        let mut out = Vec::new();
        SealReader::begin(bytes, &keys()).unwrap().read_to_end(&mut out).map(|_| out)
    };
    assert_eq!(opened(&bytes).unwrap(), plain);
    let frame = FRAME + 16 + 4;
    let (first, second) = (48..48 + frame, 48 + frame..48 + 2 * frame);
    let mut swapped = bytes.clone();
    swapped[first.clone()].copy_from_slice(&bytes[second.clone()]);
    swapped[second.clone()].copy_from_slice(&bytes[first]);
    assert!(opened(&swapped).is_err());
    let without: Vec<u8> = [&bytes[..second.start], &bytes[second.end..]].concat();
    assert!(opened(&without).is_err());
    assert!(opened(&[&bytes[..], b"x"].concat()).unwrap_err().to_string().contains("follows"));
    let mut marked = bytes[..second.start].to_vec();
    marked[48] |= 0x80;
    assert!(opened(&marked).is_err(), "no other frame passes for the last one");
}

#[test]
fn another_key_another_program_and_a_newer_version_are_told_apart() {
    let (bytes, _) = made();
    let with = |kek: &[u8; 32], bytes: &[u8]| {
        read(bytes, &[Zeroizing::new(*kek)], &mut Kept::default()).unwrap_err()
    };
    assert!(matches!(with(&[8; 32], &bytes), BackupError::OtherKey { .. }));
    assert!(matches!(with(&KEK, b"PK\x03\x04 something else"), BackupError::NotABackup));
    let mut newer = bytes.clone();
    newer[7] = 2;
    assert!(matches!(with(&KEK, &newer), BackupError::Newer(2)));
}

#[test]
fn without_an_archive_that_the_state_names_there_is_no_backup() {
    let mut state = state();
    let mut bundle: Bundle = tables::load(&state, &101u128.to_be_bytes()).unwrap().unwrap();
    bundle.digest = digest(b"an archive that nobody has");
    tables::store(&mut state, &bundle).unwrap();
    assert!(matches!(made_of(&state), Err(BackupError::MissingBlob { .. })));
}

#[test]
fn a_state_that_does_not_decode_is_no_good_backup_however_it_was_encrypted() {
    let good = tempfile::tempdir().unwrap();
    let (bytes, manifest) = made();
    let unpacked = crate::restore::unpack(good.path(), &bytes[..], &keys()).unwrap();
    assert_eq!(unpacked.manifest, manifest);
    let mut state = state();
    sentinel_machine::Write::put(&mut state, sentinel_machine::Table::Orgs, &[1; 16], b"no org").unwrap();
    let (bytes, _) = made_of(&state).unwrap();
    let bad = tempfile::tempdir().unwrap();
    let refused = crate::restore::unpack(bad.path(), &bytes[..], &keys()).err().unwrap();
    assert!(matches!(&refused, BackupError::Tables(error) if error.table == "orgs"), "{refused}");
}
