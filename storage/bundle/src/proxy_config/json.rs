//! The proxy's configuration as JSON, without what goes without saying.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use zentinel_config::{Config, ListenerConfig, RouteConfig, UpstreamConfig, UpstreamTarget};

use super::equal;

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
    let text = to_json(config)?;
    let again: Config = serde_json::from_str(&text)?;
    equal(config, &again).map_err(Unwritable::Altered)?;
    Ok(text)
}

/// The configuration as JSON. Settings that are as the proxy has them anyway are left out, and names are in order, so that the same
/// configuration has the same bytes.
///
/// # Errors
/// It has no JSON form.
pub fn to_json(config: &Config) -> Result<String, serde_json::Error> {
    let route = Usual::of::<RouteConfig>(&json!({ "id": "", "matches": [] }))?;
    let upstream = Usual::of::<UpstreamConfig>(&json!({ "id": "", "targets": [] }))?;
    let target = Usual::of::<UpstreamTarget>(&json!({ "address": "" }))?;
    let listener = Usual::of::<ListenerConfig>(&json!({ "id": "", "address": "", "protocol": "http" }))?;
    let blank = Usual::of::<Config>(&json!({ "server": {}, "listeners": [], "routes": [] }))?;
    let mut whole = serde_json::to_value(config)?;
    drop_nulls(&mut whole);
    if let Some(object) = whole.as_object_mut() {
        each(object.get_mut("routes"), |one| route.prune(one));
        each(object.get_mut("listeners"), |one| listener.prune(one));
        each(object.get_mut("upstreams"), |one| {
            each(one.get_mut("targets"), |target_of| target.prune(target_of));
            upstream.prune(one);
        });
        each(object.get_mut("namespaces"), |one| {
            each(one.get_mut("routes"), |route_of| route.prune(route_of))
        });
    }
    blank.prune(&mut whole);
    whole.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}

/// What the proxy makes of an object that says no more than it has to.
struct Usual {
    settings: Map<String, Value>,
    /// The same of its objects, each when it is there and says nothing: that need not be what it is when it is not there.
    inside: BTreeMap<String, Usual>,
}

impl Usual {
    fn of<T: DeserializeOwned + Serialize>(least: &Value) -> Result<Self, serde_json::Error> {
        Self::at::<T>(least, "").map(|usual| usual.unwrap_or_else(Self::unknown))
    }

    /// Of the object at a pointer; `None`: there is none.
    fn at<T: DeserializeOwned + Serialize>(
        least: &Value,
        place: &str,
    ) -> Result<Option<Self>, serde_json::Error> {
        let whole = serde_json::to_value(serde_json::from_value::<T>(least.clone())?)?;
        let Some(Value::Object(settings)) = whole.pointer(place) else { return Ok(None) };
        let mut inside = BTreeMap::new();
        for (name, _) in settings.iter().filter(|(_, value)| value.is_object()) {
            let mut least = least.clone();
            if let Some(Value::Object(object)) = least.pointer_mut(place) {
                object.entry(name.clone()).or_insert_with(|| json!({}));
            }
            // One that has to say something is told as a whole.
            if let Ok(Some(usual)) = Self::at::<T>(&least, &format!("{place}/{name}")) {
                inside.insert(name.clone(), usual);
            }
        }
        let mut settings = settings.clone();
        settings.retain(|_, value| !value.is_null());
        settings.values_mut().for_each(drop_nulls);
        Ok(Some(Self { settings, inside }))
    }

    fn unknown() -> Self {
        Self { settings: Map::new(), inside: BTreeMap::new() }
    }

    /// Takes out of an object what is as it usually is.
    fn prune(&self, own: &mut Value) {
        let Some(own) = own.as_object_mut() else { return };
        own.retain(|name, value| REQUIRED.contains(&name.as_str()) || self.settings.get(name) != Some(value));
        for (name, value) in own.iter_mut() {
            if let Some(usual) = self.inside.get(name) {
                usual.prune(value);
            }
        }
    }
}

/// Visits the items of a list or of a map.
fn each(of: Option<&mut Value>, visit: impl FnMut(&mut Value)) {
    match of {
        Some(Value::Array(items)) => items.iter_mut().for_each(visit),
        Some(Value::Object(items)) => items.values_mut().for_each(visit),
        _ => {}
    }
}

/// Takes out what is nothing: an absent setting and one that is null are the same, but not in what may be any JSON.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, one| !one.is_null());
            for (_, one) in object.iter_mut().filter(|(name, _)| !FREE.contains(&name.as_str())) {
                drop_nulls(one);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
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
