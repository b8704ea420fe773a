//! Every way an archive can be wrong is refused.
#![allow(clippy::unwrap_used)]

use std::io::Write;

use super::*;
use crate::compile::compile;
use crate::manifest::{Manifest, checksums, file_entry};
use crate::sign::Signer;
use crate::signature::{Detached, DetachedError};

fn artefact() -> crate::compile::Artefact {
    compile(&crate::compile::tests::input(crate::compile::tests::SOURCE)).unwrap()
}

fn limits() -> OpenLimits {
    OpenLimits::default()
}

fn compress(tar: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.write_all(tar).unwrap();
    encoder.finish().unwrap()
}

fn files_of(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let bundle = open(archive, &limits()).unwrap();
    let order: Vec<String> = std::iter::once(MANIFEST.to_owned())
        .chain(bundle.manifest.files.iter().map(|file| file.path.clone()))
        .collect();
    order.into_iter().map(|path| (path.clone(), bundle.files[&path].clone())).collect()
}

/// Rewrites manifest and checksums so that only the intended defect is left.
fn consistent(mut files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let mut manifest = Manifest::from_bytes(&files[0].1).unwrap();
    let listed: Vec<_> = files
        .iter()
        .filter(|(path, _)| path != MANIFEST && path != CHECKSUMS)
        .map(|(path, content)| file_entry(path, content))
        .collect();
    if let Some((_, content)) = files.iter_mut().find(|(path, _)| path == CHECKSUMS) {
        *content = checksums(listed.iter()).into_bytes();
    }
    manifest.files = files
        .iter()
        .filter(|(path, _)| path != MANIFEST)
        .map(|(path, content)| file_entry(path, content))
        .collect();
    files[0].1 = manifest.to_bytes().unwrap();
    files
}

#[test]
fn a_written_archive_opens_with_the_same_files() {
    let artefact = artefact();
    let bundle = open(&artefact.archive, &limits()).unwrap();
    assert_eq!(bundle.manifest, artefact.manifest);
    assert_eq!(bundle.manifest_digest, artefact.manifest_digest);
    assert_eq!(bundle.files.len(), 5);
    assert_eq!(bundle.text(SBOM), Some(artefact.sbom.as_str()));
    assert_eq!(write(&files_of(&artefact.archive)).unwrap(), artefact.archive);
}

/// A few bits of a zstd header mean nothing; the content is then the same.
#[test]
fn a_flipped_bit_in_the_compressed_archive_never_changes_the_content() {
    let archive = artefact().archive;
    let original = open(&archive, &limits()).unwrap();
    let mut harmless = 0;
    for at in 0..archive.len() {
        for bit in 0..8 {
            let mut damaged = archive.clone();
            damaged[at] ^= 1 << bit;
            if let Ok(bundle) = open(&damaged, &limits()) {
                assert_eq!(bundle.files, original.files, "byte {at} bit {bit}");
                harmless += 1;
            }
        }
    }
    assert!(harmless < archive.len() / 50, "{harmless}");
}

/// Only the manifest can change unnoticed by the digests, and then it is no longer the manifest that was signed.
#[test]
fn a_flipped_bit_in_the_tar_stream_is_noticed_or_voids_the_signature() {
    let artefact = artefact();
    let signer = Signer::from_seed(&[3; 32]);
    let signature = signer.sign(&artefact.manifest_digest);
    let tar = zstd::decode_all(artefact.archive.as_slice()).unwrap();
    for at in 0..tar.len() {
        let mut damaged = tar.clone();
        damaged[at] ^= 1 << (at % 7);
        if let Ok(bundle) = open(&compress(&damaged), &limits()) {
            assert!(bundle.verify(&signer.public_key(), &signature).is_err(), "byte {at} of {}", tar.len());
        }
    }
}

#[test]
fn a_cut_or_lengthened_archive_is_refused() {
    let archive = artefact().archive;
    for length in [0, 1, 4, archive.len() / 2, archive.len() - 1] {
        assert!(matches!(open(&archive[..length], &limits()), Err(ArchiveError::Damaged(_))), "{length}");
    }
    let longer = [archive.as_slice(), b"x"].concat();
    assert!(matches!(open(&longer, &limits()), Err(ArchiveError::TrailingBytes(1))));
    let twice = [archive.as_slice(), archive.as_slice()].concat();
    assert!(matches!(open(&twice, &limits()), Err(ArchiveError::TrailingBytes(_))));
    let tar = zstd::decode_all(archive.as_slice()).unwrap();
    for cut in [512, 1024, tar.len() - 512] {
        assert!(open(&compress(&tar[..cut]), &limits()).is_err(), "{cut}");
    }
    let padded = [tar.as_slice(), &[0; 512]].concat();
    assert!(matches!(open(&compress(&padded), &limits()), Err(ArchiveError::NotCanonical)));
    let hidden = [tar.as_slice(), &[7; 512]].concat();
    assert!(open(&compress(&hidden), &limits()).is_err());
}

