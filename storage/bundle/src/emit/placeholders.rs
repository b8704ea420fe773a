//! `${…}`: what stands for something else.

use sentinel_model::config::Document;
use serde_json::Value;

use crate::node_vars;
use crate::problem::Problem;

const SECRET: &str = "${secrets.";

/// Reports every `${node.…}` that stands elsewhere than in the address of a listener, and every other `${secrets.…}`: it would reach the proxy
/// as it is written.
pub(super) fn misplaced(document: &Document) -> Vec<Problem> {
    let mut found = Vec::new();
    if serde_json::to_string(document).is_ok_and(|text| all_in_addresses(document, &text)) {
        return found;
    }
    if let Ok(value) = serde_json::to_value(document) {
        look(&value, &mut Vec::new(), &mut found);
    }
    found
}

/// Whether the addresses of listeners have all that is in a document, of which `text` is the JSON. Looking for the place of one that is elsewhere
/// takes much longer, and in hardly any document there is one.
fn all_in_addresses(document: &Document, text: &str) -> bool {
    let addresses = document.listeners.values().map(|listener| node_vars::mentions(&listener.address));
    node_vars::mentions(text) == addresses.sum::<usize>() && !text.contains(SECRET)
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
    if text.contains(SECRET) {
        let message = "secrets cannot be named here yet";
        found.push(Problem::new("secret-misplaced", message).in_path(path.join(".")));
    }
}
