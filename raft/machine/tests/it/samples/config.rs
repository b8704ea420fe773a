//! Samples of changes of a configuration.

use sentinel_machine::Command;
use sentinel_machine::commands::config_change::ConfigChange;
use sentinel_machine::config::{Expected, Operation};
use sentinel_model::ConfigObjectId;
use sentinel_model::config::{Document, Kind, Spec};
use serde_json::{Value, json};

use crate::ids::*;

/// What the shop serves: a document that uses a little of everything.
pub fn document() -> Document {
    let value = json!({
        "version": 1,
        "settings": { "limits": { "max_header_count": 64 } },
        "listeners": { "http": { "address": "0.0.0.0:${node.http_port}" } },
        "services": {
            "shop": {
                "route_path": "/shop/*",
                "hosts": ["shop.example.com"],
                "match_headers": { "x-beta": null, "x-kind": "a" },
                "traffic_split": {
                    "splits": [
                        { "upstream_group": "shop", "weight": 9 },
                        { "upstream_group": "next", "weight": 1 },
                    ],
                    "match_rules": [
                        { "type": "header", "name": "x-next", "value": "1", "upstream_group": "next" },
                    ],
                },
                "retry": {},
                "middlewares": [{ "middleware": "careful" }, { "middleware": "calm", "enabled": false }],
            },
            "old": { "route_path": "/old", "redirect_url": "https://example.com/new" },
        },
        "upstream_groups": {
            "shop": {
                "targets": [{ "host": "10.0.0.1", "port": 8080 }, { "host": "[::1]", "port": 81, "weight": 7 }],
                "tls": { "trust_store": "own" },
            },
            "next": { "targets": [{ "host": "10.0.0.2", "port": 8080 }] },
        },
        "middlewares": {
            "careful": { "middleware_type": "security", "config": { "no_sniff": true } },
            "calm": {
                "middleware_type": "rate_limit",
                "config": { "requests": 5, "by": { "header": "x-client" } },
            },
        },
        "trust_stores": {
            "own": { "certificates_pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
        },
    });
    serde_json::from_value(value).unwrap()
}

pub fn service(value: Value) -> Spec {
    Spec::from(serde_json::from_value::<sentinel_model::config::Service>(value).unwrap())
}

/// A service that goes to a group.
pub fn to_group(group: &str) -> Spec {
    service(json!({ "route_path": "/", "upstream_group": group }))
}

/// A group with one target.
pub fn group(port: u16) -> Spec {
    let value = json!({ "targets": [{ "host": "10.0.0.1", "port": port }] });
    Spec::from(serde_json::from_value::<sentinel_model::config::UpstreamGroup>(value).unwrap())
}

pub fn put(id: ConfigObjectId, slug: &str, spec: Spec, expected: Expected) -> Operation {
    Operation::Put { id, slug: slug.into(), spec, expected }
}

pub fn delete(kind: Kind, slug: &str, expected: Expected) -> Operation {
    Operation::Delete { kind, slug: slug.into(), expected }
}

pub fn change(operations: Vec<Operation>) -> ConfigChange {
    let by = "ada@example.com".into();
    ConfigChange { project_id: SHOP, operations, based_on: None, asked: None, by }
}

/// Puts a whole document.
pub fn whole() -> ConfigChange {
    let put = |(number, (slug, spec)): (usize, (String, Spec))| Operation::Put {
        id: object(number as u16 + 1),
        slug,
        spec,
        expected: Expected::New,
    };
    let operations = document().into_objects().into_iter().enumerate().map(put).collect();
    ConfigChange { based_on: Some(0), asked: Some(digest(0xc0)), ..change(operations) }
}

/// One of each form.
pub fn all() -> Vec<Vec<Command>> {
    let one = put(object(1), "shop", to_group("shop"), Expected::Anything);
    let there = put(object(1), "shop", group(80), Expected::Same(object(1)));
    vec![vec![
        whole().into(),
        change(vec![one]).into(),
        change(vec![
            there,
            delete(Kind::Service, "old", Expected::Revision(7)),
            delete(Kind::Settings, "default", Expected::Anything),
        ])
        .into(),
    ]]
}