#[test]
fn contents_that_differ_from_the_manifest_are_refused() {
    let files = files_of(&artefact().archive);
    for at in 1..files.len() {
        let mut changed = files.clone();
        changed[at].1.push(b' ');
        let path = changed[at].0.clone();
        let archive = write(&changed).unwrap();
        assert!(matches!(open(&archive, &limits()), Err(ArchiveError::WrongContent(found)) if found == path));
        let mut missing = files.clone();
        missing.remove(at);
        let archive = write(&missing).unwrap();
        assert!(matches!(open(&archive, &limits()), Err(ArchiveError::Missing(found)) if found == path));
        let both = consistent(missing);
        assert!(matches!(open(&write(&both).unwrap(), &limits()), Err(ArchiveError::Missing(_))), "{path}");
    }
}

#[test]
fn files_the_manifest_does_not_name_are_refused() {
    let mut files = files_of(&artefact().archive);
    files.push(("files/extra".to_owned(), b"x".to_vec()));
    let archive = write(&files).unwrap();
    assert!(
        matches!(open(&archive, &limits()), Err(ArchiveError::NotInManifest(path)) if path == "files/extra")
    );
    assert!(open(&write(&consistent(files)).unwrap(), &limits()).is_ok());
}

#[test]
fn another_order_and_contradicting_checksums_are_refused() {
    let files = files_of(&artefact().archive);
    let mut swapped = files.clone();
    swapped.swap(2, 3);
    assert!(matches!(open(&write(&swapped).unwrap(), &limits()), Err(ArchiveError::NotCanonical)));
    let mut late = files.clone();
    let manifest = late.remove(0);
    late.push(manifest);
    assert!(matches!(open(&write(&late).unwrap(), &limits()), Err(ArchiveError::NotCanonical)));
    let mut wrong = files;
    wrong[1].1 = b"nothing\n".to_vec();
    let mut manifest = Manifest::from_bytes(&wrong[0].1).unwrap();
    manifest.files[0] = file_entry(CHECKSUMS, &wrong[1].1);
    wrong[0].1 = manifest.to_bytes().unwrap();
    assert!(matches!(open(&write(&wrong).unwrap(), &limits()), Err(ArchiveError::WrongChecksums)));
}

