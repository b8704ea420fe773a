//! The proxy's configuration as JSON, without what goes without saying.

mod compare;
mod usual;

use serde::Serialize;
use serde::ser::Serializer;
use zentinel_config::Config;

use self::usual::Usual;
use super::tree::{Name, Tree};

/// What the proxy's parser asks for in any case.
const REQUIRED: &[&str] = &[
    "id",
    "matches",
    "address",
    "protocol",
    "targets",
    "type",
    "schema_version",
    "server",
    "listeners",
    "routes",
];

/// What somebody has written as any JSON: the settings of an agent, and schemas.
const FREE: &[&str] = &["config", "request_schema", "response_schema"];

/// Why a configuration cannot be written as JSON.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// A value has no JSON form.
    #[error("a value has no JSON form: {0}")]
    Value(#[from] serde_json::Error),
    /// The proxy would read something else.
    #[error("read again, it differs in {0}")]
    Altered(String),
}

/// As [`to_json`], and reads the result as the proxy does: every setting must have the value that it had.
///
/// # Errors
/// [`Unwritable`].
pub fn to_json_checked(config: &Config) -> Result<String, Unwritable> {
    let said = Said::by(config)?;
    let text = said.as_json()?;
    let again: Config = serde_json::from_str(&text)?;
    said.equal(&again).map_err(Unwritable::Altered)?;
    Ok(text)
}

/// The configuration as JSON. Settings that are as the proxy has them anyway are left out, and names are in order, so that the same
/// configuration has the same bytes.
///
/// # Errors
/// It has no JSON form.
pub fn to_json(config: &Config) -> Result<String, serde_json::Error> {
    Said::by(config)?.as_json()
}

/// Checks that two configurations say the same.
///
/// # Errors
/// The part that differs.
pub fn equal(left: &Config, right: &Config) -> Result<(), String> {
    Said::by(left).map_err(unreadable)?.equal(right)
}

/// Everything that a configuration says.
pub(crate) struct Said(Tree);

impl Said {
    pub(crate) fn by(config: &Config) -> Result<Self, serde_json::Error> {
        Tree::of(config).map(Self)
    }

    /// See [`to_json`].
    pub(crate) fn as_json(&self) -> Result<String, serde_json::Error> {
        let shown = Shown { tree: &self.0, usual: Some(usual::configuration()?), free: false };
        let mut text = serde_json::to_string_pretty(&shown)?;
        text.push('\n');
        Ok(text)
    }

    /// Checks that another configuration says the same; see [`equal`].
    pub(crate) fn equal(&self, other: &Config) -> Result<(), String> {
        let differing = compare::differing(&self.0, other).map_err(unreadable)?;
        differing.map_or(Ok(()), |name| Err(format!("`{name}`")))
    }
}

fn unreadable(error: serde_json::Error) -> String {
    format!("a value that has no JSON form ({error})")
}

/// A tree, without what is as usual.
struct Shown<'t> {
    tree: &'t Tree,
    usual: Option<&'t Usual>,
    /// Whether it may be any JSON.
    free: bool,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.tree {
            Tree::Null => to.serialize_unit(),
            Tree::Bool(flag) => to.serialize_bool(*flag),
            Tree::Unsigned(number) => to.serialize_u64(*number),
            Tree::Negative(number) => to.serialize_i64(*number),
            Tree::Float(number) => to.serialize_f64(*number),
            Tree::Text(text) => to.serialize_str(text),
            Tree::List(items) => to.collect_seq(items.iter().map(|tree| {
                let usual = self.usual.and_then(Usual::item);
                Shown { tree, usual, free: self.free }
            })),
            Tree::Object(entries) => {
                to.collect_map(something(entries, self.free).filter_map(|(name, tree)| {
                    let free = self.free || FREE.contains(&name.as_ref());
                    let setting = self.usual.and_then(|usual| usual.setting(name));
                    let as_usual = setting.is_some_and(|setting| setting.is(tree, free));
                    let kept = !as_usual || REQUIRED.contains(&name.as_ref());
                    kept.then(|| {
                        let inside = setting.and_then(usual::Setting::inside);
                        (name, Shown { tree, usual: inside.or(self.usual.and_then(Usual::item)), free })
                    })
                }))
            }
        }
    }
}

