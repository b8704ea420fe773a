//! How a node has to activate a new configuration: by a reload, or by replacing the process.
//!
//! The proxy answers "reloaded successfully" for changes it does not apply; a new route with a new agent even
//! serves without asking the agent. This module therefore lists what a reload of proxy 0.6.45 is known to apply,
//! and everything else, known or not, asks for a new process.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use zentinel_config::{Config, Filter, NamespaceConfig, RouteConfig, UpstreamConfig};

/// What a node has to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Activation {
    /// Nothing runs yet: start the proxy.
    Start,
    /// The running configuration is the same.
    Unchanged,
    /// Send SIGHUP.
    Reload,
    /// Start a new process that takes over the sockets.
    Upgrade {
        /// What a reload would not apply, sorted.
        reasons: Vec<String>,
    },
}

/// Settings of a route that a reload applies. `filters` and `policies` are looked into.
const LIVE_ROUTE: &[&str] = &[
    "id",
    "priority",
    "matches",
    "upstream",
    "service_type",
    "builtin-handler",
    "retry_policy",
    "shadow",
    "filters",
];

/// Policies of a route that a reload applies.
const LIVE_POLICIES: &[&str] = &["request_headers", "response_headers", "timeout_secs"];

/// Settings of an upstream that a reload applies.
const LIVE_UPSTREAM: &[&str] = &["id", "targets", "load_balancing", "timeouts", "circuit_breaker", "tls"];

/// Settings of an upstream that must be unset for a reload to bring a new one to life.
const INERT_IN_NEW_UPSTREAM: &[&str] = &["health_check", "discovery"];

/// Decides how to get from the running configuration to another.
pub fn classify(running: Option<&Config>, next: &Config) -> Activation {
    let Some(old) = running else { return Activation::Start };
    let mut reasons = BTreeSet::new();
    let (Some(before), Some(after)) = (object(old), object(next)) else {
        return Activation::Upgrade { reasons: vec!["the configurations cannot be compared".to_owned()] };
    };
    if before == after {
        return Activation::Unchanged;
    }
    let parts: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for part in parts.into_iter().filter(|part| before.get(*part) != after.get(*part)) {
        match part.as_str() {
            "limits" => {}
            "routes" => routes((old, &old.routes), (next, &next.routes), &mut reasons),
            "upstreams" => upstreams(old, next, &mut reasons),
            "filters" => filters(old, next, &mut reasons),
            "namespaces" => namespaces(old, next, &mut reasons),
            other => drop(reasons.insert(format!("`{other}` changed"))),
        }
    }
    if reasons.is_empty() {
        Activation::Reload
    } else {
        Activation::Upgrade { reasons: reasons.into_iter().collect() }
    }
}

fn object(value: &impl Serialize) -> Option<Map<String, Value>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// The names of the settings in which two values differ, without the live ones.
fn differing(old: &Map<String, Value>, new: &Map<String, Value>, live: &[&str]) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = |name: &&String| !live.contains(&name.as_str()) && old.get(*name) != new.get(*name);
    names.into_iter().filter(differs).cloned().collect()
}

/// Removed routes are applied by a reload. A new route is compared with one that has no special settings.
fn routes(old: (&Config, &[RouteConfig]), new: (&Config, &[RouteConfig]), reasons: &mut BTreeSet<String>) {
    let plain =
        serde_json::from_value::<RouteConfig>(json!({ "id": "", "matches": [], "upstream": null })).ok();
    for route in new.1 {
        let before = old.1.iter().find(|known| known.id == route.id);
        let Some((left, right)) = before.or(plain.as_ref()).and_then(object).zip(object(route)) else {
            reasons.insert(format!("route \"{}\" cannot be compared", route.id));
            continue;
        };
        if before.is_some() && left == right {
            continue;
        }
        let mut parts = differing(&left, &right, &[LIVE_ROUTE, &["policies"]].concat());
        if let (Some(Value::Object(left)), Some(Value::Object(right))) =
            (left.get("policies"), right.get("policies"))
        {
            parts.extend(differing(left, right, LIVE_POLICIES));
        }
        if before.map_or_else(Vec::new, |before| fixed_filters(old.0, before)) != fixed_filters(new.0, route)
        {
            parts.push("filters".to_owned());
        }
        for part in parts {
            reasons.insert(format!("route \"{}\": `{part}` changed", route.id));
        }
    }
}

