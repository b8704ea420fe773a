//! gRPC says what REST says: nothing of it is missing, and nothing else is there.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{FieldDescriptor, Kind};
use serde_json::Value;

use crate::client::POOL;

/// Operations that gRPC has no words for, and why.
const WITHOUT: &[(&str, &str)] = &[
    ("agent", "nodes speak HTTP"),
    ("session", "people sign in with a browser or the command line; programs have keys"),
    ("watch_events", "a stream: `EventService`"),
    ("create_backup", "a file, which is streamed over HTTP"),
    ("note_backup", "of that file"),
    ("show_bundle_archive", "a file, which is sent in ranges over HTTP"),
    ("show_bundle_sbom", "a file of another format"),
    ("download_bundle", "where that archive is over HTTP"),
    ("download_internal_ca", "a file of what `GetInternalCa` says"),
    ("download_internal_crl", "a file of another format"),
];
/// Of a configuration, gRPC speaks as a whole; these are its single objects.
const OBJECTS: &[&str] =
    &["services", "upstream-groups", "listeners", "middlewares", "trust-stores", "config-settings"];
/// Messages without an object in REST.
const OWN: &[&str] = &["ConfigExport", "WatchEventsResponse"];

fn openapi() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../rest/openapi.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// A schema without its `null`.
fn present(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(choices) = schema["oneOf"].as_array().filter(|choices| choices.len() == 2) {
        let rest: Vec<_> = choices.iter().filter(|choice| choice["type"] != "null").cloned().collect();
        if let [only] = rest.as_slice() {
            return present(only);
        }
    }
    if let Some(types) = schema["type"].as_array() {
        schema["type"] = types.iter().find(|kind| *kind != "null").unwrap().clone();
    }
    schema
}

/// The type of a field that says what `schema` says.
fn expected(document: &Value, schema: &Value) -> String {
    let schema = &present(schema);
    if let Some(name) = name(schema) {
        if name == "ConfigDocument" {
            return "string".to_owned();
        }
        let target = &document["components"]["schemas"][name];
        let words = |schema: &Value| schema["type"] == "string" || schema["enum"].is_array();
        if words(target) || target["oneOf"].as_array().is_some_and(|choices| choices.iter().all(words)) {
            return "string".to_owned();
        }
        return match target["type"].as_str() {
            Some("integer" | "number" | "boolean") => expected(document, target),
            _ => name.to_owned(),
        };
    }
    match schema["type"].as_str() {
        Some("string") => "string".to_owned(),
        Some("boolean") => "bool".to_owned(),
        Some("number") => "double".to_owned(),
        Some("integer") => {
            let sign = if schema["minimum"].as_i64().is_some_and(|minimum| minimum >= 0) { "u" } else { "" };
            let bits = if schema["format"] == "int64" { "int64" } else { "int32" };
            format!("{sign}{bits}")
        }
        Some("array") => format!("repeated {}", expected(document, &schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            let value = expected(document, &schema["additionalProperties"]);
            let value = if value.starts_with("repeated ") { "ListValue".to_owned() } else { value };
            format!("map {value}")
        }
        Some("object") if schema["properties"].is_null() => "Struct".to_owned(),
        _ => panic!("no words for {schema}"),
    }
}

fn kind(kind: &Kind) -> String {
    match kind {
        Kind::Message(message) => message.name().to_owned(),
        Kind::String => "string".to_owned(),
        Kind::Bool => "bool".to_owned(),
        Kind::Double => "double".to_owned(),
        Kind::Uint32 => "uint32".to_owned(),
        Kind::Uint64 => "uint64".to_owned(),
        Kind::Int32 => "int32".to_owned(),
        Kind::Int64 => "int64".to_owned(),
        other => panic!("{other:?} is not used"),
    }
}

fn actual(field: &FieldDescriptor) -> String {
    let own = field.kind();
    match &own {
        Kind::Message(entry) if field.is_map() => {
            format!("map {}", kind(&entry.map_entry_value_field().kind()))
        }
        _ if field.is_list() => format!("repeated {}", kind(&own)),
        _ => kind(&own),
    }
}

/// The fields of an object, those of all its variants together, and which of them are always there.
fn fields(document: &Value, schema: &Value) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let schema = name(schema).map_or(schema, |name| &document["components"]["schemas"][name]);
    let each = |parts: &Value| -> Vec<_> {
        parts.as_array().unwrap().iter().map(|part| fields(document, part)).collect()
    };
    if schema["allOf"].is_array() {
        let mut all = (BTreeMap::new(), BTreeSet::new());
        for (known, always) in each(&schema["allOf"]) {
            all.0.extend(known);
            all.1.extend(always);
        }
        return all;
    }
    if schema["oneOf"].is_array() {
        let variants = each(&schema["oneOf"]);
        let always = variants.iter().map(|(_, always)| always.clone());
        let always = always.reduce(|some, others| &some & &others).unwrap();
        return (variants.into_iter().flat_map(|(known, _)| known).collect(), always);
    }
    let known = schema["properties"].as_object().into_iter().flatten();
    let known = known.map(|(name, schema)| (name.clone(), expected(document, schema))).collect();
    let always = schema["required"].as_array().into_iter().flatten();
    (known, always.map(|name| name.as_str().unwrap().to_owned()).collect())
}

