//! Secrets of a project: values that its configuration names as `${secrets.NAME}`. No answer has one.

use sentinel_model::SecretId;
use sentinel_model::config::Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::environment::EnvironmentRef;
use crate::{Secret, Timestamp};

/// A secret, without its value: nothing shows that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectSecret {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: SecretId,
    /// What the configuration calls it: `${secrets.NAME}`. Several have the same name when they are for different nodes.
    pub name: String,
    /// Only nodes in this environment get it, and before the one that is for all; null: it is for all nodes.
    pub environment: Option<EnvironmentRef>,
    /// What it is for.
    pub description: String,
    /// The number of the version that holds, from 1.
    pub version: u64,
    /// The versions that are kept, the newest first, at most five.
    pub versions: Vec<SecretVersion>,
    /// How many objects of the configuration name it.
    pub uses: u64,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When its value or its description last changed.
    pub updated_at: Timestamp,
    /// Since when it has the value that it has.
    pub last_rotated_at: Timestamp,
}

/// One value that a secret has or had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretVersion {
    /// Its number, from 1.
    pub version: u64,
    /// By whom.
    pub created_by: String,
    /// Since when.
    pub inserted_at: Timestamp,
}

/// An object of the configuration that names a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecretUse {
    /// What the object is.
    pub kind: Kind,
    /// Its slug.
    pub slug: String,
    /// Its fields that name the secret, at most twenty.
    pub fields: Vec<String>,
}

/// One secret, and what names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectSecretBody {
    /// The secret.
    pub secret: ProjectSecret,
    /// What of the configuration names it, by kind and slug; of many the first hundred.
    pub used_by: Vec<SecretUse>,
}

/// The secrets of a project, all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProjectSecretList {
    /// By name; the one that is for all nodes first.
    pub secrets: Vec<ProjectSecret>,
    /// How many.
    pub total: u64,
}

/// A secret to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSecretCreate {
    /// What the configuration calls it: 1 to 64 capital letters, digits and `_`, a letter first.
    pub name: String,
    /// Its value, 1 to 65,536 bytes. Nothing ever shows it again.
    #[schema(value_type = String, format = Password)]
    pub value: Secret,
    /// Id or slug of an environment: only nodes in it get this value. For all nodes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What it is for, at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// Another value for a secret: its next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSecretRotate {
    /// Its value from now on, 1 to 65,536 bytes. Nothing ever shows it again.
    #[schema(value_type = String, format = Password)]
    pub value: Secret,
}

/// What to change of a secret beside its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSecretUpdate {
    /// What it is for, at most 1,000 characters.
    pub description: String,
}
