//! Templates of rollouts.

use sentinel_model::RolloutTemplateId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::environment::EnvironmentRef;
use crate::promotion::RuleRollout;
use crate::rollout::TargetSelector;

/// How a rollout goes, but for its bundle, its time and its reasons. Whoever uses it gets a copy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutTemplate {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: RolloutTemplateId,
    /// Unique in the project.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What people start from when they say nothing else; one of a project at most. Nothing uses it unasked.
    pub is_default: bool,
    /// Where.
    pub target_selector: TargetSelector,
    /// Of these, only nodes in this environment; null: wherever they are.
    pub environment: Option<EnvironmentRef>,
    /// In which manner: every field, those that nobody asked for as they usually are.
    pub rollout: RuleRollout,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub inserted_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A template, as other objects name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TemplateRef {
    /// Identity.
    #[schema(value_type = Uuid)]
    pub id: RolloutTemplateId,
    /// Its name; in a rollout, the name that it had when that was asked for.
    pub name: String,
}

/// Where and how a rollout goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutSettings {
    /// Where.
    pub target_selector: TargetSelector,
    /// Of these, only nodes in this environment; null: wherever they are.
    pub environment: Option<EnvironmentRef>,
    /// In which manner: every field, those that nobody asked for as they usually are.
    pub rollout: RuleRollout,
}

/// One template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutTemplateBody {
    /// The template.
    pub rollout_template: RolloutTemplate,
}

/// The templates of a project, all of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RolloutTemplateList {
    /// The default first, then by name.
    pub rollout_templates: Vec<RolloutTemplate>,
    /// How many.
    pub total: u64,
}

/// A template to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutTemplateCreate {
    /// Unique in the project.
    pub name: String,
    /// What it is for, at most 500 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// It is the default from now on, and no other one is; no when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// Where. It names at most 500 nodes.
    pub target_selector: TargetSelector,
    /// Id or slug of an environment: of what the target selects, only nodes in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// In which manner; one node after the other when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RuleRollout>,
}

/// What to change of a template. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RolloutTemplateUpdate {
    /// Its name from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it is the default. When it is, no other one is any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
    /// Where, with `environment`: who says this and nothing of an environment takes that away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_selector: Option<TargetSelector>,
    /// Id or slug of an environment: of what the target selects, only nodes in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// In which manner, as a whole: what is absent in it is as it usually is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RuleRollout>,
}
