//! Services from the description of an API.

use sentinel_model::config::{Document, Kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A description of an API, and how it is to be read. Without `apply` nothing is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigImport {
    /// OpenAPI 3.0 or 3.1, as JSON or YAML; at most 4 MiB. Nothing that it refers to outside of itself is fetched.
    pub openapi: String,
    /// What the slugs begin with, at most 30 characters; the document's title unless given. The same again finds what was made before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The upstream group of all services that go to one, by slug; one of the document's first server unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_group: Option<String>,
    /// On which hosts: names, or `*.example.com` for all below. Empty: new services are on all, and others stay where they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// What the paths begin with, such as `/v1`, or `/` for nothing; the path of the server unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_path: Option<String>,
    /// What becomes one service; each path template unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ConfigImportBy>,
    /// `true`: change the configuration. Otherwise tell what would be changed, and write nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply: Option<bool>,
    /// `true`: what an earlier import made and the document has no longer goes. Otherwise it stays, and is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prune: Option<bool>,
    /// The revision of the configuration that was looked at; refused when it is another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// What becomes one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigImportBy {
    /// Each path template.
    #[default]
    Path,
    /// All paths with the same first part: `/users`, `/users/{id}` and `/users/{id}/orders` together, as `/users/*`.
    Prefix,
}

/// What comes of a description of an API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfigImported {
    /// It was written; otherwise this is what would be.
    pub applied: bool,
    /// The revision of the configuration that it was compared with; when it was written, the revision since.
    pub revision: u64,
    /// What the API is called.
    pub title: String,
    /// Its version of OpenAPI, such as `3.1.0`.
    pub openapi_version: String,
    /// What the slugs begin with.
    pub prefix: String,
    /// How many objects are new.
    pub made: u64,
    /// How many were made by an earlier import, and are brought up to date.
    pub changed: u64,
    /// How many are as the document has them.
    pub unchanged: u64,
    /// How many were made by an earlier import, and the document has no longer: they go with `prune`.
    pub gone: u64,
    /// How many services it would be whose slug somebody else's service has: those are left alone.
    pub left_alone: u64,
    /// Each of them, by kind and slug. The answer to a request that comes again names the first 50 of each, without those that are unchanged.
    pub objects: Vec<ConfigImportObject>,
    /// What the document says and no object can.
    pub left_out: Vec<ConfigImportLeftOut>,
    /// The objects that are made or changed, as a document; `config/apply?prune=false` takes it.
    pub document: Document,
}

/// What an import does with an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigImportObject {
    /// What becomes of it.
    pub state: ConfigImportState,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub slug: String,
    /// Of an object that is changed, where: `methods`, `route_path`. At most 20.
    pub fields: Vec<String>,
}

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigImportState {
    /// It is new.
    Made,
    /// An earlier import made it, and it is brought up to date.
    Changed,
    /// It is as the document has it.
    Unchanged,
    /// An earlier import made it, and the document has it no longer.
    Gone,
}

/// What is left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigImportLeftOut {
    /// What it is.
    pub what: String,
    /// Why, and what to do instead where that is known.
    pub why: String,
    /// How often the document has it.
    pub count: u64,
    /// Where: paths, or names. At most 20.
    pub places: Vec<String>,
}
