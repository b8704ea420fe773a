//! The configuration of a project: its objects, and all of them as one document. What they say has the types of the model, which are
//! those of the files that people write.

mod import;
mod kinds;
mod schema;

use sentinel_model::config::Kind;
use sentinel_model::{ConfigObjectId, ProjectId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use import::{
    ConfigImport, ConfigImportBy, ConfigImportLeftOut, ConfigImportObject, ConfigImportState, ConfigImported,
};
pub use kinds::{
    ConfigSettingsBody, Configurable, ListenerBody, ListenerCreate, ListenerList, ListenerObject,
    MiddlewareBody, MiddlewareCreate, MiddlewareList, MiddlewareObject, ServiceBody, ServiceCreate,
    ServiceList, ServiceObject, SettingsCreate, SettingsList, SettingsObject, TrustStoreBody,
    TrustStoreCreate, TrustStoreList, TrustStoreObject, UpstreamGroupBody, UpstreamGroupCreate,
    UpstreamGroupList, UpstreamGroupObject,
};

use crate::{Problem, Timestamp};

/// An object: what it says, and who changed that last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfigObject<T> {
    /// Identity.
    pub id: ConfigObjectId,
    /// Its name in other objects, unique among those of its kind. It never changes.
    pub slug: String,
    /// The project.
    pub project_id: ProjectId,
    /// Grows with each change of the project's configuration that changes this object; the answer's `ETag`.
    pub revision: u64,
    /// Who changed it last.
    pub updated_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub spec: T,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfigAction {
    /// It is new.
    Added,
    /// It says something else.
    Changed,
    /// It goes.
    Removed,
}

/// One object that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigDifference {
    /// What happens to it.
    pub action: ConfigAction,
    /// Its kind.
    pub kind: Kind,
    /// Its slug.
    pub slug: String,
    /// Of an object that says something else, where: `retry.attempts`, `targets[2].weight`. At most 20.
    pub fields: Vec<String>,
}

/// What a document changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigDiff {
    /// The revision of the configuration that it was compared with.
    pub revision: u64,
    /// How many objects are new.
    pub added: u64,
    /// How many say something else.
    pub changed: u64,
    /// How many go.
    pub removed: u64,
    /// Each of them, by kind and slug.
    pub changes: Vec<ConfigDifference>,
}

/// What came of a document that was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigApplied {
    /// Nothing was written.
    pub dry_run: bool,
    /// The revision of the configuration since.
    pub revision: u64,
    /// How many objects are new.
    pub added: u64,
    /// How many say something else.
    pub changed: u64,
    /// How many are gone.
    pub removed: u64,
    /// Each of them, by kind and slug. The answer to a request that comes again names the first 50 of each, without their fields.
    pub changes: Vec<ConfigDifference>,
}

/// What the compiler says of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigChecked {
    /// A bundle can be made of it.
    pub valid: bool,
    /// Everything that is wrong, with its place.
    pub problems: Vec<Problem>,
    /// The features that it uses, such as `policy.retry`; empty when it is not valid.
    pub needs: Vec<String>,
}

/// What the compiler says of a document, and what the proxy would get. Nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigPreview {
    /// A bundle can be made of it.
    pub valid: bool,
    /// Everything that is wrong, with its place.
    pub problems: Vec<Problem>,
    /// What does not keep anybody from making a bundle, such as objects that nothing uses.
    pub warnings: Vec<Problem>,
    /// The features that it uses, such as `policy.retry`; empty when it is not valid.
    pub needs: Vec<String>,
    /// What the proxy would get; null when the document is not valid.
    pub generated: Option<ConfigGenerated>,
}

/// The configuration of the proxy that comes of a document. What every bundle adds for itself is not in it: the listener for operations, and
/// the route that proves which bundle runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfigGenerated {
    /// As the proxy reads it, indented; node variables stand in its addresses as they are written.
    pub json: String,
    /// In the proxy's own language, for people to read; what that cannot say is a comment there.
    pub kdl: String,
    /// SHA-256 of `json`, hexadecimal: the same for the same configuration.
    pub digest: String,
}

/// How a document is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfigApplyQuery {
    /// `true`: tell what would be changed, and write nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// `false`: what the document does not have stays. Otherwise it goes: the document is the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prune: Option<bool>,
    /// The revision of the configuration that was looked at, as `diff` says it; refused when it is another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u64>,
}

/// How a document is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfigDiffQuery {
    /// `false`: what the document does not have stays. Otherwise it goes: the document is the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prune: Option<bool>,
}

#[cfg(test)]
mod tests;
