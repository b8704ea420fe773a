//! The reader: tokens to tree, with an explicit stack of open blocks.

use std::borrow::Cow;

use super::cursor::{Cursor, Failure, is_identifier, is_space, refuse_forbidden_characters};
use super::tree::{Block, Document, Entry, LineIndex, Node, Value};
use super::{number, text};
use crate::limits::{MAX_DEPTH, MAX_ENTRIES, MAX_NAME_BYTES, MAX_NODES, MAX_READ_BYTES};
use crate::problem::Problem;

/// Reads a whole text.
///
/// # Errors
/// The first problem found, with line and column.
pub(crate) fn read(source: &str) -> Result<Document<'_>, Problem> {
    if source.len() > MAX_READ_BYTES {
        return Err(too_large(source, MAX_READ_BYTES));
    }
    read_nodes(source).map_err(|failure| {
        let problem =
            Problem::new(failure.code, failure.message).at(LineIndex::new(source).place(failure.at));
        match failure.help {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    })
}

/// The problem of a text that is larger than allowed.
pub(crate) fn too_large(source: &str, most: usize) -> Problem {
    let message = format!("the configuration has {} bytes, at most {most} are allowed", source.len());
    Problem::new("source-too-large", message)
}

/// A node whose block is being read, and its earlier siblings.
struct Open<'a> {
    node: Node<'a>,
    brace: usize,
    commented: bool,
    siblings: Vec<Node<'a>>,
}

/// How the head of a node ended.
enum HeadEnd {
    Block(usize),
    Terminator,
}

fn read_nodes(source: &str) -> Result<Document<'_>, Failure> {
    // A byte order mark is allowed as the very first character only.
    let start = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    refuse_forbidden_characters(&source[start..])
        .map_err(|failure| Failure { at: failure.at + start, ..failure })?;
    let mut cursor = Cursor { source, at: start };
    let mut stack: Vec<Open<'_>> = Vec::new();
    let mut nodes: Vec<Node<'_>> = Vec::new();
    let mut count = 0usize;
    loop {
        cursor.line_space()?;
        if cursor.rest().is_empty() {
            return match stack.last() {
                None => Ok(Document { nodes }),
                Some(open) => {
                    Err(Failure::new(open.brace, "unterminated-block", "this block is never closed")
                        .help("add the missing `}`"))
                }
            };
        }
        let at = cursor.at;
        if cursor.eat("}") {
            let open = stack.pop().ok_or_else(|| Failure::new(at, "syntax", "this `}` closes nothing"))?;
            let children = std::mem::replace(&mut nodes, open.siblings);
            end_node(&mut cursor, open.commented)?;
            if !open.commented {
                nodes.push(Node { block: Some(Block { nodes: children, open: open.brace }), ..open.node });
            }
            continue;
        }
        let commented = slashdash(&mut cursor, stack.iter().any(|open| open.commented))?;
        count += 1;
        if count > MAX_NODES {
            return Err(Failure::new(at, "too-many-nodes", format!("at most {MAX_NODES} nodes are allowed")));
        }
        let (node, end) = head(&mut cursor, commented)?;
        match end {
            HeadEnd::Block(brace) => {
                if stack.len() >= MAX_DEPTH {
                    return Err(Failure::new(
                        brace,
                        "too-deep",
                        format!("blocks may nest at most {MAX_DEPTH} deep"),
                    ));
                }
                stack.push(Open { node, brace, commented, siblings: std::mem::take(&mut nodes) });
            }
            HeadEnd::Terminator if !commented => nodes.push(node),
            HeadEnd::Terminator => {}
        }
    }
}

/// Reads `/-` if it stands here.
fn slashdash(cursor: &mut Cursor<'_>, inside_commented: bool) -> Result<bool, Failure> {
    let at = cursor.at;
    if !cursor.eat("/-") {
        return Ok(false);
    }
    if inside_commented {
        return Err(Failure::new(
            at,
            "kdl-unsupported",
            "`/-` inside a part that is already commented out is refused",
        )
        .help("the parser of the proxy takes exponential time on it; use `//` instead"));
    }
    cursor.node_space()?;
    if cursor.rest().starts_with("/-") {
        return Err(Failure::new(cursor.at, "kdl-unsupported", "`/-` twice in a row is refused"));
    }
    Ok(true)
}

/// Reads the name and the entries of a node up to its block or its end.
fn head<'a>(cursor: &mut Cursor<'a>, commented: bool) -> Result<(Node<'a>, HeadEnd), Failure> {
    let at = cursor.at;
    let name = match string(cursor)? {
        Some(name) => named(name, at)?,
        None => {
            return Err(Failure::new(at, "syntax", "a node must start with its name")
                .help("settings are separated by a new line or one `;`"));
        }
    };
    let mut node = Node { name, at, entries: Vec::new(), block: None };
    terminated(cursor, at)?;
    loop {
        let spaced = cursor.node_space()?;
        let here = cursor.at;
        if cursor.rest().is_empty() || cursor.at_newline() || cursor.rest().starts_with("//") {
            return Ok((node, HeadEnd::Terminator));
        }
        if cursor.rest().starts_with('}') || cursor.rest().starts_with(';') {
            end_node(cursor, commented)?;
            return Ok((node, HeadEnd::Terminator));
        }
        if cursor.eat("{") {
            return Ok((node, HeadEnd::Block(here)));
        }
        if !spaced {
            return Err(Failure::new(here, "syntax", "a space is missing here"));
        }
        let skipped = slashdash(cursor, commented)?;
        if skipped && cursor.rest().starts_with('{') {
            return Err(Failure::new(here, "kdl-unsupported", "`/-` in front of a child block is refused")
                .help("put `/-` in front of the node, or use `//` on each line"));
        }
        let entry = entry(cursor)?;
        if !skipped {
            node.entries.push(entry);
        }
        if node.entries.len() > MAX_ENTRIES {
            return Err(Failure::new(
                here,
                "too-many-values",
                format!("a node may have at most {MAX_ENTRIES} values"),
            ));
        }
    }
}

