//! A value as serde tells it: for comparing two of them, and for writing one as JSON.

use std::borrow::Cow;

use serde::ser::{Error as _, Serialize};
use serde_json::Error;

use self::maker::Maker;

mod maker;

/// The name of a field, or the key of a map.
pub(super) type Name = Cow<'static, str>;

/// What a `serde_json::Value` says, at a fraction of its price: the names of fields are not copied, and an object is a list.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Null,
    Bool(bool),
    /// A number that is not negative.
    Unsigned(u64),
    /// A number below zero.
    Negative(i64),
    Float(f64),
    Text(String),
    List(Vec<Tree>),
    /// By name, each of them once.
    Object(Vec<(Name, Tree)>),
}

impl Tree {
    /// Of anything that has a JSON form.
    ///
    /// # Errors
    /// It has none.
    pub(super) fn of(value: &(impl Serialize + ?Sized)) -> Result<Self, Error> {
        value.serialize(Maker)
    }

    /// A part of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Tree> {
        let entries = self.entries();
        let at = entries.binary_search_by(|(own, _)| own.as_ref().cmp(name)).ok()?;
        entries.get(at).map(|(_, value)| value)
    }

    /// The parts of an object, by name; anything else has none.
    pub(super) fn entries(&self) -> &[(Name, Tree)] {
        match self {
            Tree::Object(entries) => entries,
            _ => &[],
        }
    }

    /// An object of these parts. Where a name comes twice, the later one counts.
    fn object(mut entries: Vec<(Name, Tree)>) -> Self {
        if !entries.is_sorted_by(|(one, _), (next, _)| one < next) {
            entries.sort_by(|(one, _), (other, _)| one.cmp(other));
            entries.dedup_by(|later, kept| {
                let twice = later.0 == kept.0;
                if twice {
                    std::mem::swap(later, kept);
                }
                twice
            });
        }
        Tree::Object(entries)
    }

    /// The key of a map, as JSON has it.
    fn key(value: &(impl Serialize + ?Sized)) -> Result<Name, Error> {
        match Tree::of(value)? {
            Tree::Text(text) => Ok(text.into()),
            Tree::Unsigned(number) => Ok(number.to_string().into()),
            Tree::Negative(number) => Ok(number.to_string().into()),
            Tree::Bool(flag) => Ok(flag.to_string().into()),
            _ => Err(Error::custom("the key of a map is no text")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::{BTreeMap, HashMap};

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Serialize)]
    struct Everything {
        zero: Option<u8>,
        some: Option<char>,
        numbers: (i8, u64, f32, f64),
        names: HashMap<String, Vec<Kind>>,
        by_number: BTreeMap<i32, ()>,
        unit: Unit,
        new: New,
        #[serde(flatten)]
        more: Tagged,
        any: Value,
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct New(String);

    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { b: u8, a: u8 },
    }

    #[derive(Serialize)]
    #[serde(tag = "type")]
    enum Tagged {
        One { unit: bool },
    }

    fn value(tree: &Tree) -> Value {
        match tree {
            Tree::Null => Value::Null,
            Tree::Bool(flag) => json!(flag),
            Tree::Unsigned(number) => json!(number),
            Tree::Negative(number) => json!(number),
            Tree::Float(number) => json!(number),
            Tree::Text(text) => json!(text),
            Tree::List(items) => items.iter().map(value).collect(),
            Tree::Object(entries) => {
                entries.iter().map(|(name, one)| (name.to_string(), value(one))).collect()
            }
        }
    }

    #[test]
    fn a_tree_says_what_a_json_value_says() {
        let kinds = vec![Kind::Unit, Kind::New(1), Kind::Tuple(2, 3), Kind::Struct { b: 4, a: 5 }];
        let everything = Everything {
            zero: None,
            some: Some('ß'),
            numbers: (-1, u64::MAX, 0.1, f64::NAN),
            names: HashMap::from([("z".to_owned(), kinds), ("a".to_owned(), Vec::new())]),
            by_number: BTreeMap::from([(-3, ()), (20, ())]),
            unit: Unit,
            new: New("new".to_owned()),
            more: Tagged::One { unit: true },
            any: json!({ "b": [1, -1, 1.5, null, "text"], "a": {} }),
        };
        let tree = Tree::of(&everything).unwrap();
        assert_eq!(value(&tree), serde_json::to_value(&everything).unwrap());
        let names: Vec<&str> = tree.entries().iter().map(|(name, _)| name.as_ref()).collect();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(tree.get("new"), Some(&Tree::Text("new".to_owned())));
        assert_eq!(tree.get("unit"), Some(&Tree::Bool(true)), "the later one counts");
        assert_eq!(tree.get("neu"), None);
    }

    #[test]
    fn what_has_no_json_form_has_no_tree() {
        let keys: HashMap<Vec<u8>, u8> = HashMap::from([(vec![1], 1)]);
        assert!(Tree::of(&keys).is_err() && serde_json::to_value(&keys).is_err());
    }
}
