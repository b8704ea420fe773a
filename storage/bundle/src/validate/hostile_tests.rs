//! Texts that try to exhaust processor, memory or stack.
#![allow(clippy::unwrap_used)]

use std::fmt::Write;

use proptest::prelude::*;

use super::table_tests::BASE;
use super::*;
use crate::limits::{MAX_PROBLEMS, MAX_SOURCE_BYTES};

fn problems(source: &str) -> Vec<Problem> {
    assert!(source.len() <= MAX_SOURCE_BYTES, "the case must get past the size check");
    validate(source, &ValidateContext::default()).err().unwrap_or_default()
}

#[test]
fn a_text_of_many_unknown_settings_gives_a_bounded_report() {
    let found = problems(&format!("{BASE}limits {{ {} }}", "zzzzzzzzzz 1; ".repeat(70_000)));
    assert!((MAX_PROBLEMS..MAX_PROBLEMS + 4).contains(&found.len()), "{}", found.len());
    assert!(found.iter().any(|problem| problem.code == "too-many-problems"));
}

#[test]
fn many_dangling_references_give_a_bounded_report() {
    let mut source = BASE.to_owned();
    source.push_str("filters {\n");
    for number in 0..1_200 {
        writeln!(source, "filter \"candidate-{number}\" {{ type \"headers\"; }}").unwrap();
    }
    source.push_str("}\nroutes {\nroute \"r\" { matches { path \"/\"; }; upstream \"u\"; filters");
    for number in 0..1_200 {
        write!(source, " \"candidatf-{number}\"").unwrap();
    }
    source.push_str("\n}\n}\n");
    let found = problems(&source);
    assert!(found.len() <= MAX_PROBLEMS + 3);
    assert_eq!(found[0].code, "unknown-reference");
}

#[test]
fn many_regular_expressions_are_refused() {
    let mut source = format!("{BASE}routes {{\n");
    for number in 0..600 {
        writeln!(
            source,
            "route \"r{number}\" {{ matches {{ path-regex \"^/{number}$\"; }}; upstream \"u\"; }}"
        )
        .unwrap();
    }
    source.push('}');
    assert!(problems(&source).iter().any(|problem| problem.code == "too-many-objects"));
}

#[test]
fn more_routes_than_allowed_are_refused() {
    let mut source = format!("{BASE}routes {{\n");
    for number in 0..5_001 {
        writeln!(source, "route \"r{number}\" {{ matches {{ path \"/{number}\"; }}; upstream \"u\"; }}")
            .unwrap();
    }
    source.push('}');
    assert!(problems(&source).iter().any(|problem| problem.code == "too-many-objects"));
}

#[test]
fn deep_nesting_and_open_strings_never_reach_the_proxys_parser() {
    for (source, code) in [
        ("a {".repeat(100_000), "too-deep"),
        (format!("{BASE}route \"{}", "x".repeat(500_000)), "unterminated-string"),
        (format!("{BASE}/*{}", "*".repeat(500_000)), "comment-too-dense"),
    ] {
        assert_eq!(problems(&source)[0].code, code);
    }
}

const PIECES: &[&str] = &[
    "system {",
    "listeners {",
    "listener \"l\" {",
    "address \"127.0.0.1:${node.p}\"",
    "address \"[::1]:80\"",
    "routes {",
    "route \"r\" {",
    "matches {",
    "path \"/a\"",
    "host \"*.x\"",
    "path-regex \"^a$\"",
    "upstreams {",
    "upstream \"u\" {",
    "upstream \"u\"",
    "target \"a:1\" weight=2",
    "load-balancing \"weighted\"",
    "filters {",
    "filters \"f\"",
    "filter \"f\" {",
    "type \"headers\"",
    "type \"rate-limit\"",
    "type \"agent\"",
    "set {",
    "X-A \"1\"",
    "policies {",
    "timeout-secs 5",
    "cache {",
    "enabled #true",
    "namespace \"n\" {",
    "observability {",
    "metrics {",
    "tls {",
    "cert-file \"/c\"",
    "sni {",
    "acme {",
    "waf {",
    "mode \"off\"",
    "limits {",
    "agents {",
    "agent \"a\" {",
    "unix-socket \"/s\"",
    "discovery \"dns\" {",
    "health-check {",
    "type \"http\" {",
    "static-files {",
    "root \"/r\"",
    "builtin-handler \"health\"",
    "priority 5",
    "priority \"low\"",
    "inference {",
    "model-routing {",
    "model \"m\" upstream=\"u\"",
    "mcp {",
    "shadow {",
    "percentage 5.5",
    "#null",
    "x -1",
    "}",
    "}",
    "}",
    "}",
    "}",
    "/- ",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any combination of known pieces is judged without a panic here or in the proxy's crate.
    #[test]
    fn known_pieces_in_any_order_are_judged(
        picks in prop::collection::vec(prop::sample::select(PIECES), 0..30),
        based in any::<bool>(),
    ) {
        let depth = picks.iter().fold(0usize, |depth, piece| {
            if piece.ends_with('{') { depth + 1 } else { depth.saturating_sub(usize::from(*piece == "}")) }
        });
        let base = if based { BASE } else { "" };
        let source = format!("{base}{}\n{}", picks.join("\n"), "}\n".repeat(depth));
        for problem in problems(&source) {
            prop_assert_ne!(problem.code, "parser-unavailable", "{}", source);
        }
    }
}
