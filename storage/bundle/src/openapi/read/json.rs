//! JSON, value by value.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::Left;
use crate::words::shown;

/// Reads a text.
///
/// # Errors
/// What is wrong, in words.
pub(super) fn read(text: &str, left: &mut Left) -> Result<Value, String> {
    let reader = &mut serde_json::Deserializer::from_str(text);
    let value = Part { left, depth: 0 }.deserialize(&mut *reader).map_err(|error| error.to_string())?;
    reader.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// A value somewhere in the text.
struct Part<'a> {
    left: &'a mut Left,
    depth: usize,
}

impl Part<'_> {
    fn below(&mut self) -> Part<'_> {
        Part { left: self.left, depth: self.depth + 1 }
    }

    /// What is counted before anything inside is read, so that a deep text is refused at its depth.
    fn enter<E: Error>(&mut self) -> Result<(), E> {
        self.left.deep(self.depth).and_then(|()| self.left.value()).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has too")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.left.value().map_err(E::custom).map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.left.value().map_err(E::custom).map(|()| value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.left.value().map_err(E::custom).map(|()| value.into())
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Value, E> {
        self.visit_f64(value as f64)
    }

    /// Nothing that is read is a number without an end, so such a one may as well be nothing.
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.left
            .value()
            .map_err(E::custom)
            .map(|()| Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.left.text(text).map_err(E::custom)?;
        self.left.value().map_err(E::custom).map(|()| text.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.left.value().map_err(E::custom).map(|()| Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below())? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            self.left.text(&name).map_err(A::Error::custom)?;
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("`{}` stands twice in the same place", shown(&name))));
            }
            let value = entries.next_value_seed(self.below())?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
