//! The checked-in document is the one that the routes make. `UPDATE=1 cargo test -p sentinel-rest --test openapi` writes it anew.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::Value;

fn made() -> String {
    let mut text = serde_json::to_string_pretty(&sentinel_rest::openapi::document()).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_checked_in_document_is_the_one_that_the_routes_make() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let made = made();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(known == made, "api/rest/openapi.json is not what the routes make: run this test with UPDATE=1");
}

#[test]
fn every_reference_leads_somewhere_and_every_operation_has_its_own_id() {
    let document: Value = serde_json::from_str(&made()).unwrap();
    let mut ids = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{method} {path}: {id} is taken");
            assert!(operation["responses"]["4XX"].is_object(), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path}");
        }
    }
    assert_eq!(ids.len(), 173);
    let mut pending = vec![&document];
    while let Some(value) = pending.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let target = document.pointer(reference.strip_prefix('#').unwrap());
                    assert!(target.is_some(), "{reference}");
                }
                pending.extend(fields.values());
            }
            Value::Array(items) => pending.extend(items),
            _ => {}
        }
    }
}
