//! The marker: a host name that only one compiled revision answers, and that nobody can guess.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::compile::{CompileInput, Source};
use crate::manifest::FORMAT;
use crate::schema::PROXY_VERSION;
use crate::validate::PROBE_SUFFIX;

/// Digest of everything that influences the output. Every field is preceded by its length, so that no two
/// inputs run together. `written` is the source as the bundle has it.
pub(crate) fn input_digest(input: &CompileInput<'_>, written: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"sentinel-bundle-input-v1\0");
    let mut field = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    field(&FORMAT.to_be_bytes());
    field(PROXY_VERSION.as_bytes());
    field(input.project_id.as_bytes());
    field(input.version.as_bytes());
    match input.source {
        Source::Text(text) => field(text.as_bytes()),
        Source::Document(_) => {
            field(b"document");
            field(written.as_bytes());
        }
    }
    field(&[u8::from(input.operations.config), u8::from(input.operations.metrics)]);
    for file in &input.extra_files {
        field(file.path.as_bytes());
        field(&file.content);
    }
    hash.finalize().into()
}

/// The unguessable part of the probe host: 32 hexadecimal digits.
pub(crate) fn token(key: &[u8; 32], input: &[u8; 32]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC accepts keys of any length");
    mac.update(input);
    let tag = mac.finalize().into_bytes();
    hex::encode(&tag[..16])
}

/// The host of the probe.
pub(crate) fn host(token: &str) -> String {
    format!("rev-{token}{PROBE_SUFFIX}")
}