/// The filters of a route whose effect is set up when the process starts.
fn fixed_filters<'r>(config: &Config, route: &'r RouteConfig) -> Vec<&'r String> {
    route
        .filters
        .iter()
        .filter(|id| !config.filters.get(*id).is_some_and(|filter| is_live(&filter.filter)))
        .collect()
}

/// Filters that are read from the live configuration for each request.
fn is_live(filter: &Filter) -> bool {
    matches!(
        filter,
        Filter::Headers(_)
            | Filter::UrlRewrite(_)
            | Filter::Redirect(_)
            | Filter::Timeout(_)
            | Filter::Cors(_)
    )
}

fn filters(old: &Config, new: &Config, reasons: &mut BTreeSet<String>) {
    let ids: BTreeSet<&String> = old.filters.keys().chain(new.filters.keys()).collect();
    for id in ids {
        let (before, after) = (old.filters.get(id), new.filters.get(id));
        let same = serde_json::to_value(before).ok() == serde_json::to_value(after).ok();
        let live = before.is_none_or(|filter| is_live(&filter.filter))
            && after.is_none_or(|filter| is_live(&filter.filter));
        if !same && !live {
            reasons.insert(format!("filter \"{id}\" changed"));
        }
    }
}

fn upstreams(old: &Config, new: &Config, reasons: &mut BTreeSet<String>) {
    for (id, upstream) in &new.upstreams {
        let parts = match old.upstreams.get(id) {
            Some(before) => changed_upstream(before, upstream),
            None => new_upstream(upstream),
        };
        for part in parts {
            reasons.insert(format!("upstream \"{id}\": `{part}` changed"));
        }
    }
}

fn changed_upstream(old: &UpstreamConfig, new: &UpstreamConfig) -> Vec<String> {
    match object(old).zip(object(new)) {
        Some((left, right)) => differing(&left, &right, LIVE_UPSTREAM),
        None => vec!["everything".to_owned()],
    }
}

fn new_upstream(upstream: &UpstreamConfig) -> Vec<String> {
    let Some(form) = object(upstream) else { return vec!["everything".to_owned()] };
    let set = |name: &&&str| form.get(**name).is_some_and(|value| !value.is_null());
    INERT_IN_NEW_UPSTREAM.iter().filter(set).map(|name| (*name).to_owned()).collect()
}

/// Only the routes of namespaces that exist are reloaded.
fn namespaces(old: &Config, new: &Config, reasons: &mut BTreeSet<String>) {
    let find = |config: &'_ Config, id: &str| -> Option<NamespaceConfig> {
        config.namespaces.iter().find(|namespace| namespace.id == id).cloned()
    };
    let ids: BTreeSet<&String> =
        old.namespaces.iter().chain(&new.namespaces).map(|namespace| &namespace.id).collect();
    for id in ids {
        let (Some(before), Some(after)) = (find(old, id), find(new, id)) else {
            reasons.insert(format!("namespace \"{id}\" was added or removed"));
            continue;
        };
        routes((old, &before.routes), (new, &after.routes), reasons);
        let parts =
            object(&before).zip(object(&after)).map(|(left, right)| differing(&left, &right, &["routes"]));
        for part in parts.unwrap_or_else(|| vec!["everything".to_owned()]) {
            reasons.insert(format!("namespace \"{id}\": `{part}` changed"));
        }
    }
}

#[cfg(test)]
mod tests;
