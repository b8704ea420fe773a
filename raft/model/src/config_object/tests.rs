#![allow(clippy::unwrap_used)]
use super::*;
use crate::config::{Middleware, Service, UpstreamGroup};

fn group(value: Value) -> Spec {
    serde_json::from_value::<UpstreamGroup>(value).unwrap().into()
}

#[test]
fn what_differs_is_told_by_its_place() {
    let target = |port: u16| serde_json::json!({ "host": "10.0.0.1", "port": port });
    let before = group(serde_json::json!({
        "targets": [target(1), target(2)],
        "timeouts": { "read_seconds": 5 },
        "description": "old",
    }));
    assert_eq!(differences(&before, &before), Vec::<String>::new());
    let after = group(serde_json::json!({
        "targets": [target(1), target(3)],
        "timeouts": { "read_seconds": 5, "idle_seconds": 9 },
        "algorithm": "random",
    }));
    let expected = ["algorithm", "description", "targets[1].port", "timeouts.idle_seconds"];
    assert_eq!(differences(&before, &after), expected);
    let longer = group(serde_json::json!({ "targets": [target(1)], "description": "old",
        "timeouts": { "read_seconds": 5 } }));
    assert_eq!(differences(&before, &longer), ["targets"]);
}

#[test]
fn another_type_of_middleware_differs_in_its_type_and_its_configuration() {
    let middleware = |value: Value| Spec::from(serde_json::from_value::<Middleware>(value).unwrap());
    let before =
        middleware(serde_json::json!({ "middleware_type": "security", "config": { "no_sniff": true } }));
    let after = middleware(serde_json::json!({ "middleware_type": "retry", "config": { "attempts": 2 } }));
    let found = differences(&before, &after);
    assert!(found.contains(&"middleware_type".to_owned()), "{found:?}");
    assert!(found.iter().any(|place| place.starts_with("config")), "{found:?}");
}

#[test]
fn what_has_changed_since_is_remembered_so_far_back() {
    let mut edits = Vec::new();
    for revision in 1..=12 {
        let fields = vec![format!("field_{:02}", revision % 3), "hosts".to_owned()];
        remember(&mut edits, Edit { revision, by: "ada".into(), at: Time(1), fields });
    }
    assert_eq!(edits.len(), EDITS_KEPT);
    assert_eq!(edits[0].revision, 3);
    assert_eq!(changed_since(&edits, 12), Vec::<String>::new());
    assert_eq!(changed_since(&edits, 11), ["field_00", "hosts"]);
    assert_eq!(changed_since(&edits, 0), ["field_00", "field_01", "field_02", "hosts"]);
}

#[test]
fn a_change_tells_a_bounded_number_of_fields() {
    let mut edits = Vec::new();
    let fields = (0..100).map(|number| format!("hosts[{number}]")).collect();
    remember(&mut edits, Edit { revision: 1, by: "ada".into(), at: Time(1), fields });
    assert_eq!(edits[0].fields.len(), FIELDS_MAX);
}

#[test]
fn an_object_that_says_nothing_special_has_a_content() {
    let spec: Spec = Service { route_path: "/".into(), ..Service::default() }.into();
    // `enabled` is usual for who reads it, not for who makes it by `default`.
    assert_eq!(spec.content()["route_path"], "/");
}
