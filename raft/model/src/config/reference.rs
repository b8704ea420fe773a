//! That one object names another.

use std::fmt;

use super::Kind;

/// A name of another object, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// What kind of object is meant.
    pub kind: Kind,
    /// Its slug.
    pub slug: &'a str,
    /// Where in the object that names it: `middlewares[1].middleware`.
    pub field: String,
}

impl<'a> Reference<'a> {
    /// A name that stands in `field`.
    pub fn new(kind: Kind, slug: &'a str, field: impl Into<String>) -> Self {
        Self { kind, slug, field: field.into() }
    }
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} '{}'", self.kind, self.slug)
    }
}
