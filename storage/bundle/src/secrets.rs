//! Secrets in the configuration of the proxy: where it names some, what it is with their values in it, and how it is shown without them.
//!
//! A bundle never has a value. Its configuration says `${secrets.NAME}` in texts, wherever the proxy takes any text; the agent of a node puts the
//! values there, in the JSON that its proxy reads. So a value can end no string, whatever is in it.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_model::project_secret::{OPEN, mentions};
use serde_json::Value;
use zentinel_config::{BuiltinHandler, Config};

use crate::problem::Problem;

/// Most secrets that one bundle names.
pub const NAMES_MAX: usize = 200;

/// Most bytes of a configuration with the values in it.
pub const FILLED_MAX: usize = 32 << 20;

/// What stands where nobody may look.
const HIDDEN: &str = "(not shown)";

/// Why values cannot be put into a configuration. None of them is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// It is not JSON.
    #[error("the configuration cannot be read, so no secrets can be put into it")]
    Unreadable,
    /// A secret has no value here.
    #[error("the secret {0} has no value for this node")]
    Missing(String),
    /// The value has characters that no setting of a proxy may have.
    #[error(
        "the value of the secret {0} has a line break or another control character, which cannot stand in a configuration"
    )]
    Control(String),
    /// With all of the values it is too long.
    #[error("with the values of its secrets the configuration has more than {} MiB", FILLED_MAX >> 20)]
    TooLong,
}

/// The names of the secrets that a configuration names.
///
/// # Errors
/// [`Problem`]s: a place that names none, or where none may be named; or the proxy would show what is in its configuration.
pub(crate) fn named(config: &Config) -> Result<Vec<String>, Vec<Problem>> {
    let unreadable = |error: serde_json::Error| vec![Problem::new("secret-unreadable", error.to_string())];
    let text = serde_json::to_string(config).map_err(unreadable)?;
    if !text.contains(OPEN) {
        return Ok(Vec::new());
    }
    let value = serde_json::to_value(config).map_err(unreadable)?;
    let (mut names, mut problems) = (BTreeSet::new(), Vec::new());
    each(&value, &mut String::new(), &mut |place, text, is_name| {
        for mention in mentions(text) {
            match mention.name {
                None => problems.push(malformed(place)),
                Some(_) if is_name || place.ends_with(".id") => {
                    let message = "a secret cannot be a name, or part of one";
                    problems.push(Problem::new("secret-misplaced", message).in_path(place));
                }
                Some(name) => drop(names.insert(name.to_owned())),
            }
        }
    });
    if names.len() > NAMES_MAX {
        let message = format!("a bundle may name at most {NAMES_MAX} secrets, not {}", names.len());
        problems.push(Problem::new("too-many-objects", message));
    }
    let inside = config.namespaces.iter().flat_map(|namespace| &namespace.routes);
    for route in config.routes.iter().chain(inside) {
        if route.builtin_handler == Some(BuiltinHandler::Config) {
            let message =
                format!("the route `{}` shows the whole configuration, with the values of secrets", route.id);
            problems.push(
                Problem::new("secret-exposed", message).with_help("take the route out, or name no secrets"),
            );
        }
    }
    if problems.is_empty() { Ok(names.into_iter().collect()) } else { Err(problems) }
}

/// A place that begins like a secret and names none.
pub(crate) fn malformed(place: &str) -> Problem {
    let message = "`${secrets.` must be followed by a name of capital letters, digits and `_`, and `}`";
    Problem::new("secret-malformed", message).in_path(place)
}

/// A configuration with the values in it.
///
/// # Errors
/// [`FillError`].
pub fn fill<'v>(json: &str, value_of: impl Fn(&str) -> Option<&'v str>) -> Result<String, FillError> {
    let mut value: Value = serde_json::from_str(json).map_err(|_| FillError::Unreadable)?;
    let mut room = FILLED_MAX;
    put(&mut value, &value_of, &mut room)?;
    serde_json::to_string(&value).map_err(|_| FillError::Unreadable)
}

