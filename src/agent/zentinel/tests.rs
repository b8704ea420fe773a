#![allow(clippy::unwrap_used)]
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use sentinel_api_types::Secret;
use sentinel_api_types::node_secret::NodeSecrets;
use sentinel_model::{BundleId, NodeId, Sha256Digest};
use uuid::Uuid;

use super::*;
use crate::agent::secrets::Secrets;

fn knowing(value: &str) -> Untold {
    let mut untold = Untold::default();
    untold.learn(&Secrets::new(NodeSecrets {
        node_id: NodeId(Uuid::nil()),
        bundle_id: BundleId(Uuid::nil()),
        stamp: Sha256Digest([1; 32]),
        values: BTreeMap::from([("TOKEN".to_owned(), Secret::new(value))]),
        certificates: BTreeMap::new(),
    }));
    untold
}

#[tokio::test]
async fn a_proxy_that_quotes_what_it_refuses_is_told_without_values_also_where_it_is_cut() {
    let dir = tempfile::tempdir().unwrap();
    let (binary, config) = (dir.path().join("quotes"), dir.path().join("zentinel.json"));
    std::fs::write(&binary, "#!/bin/sh\ncat \"$3\" >&2\nexit 1\n").unwrap();
    std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o700)).unwrap();
    let value = "hunter2-".repeat(20);
    // The words are cut in the middle of the value.
    let rest = "x".repeat(WORDS_MAX - value.len() / 2);
    std::fs::write(&config, format!("refused: {value}{rest}")).unwrap();
    let words = test(&binary, &config, &knowing(&value)).await.unwrap_err();
    assert!(!words.contains("hunter2") && words.contains("${secrets.TOKEN}x"), "{words}");
}
