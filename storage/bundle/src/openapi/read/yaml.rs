//! YAML, event by event: the parser is never ahead of what was counted, so nothing is kept of a text that goes too deep or repeats too much.
//!
//! What is no list and no map is a text here, whatever it looks like, but for `true`, `false` and `null`: nothing that counts of an OpenAPI
//! document is a number.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput};
use serde_json::{Map, Value};

use super::Left;
use crate::words::shown;

/// Reads a text.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn read(text: &str, left: &mut Left) -> Result<Value, String> {
    let mut reader = Reader { parser: Parser::new_from_str(text), left, anchors: HashMap::new() };
    let mut found = None;
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(found.unwrap_or_default()),
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            _ if found.is_some() => return Err("it has more than one document".to_owned()),
            event => found = Some(reader.node(event, 0)?.value),
        }
    }
}

struct Reader<'t, 'l> {
    parser: Parser<'t, StrInput<'t>>,
    left: &'l mut Left,
    /// What an alias can bring back.
    anchors: HashMap<usize, Anchored>,
}

/// A value, and how many others stand above each other in it.
struct Node {
    value: Value,
    height: usize,
}

struct Anchored {
    value: Value,
    height: usize,
    values: usize,
    bytes: usize,
}

impl<'t> Reader<'t, '_> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.parser.next_event() {
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => {
                let (place, message) = (error.marker(), error.info());
                Err(format!("line {}, column {}: {message}", place.line(), place.col() + 1))
            }
            None => Ok(Event::StreamEnd),
        }
    }

    /// The value that begins with an event.
    fn node(&mut self, event: Event<'t>, depth: usize) -> Result<Node, String> {
        let before = (self.left.values, self.left.bytes);
        let (node, anchor) = match event {
            Event::Alias(anchor) => return self.again(anchor, depth),
            Event::Scalar(text, style, anchor, _) => {
                self.left.value()?;
                self.left.text(&text)?;
                (Node { value: scalar(&text, style), height: 0 }, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            _ => return Err("a value is missing".to_owned()),
        };
        if anchor != 0 {
            let (values, bytes) = (before.0 - self.left.values, before.1 - self.left.bytes);
            // It is kept a second time, for those that name it.
            self.left.take(values, bytes)?;
            let (value, height) = (node.value.clone(), node.height);
            self.anchors.insert(anchor, Anchored { value, height, values, bytes });
        }
        Ok(node)
    }

    fn again(&mut self, anchor: usize, depth: usize) -> Result<Node, String> {
        let known = self.anchors.get(&anchor).ok_or("an alias stands inside its own anchor")?;
        self.left.deep(depth + known.height.saturating_sub(1))?;
        self.left.take(known.values, known.bytes)?;
        Ok(Node { value: known.value.clone(), height: known.height })
    }

    fn list(&mut self, depth: usize) -> Result<Node, String> {
        self.left.deep(depth)?;
        self.left.value()?;
        let (mut list, mut height) = (Vec::new(), 0);
        loop {
            match self.next()? {
                Event::SequenceEnd => return Ok(Node { value: Value::Array(list), height: height + 1 }),
                event => {
                    let item = self.node(event, depth + 1)?;
                    height = height.max(item.height);
                    list.push(item.value);
                }
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Node, String> {
        self.left.deep(depth)?;
        self.left.value()?;
        let (mut map, mut merged, mut height) = (Map::new(), Vec::new(), 0);
        loop {
            let event = self.next()?;
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let name = match event {
                Event::MappingEnd => break,
                event => match self.node(event, depth + 1)?.value {
                    Value::String(name) => name,
                    Value::Null => "null".to_owned(),
                    Value::Bool(name) => name.to_string(),
                    _ => return Err("a list or a map stands where a name is expected".to_owned()),
                },
            };
            let event = self.next()?;
            let Node { value, height: below } = self.node(event, depth + 1)?;
            height = height.max(below);
            if merges {
                merged.push(value);
            } else if map.contains_key(&name) {
                return Err(format!("`{}` stands twice in the same place", shown(&name)));
            } else {
                map.insert(name, value);
            }
        }
        for value in merged {
            merge(&mut map, value);
        }
        Ok(Node { value: Value::Object(map), height: height + 1 })
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        (ScalarStyle::Plain, "true" | "True" | "TRUE") => Value::Bool(true),
        (ScalarStyle::Plain, "false" | "False" | "FALSE") => Value::Bool(false),
        _ => Value::String(text.to_owned()),
    }
}

/// What `<<` brings in: entries that the map does not have itself.
fn merge(map: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(others) => {
            for (name, value) in others {
                map.entry(name).or_insert(value);
            }
        }
        Value::Array(all) => {
            for others in all.into_iter().filter(Value::is_object) {
                merge(map, others);
            }
        }
        _ => {}
    }
}
