//! Maps in which nothing stands twice: of two entries with the same name one would be in vain, and nobody would be told.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// Reads a map, and refuses a name that it has already.
pub(crate) fn map<'de, D, T>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Distinct(PhantomData))
}

/// Most entries of any map: as many as a project has services at most. It holds while the map is read.
const ENTRIES_MAX: usize = 5_000;

struct Distinct<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Distinct<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(name) = entries.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            if map.len() >= ENTRIES_MAX {
                return Err(A::Error::custom(format!("more than {ENTRIES_MAX} entries")));
            }
            map.insert(name, entries.next_value()?);
        }
        Ok(map)
    }
}
