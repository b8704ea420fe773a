//! How much it matters that a node runs another configuration than the one that it was given.

use sentinel_model::bundle::RiskLevel;
use sentinel_model::drift::DriftSeverity;
use zentinel_config::Config;

use crate::proxy_config;
use crate::risk;
use crate::semantic::{self, Changes, Semantic};

/// What a difference comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// How much it matters.
    pub severity: DriftSeverity,
    /// In words.
    pub summary: String,
}

/// What was assigned and what runs, as they are compared line by line: both as JSON in its one form, so that only what somebody has changed
/// differs, whatever the form or the order of the texts. A text that cannot be read, and two that mean the same, are compared as they are. The
/// calling thread waits for a parser thread; do not call this on an asynchronous worker.
pub fn comparable(expected: &str, actual: &str) -> (String, String) {
    let canonical = |text: &str| {
        let config = proxy_config::parse(text).ok()?;
        proxy_config::to_json(&config).ok()
    };
    let both = canonical(expected).zip(canonical(actual)).filter(|(expected, actual)| expected != actual);
    both.unwrap_or_else(|| (expected.to_owned(), actual.to_owned()))
}

/// Judges a text that is not the one that was assigned, by what it means. The calling thread waits for a parser thread; do not call this on
/// an asynchronous worker.
///
/// - critical: it does not parse, so the proxy would not start with it;
/// - high: something was taken away; listeners, agents, namespaces or settings differ; or going there is of high risk, as for a bundle;
/// - medium: routes, upstreams or filters were added or changed;
/// - low: it means the same.
pub fn judge(expected: &Config, actual: &str) -> Judged {
    let parsed = match proxy_config::parse(actual) {
        Ok(parsed) => parsed,
        Err(problem) => {
            return Judged {
                severity: DriftSeverity::Critical,
                summary: format!("the configuration cannot be read: {problem}"),
            };
        }
    };
    let Ok(found) = semantic::compare(expected, &parsed) else {
        let summary = "the configurations cannot be compared".to_owned();
        return Judged { severity: DriftSeverity::High, summary };
    };
    let risky = risk::score(Some(expected), &parsed).is_ok_and(|risk| risk.level >= RiskLevel::High);
    Judged { severity: severity(&found, risky), summary: words(&found) }
}

fn severity(found: &Semantic, risky: bool) -> DriftSeverity {
    let plain = [&found.routes, &found.upstreams, &found.filters];
    let grave = [&found.listeners, &found.agents, &found.namespaces];
    let removed = plain.iter().any(|changes| !changes.removed.is_empty());
    if risky || removed || !found.settings.is_empty() || grave.iter().any(|changes| changes.count() > 0) {
        DriftSeverity::High
    } else if plain.iter().any(|changes| changes.count() > 0) {
        DriftSeverity::Medium
    } else {
        DriftSeverity::Low
    }
}

