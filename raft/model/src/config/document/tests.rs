#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::service::{Destination, Upstream};

/// A document that uses a little of everything, as a file has it.
fn shop() -> serde_json::Value {
    serde_json::json!({
        "version": 1,
        "settings": { "limits": { "max_header_count": 64 } },
        "listeners": { "http": { "address": "0.0.0.0:${node.http_port}" } },
        "services": {
            "shop": {
                "route_path": "/shop/*",
                "hosts": ["shop.example.com"],
                "upstream_group": "shop",
                "retry": {},
                "middlewares": [{ "middleware": "careful" }],
            },
            "old": { "route_path": "/old", "redirect_url": "https://example.com/new" },
        },
        "upstream_groups": { "shop": { "targets": [{ "host": "10.0.0.1", "port": 8080 }] } },
        "middlewares": { "careful": { "middleware_type": "security", "config": { "no_sniff": true } } },
    })
}

fn read(value: serde_json::Value) -> Document {
    serde_json::from_value(value).unwrap()
}

fn refusals(change: impl FnOnce(&mut serde_json::Value)) -> Vec<String> {
    let mut value = shop();
    change(&mut value);
    read(value).check().err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_written_is_what_is_read() {
    let document = read(shop());
    assert_eq!(document.check(), Ok(()));
    let written = serde_json::to_string(&document).unwrap();
    assert_eq!(serde_json::from_str::<Document>(&written).unwrap(), document);
    let mut again = Document { version: 1, ..Document::default() };
    for (slug, spec) in document.clone().into_objects() {
        assert!(document.has(spec.kind(), &slug));
        again.put(&slug, spec);
    }
    assert_eq!(again, document);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    assert_eq!(refusals(|_| ()), Vec::<String>::new());
    let found = refusals(|value| {
        value["services"]["shop"]["upstream_group"] = "shoop".into();
        value["services"]["shop"]["retry"] = serde_json::json!({ "attempts": 1 });
        value["services"]["shop"]["hosts"] = serde_json::json!(["Shop.example.com", "a:80"]);
        value["services"]["old"]["upstream_url"] = "http://a".into();
        value["services"]["Old"] = serde_json::json!({ "route_path": "x*", "respond_status": 404 });
    });
    let expected = [
        "services.Old: the slug must be 1 to 50",
        "services.Old.route_path: must start with '/'",
        "services.Old.route_path: '*' stands for a whole segment",
        "services.old.upstream_url: needs exactly one of",
        "services.shop.hosts[0]: must be a name in lowercase",
        "services.shop.hosts[1]: must be a name in lowercase",
        "services.shop.retry.attempts: must be 2 to 10, not 1",
        "services.shop.upstream_group: the upstream group 'shoop' does not exist",
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn unknown_fields_are_refused_by_name() {
    for (place, name) in
        [("", "servicees"), ("services", "shop"), ("upstream_groups", "shop"), ("middlewares", "careful")]
    {
        let mut value = shop();
        match place {
            "" => value[name] = serde_json::json!({}),
            place => value[place][name]["colour"] = "red".into(),
        }
        let error = serde_json::from_value::<Document>(value).unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    }
}

#[test]
fn nothing_stands_in_a_document_twice() {
    for text in [
        r#"{"version":1,"services":{"a":{"route_path":"/"},"a":{"route_path":"/b"}}}"#,
        r#"{"version":1,"services":{"a":{"route_path":"/","match_query":{"a":null,"a":"1"}}}}"#,
        r#"{"version":1,"services":{},"services":{}}"#,
    ] {
        let error = serde_json::from_str::<Document>(text).unwrap_err().to_string();
        assert!(error.contains("duplicate field"), "{error}");
    }
}

#[test]
fn a_server_is_read_from_its_url() {
    let parsed = |url: &str| Upstream::parse(url).map(|one| (one.tls, one.host, one.port));
    assert_eq!(parsed("http://10.0.0.1:8080"), Ok((false, "10.0.0.1".to_owned(), 8080)));
    assert_eq!(parsed("https://api.example.com/"), Ok((true, "api.example.com".to_owned(), 443)));
    assert_eq!(parsed("http://[::1]:81"), Ok((false, "[::1]".to_owned(), 81)));
    for wrong in ["ftp://a", "http://", "http://a:0", "http://a/b", "http://a:99999", "a:80"] {
        assert!(parsed(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_service_goes_to_one_place() {
    let mut service = read(shop()).services["old"].clone();
    assert_eq!(service.destination(), Some(Destination::Redirect("https://example.com/new", 301)));
    service.respond_status = Some(404);
    assert_eq!(service.destination(), None);
    service.redirect_url = None;
    assert_eq!(service.destination(), Some(Destination::Respond(404, None)));
}
