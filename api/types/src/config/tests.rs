#![allow(clippy::unwrap_used)]
use sentinel_model::config::{Middleware, Service};
use serde_json::{Value, json};
use utoipa::PartialSchema;

use super::*;

fn answer(spec: Value) -> Value {
    let mut object = json!({
        "id": "00000000-0000-4000-8000-000000000001",
        "slug": "shop",
        "project_id": "00000000-0000-4000-8000-000000000002",
        "revision": 7,
        "updated_by": "ada@example.com",
        "inserted_at": "2026-11-24T12:00:00Z",
        "updated_at": "2026-11-24T12:00:00Z",
    });
    let fields = spec.as_object().unwrap().clone();
    object.as_object_mut().unwrap().extend(fields);
    object
}

#[test]
fn an_answer_has_the_fields_of_every_object_beside_those_of_its_kind() {
    let service =
        answer(json!({ "route_path": "/", "respond_status": 404, "match_headers": { "x-a": null } }));
    let read: ConfigObject<Service> = serde_json::from_value(service.clone()).unwrap();
    assert_eq!((read.slug.as_str(), read.spec.respond_status), ("shop", Some(404)));
    assert_eq!(serde_json::to_value(&read).unwrap(), service);
    let middleware = answer(json!({
        "middleware_type": "rate_limit",
        "config": { "requests": 5, "by": { "header": "x-client" } },
    }));
    let read: ConfigObject<Middleware> = serde_json::from_value(middleware.clone()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), middleware);
}

#[test]
fn what_a_later_version_says_besides_is_no_hindrance() {
    let mut service = answer(json!({ "route_path": "/", "respond_status": 404 }));
    service["colour"] = "red".into();
    let read: ConfigObject<Service> = serde_json::from_value(service).unwrap();
    assert_eq!(read.spec.route_path, "/");
}

#[test]
fn schemas_of_objects_have_both_and_refuse_neither() {
    let schema = serde_json::to_value(ServiceObject::schema()).unwrap();
    assert!(schema["properties"]["route_path"].is_object() && schema["properties"]["revision"].is_object());
    assert!(schema.get("additionalProperties").is_none(), "{schema:#}");
    let schema = serde_json::to_value(ServiceCreate::schema()).unwrap();
    assert!(schema["properties"]["slug"].is_object() && schema["properties"]["revision"].is_null());
    assert_eq!(schema["additionalProperties"], false);
    let schema = serde_json::to_value(MiddlewareObject::schema()).unwrap();
    assert!(schema["allOf"].as_array().unwrap().len() >= 2, "{schema:#}");
}
