//! Which objects of two parsed configurations differ.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;
use zentinel_config::Config;

/// Names of objects that were added, removed or changed, each sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Only in the new configuration.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
    /// In both, with different settings.
    pub changed: Vec<String>,
}

impl Changes {
    /// How many objects differ.
    pub fn count(&self) -> usize {
        self.added.len() + self.removed.len() + self.changed.len()
    }

    fn between(old: &Objects, new: &Objects) -> Self {
        let both = |id: &&String| new.get(*id).is_some_and(|value| old.get(*id) != Some(value));
        Self {
            added: new.keys().filter(|id| !old.contains_key(*id)).cloned().collect(),
            removed: old.keys().filter(|id| !new.contains_key(*id)).cloned().collect(),
            changed: old.keys().filter(both).cloned().collect(),
        }
    }
}

/// What differs between two configurations, without the generated objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Semantic {
    /// Routes of the global table.
    pub routes: Changes,
    /// Upstreams.
    pub upstreams: Changes,
    /// Listeners.
    pub listeners: Changes,
    /// Filters.
    pub filters: Changes,
    /// Agents.
    pub agents: Changes,
    /// Namespaces.
    pub namespaces: Changes,
    /// Other parts that differ, for example `limits` or `observability`.
    pub settings: Vec<String>,
}

/// A configuration has no JSON form, so it cannot be compared.
#[derive(Debug, thiserror::Error)]
#[error("the configuration cannot be compared: {0}")]
pub struct CompareError(#[from] serde_json::Error);

type Objects = BTreeMap<String, Value>;

/// Compares two parsed configurations. Node variables are compared as they are written, see
/// [`crate::proxy_config::parse_template`].
///
/// # Errors
/// [`CompareError`].
pub fn compare(old: &Config, new: &Config) -> Result<Semantic, CompareError> {
    let (old, new) = (Form::of(old)?, Form::of(new)?);
    let changes = |name: &str| {
        let empty = Objects::new();
        Changes::between(old.objects.get(name).unwrap_or(&empty), new.objects.get(name).unwrap_or(&empty))
    };
    let names: BTreeSet<&String> = old.settings.keys().chain(new.settings.keys()).collect();
    Ok(Semantic {
        routes: changes("routes"),
        upstreams: changes("upstreams"),
        listeners: changes("listeners"),
        filters: changes("filters"),
        agents: changes("agents"),
        namespaces: changes("namespaces"),
        settings: names
            .into_iter()
            .filter(|name| old.settings.get(*name) != new.settings.get(*name))
            .cloned()
            .collect(),
    })
}

/// A configuration as JSON values, objects by kind and name.
pub(crate) struct Form {
    objects: BTreeMap<String, Objects>,
    settings: Objects,
    /// Length of the whole as JSON text.
    pub(crate) size: usize,
}

impl Form {
    /// The objects of a kind, by name.
    pub(crate) fn objects(&self, kind: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.objects.get(kind).into_iter().flatten()
    }

    /// A part that is no object.
    pub(crate) fn setting(&self, name: &str) -> Option<&Value> {
        self.settings.get(name)
    }

    pub(crate) fn of(config: &Config) -> Result<Self, CompareError> {
        let mut form = Self { objects: BTreeMap::new(), settings: Objects::new(), size: 0 };
        let Value::Object(parts) = serde_json::to_value(config)? else { return Ok(form) };
        for (name, value) in parts {
            form.size += value.to_string().len();
            match (name.as_str(), value) {
                ("routes" | "listeners" | "agents" | "namespaces", Value::Array(items)) => {
                    let named = items
                        .into_iter()
                        .filter_map(|item| Some((item.get("id")?.as_str()?.to_owned(), item)));
                    form.objects.insert(name, named.filter(|(id, _)| !id.starts_with("sentinel-")).collect());
                }
                ("upstreams" | "filters", Value::Object(items)) => {
                    form.objects.insert(name, items.into_iter().collect());
                }
                (_, value) => {
                    form.settings.insert(name, value);
                }
            }
        }
        Ok(form)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::proxy_config::parse;

    const BASE: &str = "system { }\nlisteners { listener \"l\" { address \"127.0.0.1:1\"; }; }\n";

    #[test]
    fn objects_are_compared_by_name_and_value() {
        let old = parse(&format!(
            "{BASE}upstreams {{ upstream \"u\" {{ target \"a:1\"; }}; upstream \"gone\" {{ target \"a:1\"; }}; }}\n\
             routes {{ route \"a\" {{ matches {{ path \"/a\"; }}; upstream \"u\"; }}; route \"b\" {{ matches {{ path \"/b\"; }}; upstream \"u\"; }}; }}"
        ))
        .unwrap();
        let new = parse(&format!(
            "{BASE}upstreams {{ upstream \"u\" {{ target \"a:2\"; }}; }}\nlimits {{ max-header-count 5; }}\n\
             routes {{ route \"b\" {{ matches {{ path \"/b\"; }}; upstream \"u\"; }}; route \"c\" {{ matches {{ path \"/c\"; }}; upstream \"u\"; }}; }}"
        ))
        .unwrap();
        let found = compare(&old, &new).unwrap();
        let list = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        assert_eq!(found.routes, Changes { added: list(&["c"]), removed: list(&["a"]), changed: vec![] });
        assert_eq!(
            found.upstreams,
            Changes { added: vec![], removed: list(&["gone"]), changed: list(&["u"]) }
        );
        assert_eq!(found.settings, ["limits"]);
        assert_eq!(compare(&old, &old).unwrap(), Semantic::default());
    }
}
