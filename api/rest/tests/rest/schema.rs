//! Answers against the document.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use http::Method;
use serde_json::{Value, json};

/// The document as it is checked in.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

type Cache = HashMap<String, Option<jsonschema::Validator>>;
static VALIDATORS: LazyLock<Mutex<Cache>> = LazyLock::new(Mutex::default);

/// Template of a path in the document; `None` for paths that are not in it.
pub fn template(method: &Method, path: &str) -> Option<String> {
    let path = path.split('?').next().unwrap_or(path);
    let method = method.as_str().to_lowercase();
    let segments: Vec<&str> = path.split('/').collect();
    let mut fitting: Vec<&String> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, item)| item.get(&method).is_some())
        .map(|(template, _)| template)
        .filter(|template| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == segments.len()
                && parts.iter().zip(&segments).all(|(part, segment)| part.starts_with('{') || part == segment)
        })
        .collect();
    // The one with the fewest parameters is the one that the router takes.
    fitting.sort_by_key(|template| template.matches('{').count());
    fitting.first().map(|template| (*template).clone())
}

/// Checks a JSON answer against what the document promises for the operation and the status.
pub fn check(method: &Method, path: &str, status: u16, body: &Value) {
    let Some(template) = template(method, path) else { return };
    let operation = &DOCUMENT["paths"][&template][method.as_str().to_lowercase()];
    let responses = operation["responses"].as_object().unwrap();
    let range = format!("{}XX", status / 100);
    let key = [status.to_string(), range].into_iter().find(|key| responses.contains_key(key));
    let key = key.unwrap_or_else(|| panic!("{method} {template} does not promise {status}: {body}"));
    let name = format!("{method} {template} {key}");
    // A failed check poisons the lock and nothing else.
    let mut validators = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    let validator = validators.entry(name.clone()).or_insert_with(|| {
        let schema = responses[&key]["content"]["application/json"].get("schema")?;
        let mut schema = schema.clone();
        schema["components"] = DOCUMENT["components"].clone();
        Some(jsonschema::validator_for(&schema).unwrap())
    });
    match validator {
        Some(validator) => {
            let errors: Vec<String> = validator.iter_errors(body).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}\n{body:#}");
        }
        None => assert!(body.is_null() || !body.is_object(), "{name} promises no body: {body}"),
    }
}

#[test]
fn the_check_itself_finds_what_is_missing() {
    let wrong = std::panic::catch_unwind(|| {
        check(&Method::GET, "/api/v1/projects/shop/nodes/stats", 200, &json!({"total": "three"}));
    });
    assert!(wrong.is_err());
    let path = "/api/v1/projects/shop/nodes/stats";
    assert_eq!(template(&Method::GET, path).as_deref(), Some("/api/v1/projects/{slug}/nodes/stats"));
}
