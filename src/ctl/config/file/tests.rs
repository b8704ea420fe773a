#![allow(clippy::unwrap_used)]
use super::*;
use crate::ctl::output::as_yaml;

const SHOP: &str = r#"version: 1
settings:
  worker_threads: 2
services:
  shop:
    route_path: /shop/*
    match_headers:
      x-beta: null
      x-number: '1'
    upstream_group: shop
    retry:
      attempts: 3
      on_status:
      - 502
      - 503
      - 504
      backoff_ms: 100
      max_backoff_ms: 2000
    middlewares:
    - middleware: calm
upstream_groups:
  shop:
    targets:
    - host: 10.0.0.1
      port: 8080
middlewares:
  calm:
    middleware_type: rate_limit
    config:
      requests: 5
      by:
        header: x-client
trust_stores:
  own:
    certificates_pem: |
      -----BEGIN CERTIFICATE-----
      AAAA
      -----END CERTIFICATE-----
"#;

#[test]
fn what_is_written_is_what_was_read_byte_for_byte() {
    let document = parse(SHOP).unwrap();
    assert_eq!(as_yaml(&document).unwrap(), SHOP);
    let json = serde_json::to_string_pretty(&document).unwrap();
    assert_eq!(parse(&json).unwrap(), document);
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_its_line() {
    for (text, told) in [
        ("", &["is empty"][..]),
        (
            "version: 1\nservices:\n  shop:\n    colour: red\n",
            &["services.shop", "unknown field `colour`", "line 4"],
        ),
        ("version: 1\nservices:\n  shop: {route_path: [1]}\n", &["services.shop.route_path", "line 3"]),
        ("version: 1\nservices:\n  a: {}\n  a: {}\n", &["`a` stands twice"]),
        ("version: 1\n  services: {\n", &["line 2"]),
        ("version: 1\n---\nversion: 1\n", &["more than one document"]),
        (
            "{\"version\":1,\"services\":{\"shop\":{\"colour\":1}}}",
            &["services.shop", "unknown field `colour`", "line 1"],
        ),
        ("{\"version\":1,\"version\":1}", &["`version` stands twice"]),
        ("{\"version\":1} x", &["trailing characters"]),
        (
            "version: 1\nmiddlewares:\n  m: {middleware_type: cors, config: {a: 1}}\n",
            &["middlewares", "unknown field `a`", "line 3"],
        ),
        ("- 1\n", &["invalid type"]),
        ("just text", &["invalid type"]),
    ] {
        let error = parse(text).unwrap_err();
        for part in told {
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}

#[test]
fn aliases_may_repeat_and_not_explode() {
    let shared =
        "version: 1\nupstream_groups:\n  a: &group\n    targets: [{host: a, port: 1}]\n  b: *group\n";
    let document = parse(shared).unwrap();
    assert_eq!(document.upstream_groups["a"], document.upstream_groups["b"]);
    let mut laughs = "version: 1\na0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}, ", level - 1).repeat(10);
        laughs.push_str(&format!("a{level}: &a{level} [{}]\n", before.trim_end_matches(", ")));
    }
    let error = parse(&laughs).unwrap_err();
    assert!(error.contains("repetition limit") || error.contains("too many values"), "{error}");
}
