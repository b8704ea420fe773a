//! How dangerous a change is, judged from the parsed configurations.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use zentinel_config::{Config, FailureMode, Filter, RouteConfig};

use crate::semantic::{CompareError, Form, Semantic, compare};

/// How much care a change deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Nothing that stands out.
    Low,
    /// Traffic may be lost.
    Medium,
    /// Protection may be lost.
    High,
}

/// The level and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// The highest level of any reason.
    pub level: RiskLevel,
    /// Stable words, sorted: for example `tls_config_changed`.
    pub reasons: Vec<String>,
}

/// What one check looks at.
struct Pair<'c> {
    old: &'c Config,
    new: &'c Config,
    changes: Semantic,
    sizes: (usize, usize),
}

type Check = fn(&Pair<'_>) -> bool;

/// Every reason, its level, and when it applies.
static CHECKS: &[(&str, RiskLevel, Check)] = &[
    ("auth_policy_changed", RiskLevel::High, agents_changed),
    ("protection_removed", RiskLevel::High, protection_removed),
    ("tls_config_changed", RiskLevel::High, tls_changed),
    ("waf_changed", RiskLevel::High, |pair| pair.changes.settings.iter().any(|name| name == "waf")),
    ("route_removed", RiskLevel::Medium, |pair| !pair.changes.routes.removed.is_empty()),
    ("many_route_changes", RiskLevel::Medium, |pair| pair.changes.routes.count() > 10),
    ("upstream_removed", RiskLevel::Medium, |pair| !pair.changes.upstreams.removed.is_empty()),
    ("listener_changed", RiskLevel::Medium, |pair| {
        !pair.changes.listeners.removed.is_empty() || !pair.changes.listeners.changed.is_empty()
    }),
    ("rate_limit_changed", RiskLevel::Medium, rate_limits_changed),
    ("size_jump", RiskLevel::Medium, |pair| {
        let (old, new) = pair.sizes;
        old.max(new) > 4096 && old.max(new) > 2 * old.min(new)
    }),
];

/// Scores a configuration against its predecessor. A first bundle has the level low and the reason `first_bundle`.
///
/// # Errors
/// [`CompareError`].
pub fn score(previous: Option<&Config>, next: &Config) -> Result<Risk, CompareError> {
    let Some(old) = previous else {
        return Ok(Risk { level: RiskLevel::Low, reasons: vec!["first_bundle".to_owned()] });
    };
    let pair = Pair {
        old,
        new: next,
        changes: compare(old, next)?,
        sizes: (Form::of(old)?.size, Form::of(next)?.size),
    };
    let hits: Vec<_> = CHECKS.iter().filter(|(_, _, check)| check(&pair)).collect();
    let mut reasons: Vec<String> = hits.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    reasons.sort();
    let level = hits.iter().map(|(_, level, _)| *level).max().unwrap_or(RiskLevel::Low);
    Ok(Risk { level, reasons })
}

/// An existing agent, or a filter that asks one, is gone or different.
fn agents_changed(pair: &Pair<'_>) -> bool {
    let filters = &pair.changes.filters;
    let asks = |config: &Config, id: &String| {
        config.filters.get(id).is_some_and(|filter| matches!(filter.filter, Filter::Agent(_)))
    };
    !pair.changes.agents.removed.is_empty()
        || !pair.changes.agents.changed.is_empty()
        || filters.removed.iter().chain(&filters.changed).any(|id| asks(pair.old, id))
}

/// A route that asked an agent asks fewer, or fails open now.
fn protection_removed(pair: &Pair<'_>) -> bool {
    let guards = |config: &Config, route: &RouteConfig| -> BTreeSet<String> {
        let asked = route.filters.iter().filter_map(|id| match &config.filters.get(id)?.filter {
            Filter::Agent(agent) => Some(agent.agent.clone()),
            _ => None,
        });
        asked.collect()
    };
    pair.old.routes.iter().any(|old| {
        let Some(new) = pair.new.routes.iter().find(|new| new.id == old.id) else { return false };
        let before = guards(pair.old, old);
        let opened =
            new.policies.failure_mode == FailureMode::Open && old.policies.failure_mode != FailureMode::Open;
        !before.is_subset(&guards(pair.new, new)) || (!before.is_empty() && opened)
    })
}

/// Existing certificates or verification settings are gone or different.
fn tls_changed(pair: &Pair<'_>) -> bool {
    let part = |value: Option<Value>| value.filter(|value| !value.is_null());
    let listeners = pair.old.listeners.iter().any(|old| {
        let new = pair.new.listeners.iter().find(|new| new.id == old.id);
        let before = part(serde_json::to_value(&old.tls).ok());
        before.is_some() && before != part(new.and_then(|new| serde_json::to_value(&new.tls).ok()))
    });
    let upstreams = pair.old.upstreams.iter().any(|(id, old)| {
        let before = part(serde_json::to_value(&old.tls).ok());
        let new = pair.new.upstreams.get(id);
        before.is_some()
            && new.is_some()
            && before != part(new.and_then(|new| serde_json::to_value(&new.tls).ok()))
    });
    listeners || upstreams
}

/// Existing limits are gone or different.
fn rate_limits_changed(pair: &Pair<'_>) -> bool {
    let filters = &pair.changes.filters;
    let limits = |config: &Config, id: &String| {
        config.filters.get(id).is_some_and(|filter| matches!(filter.filter, Filter::RateLimit(_)))
    };
    let policies = pair.old.routes.iter().any(|old| {
        let Some(new) = pair.new.routes.iter().find(|new| new.id == old.id) else { return false };
        let before = serde_json::to_value(&old.policies.rate_limit).ok();
        old.policies.rate_limit.is_some() && before != serde_json::to_value(&new.policies.rate_limit).ok()
    });
    policies
        || filters.removed.iter().chain(&filters.changed).any(|id| limits(pair.old, id))
        || pair.changes.settings.iter().any(|name| name == "rate_limits")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::proxy_config::parse;

    const OLD: &str = r#"system { }
listeners {
    listener "l" { address "127.0.0.1:1"; }
    listener "s" { address "127.0.0.1:2"; protocol "https"; tls { cert-file "/c"; key-file "/k"; }; }
}
upstreams { upstream "u" { target "a:1"; }; upstream "v" { target "a:1"; tls { sni "x"; }; }; }
agents { agent "guard" type="auth" { unix-socket "/run/g"; failure-mode "closed"; }; }
filters { filter "g" { type "agent"; agent "guard"; }; filter "rl" { type "rate-limit"; max-rps 5; }; }
waf { mode "off"; }
routes {
    route "a" { matches { path "/a"; }; upstream "u"; filters "g" "rl"; }
    route "b" { matches { path "/b"; }; upstream "v"; policies { rate-limit { requests-per-second 5; }; }; }
}
"#;

    fn scored(from: &str, to: &str) -> (RiskLevel, Vec<String>) {
        let changed = OLD.replace(from, to);
        assert!(from.is_empty() || changed != OLD, "{from}");
        let risk = score(Some(&parse(OLD).unwrap()), &parse(&changed).unwrap()).unwrap();
        (risk.level, risk.reasons)
    }

    #[test]
    fn every_reason_has_a_change_that_causes_it() {
        for (from, to, level, reasons) in [
            ("worker", "worker", RiskLevel::Low, vec![]),
            ("path \"/a\"", "path \"/x\"", RiskLevel::Low, vec![]),
            (
                "failure-mode \"closed\"",
                "failure-mode \"open\"",
                RiskLevel::High,
                vec!["auth_policy_changed"],
            ),
            ("filters \"g\" \"rl\"", "filters \"rl\"", RiskLevel::High, vec!["protection_removed"]),
            (
                "filters \"g\" \"rl\"",
                "filters \"g\" \"rl\"; policies { failure-mode \"open\"; }",
                RiskLevel::High,
                vec!["protection_removed"],
            ),
            (
                "cert-file \"/c\"",
                "cert-file \"/d\"",
                RiskLevel::High,
                vec!["listener_changed", "tls_config_changed"],
            ),
            ("sni \"x\"", "sni \"y\"", RiskLevel::High, vec!["tls_config_changed"]),
            ("waf { mode \"off\"; }", "", RiskLevel::High, vec!["waf_changed"]),
            ("max-rps 5", "max-rps 6", RiskLevel::Medium, vec!["rate_limit_changed"]),
            ("requests-per-second 5", "requests-per-second 6", RiskLevel::Medium, vec!["rate_limit_changed"]),
            ("127.0.0.1:1\"", "127.0.0.1:3\"", RiskLevel::Medium, vec!["listener_changed"]),
        ] {
            let (found_level, found) = if from == "worker" { scored("", "") } else { scored(from, to) };
            assert_eq!(
                (found_level, found),
                (level, reasons.into_iter().map(str::to_owned).collect()),
                "{from}"
            );
        }
    }

    #[test]
    fn removals_and_jumps_in_size_are_medium() {
        let small = "system { }\nlisteners { listener \"l\" { address \"127.0.0.1:1\"; }; }\n";
        let routes = |count: usize| {
            let routes: String = (0..count)
                .map(|n| format!("route \"r{n}\" {{ matches {{ path \"/{n}\"; }}; upstream \"u\"; }}\n"))
                .collect();
            parse(&format!(
                "{small}upstreams {{ upstream \"u\" {{ target \"a:1\"; }}; }}\nroutes {{ {routes} }}"
            ))
            .unwrap()
        };
        let reasons = |old: &Config, new: &Config| score(Some(old), new).unwrap().reasons;
        assert_eq!(reasons(&routes(11), &routes(0)), ["many_route_changes", "route_removed", "size_jump"]);
        assert_eq!(reasons(&routes(30), &routes(31)), [] as [&str; 0]);
        assert_eq!(reasons(&routes(0), &parse(small).unwrap()), ["upstream_removed"]);
    }

    #[test]
    fn a_first_bundle_is_low() {
        let risk = score(None, &parse(OLD).unwrap()).unwrap();
        assert_eq!((risk.level, risk.reasons), (RiskLevel::Low, vec!["first_bundle".to_owned()]));
    }
}