/// `room`: how many bytes of values there is room for.
fn put<'v>(
    value: &mut Value,
    value_of: &impl Fn(&str) -> Option<&'v str>,
    room: &mut usize,
) -> Result<(), FillError> {
    match value {
        Value::Object(fields) => fields.values_mut().try_for_each(|inner| put(inner, value_of, room)),
        Value::Array(items) => items.iter_mut().try_for_each(|inner| put(inner, value_of, room)),
        Value::String(text) if text.contains(OPEN) => {
            let (mut filled, mut from) = (String::with_capacity(text.len()), 0);
            for mention in mentions(text) {
                let Some(name) = mention.name else { continue };
                let value = value_of(name).ok_or_else(|| FillError::Missing(name.to_owned()))?;
                if value.chars().any(char::is_control) {
                    return Err(FillError::Control(name.to_owned()));
                }
                *room = room.checked_sub(value.len()).ok_or(FillError::TooLong)?;
                filled.push_str(text.get(from..mention.start).unwrap_or_default());
                filled.push_str(value);
                from = mention.end;
            }
            filled.push_str(text.get(from..).unwrap_or_default());
            *text = filled;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What somebody has made of a configuration with values in it, as it may be shown: a text of it that stands where `template` names a secret, under the
/// same name as such a text, or that has one of the `untold` values in it, is not. `None`: it cannot be read, so nobody knows what is in it.
pub fn mask(
    found: &str,
    template: &str,
    values: &BTreeMap<&str, &str>,
    untold: &[(&str, &str)],
) -> Option<String> {
    let mut found: Value = serde_json::from_str(found).ok()?;
    let template: Value = serde_json::from_str(template).ok()?;
    let mut filled = template.clone();
    // Without all of the values the places are hidden whatever they say.
    let mut room = FILLED_MAX;
    if put(&mut filled, &|name| values.get(name).copied(), &mut room).is_err() {
        filled = Value::Null;
    }
    let mut under = BTreeSet::new();
    each(&template, &mut String::new(), &mut |place, text, _| {
        if text.contains(OPEN) {
            under.insert(last_name(place).to_owned());
        }
    });
    hide(&mut found, Some(&template), Some(&filled), &mut String::new(), &under, untold);
    serde_json::to_string_pretty(&found).ok().map(|text| text + "\n")
}

fn hide(
    found: &mut Value,
    template: Option<&Value>,
    filled: Option<&Value>,
    place: &mut String,
    under: &BTreeSet<String>,
    untold: &[(&str, &str)],
) {
    let length = place.len();
    match found {
        Value::Object(fields) => {
            for (name, mut inner) in std::mem::take(fields) {
                place.push('.');
                place.push_str(&name);
                let at = |value: Option<&'_ Value>| value.and_then(|value| value.get(&name)).cloned();
                hide(&mut inner, at(template).as_ref(), at(filled).as_ref(), place, under, untold);
                place.truncate(length);
                fields.insert(without(&name, untold), inner);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter_mut().enumerate() {
                let at = |value: Option<&'_ Value>| value.and_then(|value| value.get(number)).cloned();
                hide(inner, at(template).as_ref(), at(filled).as_ref(), place, under, untold);
            }
        }
        Value::String(text) => {
            let written = template.and_then(Value::as_str);
            let as_assigned = filled.and_then(Value::as_str) == Some(text.as_str());
            match written {
                Some(written) if as_assigned => written.clone_into(text),
                _ if under.contains(last_name(place)) => HIDDEN.clone_into(text),
                _ => *text = without(text, untold),
            }
        }
        _ => {}
    }
}

/// A text without values, which are given by name: their names stand where they did, however they are written there. Longer values go first, so that none
/// is left a part of.
pub fn without(text: &str, values: &[(&str, &str)]) -> String {
    let mut forms: Vec<(String, &str)> = Vec::new();
    for (name, value) in values.iter().filter(|(_, value)| !value.is_empty()) {
        let quoted = Value::from(*value).to_string();
        let quoted = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned();
        let debug = value.escape_debug().to_string();
        for form in [(*value).to_owned(), quoted, debug] {
            if text.contains(&form) {
                forms.push((form, name));
            }
        }
    }
    forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
    let mut parts = vec![Part::Text(text)];
    for (form, name) in &forms {
        parts = parts
            .into_iter()
            .flat_map(|part| match part {
                Part::Text(text) if text.contains(form.as_str()) => {
                    let mut split = Vec::new();
                    for (number, piece) in text.split(form.as_str()).enumerate() {
                        if number > 0 {
                            split.push(Part::Secret(name));
                        }
                        split.push(Part::Text(piece));
                    }
                    split
                }
                other => vec![other],
            })
            .collect();
    }
    parts
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => text.to_owned(),
            Part::Secret(name) => format!("{OPEN}{name}}}"),
        })
        .collect()
}

/// A piece of a text from which values are taken out. What was put in for one is not looked at again.
enum Part<'a> {
    Text(&'a str),
    Secret(&'a str),
}

/// The last name of a place.
fn last_name(place: &str) -> &str {
    place.rsplit('.').next().unwrap_or(place)
}

/// Each text with its place, and whether it is the name of a setting.
fn each(value: &Value, place: &mut String, visit: &mut impl FnMut(&str, &str, bool)) {
    let length = place.len();
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                if length > 0 {
                    place.push('.');
                }
                place.push_str(name);
                visit(place, name, true);
                each(inner, place, visit);
                place.truncate(length);
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| each(inner, place, visit)),
        Value::String(text) => visit(place, text, false),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEMPLATE: &str = r#"{ "filters": { "a": { "set": { "X-Key": "Bearer ${secrets.TOKEN}", "X-Plain": "p" } } }, "routes": [{ "id": "r" }] }"#;

    fn filled(value: &str) -> Result<Value, FillError> {
        let text = fill(TEMPLATE, |name| (name == "TOKEN").then_some(value))?;
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn a_value_stands_where_it_is_named_and_ends_no_string() {
        for value in ["s3cret", r#"","x":""#, "${secrets.OTHER}", "ä\\n"] {
            let found = filled(value).unwrap();
            assert_eq!(found["filters"]["a"]["set"]["X-Key"], format!("Bearer {value}"));
            assert_eq!(found["filters"].as_object().unwrap().len(), 1);
        }
        assert_eq!(filled("a\nb"), Err(FillError::Control("TOKEN".into())));
        assert_eq!(fill(TEMPLATE, |_| None), Err(FillError::Missing("TOKEN".into())));
        assert_eq!(fill("{", |_| None), Err(FillError::Unreadable));
        assert_eq!(filled(&"x".repeat(FILLED_MAX + 1)), Err(FillError::TooLong));
    }

    #[test]
    fn what_somebody_changed_is_shown_without_a_value_that_is_or_was_there() {
        let values = BTreeMap::from([("TOKEN", "s3cret")]);
        let untold = [("TOKEN", "s3cret")];
        let with = |value: &str| fill(TEMPLATE, |_| Some(value)).unwrap();
        let as_assigned = mask(&with("s3cret"), TEMPLATE, &values, &untold).unwrap();
        assert!(as_assigned.contains("Bearer ${secrets.TOKEN}") && as_assigned.contains("\"p\""));
        let an_earlier_one = mask(&with("0ther"), TEMPLATE, &values, &untold).unwrap();
        assert!(!an_earlier_one.contains("0ther") && an_earlier_one.contains(HIDDEN), "{an_earlier_one}");
        let moved = r#"{ "filters": { "b": { "set": { "X-Key": "0ther" }, "note": "was s3cret" } } }"#;
        let moved = mask(moved, TEMPLATE, &values, &untold).unwrap();
        assert!(!moved.contains("0ther") && !moved.contains("s3cret"), "{moved}");
        let named = mask(r#"{ "s3cret": { "x": 1 } }"#, TEMPLATE, &values, &untold).unwrap();
        assert!(named.contains("${secrets.TOKEN}") && !named.contains("s3cret"), "{named}");
        assert_eq!(mask("no json with s3cret", TEMPLATE, &values, &untold), None);
        let unknown = mask(&with("s3cret"), TEMPLATE, &BTreeMap::new(), &untold).unwrap();
        assert!(!unknown.contains("s3cret"), "{unknown}");
    }

    #[test]
    fn words_lose_values_however_they_are_written() {
        let values = [("A", "a\"b"), ("LONG", "xa\"by"), ("E", "")];
        let said = without(r#"raw a"b json a\"b long xa"by"#, &values);
        assert_eq!(said, "raw ${secrets.A} json ${secrets.A} long ${secrets.LONG}");
        assert_eq!(without("secrets", &[("S", "s")]), "${secrets.S}ecret${secrets.S}");
    }

    #[test]
    fn names_are_found_and_what_cannot_be_one_is_told_with_its_place() {
        let text = |header: &str| {
            format!(
                r#"{{ "server": {{}}, "listeners": [], "routes": [{{ "id": "r", "matches": [{{ "path": "/" }}], "upstream": "u",
                "policies": {{ "request_headers": {{ "set": {{ "x": "{header}" }} }} }} }}],
                "upstreams": {{ "u": {{ "id": "u", "targets": [{{ "address": "127.0.0.1:2" }}] }} }} }}"#
            )
        };
        let names = |header: &str| named(&Config::from_json(&text(header)).unwrap());
        assert_eq!(names("${secrets.B}${secrets.A}${secrets.B}").unwrap(), ["A", "B"]);
        assert!(names("plain").unwrap().is_empty());
        let problems = names("${secrets.b}").unwrap_err();
        assert_eq!(problems[0].code, "secret-malformed");
        let shown = text("${secrets.A}").replace(
            "\"upstream\": \"u\",",
            "\"service_type\": \"builtin\", \"builtin-handler\": \"config\",",
        );
        assert_eq!(named(&Config::from_json(&shown).unwrap()).unwrap_err()[0].code, "secret-exposed");
    }
}
