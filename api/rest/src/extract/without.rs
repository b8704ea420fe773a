//! Reading an object as if one of its fields were not there: types that refuse unknown fields cannot have further ones beside their own.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// A deserializer whose outermost object lacks a field.
pub(super) struct Without<D> {
    field: &'static str,
    inner: D,
}

impl<D> Without<D> {
    /// All but this field.
    pub(super) fn field(field: &'static str, inner: D) -> Self {
        Self { field, inner }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Without<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Object { field: self.field, inner: visitor })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What sees the object, or its fields.
struct Object<V> {
    field: &'static str,
    inner: V,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Object<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Object { field: self.field, inner: map })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Object<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.inner.next_key::<String>()? {
            if name == self.field {
                self.inner.next_value::<IgnoredAny>()?;
            } else {
                return seed.deserialize(serde::de::value::StringDeserializer::new(name)).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Point {
        x: u8,
        y: Vec<u8>,
    }

    fn read(text: &str) -> Result<Point, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        Point::deserialize(Without::field("slug", &mut json)).map_err(|error| error.to_string())
    }

    #[test]
    fn the_field_is_not_seen_wherever_it_stands_and_others_are() {
        let point = Ok(Point { x: 1, y: vec![2] });
        for text in
            [r#"{"x":1,"y":[2]}"#, r#"{"slug":{"a":1},"x":1,"y":[2]}"#, r#"{"x":1,"slug":"a","y":[2]}"#]
        {
            assert_eq!(read(text), point, "{text}");
        }
        assert!(read(r#"{"x":1,"y":[2],"z":3}"#).unwrap_err().contains("unknown field `z`"));
        assert!(read(r#"{"x":1,"x":1,"y":[2]}"#).unwrap_err().contains("duplicate field `x`"));
        assert!(read("[1]").is_err());
    }
}