/// Entries of an object without those that are nothing: an absent setting and one that is null are the same, but not in what may be any JSON.
fn something(entries: &[(Name, Tree)], free: bool) -> impl Iterator<Item = &(Name, Tree)> {
    entries.iter().filter(move |(_, tree)| free || *tree != Tree::Null)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::Value;

    use super::*;
    use crate::proxy_config::parse;

    /// A configuration of little more than nothing, in which each kind of object has one.
    const LEAST: &str = r#"{ "server": {}, "listeners": [{ "id": "l", "address": "127.0.0.1:1", "protocol": "http" }],
        "routes": [{ "id": "r", "matches": [{ "path": "/" }], "upstream": "u" }],
        "upstreams": { "u": { "id": "u", "targets": [{ "address": "127.0.0.1:2" }] } } }"#;

    /// Every object in it, by its pointer.
    fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
        let inner: Vec<(String, &Value)> = match value {
            Value::Object(object) => {
                found.push(at.to_owned());
                object.iter().map(|(name, one)| (name.clone(), one)).collect()
            }
            Value::Array(items) => {
                items.iter().enumerate().map(|(place, one)| (place.to_string(), one)).collect()
            }
            _ => return,
        };
        for (name, one) in inner {
            objects(one, &format!("{at}/{name}"), found);
        }
    }

    /// Else a setting that is as usual is left out beside one that is not, and comes back as something else.
    #[test]
    fn each_setting_may_be_the_only_one_that_is_not_as_usual() {
        let whole = serde_json::to_value(parse(LEAST).unwrap()).unwrap();
        let mut places = Vec::new();
        objects(&whole, "", &mut places);
        let (mut changed, mut altered) = (0, Vec::new());
        for place in places {
            let names: Vec<String> =
                whole.pointer(&place).unwrap().as_object().unwrap().keys().cloned().collect();
            for name in names {
                let mut other = whole.clone();
                let value = &mut other.pointer_mut(&place).unwrap()[&name];
                match value {
                    Value::Bool(own) => *own = !*own,
                    Value::Number(own) => *own = (own.as_f64().unwrap() as u64 + 3).into(),
                    Value::String(own) if !own.starts_with("127") => own.push('x'),
                    _ => continue,
                }
                // An identifier of one of several kinds has no other value of this form.
                let Ok(config) = serde_json::from_value::<Config>(other) else { continue };
                changed += 1;
                if let Err(error) = to_json_checked(&config) {
                    altered.push(format!("{place}/{name}: {error}"));
                }
            }
        }
        assert_eq!(altered, Vec::<String>::new());
        assert!(changed > 60, "{changed}");
    }

    #[test]
    fn what_is_as_usual_is_left_out() {
        let text = to_json_checked(&parse(LEAST).unwrap()).unwrap();
        let expected: Value = serde_json::from_str(LEAST).unwrap();
        let mut found: Value = serde_json::from_str(&text).unwrap();
        found.as_object_mut().unwrap().remove("schema_version");
        assert_eq!(found, expected);
        assert_eq!(
            to_json(&parse(&text).unwrap()).unwrap(),
            text,
            "the same configuration has the same bytes"
        );
    }

    #[test]
    fn a_null_in_what_may_be_any_json_is_something() {
        let agent = r#"{ "id": "a", "type": "waf", "transport": { "unix_socket": { "path": "/s" } }, "events": [], "config": { "b": [null, { "c": null }] } }"#;
        let text = LEAST.replacen('{', &format!("{{ \"agents\": [{agent}],"), 1);
        let written = to_json_checked(&parse(&text).unwrap()).unwrap();
        assert!(written.contains("\"c\": null"), "{written}");
    }

    /// What the control plane knows that works, in the proxy's own language.
    #[test]
    fn a_text_says_the_same_as_json() {
        let text = include_str!("../validate/supported.kdl");
        let config = crate::validate::validate(text, &Default::default()).unwrap().config;
        to_json_checked(&config).unwrap();
    }
}
