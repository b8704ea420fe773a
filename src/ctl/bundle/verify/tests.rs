//! A real bundle, checked offline and then damaged.

#![allow(clippy::unwrap_used)]

use sentinel_bundle::compile::{CompileInput, OperationsOptions, Source, compile};
use sentinel_bundle::sign::Signer;
use sentinel_bundle::signature::Detached;
use sentinel_model::config::Document;

use super::{check, key};

const SOURCE: &str = r#"
system { worker-threads 2; }
listeners { listener "public" { address "127.0.0.1:8080"; }; }
upstreams { upstream "shop" { target "127.0.0.1:9001"; }; }
routes { route "everything" { matches { path-prefix "/"; }; upstream "shop"; }; }
"#;

/// An archive and its signature file.
fn bundle(version: &str, signer: &Signer) -> (Vec<u8>, Vec<u8>) {
    bundle_of(Source::Text(SOURCE), version, signer)
}

fn bundle_of(source: Source<'_>, version: &str, signer: &Signer) -> (Vec<u8>, Vec<u8>) {
    let input = CompileInput {
        project_id: "shop",
        version,
        source,
        marker_key: &[7; 32],
        operations: OperationsOptions::default(),
        extra_files: Vec::new(),
    };
    let made = compile(&input).unwrap_or_else(|error| panic!("{error}"));
    (made.archive, Detached::sign(signer, &made.manifest_digest).to_bytes().unwrap())
}

#[test]
fn a_bundle_is_good_only_with_its_own_signature_by_the_right_key() {
    let (signer, other) = (Signer::from_seed(&[1; 32]), Signer::from_seed(&[2; 32]));
    let (archive, signature) = bundle("1.4.0", &signer);
    let (_, of_another_bundle) = bundle("1.5.0", &signer);
    let (_, by_another_key) = bundle("1.4.0", &other);
    let key = signer.public_key();
    assert_eq!(check(&archive, &signature, &key).unwrap().0, "1.4.0");
    assert!(check(&archive, &of_another_bundle, &key).unwrap_err().to_string().contains("another bundle"));
    assert!(check(&archive, &by_another_key, &key).is_err());
    assert!(check(&archive, &signature, &other.public_key()).is_err());
}

#[test]
fn a_bundle_of_a_document_is_checked_alike() {
    let signer = Signer::from_seed(&[1; 32]);
    let document: Document = serde_json::from_value(serde_json::json!({
        "version": 1,
        "services": { "all": { "route_path": "/*", "upstream_url": "http://127.0.0.1:9001" } },
    }))
    .unwrap();
    let (mut archive, signature) = bundle_of(Source::Document(&document), "1.4.0", &signer);
    let (_, of_the_text) = bundle("1.4.0", &signer);
    let key = signer.public_key();
    assert_eq!(check(&archive, &signature, &key).unwrap().0, "1.4.0");
    assert!(check(&archive, &of_the_text, &key).is_err());
    let middle = archive.len() / 2;
    archive[middle] ^= 0x10;
    assert!(check(&archive, &signature, &key).is_err());
}

#[test]
fn one_flipped_bit_anywhere_in_the_archive_is_noticed() {
    let signer = Signer::from_seed(&[1; 32]);
    let (archive, signature) = bundle("1.4.0", &signer);
    for place in (0..archive.len()).step_by(97) {
        let mut damaged = archive.clone();
        damaged[place] ^= 0x10;
        assert!(check(&damaged, &signature, &signer.public_key()).is_err(), "byte {place}");
    }
}

#[test]
fn a_key_is_given_as_text_or_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let text = Signer::from_seed(&[1; 32]).public_key().to_text();
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{text}\n")).unwrap();
    assert_eq!(key(&text).unwrap(), key(file.to_str().unwrap()).unwrap());
    assert!(key("no such file").is_err());
}
