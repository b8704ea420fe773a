//! An archive that a node downloads, or a person verifies.

use sentinel_bundle::archive::{self, MANIFEST, OpenLimits};
use sentinel_bundle::compile::configuration;
use sentinel_bundle::node_vars;

/// How a compressed archive begins.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What can be opened has a manifest that names every file, and can be written again to the same archive. Bytes that are not compressed
/// are, so that what is inside is reached as often as the compression around it.
pub(crate) fn run(bytes: &[u8]) {
    let packed;
    let archive = match bytes.starts_with(&ZSTD) {
        true => bytes,
        false => match zstd::encode_all(bytes, 1) {
            Ok(made) => {
                packed = made;
                &packed
            }
            Err(error) => panic!("memory can be compressed: {error}"),
        },
    };
    let limits = OpenLimits { max_archive: 1 << 20, max_content: 8 << 20, ..OpenLimits::default() };
    let Ok(opened) = archive::open(archive, &limits) else { return };
    assert_eq!(opened.files.len(), opened.manifest.files.len() + 1, "the manifest names every other file");
    let order = std::iter::once(MANIFEST).chain(opened.manifest.files.iter().map(|file| file.path.as_str()));
    let files: Vec<(&str, &[u8])> = order.map(|path| (path, opened.files[path].as_slice())).collect();
    let again =
        archive::write(&files).unwrap_or_else(|error| panic!("what was read can be written: {error}"));
    let reopened = archive::open(&again, &limits).unwrap_or_else(|error| panic!("and read again: {error}"));
    assert_eq!((reopened.manifest_digest, reopened.files), (opened.manifest_digest, opened.files.clone()));
    if let Some(compiled) = opened.compiled() {
        let _ = node_vars::names(compiled);
    }
    let _ = configuration(&opened);
}
