//! What counts of a document: its title, where the API is, and which methods there are at which paths.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::left_out::{Collected, Reason};
use super::server::{self, Server};
use super::visits::Visits;
use crate::words::shown;

/// Most operations.
pub const OPERATIONS_MAX: usize = 10_000;
/// Most paths.
pub const PATHS_MAX: usize = 10_000;
/// Longest `$ref` of a path, in bytes.
pub const REFERENCE_MAX: usize = 1_024;
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
    /// Templates of paths that the document has and that come to nothing.
    pub unread: Vec<String>,
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
        let mut reading = Reading { root, visits: Visits::default(), operations: 0, left_out };
        let server = reading.servers(whole.get("servers"), "servers")?.unwrap_or_default();
        reading.around(whole)?;
        let (mut paths, mut unread) = (Vec::new(), Vec::new());
        match whole.get("paths") {
            Some(Value::Object(items)) if items.len() > PATHS_MAX => {
                return Err(format!("has more than {PATHS_MAX} paths"));
            }
            Some(Value::Object(items)) => {
                for (template, item) in items {
                    if template.starts_with("x-") {
                        reading.left_out.note(Reason::Extensions, template);
                        continue;
                    }
                    match reading.path(template, item)? {
                        Some(path) => paths.push(path),
                        None => unread.push(template.clone()),
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
        Ok(Self { openapi, title, server, paths, unread })
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

/// A document that is being read.
struct Reading<'a> {
    root: &'a Value,
    visits: Visits,
    /// How many there were so far.
    operations: usize,
    left_out: &'a mut Collected,
}

impl<'a> Reading<'a> {
    /// What the document has beside its paths.
    fn around(&mut self, whole: &Map<String, Value>) -> Result<(), String> {
        let schemes = whole.get("components").and_then(|parts| parts.get("securitySchemes"));
        for (reason, map) in [(Reason::Security, schemes), (Reason::Callbacks, whole.get("webhooks"))] {
            let Some(Value::Object(map)) = map else { continue };
            self.visits.take(map.len())?;
            for name in map.keys() {
                self.left_out.note(reason, name);
            }
        }
        self.extensions(whole)
    }

    fn extensions(&mut self, map: &Map<String, Value>) -> Result<(), String> {
        self.visits.take(map.len())?;
        for name in map.keys().filter(|name| name.starts_with("x-")) {
            self.left_out.note(Reason::Extensions, name);
        }
        Ok(())
    }

    fn servers(&mut self, servers: Option<&Value>, at: &str) -> Result<Option<Server>, String> {
        server::first(servers, at, &mut self.visits, self.left_out)
    }

    /// A path; nothing when it comes to nothing, which is told.
    fn path(&mut self, template: &str, item: &'a Value) -> Result<Option<Path>, String> {
        self.visits.take(1)?;
        let Some(items) = self.resolved(item)? else {
            self.left_out.note(Reason::PathElsewhere, template);
            return Ok(None);
        };
        let field = |name: &str| items.iter().find_map(|item| item.get(name));
        let mut path = Path {
            template: template.to_owned(),
            summary: words(field("summary")),
            server: self.servers(field("servers"), template)?,
            methods: BTreeSet::new(),
        };
        for item in &items {
            self.extensions(item)?;
        }
        let mut checked = field("parameters").is_some();
        let mut summaries = Vec::new();
        for method in METHODS {
            let Some(Value::Object(operation)) = field(method) else { continue };
            let method = method.to_ascii_uppercase();
            self.operation(&format!("{method} {template}"), operation)?;
            path.methods.insert(method);
            summaries.push(words(operation.get("summary").or_else(|| operation.get("operationId"))));
            checked |= ["parameters", "requestBody"].iter().any(|name| operation.contains_key(*name));
        }
        if path.methods.is_empty() {
            self.left_out.note(Reason::PathEmpty, template);
            return Ok(None);
        }
        if checked {
            self.left_out.note(Reason::Validation, template);
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

    /// What an operation has that no service can.
    fn operation(&mut self, place: &str, operation: &Map<String, Value>) -> Result<(), String> {
        self.operations += 1;
        if self.operations > OPERATIONS_MAX {
            return Err(format!("has more than {OPERATIONS_MAX} operations"));
        }
        self.extensions(operation)?;
        if operation.get("servers").and_then(Value::as_array).is_some_and(|servers| !servers.is_empty()) {
            self.left_out.note(Reason::ServerOfOperation, place);
        }
        let callbacks = operation.get("callbacks").and_then(Value::as_object);
        if callbacks.is_some_and(|callbacks| !callbacks.is_empty()) {
            self.left_out.note(Reason::Callbacks, place);
        }
        Ok(())
    }

    /// A path item and those that it refers to, itself first; nothing when one of them is not in the document.
    fn resolved(&mut self, item: &'a Value) -> Result<Option<Vec<&'a Map<String, Value>>>, String> {
        let (mut items, mut next) = (Vec::new(), item.as_object());
        while let Some(item) = next {
            items.push(item);
            let Some(reference) = item.get("$ref") else { return Ok(Some(items)) };
            // Who refers to itself never comes to an end.
            let Some(reference) = reference.as_str().filter(|_| items.len() <= HOPS_MAX) else {
                return Ok(None);
            };
            if reference.len() > REFERENCE_MAX {
                return Ok(None);
            }
            self.visits.text(reference)?;
            next = pointed(self.root, reference).and_then(Value::as_object);
        }
        Ok(None)
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
