//! Makes a tree of whatever serde tells.

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::Error;

use super::{Name, Tree};

type Made = Result<Tree, Error>;

pub(super) struct Maker;

/// A list on its way, and the variant that it belongs to.
pub(super) struct Items {
    variant: Option<&'static str>,
    items: Vec<Tree>,
}

/// An object on its way, the variant that it belongs to, and the key whose value comes next.
pub(super) struct Entries {
    variant: Option<&'static str>,
    key: Option<Name>,
    entries: Vec<(Name, Tree)>,
}

fn in_variant(variant: Option<&'static str>, tree: Tree) -> Tree {
    match variant {
        Some(name) => Tree::Object(vec![(name.into(), tree)]),
        None => tree,
    }
}

impl Items {
    fn of(length: usize, variant: Option<&'static str>) -> Self {
        Self { variant, items: Vec::with_capacity(length) }
    }

    fn add(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.items.push(Tree::of(value)?);
        Ok(())
    }

    fn done(self) -> Made {
        Ok(in_variant(self.variant, Tree::List(self.items)))
    }
}

impl Entries {
    fn of(length: usize, variant: Option<&'static str>) -> Self {
        Self { variant, key: None, entries: Vec::with_capacity(length) }
    }

    fn add(&mut self, name: impl Into<Name>, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.entries.push((name.into(), Tree::of(value)?));
        Ok(())
    }

    fn done(self) -> Made {
        Ok(in_variant(self.variant, Tree::object(self.entries)))
    }
}

impl ser::Serializer for Maker {
    type Ok = Tree;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Entries;
    type SerializeStruct = Entries;
    type SerializeStructVariant = Entries;

    fn serialize_bool(self, flag: bool) -> Made {
        Ok(Tree::Bool(flag))
    }

    fn serialize_i8(self, number: i8) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_i16(self, number: i16) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_i32(self, number: i32) -> Made {
        self.serialize_i64(number.into())
    }

    fn serialize_i64(self, number: i64) -> Made {
        Ok(u64::try_from(number).map_or(Tree::Negative(number), Tree::Unsigned))
    }

    fn serialize_u8(self, number: u8) -> Made {
        self.serialize_u64(number.into())
    }

    fn serialize_u16(self, number: u16) -> Made {
        self.serialize_u64(number.into())
    }

    fn serialize_u32(self, number: u32) -> Made {
        self.serialize_u64(number.into())
    }

    fn serialize_u64(self, number: u64) -> Made {
        Ok(Tree::Unsigned(number))
    }

    fn serialize_f32(self, number: f32) -> Made {
        self.serialize_f64(number.into())
    }

    /// JSON has no numbers that are not finite.
    fn serialize_f64(self, number: f64) -> Made {
        Ok(if number.is_finite() { Tree::Float(number) } else { Tree::Null })
    }

    fn serialize_char(self, letter: char) -> Made {
        Ok(Tree::Text(letter.into()))
    }

    fn serialize_str(self, text: &str) -> Made {
        Ok(Tree::Text(text.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Made {
        Ok(Tree::List(bytes.iter().map(|byte| Tree::Unsigned((*byte).into())).collect()))
    }

    fn serialize_none(self) -> Made {
        Ok(Tree::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made {
        Tree::of(value)
    }

    fn serialize_unit(self) -> Made {
        Ok(Tree::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made {
        Ok(Tree::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made {
        Tree::of(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Made {
        Ok(in_variant(Some(variant), Tree::of(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Error> {
        Ok(Items::of(length.unwrap_or_default(), None))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, Error> {
        Ok(Items::of(length, None))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, Error> {
        Ok(Items::of(length, None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Items, Error> {
        Ok(Items::of(length, Some(variant)))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<Entries, Error> {
        Ok(Entries::of(length.unwrap_or_default(), None))
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Entries, Error> {
        Ok(Entries::of(length, None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<Entries, Error> {
        Ok(Entries::of(length, Some(variant)))
    }
}

impl SerializeSeq for Items {
    type Ok = Tree;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.add(value)
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeTuple for Items {
    type Ok = Tree;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.add(value)
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeTupleStruct for Items {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.add(value)
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeTupleVariant for Items {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.add(value)
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeMap for Entries {
    type Ok = Tree;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(Tree::key(key)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        match self.key.take() {
            Some(key) => self.add(key, value),
            None => Err(ser::Error::custom("a value of a map without its key")),
        }
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeStruct for Entries {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.add(name, value)
    }

    fn end(self) -> Made {
        self.done()
    }
}

impl SerializeStructVariant for Entries {
    type Ok = Tree;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.add(name, value)
    }

    fn end(self) -> Made {
        self.done()
    }
}