/// After a node: nothing, `;`, a new line, a comment, or the end of the block around it.
fn end_node(cursor: &mut Cursor<'_>, commented: bool) -> Result<(), Failure> {
    cursor.node_space()?;
    let at = cursor.at;
    if cursor.eat(";") {
        // The KDL crate does not read a `;` after a commented-out node.
        return if commented {
            Err(Failure::new(at, "kdl-unsupported", "`;` after a commented-out node is refused")
                .help("start the next setting on a new line"))
        } else {
            Ok(())
        };
    }
    let rest = cursor.rest();
    if rest.is_empty() || cursor.at_newline() || rest.starts_with("//") || rest.starts_with('}') {
        return Ok(());
    }
    Err(Failure::new(at, "syntax", "a new line or `;` is missing between two settings"))
}

/// An argument, or a property when `=` follows a string.
fn entry<'a>(cursor: &mut Cursor<'a>) -> Result<Entry<'a>, Failure> {
    let at = cursor.at;
    let Some(text) = string(cursor)? else {
        return Ok(Entry { key: None, value: scalar(cursor)?, at });
    };
    terminated(cursor, at)?;
    let after = cursor.at;
    cursor.node_space()?;
    if !cursor.eat("=") {
        cursor.at = after;
        return Ok(Entry { key: None, value: Value::Text(text), at });
    }
    cursor.node_space()?;
    let here = cursor.at;
    let value = match string(cursor)? {
        Some(value) => {
            terminated(cursor, here)?;
            if cursor.rest().starts_with('=') {
                return Err(Failure::new(cursor.at, "syntax", "a second `=` cannot stand here"));
            }
            Value::Text(value)
        }
        None => scalar(cursor)?,
    };
    Ok(Entry { key: Some(named(text, at)?), value, at })
}

/// A string of any form, or nothing when a number or keyword stands here.
fn string<'a>(cursor: &mut Cursor<'a>) -> Result<Option<Cow<'a, str>>, Failure> {
    let rest = cursor.rest();
    if rest.starts_with('"') {
        return text::quoted(cursor).map(Some);
    }
    if let Some(after) = rest.strip_prefix('#') {
        return if after.starts_with(['#', '"']) { text::raw(cursor).map(Some) } else { Ok(None) };
    }
    if rest.starts_with('(') {
        return Err(Failure::new(cursor.at, "kdl-unsupported", "type annotations are refused")
            .help("the proxy ignores them; remove the part in parentheses"));
    }
    if number::starts_here(rest) {
        return Ok(None);
    }
    text::unquoted(cursor).map(Some)
}

/// A number, boolean or null.
fn scalar<'a>(cursor: &mut Cursor<'a>) -> Result<Value<'a>, Failure> {
    let at = cursor.at;
    let value = if let Some(after) = cursor.rest().strip_prefix('#') {
        let word = &after[..after.find(|c: char| !is_identifier(c)).unwrap_or(after.len())];
        let value = match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => {
                let shown: String = word.chars().take(20).collect();
                return Err(Failure::new(
                    at,
                    "syntax",
                    format!("`#{shown}` is not one of #true, #false, #null"),
                ));
            }
        };
        cursor.at += 1 + word.len();
        value
    } else {
        number::read(cursor)?
    };
    terminated(cursor, at)?;
    if cursor.rest().starts_with('=') {
        return Err(Failure::new(cursor.at, "syntax", "`=` must follow a name"));
    }
    Ok(value)
}

/// A value must be followed by something that cannot belong to it.
fn terminated(cursor: &Cursor<'_>, start: usize) -> Result<(), Failure> {
    let rest = cursor.rest();
    let fine = rest.is_empty()
        || rest.starts_with(|c: char| is_space(c) || matches!(c, '\n' | '\r' | '=' | '{' | '}' | ';' | '\\'))
        || rest.starts_with("//")
        || rest.starts_with("/*");
    if fine { Ok(()) } else { Err(Failure::new(start, "syntax", "a space is missing after this value")) }
}

fn named(name: Cow<'_, str>, at: usize) -> Result<Cow<'_, str>, Failure> {
    if name.len() > MAX_NAME_BYTES {
        return Err(Failure::new(
            at,
            "name-too-long",
            format!("a name may have at most {MAX_NAME_BYTES} bytes"),
        ));
    }
    Ok(name)
}
