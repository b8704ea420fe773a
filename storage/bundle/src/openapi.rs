//! Services from an OpenAPI document, 3.0 or 3.1: which of a project's objects it makes, changes and leaves, and what it says that the
//! configuration model cannot.
//!
//! A service has one path, so each path template becomes a service with the methods that the document has there, or each first part
//! of the paths does ([`By`]). The server that the document names becomes the upstream group, unless another group is named. What an
//! import made it knows by a mark at the end of the description, and finds again by its path or by its slug, which comes of the prefix and
//! the path alone; what has no mark is somebody's own and is left alone. Of what is found only path and methods are brought up to date:
//! whatever else people have given a service since, it keeps.
//!
//! The text is anybody's: `read` bounds what it can cost to have it, and `visits` what it can cost to look at it; a `$ref` is followed within
//! the document and nowhere else.
//! Start reading at [`import`]: `read` (text → value) → `spec` (value → what counts) → `draft` (that → services as the document has them) →
//! `claim` (which of the project's each of them is) → `make` (objects, beside those of the project).

mod claim;
mod draft;
mod left_out;
mod make;
mod path;
mod read;
mod server;
mod spec;
mod visits;

use sentinel_model::InvalidValue;
use sentinel_model::config::{Document, Kind};

pub use left_out::LeftOut;
pub use path::PREFIX_MAX;
pub use read::{BYTES_MAX, DEPTH_MAX, TEXT_MAX, VALUES_MAX};
pub use server::SERVERS_MAX;
pub use spec::{OPERATIONS_MAX, PATHS_MAX, REFERENCE_MAX};
pub use visits::VISITS_MAX;

/// How a document is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// What the slugs begin with, at most [`PREFIX_MAX`] characters; the document's title unless given.
    pub prefix: Option<String>,
    /// The upstream group of all services that go to one; one of the document's server unless given.
    pub upstream_group: Option<String>,
    /// On which hosts; new services are on all unless given, and others stay where they are.
    pub hosts: Vec<String>,
    /// What the paths begin with, such as `/v1`; the path of the server unless given.
    pub base_path: Option<String>,
    /// What becomes one service.
    pub by: By,
}

/// What becomes one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// Each path template.
    #[default]
    Path,
    /// All paths with the same first part: `/users`, `/users/{id}` and `/users/{id}/orders` together, as `/users/*`.
    Prefix,
}

/// What comes of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// What the API is called.
    pub title: String,
    /// The version of OpenAPI, such as `3.1.0`.
    pub openapi: String,
    /// What the slugs begin with.
    pub prefix: String,
    /// Every object that the document stands for or an earlier import made, by kind and slug.
    pub objects: Vec<Object>,
    /// How many services there would be whose slug somebody else's service has.
    pub left_alone: u64,
    /// What the document says and no object can.
    pub left_out: Vec<LeftOut>,
    /// The objects that are made or changed.
    pub changes: Document,
}

/// An object of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub slug: String,
    /// What becomes of it.
    pub state: State,
}

/// What becomes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is new.
    Made,
    /// An earlier import made it, and it is brought up to date.
    Changed,
    /// It is as the document has it, or the document has it in a way that comes to nothing.
    Unchanged,
    /// An earlier import made it, and the document has it no longer.
    Gone,
}

/// Why nothing comes of a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The text is not JSON or YAML, is too large, or is not OpenAPI 3.0 or 3.1.
    #[error("the document {0}")]
    Document(String),
    /// Something has to be said otherwise, or at all.
    #[error("{0}")]
    Option(#[from] InvalidValue),
}

/// Reads a document, and compares what comes of it with the configuration that there is.
///
/// # Errors
/// [`ImportError`].
pub fn import(text: &str, options: &Options, present: &Document) -> Result<Import, ImportError> {
    let value = read::read(text).map_err(ImportError::Document)?;
    let mut left_out = left_out::Collected::default();
    let spec = spec::Spec::of(&value, &mut left_out).map_err(ImportError::Document)?;
    make::make(&spec, options, present, left_out)
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
