//! From what serde says to the field that it speaks of.

use crate::refusal::Refusal;

/// The refusal of a value that could not be read: names the field, in the form of the API.
pub(super) fn refusal(path: &str, message: &str) -> Refusal {
    let path = if path == "." { "" } else { path };
    let join = |name: &str| match path {
        "" => name.to_owned(),
        // The path may already end in the field that is unknown.
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    // serde_json adds " at line 1 column 9"; the field says more.
    let message = message.split(" at line ").next().unwrap_or(message);
    if let Some(name) = quoted(message, "unknown field `") {
        let expected = message.split_once(", ").map(|(_, rest)| format!("; {rest}")).unwrap_or_default();
        return Refusal::field(join(name), format!("is not a field of this request{expected}"));
    }
    if let Some(name) = quoted(message, "missing field `") {
        return Refusal::field(join(name), "is required");
    }
    if let Some(name) = quoted(message, "duplicate field `") {
        return Refusal::field(join(name), "is given twice");
    }
    let field = if path.is_empty() { "body" } else { path };
    Refusal::field(field, message)
}

fn quoted<'a>(message: &'a str, before: &str) -> Option<&'a str> {
    message.strip_prefix(before)?.split('`').next()
}