/// The kinds of objects, by the names that people know them under.
pub fn kinds(found: &Semantic) -> [(&'static str, &Changes); 6] {
    [
        ("routes", &found.routes),
        ("upstreams", &found.upstreams),
        ("listeners", &found.listeners),
        ("filters", &found.filters),
        ("agents", &found.agents),
        ("namespaces", &found.namespaces),
    ]
}

fn words(found: &Semantic) -> String {
    let part = |(kind, changes): (&str, &Changes)| {
        let numbers = [
            (changes.added.len(), "added"),
            (changes.removed.len(), "removed"),
            (changes.changed.len(), "changed"),
        ];
        let said: Vec<String> = numbers
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, how)| format!("{count} {how}"))
            .collect();
        (!said.is_empty()).then(|| format!("{kind}: {}", said.join(", ")))
    };
    let mut said: Vec<String> = kinds(found).into_iter().filter_map(part).collect();
    if !found.settings.is_empty() {
        said.push(format!("settings: {}", found.settings.join(", ")));
    }
    if said.is_empty() { "the text differs, and means the same".to_owned() } else { said.join("; ") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::proxy_config::{parse, to_json};

    const BASE: &str = "system { }\nlisteners { listener \"l\" { address \"127.0.0.1:1\"; }; }\n\
        upstreams { upstream \"u\" { target \"a:1\"; }; }\n\
        routes { route \"a\" { matches { path \"/a\"; }; upstream \"u\"; }; route \"b\" { matches { path \"/b\"; }; upstream \"u\"; }; }\n";

    #[test]
    fn drift_matters_by_what_it_means() {
        let expected = parse(BASE).unwrap();
        let cases = [
            (format!("// by hand\n{BASE}"), DriftSeverity::Low, "the text differs, and means the same"),
            (BASE.replace("\"/a\"", "\"/c\""), DriftSeverity::Medium, "routes: 1 changed"),
            (BASE.replace("a:1", "a:2"), DriftSeverity::Medium, "upstreams: 1 changed"),
            (BASE.replace("route \"b\"", "route \"c\""), DriftSeverity::High, "routes: 1 added, 1 removed"),
            (BASE.replace("127.0.0.1:1", "0.0.0.0:1"), DriftSeverity::High, "listeners: 1 changed"),
            (format!("{BASE}limits {{ max-header-count 5; }}\n"), DriftSeverity::High, "settings: limits"),
        ];
        for (actual, severity, summary) in cases {
            let judged = judge(&expected, &actual);
            assert_eq!((judged.severity, judged.summary.as_str()), (severity, summary), "{actual}");
        }
        for broken in ["", "routes {", "nonsense 1"] {
            assert_eq!(judge(&expected, broken).severity, DriftSeverity::Critical, "{broken}");
        }
    }

    #[test]
    fn json_is_judged_like_any_text() {
        let expected = parse(BASE).unwrap();
        let text = to_json(&expected).unwrap();
        let same = "the text differs, and means the same";
        let cases = [
            (format!("{text}\n"), DriftSeverity::Low, same),
            (text.replacen('{', "{ \"nobody-reads-this\": [1],", 1), DriftSeverity::Low, same),
            (BASE.to_owned(), DriftSeverity::Low, same),
            (text.replace("a:1", "a:2"), DriftSeverity::Medium, "upstreams: 1 changed"),
            (text.replace("127.0.0.1:1", "0.0.0.0:1"), DriftSeverity::High, "listeners: 1 changed"),
        ];
        for (actual, severity, summary) in cases {
            let judged = judge(&expected, &actual);
            assert_eq!((judged.severity, judged.summary.as_str()), (severity, summary), "{actual}");
        }
        for broken in ["{", "{}", &text[..text.len() / 2], &format!("{text}// by hand\n"), &"[".repeat(9_999)]
        {
            assert_eq!(judge(&expected, broken).severity, DriftSeverity::Critical, "{broken}");
        }
        // Deeper than a stack is.
        let deep = format!("{{\"routes\": {}", "[".repeat(1_000_000));
        assert_eq!(judge(&expected, &deep).severity, DriftSeverity::Critical);
    }

    #[test]
    fn only_what_somebody_has_changed_differs() {
        let text = to_json(&parse(BASE).unwrap()).unwrap();
        let edited =
            serde_json::from_str::<serde_json::Value>(&text.replace("a:1", "a:2")).unwrap().to_string();
        let (expected, actual) = comparable(&text, &edited);
        let differing: Vec<_> =
            expected.lines().zip(actual.lines()).filter(|(one, other)| one != other).collect();
        assert_eq!(differing.len(), 1, "the order and the spaces of a text do not count: {differing:?}");
        let (expected, actual) = comparable(BASE, &text);
        assert_eq!((expected.as_str(), actual.as_str()), (BASE, text.as_str()), "they mean the same");
        let (_, actual) = comparable(&text, "{ broken");
        assert_eq!(actual, "{ broken");
    }
}
