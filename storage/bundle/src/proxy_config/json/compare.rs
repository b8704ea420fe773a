//! What a configuration says, beside another one.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Error;
use zentinel_config::Config;

use crate::proxy_config::tree::Tree;

/// The first part in which a configuration is not what `said` says. One object is taken apart after the other, since they are many.
pub(super) fn differing(said: &Tree, config: &Config) -> Result<Option<&'static str>, Error> {
    let Config {
        schema_version,
        server,
        listeners,
        routes,
        upstreams,
        filters,
        agents,
        waf,
        namespaces,
        limits,
        observability,
        rate_limits,
        cache,
        // In no file.
        default_upstream: _,
    } = config;
    let part = |name| said.get(name);
    let parts = [
        ("agents", list(part("agents"), agents)?),
        ("cache", whole(part("cache"), cache)?),
        ("filters", map(part("filters"), filters)?),
        ("limits", whole(part("limits"), limits)?),
        ("listeners", list(part("listeners"), listeners)?),
        ("observability", whole(part("observability"), observability)?),
        ("rate_limits", whole(part("rate_limits"), rate_limits)?),
        ("routes", list(part("routes"), routes)?),
        ("schema_version", whole(part("schema_version"), schema_version)?),
        ("server", whole(part("server"), server)?),
        ("upstreams", map(part("upstreams"), upstreams)?),
        ("waf", whole(part("waf"), waf)?),
        // Said only where there is one.
        ("namespaces", list(part("namespaces"), namespaces)?),
    ];
    Ok(parts.into_iter().find(|(_, same)| !same).map(|(name, _)| name))
}

fn whole(said: Option<&Tree>, value: &impl Serialize) -> Result<bool, Error> {
    Ok(said == Some(&Tree::of(value)?))
}

fn list<T: Serialize>(said: Option<&Tree>, items: &[T]) -> Result<bool, Error> {
    let said: &[Tree] = match said {
        Some(Tree::List(said)) => said,
        _ => &[],
    };
    if said.len() != items.len() {
        return Ok(false);
    }
    for (said, item) in said.iter().zip(items) {
        if *said != Tree::of(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn map<T: Serialize>(said: Option<&Tree>, items: &HashMap<String, T>) -> Result<bool, Error> {
    let said = said.map(Tree::entries).unwrap_or_default();
    if said.len() != items.len() {
        return Ok(false);
    }
    for (name, said) in said {
        match items.get(name.as_ref()) {
            Some(item) if *said == Tree::of(item)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    /// Else a part would never be compared.
    #[test]
    fn each_part_is_compared_under_its_name() {
        let config = crate::emit::emit(&crate::compile::tests::rich()).unwrap().config;
        let value = serde_json::to_value(&config).unwrap();
        let said = Tree::of(&config).unwrap();
        assert_eq!(differing(&said, &config).unwrap(), None);
        let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        names.push("namespaces");
        for name in names {
            let mut other = value.clone();
            match name {
                "agents" => {
                    other[name] = json!([{ "id": "a", "type": "waf", "transport": { "unix_socket": { "path": "/s" } }, "events": [] }])
                }
                "cache" => other[name] = Value::Null,
                "limits" => other[name]["max_header_count"] = json!(7),
                "listeners" | "routes" => other[name] = json!([]),
                "namespaces" => other[name] = json!([{ "id": "n" }]),
                "observability" => other[name]["metrics"]["path"] = json!("/other"),
                "rate_limits" | "filters" | "upstreams" => other[name] = json!({}),
                "schema_version" => other[name] = json!("0.9"),
                "server" => other[name]["worker_threads"] = json!(7),
                "waf" => other[name] = json!({ "engine": "coraza", "ruleset": { "crs_version": "4" } }),
                new => panic!("{new} is new"),
            }
            let other: Config =
                serde_json::from_value(other).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(differing(&said, &other).unwrap(), Some(name));
            assert_eq!(differing(&Tree::of(&other).unwrap(), &config).unwrap(), Some(name));
        }
    }

    #[test]
    fn an_object_that_was_exchanged_for_another_one_differs() {
        let config = crate::emit::emit(&crate::compile::tests::rich()).unwrap().config;
        let said = Tree::of(&config).unwrap();
        let mut other = config.clone();
        other.routes.swap(0, 1);
        assert_eq!(differing(&said, &other).unwrap(), Some("routes"));
        let mut other = config.clone();
        let upstream = other.upstreams.remove("api").unwrap();
        other.upstreams.insert("other".to_owned(), upstream);
        assert_eq!(differing(&said, &other).unwrap(), Some("upstreams"));
    }
}
