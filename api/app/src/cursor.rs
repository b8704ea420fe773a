//! Opaque cursors: where a page ends, bound to its list and filters, and not forgeable.
//!
//! base64url of `version u8 | filter hash 8 bytes | last key | MAC 16 bytes`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::AppError;
use crate::keyring::Keyring;

const VERSION: u8 = 1;
const HASH: usize = 8;
const MAC: usize = 16;
/// Longest cursor accepted, in characters.
const LONGEST: usize = 1_024;
const PURPOSE: &str = "page-cursor";

/// What a cursor is bound to: the list and everything that selects rows in it.
#[derive(Clone, Debug)]
pub struct Binding([u8; HASH]);

impl Binding {
    /// Binds to `list` and these filters; the order of the filters matters.
    pub fn new(list: &str, filters: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(&list).chain(filters) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut short = [0; HASH];
        short.copy_from_slice(&digest[..HASH]);
        Self(short)
    }
}

/// The cursor behind `last_key`.
pub fn encode(keyring: &Keyring, binding: &Binding, last_key: &[u8]) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend_from_slice(&binding.0);
    bytes.extend_from_slice(last_key);
    let mac = keyring.tag(PURPOSE, &bytes);
    bytes.extend_from_slice(&mac[..MAC]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key in `cursor`; refuses one that was altered or belongs to another list or other filters.
pub fn decode(keyring: &Keyring, binding: &Binding, cursor: &str) -> Result<Vec<u8>, AppError> {
    if cursor.len() > LONGEST {
        return Err(AppError::InvalidCursor);
    }
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| AppError::InvalidCursor)?;
    let end = bytes.len().checked_sub(MAC).filter(|end| *end > HASH).ok_or(AppError::InvalidCursor)?;
    let (body, mac) = bytes.split_at(end);
    let is_ours = keyring.tags(PURPOSE, body).any(|expected| bool::from(expected[..MAC].ct_eq(mac)));
    if !is_ours || body[0] != VERSION || body[1..=HASH] != binding.0 {
        return Err(AppError::InvalidCursor);
    }
    Ok(body[1 + HASH..].to_vec())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cursor_is_good_only_for_its_list_its_filters_and_its_cluster() {
        let keyring = Keyring::new(&[1; 32]);
        let binding = Binding::new("nodes", &["online", "q"]);
        let cursor = encode(&keyring, &binding, b"edge-7");
        assert_eq!(decode(&keyring, &binding, &cursor).unwrap(), b"edge-7");
        for other in [Binding::new("nodes", &["offline", "q"]), Binding::new("nodes", &["online", "", "q"])] {
            assert!(matches!(decode(&keyring, &other, &cursor), Err(AppError::InvalidCursor)));
        }
        assert!(decode(&Keyring::new(&[2; 32]), &binding, &cursor).is_err());
    }

    #[test]
    fn an_altered_cursor_is_refused_at_every_character() {
        let keyring = Keyring::new(&[1; 32]);
        let binding = Binding::new("nodes", &[]);
        let cursor = encode(&keyring, &binding, b"edge-7");
        for at in 0..cursor.len() {
            let mut altered = cursor.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).unwrap();
            assert!(decode(&keyring, &binding, &altered).is_err(), "{altered}");
        }
        for wrong in ["", "A", "not base64!", &"A".repeat(5_000)] {
            assert!(decode(&keyring, &binding, wrong).is_err(), "{wrong}");
        }
    }
}