#[test]
fn manifests_of_other_forms_and_formats_are_refused() {
    let files = files_of(&artefact().archive);
    let text = String::from_utf8(files[0].1.clone()).unwrap();
    for (changed, expected) in [
        (text.replace("\"format\": 1", "\"format\": 2"), "format"),
        (text.replace("\"format\": 1", "\"format\": 1, \"x\": 1"), "unknown field"),
        (text.trim_end().to_owned(), "canonical"),
        (text.replace("  ", " "), "canonical"),
        ("{}".to_owned(), "missing field"),
        ("[".repeat(100_000), "invalid type"),
    ] {
        let mut files = files.clone();
        files[0].1 = changed.into_bytes();
        let error = open(&write(&files).unwrap(), &limits()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// One raw entry in front of the regular ones.
fn with_entry(name: &[u8], kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let tar = zstd::decode_all(artefact().archive.as_slice()).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o644);
    header.set_size(size);
    let bytes = header.as_mut_bytes();
    bytes[..name.len()].copy_from_slice(name);
    bytes[156] = kind;
    header.set_cksum();
    let mut stream = header.as_bytes().to_vec();
    stream.extend_from_slice(content);
    stream.resize(stream.len().next_multiple_of(512), 0);
    stream.extend_from_slice(&tar);
    compress(&stream)
}

#[test]
fn paths_that_leave_the_bundle_are_refused() {
    for name in [
        "../evil",
        "/etc/passwd",
        "a/../../b",
        "./a",
        "a//b",
        "a/",
        "",
        ".hidden",
        "a\\b",
        "C:evil",
        "a b",
        "ä",
        "a\u{1}b",
    ] {
        let archive = with_entry(name.as_bytes(), b'0', 0, b"");
        assert!(matches!(open(&archive, &limits()), Err(ArchiveError::UnsafePath(_))), "{name:?}");
    }
    let archive = with_entry(b"\xff\xfe", b'0', 0, b"");
    assert!(matches!(open(&archive, &limits()), Err(ArchiveError::UnsafePath(_))));
    assert!(is_plain_path("files/agents/guard-1.json") && is_plain_path("a"));
    assert!(
        !is_plain_path(&"a/".repeat(9))
            && !is_plain_path(&"a".repeat(101))
            && !is_plain_path("a/b/c/d/e/f/g/h/i")
    );
}

#[test]
fn links_devices_directories_and_extended_headers_are_refused() {
    for kind in [b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'L', b'K', b'x', b'g', b'S', 0, b'V', b'?'] {
        let archive = with_entry(b"files/a", kind, 0, b"");
        assert!(matches!(open(&archive, &limits()), Err(ArchiveError::NotAFile(_))), "{:?}", kind as char);
    }
}

#[test]
fn a_file_that_occurs_twice_is_refused() {
    let archive = with_entry(b"manifest.json", b'0', 2, b"{}");
    assert!(
        matches!(open(&archive, &limits()), Err(ArchiveError::Duplicate(path)) if path == "manifest.json")
    );
}

#[test]
fn bombs_are_refused_before_they_fill_the_memory() {
    let zeros = vec![0u8; 80 << 20];
    let bomb = compress(&zeros);
    assert!(bomb.len() < 100_000);
    assert!(matches!(open(&bomb, &limits()), Err(ArchiveError::TooLarge(_))));
    // The same within the absolute limit, by ratio.
    let bomb = compress(&zeros[..16 << 20]);
    assert!(matches!(open(&bomb, &limits()), Err(ArchiveError::TooLarge(_))));
    // A header that announces more than follows.
    for size in [u64::from(u32::MAX), 0o77_777_777_777] {
        assert!(open(&with_entry(b"files/a", b'0', size, b""), &limits()).is_err());
    }
    let small = OpenLimits { max_archive: 10, ..limits() };
    assert!(matches!(open(&artefact().archive, &small), Err(ArchiveError::TooLarge(10))));
    let few = OpenLimits { max_files: 3, ..limits() };
    assert!(matches!(open(&artefact().archive, &few), Err(ArchiveError::TooManyFiles(3))));
    let little = OpenLimits { max_content: 100, ..limits() };
    assert!(matches!(open(&artefact().archive, &little), Err(ArchiveError::TooLarge(_))));
}

#[test]
fn arbitrary_bytes_are_refused_without_a_panic() {
    for seed in 0..200u32 {
        let bytes: Vec<u8> = (0..400u32)
            .map(|n| (n.wrapping_mul(2_654_435_761).wrapping_add(seed * 97) >> 13) as u8)
            .collect();
        assert!(open(&bytes, &limits()).is_err());
        assert!(open(&compress(&bytes), &limits()).is_err());
    }
}

#[test]
fn a_bundle_is_trusted_only_with_the_signature_of_its_key() {
    let artefact = artefact();
    let bundle = open(&artefact.archive, &limits()).unwrap();
    let signer = Signer::from_seed(&[3; 32]);
    let signature = signer.sign(&artefact.manifest_digest);
    assert!(bundle.verify(&signer.public_key(), &signature).is_ok());
    let other = Signer::from_seed(&[4; 32]);
    assert!(bundle.verify(&other.public_key(), &signature).is_err());

    let detached = Detached::sign(&signer, &artefact.manifest_digest);
    let detached = Detached::parse(&detached.to_bytes().unwrap()).unwrap();
    assert!(detached.verify(&bundle, &signer.public_key()).is_ok());
    assert!(matches!(detached.verify(&bundle, &other.public_key()), Err(DetachedError::OtherKey { .. })));
    let foreign = Detached::sign(&signer, &[0; 32]);
    assert!(matches!(foreign.verify(&bundle, &signer.public_key()), Err(DetachedError::OtherBundle)));
    let forged = Detached { signature: foreign.signature, ..detached };
    assert!(matches!(forged.verify(&bundle, &signer.public_key()), Err(DetachedError::Signature(_))));
}
