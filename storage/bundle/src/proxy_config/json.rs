//! The proxy's configuration as JSON, without what goes without saying.

use serde_json::{Map, Value, json};
use zentinel_config::Config;

/// What the proxy's parser asks for in any case.
const REQUIRED: &[&str] = &["id", "matches", "address", "protocol", "targets", "type"];

/// The configuration as JSON. Settings that are as the proxy has them anyway are left out, and names are in order, so that the same
/// configuration has the same bytes.
///
/// # Errors
/// It has no JSON form.
pub fn to_json(config: &Config) -> Result<String, serde_json::Error> {
    let route = usual::<zentinel_config::RouteConfig>(json!({ "id": "", "matches": [] }))?;
    let upstream = usual::<zentinel_config::UpstreamConfig>(json!({ "id": "", "targets": [] }))?;
    let target = usual::<zentinel_config::UpstreamTarget>(json!({ "address": "" }))?;
    let listener =
        usual::<zentinel_config::ListenerConfig>(json!({ "id": "", "address": "", "protocol": "http" }))?;
    let blank = usual::<Config>(json!({ "server": {}, "listeners": [], "routes": [] }))?;
    let mut whole = serde_json::to_value(config)?;
    if let Some(object) = whole.as_object_mut() {
        each(object.get_mut("routes"), |one| prune(one, &route));
        each(object.get_mut("listeners"), |one| prune(one, &listener));
        each(object.get_mut("upstreams"), |one| {
            each(one.get_mut("targets"), |target_of| prune(target_of, &target));
            prune(one, &upstream);
        });
        each(object.get_mut("namespaces"), |one| {
            each(one.get_mut("routes"), |route_of| prune(route_of, &route))
        });
        let parts: Vec<String> = object.keys().cloned().collect();
        for part in parts {
            // These are as they are, or told as a whole.
            let whole =
                matches!(part.as_str(), "schema_version" | "server" | "listeners" | "routes" | "limits");
            let usual = blank.get(&part);
            match (object.get_mut(&part), usual) {
                (Some(own), Some(usual)) if own == usual && !whole => drop(object.remove(&part)),
                (Some(own), Some(usual)) if !whole || part == "server" => prune(own, usual),
                _ => {}
            }
        }
        if object.get("limits") == blank.get("limits") {
            object.remove("limits");
        }
        drop_nulls(object);
    }
    whole.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&whole)?;
    text.push('\n');
    Ok(text)
}

/// What the proxy makes of something that says nothing.
fn usual<T: serde::de::DeserializeOwned + serde::Serialize>(
    least: Value,
) -> Result<Value, serde_json::Error> {
    serde_json::to_value(serde_json::from_value::<T>(least)?)
}

/// Visits the items of a list or of a map.
fn each(of: Option<&mut Value>, mut visit: impl FnMut(&mut Value)) {
    match of {
        Some(Value::Array(items)) => items.iter_mut().for_each(visit),
        Some(Value::Object(items)) => items.values_mut().for_each(|one| visit(one)),
        _ => {}
    }
}

/// Takes out what is as it usually is.
fn prune(own: &mut Value, usual: &Value) {
    let (Some(own), Some(usual)) = (own.as_object_mut(), usual.as_object()) else { return };
    own.retain(|name, value| REQUIRED.contains(&name.as_str()) || usual.get(name) != Some(value));
    for (name, value) in own.iter_mut() {
        if let Some(usual) = usual.get(name) {
            prune(value, usual);
        }
    }
}

/// Takes out what is nothing: an absent setting and one that is null are the same.
fn drop_nulls(object: &mut Map<String, Value>) {
    object.retain(|_, value| !value.is_null());
    for value in object.values_mut() {
        match value {
            Value::Object(inner) => drop_nulls(inner),
            Value::Array(items) => {
                for inner in items.iter_mut().filter_map(Value::as_object_mut) {
                    drop_nulls(inner);
                }
            }
            _ => {}
        }
    }
}