#[test]
fn every_message_has_the_fields_of_the_object_of_its_name() {
    let document = openapi();
    let mut wrong = Vec::new();
    for message in POOL.all_messages().filter(|message| message.package_name() == "sentinel.admin.v1") {
        if message.is_map_entry() || message.name().ends_with("Request") || OWN.contains(&message.name()) {
            continue;
        }
        let schema = &document["components"]["schemas"][message.name()];
        if schema.is_null() {
            wrong.push(format!("{} is no object of REST", message.name()));
            continue;
        }
        let (wanted, always) = fields(&document, schema);
        let found: BTreeMap<_, _> =
            message.fields().map(|field| (field.name().to_owned(), actual(&field))).collect();
        for (field, kind) in &wanted {
            if found.get(field) != Some(kind) {
                wrong.push(format!("{}.{field} is {:?}, not {kind}", message.name(), found.get(field)));
            }
        }
        for field in found.keys().filter(|field| !wanted.contains_key(*field)) {
            wrong.push(format!("{}.{field} is not in REST", message.name()));
        }
        // A value that may be absent is told from one that is zero.
        for field in
            message.fields().filter(|field| !field.is_list() && !field.is_map() && !field.supports_presence())
        {
            if !always.contains(field.name()) {
                wrong.push(format!("{}.{} must be optional", message.name(), field.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `show_node` is `GetNode`.
fn verb(operation: &str) -> String {
    let words = operation.split('_').map(|word| if word == "show" { "get" } else { word });
    words.map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

fn body(operation: &Value) -> Option<Value> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| present(schema))
}

#[test]
fn every_operation_has_a_call_with_the_same_arguments_and_the_same_answer() {
    let document = openapi();
    let calls: BTreeMap<_, _> = POOL
        .services()
        .filter(|service| service.package_name() == "sentinel.admin.v1")
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|call| (call.name().to_owned(), call))
        .collect();
    let mut known = BTreeSet::from(["WatchEvents".to_owned()]);
    let mut wrong = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for operation in
            methods.as_object().unwrap().values().filter(|value| value["operationId"].is_string())
        {
            let id = operation["operationId"].as_str().unwrap();
            let tag = operation["tags"][0].as_str().unwrap();
            let object = path.split('/').nth(5).is_some_and(|noun| OBJECTS.contains(&noun));
            if object || WITHOUT.iter().any(|(without, _)| [id, tag].contains(without)) {
                continue;
            }
            let Some(call) = calls.get(&verb(id)) else {
                wrong.push(format!("{id} has no call"));
                continue;
            };
            known.insert(call.name().to_owned());
            let asked: BTreeSet<_> = call.input().fields().map(|field| field.name().to_owned()).collect();
            let mut wanted: BTreeSet<String> = operation["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|parameter| ["path", "query"].contains(&parameter["in"].as_str().unwrap()))
                .map(|parameter| parameter["name"].as_str().unwrap().replace("slug", "project"))
                // The age of what is read is REST's; how a table is written too.
                .filter(|name| name != "consistency" && (id, name.as_str()) != ("export_drift", "format"))
                .collect();
            if let Some(body) = body(operation) {
                // A configuration goes as the text that it is, so that nothing of it changes on the way.
                let (field, expected) = match name(&body).unwrap() {
                    "ConfigDocument" => ("document", "string"),
                    other => ("body", other),
                };
                wanted.insert(field.to_owned());
                let own = call.input().get_field_by_name(field).map(|field| actual(&field));
                if own.as_deref() != Some(expected) {
                    wrong.push(format!("{id} takes {own:?}, not {expected}"));
                }
            }
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            for parameter in parameters.filter(|parameter| parameter["in"] == "query") {
                let name = parameter["name"].as_str().unwrap();
                let Some(field) = call.input().get_field_by_name(name) else { continue };
                let expected = expected(&document, &parameter["schema"]);
                if actual(&field) != expected {
                    wrong.push(format!("{id} takes {} as {name}, not {expected}", actual(&field)));
                }
                let absent = field.supports_presence() || field.is_list() || field.is_map();
                if parameter["required"] != true && !absent {
                    wrong.push(format!("{id} takes {name}, which must be optional"));
                }
            }
            let mut without_clear = asked.clone();
            without_clear.remove("clear");
            if without_clear != wanted {
                wrong.push(format!("{id} asks with {asked:?}, not {wanted:?}"));
            }
            let (_, answer) = operation["responses"]
                .as_object()
                .unwrap()
                .iter()
                .find(|(status, _)| status.starts_with('2'))
                .unwrap();
            let schema = &answer["content"]["application/json"]["schema"];
            let schema = present(schema);
            let expected = name(&schema).unwrap_or("Empty").replace("ConfigDocument", "ConfigExport");
            if call.output().name() != expected {
                wrong.push(format!("{id} answers {}, not {expected}", call.output().name()));
            }
        }
    }
    let unknown: Vec<_> = calls.keys().filter(|name| !known.contains(*name)).collect();
    assert!(unknown.is_empty(), "no operations of REST: {unknown:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
