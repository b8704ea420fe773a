//! A strict reader of KDL 2 that never recurses.
//!
//! The KDL crate inside the proxy is unsafe on hostile text: it recurses per block, per `*` in a block comment,
//! per stray `)` or `}`, per `/-`, and parses some nested `/-` blocks twice per level, so that 108 bytes keep it
//! busy for seconds and a kilobyte overflows its stack, which aborts the process. Every text therefore passes
//! this reader before anything else looks at it, and what it refuses never reaches the KDL crate.
//!
//! The accepted language is KDL 2 less what a proxy configuration has no use for: type annotations, `/-` in front
//! of a child block, `/-` inside a part that is already commented out, exotic line separators, `#nan`, `#inf`,
//! and whitespace escapes in multi-line strings. Whatever is accepted means the same to the KDL crate; a property
//! test compares the two.

mod cursor;
mod number;
mod reader;
mod text;
mod tree;

#[cfg(test)]
mod agreement_tests;

pub(crate) use reader::{read, too_large};
pub(crate) use tree::{Document, Entry, LineIndex, Node, Value};

use crate::problem::Problem;

/// Checks that a text is well-formed and within the limits, without recursion and in linear time.
///
/// Call this on every configuration text from outside before handing it to any other KDL reader.
///
/// # Errors
/// The first problem found, with line and column.
pub fn check(source: &str) -> Result<(), Problem> {
    read(source).map(|_| ())
}
