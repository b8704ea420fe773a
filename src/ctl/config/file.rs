//! Files with a configuration: YAML or JSON, told apart by what is in them.

use std::collections::HashSet;
use std::fmt;

use sentinel_model::config::Document;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Largest file, in bytes.
pub const FILE_MAX: usize = 8 << 20;
/// Most values in it, those counted again that an alias brings back. A file without aliases cannot have so many.
const VALUES_MAX: usize = 5 << 20;

/// Reads a document.
///
/// # Errors
/// What is wrong, with its place and, where the parser knows it, line and column.
pub fn parse(text: &str) -> Result<Document, String> {
    if text.trim().is_empty() {
        return Err("is empty; the least that a configuration says is `version: 1`".to_owned());
    }
    let mut left = VALUES_MAX;
    if text.trim_start().starts_with('{') {
        let look = &mut serde_json::Deserializer::from_str(text);
        Look(&mut left).deserialize(&mut *look).map_err(|error| error.to_string())?;
        look.end().map_err(|error| error.to_string())?;
        let read = &mut serde_json::Deserializer::from_str(text);
        return serde_path_to_error::deserialize(read).map_err(|error| {
            let (place, message) = (error.path().to_string(), error.inner().to_string());
            if place == "." { message } else { format!("{place}: {message}") }
        });
    }
    Look(&mut left)
        .deserialize(yaml_serde::Deserializer::from_str(text))
        .map_err(|error| error.to_string())?;
    yaml_serde::with::singleton_map_recursive::deserialize(yaml_serde::Deserializer::from_str(text))
        .map_err(|error| error.to_string())
}

/// Looks at all of a file before anything of it is kept: that it has a bounded number of values, however often aliases bring them back,
/// and that no name stands twice in a map, of which one would be in vain.
struct Look<'a>(&'a mut usize);

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Look<'_> {
    fn value<E: Error>(self) -> Result<(), E> {
        match self.0.checked_sub(1) {
            Some(left) => {
                *self.0 = left;
                Ok(())
            }
            None => Err(E::custom("has too many values: aliases repeat what they name")),
        }
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has too")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.value()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.value()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.value()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.value()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.value()
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.value()
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.value()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Look(&mut *self.0))?.is_some() {}
        self.value()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = entries.next_key::<String>()? {
            if names.contains(&name) {
                return Err(A::Error::custom(format!("`{name}` stands twice in the same place")));
            }
            names.insert(name);
            entries.next_value_seed(Look(&mut *self.0))?;
        }
        self.value()
    }
}

#[cfg(test)]
mod tests;
