//! Which secrets an object names, and in which fields.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::project_secret::{OPEN, mentions};

/// Most fields that are told of one secret in one object.
pub const FIELDS_MAX: usize = 20;

/// The names of the secrets that stand in any text of an object, with the fields in which they do: `headers.request.set.x-key`. At most
/// [`FIELDS_MAX`] of each.
pub fn named_in(object: &impl Serialize) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    // What is kept in the state always has a JSON form.
    if let Ok(value) = serde_json::to_value(object) {
        look("", &value, &mut found);
    }
    found.values_mut().for_each(|fields| fields.sort());
    found
}

/// Whether the bytes of an object, in any form that leaves texts as they are, may name a secret. Most do not, and need no closer look.
pub fn may_name(bytes: &[u8]) -> bool {
    bytes.windows(OPEN.len()).any(|window| window == OPEN.as_bytes())
}

fn look(at: &str, value: &Value, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let place = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                note(&place, name, found);
                look(&place, inner, found);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                look(&format!("{at}[{number}]"), inner, found);
            }
        }
        Value::String(text) => note(at, text, found),
        _ => {}
    }
}

fn note(at: &str, text: &str, found: &mut BTreeMap<String, Vec<String>>) {
    for name in mentions(text).filter_map(|mention| mention.name) {
        let fields = found.entry(name.to_owned()).or_default();
        if fields.len() < FIELDS_MAX && fields.last().is_none_or(|last| last != at) {
            fields.push(at.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_found_wherever_it_is_named() {
        let object = json!({
            "headers": { "set": { "x-key": "${secrets.KEY}", "x-both": "${secrets.KEY}:${secrets.USER}" } },
            "rules": [{ "value": 1 }, { "value": "${secrets.USER}${secrets.USER}" }],
            "plain": "${secrets.lower}",
        });
        let found = named_in(&object);
        assert_eq!(found["KEY"], ["headers.set.x-both", "headers.set.x-key"]);
        assert_eq!(found["USER"], ["headers.set.x-both", "rules[1].value"]);
        assert_eq!(found.len(), 2);
        assert!(may_name(object.to_string().as_bytes()));
        assert!(!may_name(b"${secrets"));
    }
}
