//! The tree the reader builds: names, values and where they stand.

use std::borrow::Cow;

/// A value as written in the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Text(Cow<'a, str>),
    Integer(i128),
    Float(f64),
    Bool(bool),
    Null,
}

impl Value<'_> {
    /// What the value is called in a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a decimal number",
            Value::Bool(_) => "a boolean",
            Value::Null => "null",
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// An argument (`key` absent) or a property of a node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry<'a> {
    pub(crate) key: Option<Cow<'a, str>>,
    pub(crate) value: Value<'a>,
    /// Byte offset of the first character.
    pub(crate) at: usize,
}

/// A block of children and where its braces stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
    /// Byte offset of the opening brace.
    pub(crate) open: usize,
}

/// A node: a name, arguments and properties, and possibly children.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node<'a> {
    pub(crate) name: Cow<'a, str>,
    /// Byte offset of the first character of the name.
    pub(crate) at: usize,
    pub(crate) entries: Vec<Entry<'a>>,
    pub(crate) block: Option<Block<'a>>,
}

impl<'a> Node<'a> {
    /// The children, empty when there is no block.
    pub(crate) fn children(&self) -> &[Node<'a>] {
        self.block.as_ref().map_or(&[], |block| &block.nodes)
    }

    /// The first child of a name, which is the one the proxy reads.
    pub(crate) fn child(&self, name: &str) -> Option<&Node<'a>> {
        self.children().iter().find(|child| child.name == name)
    }

    /// All children of a name.
    pub(crate) fn children_named<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node<'a>> {
        self.children().iter().filter(move |child| child.name == name)
    }

    /// The arguments in order, without the properties.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &Entry<'a>> {
        self.entries.iter().filter(|entry| entry.key.is_none())
    }

    /// The first argument as text, which is how blocks carry their identifier.
    pub(crate) fn first_text(&self) -> Option<&str> {
        self.arguments().next().and_then(|entry| entry.value.as_text())
    }

    /// The text of a child setting: `child "text"`.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        self.child(name).and_then(Node::first_text)
    }
}

/// A whole text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document<'a> {
    pub(crate) nodes: Vec<Node<'a>>,
}

impl<'a> Document<'a> {
    /// The children of all top-level blocks of one name, in order: list blocks may repeat.
    pub(crate) fn items<'d>(&'d self, block: &'d str, item: &'d str) -> impl Iterator<Item = &'d Node<'a>> {
        self.blocks(block).flat_map(Node::children).filter(move |node| node.name == item)
    }

    /// All top-level nodes of one name.
    pub(crate) fn blocks<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d Node<'a>> {
        self.nodes.iter().filter(move |node| node.name == name)
    }
}

/// Finds line and column of a byte offset without walking the text again.
#[derive(Debug)]
pub(crate) struct LineIndex<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        let starts = std::iter::once(0).chain(source.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { source, starts }
    }

    /// Line and column (in characters), both counted from 1.
    pub(crate) fn place(&self, offset: usize) -> (u32, u32) {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let column = self.source.get(start..offset).map_or(0, |before| before.chars().count());
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column + 1).unwrap_or(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let index = LineIndex::new("ab\näöx\n");
        assert_eq!(index.place(0), (1, 1));
        assert_eq!(index.place(3), (2, 1));
        assert_eq!(index.place(7), (2, 3));
        assert_eq!(index.place(9), (3, 1));
    }
}
