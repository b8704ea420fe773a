//! What counts of a document: its title, where the API is, and which methods there are at which paths.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::left_out::{Collected, Reason};
use super::server::{self, Server};
use crate::words::shown;

/// Most operations.
pub const OPERATIONS_MAX: usize = 10_000;
/// Most references from one to the next.
const HOPS_MAX: usize = 16;
/// What a path can be asked with, as a document calls it.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What counts of a document.
#[derive(Debug)]
pub(super) struct Spec {
    pub openapi: String,
    pub title: String,
    /// Where the API is.
    pub server: Server,
    /// By template.
    pub paths: Vec<Path>,
}

/// A path.
#[derive(Debug)]
pub(super) struct Path {
    /// As the document writes it, such as `/users/{id}`.
    pub template: String,
    /// What it does, in a few words.
    pub summary: String,
    /// Where it is, if elsewhere than the others.
    pub server: Option<Server>,
    /// In upper case, in their order.
    pub methods: BTreeSet<String>,
}

impl Spec {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong, continuing a sentence that begins with the document.
    pub fn of(root: &Value, left_out: &mut Collected) -> Result<Self, String> {
        let Value::Object(whole) = root else {
            return Err("is not a map with `openapi`, `info` and `paths`".to_owned());
        };
        let openapi = version(whole)?;
        let title = whole.get("info").and_then(|info| info.get("title")).and_then(Value::as_str);
        let title: String = title.unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        let server = server::first(whole.get("servers"), "servers", left_out).unwrap_or_default();
        around(whole, left_out);
        let mut paths = Vec::new();
        let mut operations = 0;
        match whole.get("paths") {
            Some(Value::Object(items)) => {
                for (template, item) in items {
                    if template.starts_with("x-") {
                        left_out.note(Reason::Extensions, template);
                    } else if let Some(path) = path(root, template, item, &mut operations, left_out)? {
                        paths.push(path);
                    }
                }
            }
            // A document of 3.1 may have webhooks alone.
            None | Some(Value::Null) => {}
            Some(_) => return Err("has `paths` that are not a map".to_owned()),
        }
        if paths.is_empty() {
            return Err("has no path that could be served".to_owned());
        }
        Ok(Self { openapi, title, server, paths })
    }
}

fn version(whole: &Map<String, Value>) -> Result<String, String> {
    let version = match whole.get("openapi") {
        Some(Value::String(version)) => version.clone(),
        // Without quotes YAML makes a number of it.
        Some(Value::Number(version)) => version.to_string(),
        _ if whole.contains_key("swagger") => {
            return Err("is Swagger 2: convert it to OpenAPI 3.0 first".to_owned());
        }
        _ => return Err("does not say `openapi: 3.0.x` or `3.1.x`".to_owned()),
    };
    let known = ["3.0", "3.1"].iter().any(|known| {
        version.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if known && version.len() <= 20 && version.chars().all(|c| c.is_ascii_graphic()) {
        Ok(version)
    } else {
        Err(format!("is OpenAPI {}: 3.0 and 3.1 can be read", shown(&version)))
    }
}

/// What the document has beside its paths.
fn around(whole: &Map<String, Value>, left_out: &mut Collected) {
    let schemes = whole.get("components").and_then(|parts| parts.get("securitySchemes"));
    for name in schemes.and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        left_out.note(Reason::Security, name);
    }
    for name in whole.get("webhooks").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        left_out.note(Reason::Callbacks, name);
    }
    extensions(whole, left_out);
}

fn extensions(map: &Map<String, Value>, left_out: &mut Collected) {
    for name in map.keys().filter(|name| name.starts_with("x-")) {
        left_out.note(Reason::Extensions, name);
    }
}

fn path(
    root: &Value,
    template: &str,
    item: &Value,
    operations: &mut usize,
    left_out: &mut Collected,
) -> Result<Option<Path>, String> {
    let Some(items) = resolved(root, item) else {
        left_out.note(Reason::PathElsewhere, template);
        return Ok(None);
    };
    let field = |name: &str| items.iter().find_map(|item| item.get(name));
    let mut path = Path {
        template: template.to_owned(),
        summary: words(field("summary")),
        server: server::first(field("servers"), template, left_out),
        methods: BTreeSet::new(),
    };
    for item in &items {
        extensions(item, left_out);
    }
    let mut checked = field("parameters").is_some();
    let mut summaries = Vec::new();
    for method in METHODS {
        let Some(Value::Object(operation)) = field(method) else { continue };
        *operations += 1;
        if *operations > OPERATIONS_MAX {
            return Err(format!("has more than {OPERATIONS_MAX} operations"));
        }
        path.methods.insert(method.to_ascii_uppercase());
        summaries.push(words(operation.get("summary").or_else(|| operation.get("operationId"))));
        checked |= ["parameters", "requestBody"].iter().any(|name| operation.contains_key(*name));
        extensions(operation, left_out);
        if operation.get("servers").and_then(Value::as_array).is_some_and(|servers| !servers.is_empty()) {
            left_out.note(Reason::ServerOfOperation, &format!("{} {template}", method.to_ascii_uppercase()));
        }
        if operation
            .get("callbacks")
            .and_then(Value::as_object)
            .is_some_and(|callbacks| !callbacks.is_empty())
        {
            left_out.note(Reason::Callbacks, &format!("{} {template}", method.to_ascii_uppercase()));
        }
    }
    if path.methods.is_empty() {
        left_out.note(Reason::PathEmpty, template);
        return Ok(None);
    }
    if checked {
        left_out.note(Reason::Validation, template);
    }
    if path.summary.is_empty()
        && let [summary] = summaries.as_slice()
    {
        path.summary.clone_from(summary);
    }
    // What may be read may be asked about.
    if path.methods.contains("GET") {
        path.methods.insert("HEAD".to_owned());
    }
    Ok(Some(path))
}

/// A path item and those that it refers to, itself first; nothing when one of them is not in the document.
fn resolved<'v>(root: &'v Value, item: &'v Value) -> Option<Vec<&'v Map<String, Value>>> {
    let mut items = Vec::new();
    let mut item = item.as_object()?;
    loop {
        items.push(item);
        let Some(reference) = item.get("$ref") else { return Some(items) };
        // Who refers to itself never comes to an end.
        if items.len() > HOPS_MAX {
            return None;
        }
        item = pointed(root, reference.as_str()?)?.as_object()?;
    }
}

/// What `#/components/pathItems/users` points at.
fn pointed<'v>(root: &'v Value, reference: &str) -> Option<&'v Value> {
    let pointer = reference.strip_prefix('#')?;
    match root.pointer(pointer) {
        Some(found) => Some(found),
        None => root.pointer(&unescaped(pointer)?),
    }
}

/// A pointer in a URL may have its braces written as %7B.
fn unescaped(pointer: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::with_capacity(pointer.len()), pointer.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%'
            && let Some((two, after)) = after.split_at_checked(2)
        {
            bytes.extend(hex::decode(two).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// A short text in one line.
fn words(text: Option<&Value>) -> String {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    let line: String = text.chars().take(200).map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}
