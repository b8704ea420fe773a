//! `${…}`: what stands for something else.

use sentinel_model::config::Document;
use sentinel_model::project_secret::{OPEN, mentions};
use serde_json::Value;

use crate::node_vars;
use crate::problem::Problem;
use crate::secrets::malformed;

/// Reports every `${node.…}` that stands elsewhere than in the address of a listener, and every `${secrets.…}` that stands where nothing of it reaches
/// the proxy, or that names no secret.
pub(super) fn look_at(document: &Document) -> Placeholders {
    let mut found = Placeholders::default();
    let text = serde_json::to_string(document).unwrap_or_default();
    if all_in_addresses(document, &text) {
        return found;
    }
    found.secrets = text.contains(OPEN);
    if let Ok(value) = serde_json::to_value(document) {
        look(&value, &mut Vec::new(), &mut found.problems);
    }
    found
}

/// What stands for something else in a document.
#[derive(Default)]
pub(super) struct Placeholders {
    /// Secrets are named somewhere.
    pub(super) secrets: bool,
    /// What stands where it must not.
    pub(super) problems: Vec<Problem>,
}

/// Whether the addresses of listeners have all that is in a document, of which `text` is the JSON. Looking for the place of one that is elsewhere
/// takes much longer, and in hardly any document there is one.
fn all_in_addresses(document: &Document, text: &str) -> bool {
    let addresses = document.listeners.values().map(|listener| node_vars::mentions(&listener.address));
    node_vars::mentions(text) == addresses.sum::<usize>() && !text.contains(OPEN)
}

fn look<'v>(value: &'v Value, path: &mut Vec<&'v str>, found: &mut Vec<Problem>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                path.push(name);
                said(name, path, found);
                look(inner, path, found);
                path.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| look(inner, path, found)),
        Value::String(text) => said(text, path, found),
        _ => {}
    }
}

fn said(text: &str, path: &[&str], found: &mut Vec<Problem>) {
    if node_vars::mentioned(text) && !matches!(path, ["listeners", _, "address"]) {
        let message = "what differs from node to node can only stand in the address of a listener";
        let problem = Problem::new("node-variable-misplaced", message).in_path(path.join("."));
        found.push(problem.with_help("write the value itself"));
    }
    if !text.contains(OPEN) {
        return;
    }
    if mentions(text).any(|mention| mention.name.is_none()) {
        found.push(malformed(&path.join(".")));
    }
    if let Some(reason) = no_secret_in(path, text) {
        found.push(Problem::new("secret-misplaced", reason).in_path(path.join(".")));
    }
}

/// Why no secret may be named at a place; `None`: one may.
fn no_secret_in(path: &[&str], text: &str) -> Option<&'static str> {
    let last = path.last().copied().unwrap_or_default();
    if last == text {
        return Some("a secret cannot be a name, or part of one");
    }
    match path {
        [_, _, "name" | "description"] | ["settings", "name"] => {
            Some("the proxy does not get this text, so a secret in it would do nothing")
        }
        ["trust_stores", ..] => Some("a trust store holds certificates, which are no secrets"),
        ["listeners", _, "address"] | ["upstream_groups", _, "targets", "host"] => {
            Some("an address cannot be a secret: it is shown wherever nodes are")
        }
        _ => None,
    }
}
